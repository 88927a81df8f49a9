import { AppError } from '../platform/errors.ts';

/** The request names something this clinic doesn't have, or no one who can be booked now. */
export const requestedErrors = {
  unknownService: (asked: string, offered: string[]) =>
    new AppError({
      code: 'UNKNOWN_SERVICE',
      status: 422,
      detail: `"${asked.slice(0, 80)}" isn’t a service at this clinic. It offers: ${offered.join(', ') || 'none yet'}.`,
      extra: { services: offered },
    }),
  unknownProvider: (names: string[]) =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: `We don’t have that provider at this clinic.${names.length > 0 ? ` Appointments are with ${anyOf(names)}. Ask who they mean.` : ''}`,
      ...(names.length > 0 && { extra: { providers: names } }),
    }),
  whichProvider: (names: string[]) =>
    new AppError({
      code: 'WHICH_PROVIDER',
      status: 422,
      detail:
        names.length > 1
          ? `They could mean ${anyOf(names)}. Ask which one.`
          : `No provider has quite that name. Ask if they mean ${anyOf(names)}.`,
      extra: { providers: names },
    }),
  nobodyThere: () =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: 'No one takes appointments at this clinic right now.',
    }),
  /** The lock is held for longer than a caller can wait; nothing was written. */
  busy: () =>
    new AppError({
      code: 'BUSY',
      status: 503,
      detail:
        'Too many changes are being made to this provider’s calendar right now. Try again in a few seconds.',
      retryable: true,
    }),
};

/** As many as a listener can keep in mind. */
function anyOf(names: string[]): string {
  const said = names.slice(0, 5);
  const last = names.length > said.length ? 'others' : said.pop();
  return said.length > 0 ? `${said.join(', ')} or ${last}` : `${last}`;
}
