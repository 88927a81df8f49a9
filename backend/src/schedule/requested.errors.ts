import { AppError } from '../platform/errors.ts';

/** What was asked for is nothing that this clinic has, or nobody who can be booked now. */
export const requestedErrors = {
  unknownService: (asked: string, offered: string[]) =>
    new AppError({
      code: 'UNKNOWN_SERVICE',
      status: 422,
      detail: `"${asked.slice(0, 80)}" is not a service of this clinic. It offers: ${offered.join(', ') || 'none yet'}.`,
      extra: { services: offered },
    }),
  unknownProvider: (names: string[]) =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: `There is no such provider in this clinic.${names.length > 0 ? ` Appointments are with ${anyOf(names)}. Ask who they mean.` : ''}`,
      ...(names.length > 0 && { extra: { providers: names } }),
    }),
  whichProvider: (names: string[]) =>
    new AppError({
      code: 'WHICH_PROVIDER',
      status: 422,
      detail:
        names.length > 1
          ? `More than one provider could be meant: ${anyOf(names)}. Ask which one.`
          : `No provider has quite that name. Ask whether ${anyOf(names)} is meant.`,
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
      detail: 'Too many people are changing this provider’s calendar right now. Try again in a few seconds.',
      retryable: true,
    }),
};

/** As many as a listener can keep in mind. */
function anyOf(names: string[]): string {
  const said = names.slice(0, 5);
  const last = names.length > said.length ? 'others' : said.pop();
  return said.length > 0 ? `${said.join(', ')} or ${last}` : `${last}`;
}
