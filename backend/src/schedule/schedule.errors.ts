import { AppError } from '../platform/errors.ts';

const atField = (code: string, path: string, message: string, detail: string) =>
  new AppError({ code, status: 400, detail, extra: { errors: [{ path, message }] } });

/** Every way a change of the clinic's rules is refused, with its sentence. */
export const scheduleErrors = {
  serviceNotFound: () =>
    new AppError({
      code: 'SERVICE_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that service at this clinic. It may have been deleted; reload the list.',
    }),
  providerNotFound: () =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that provider at this clinic. They may have been deleted; reload the list.',
    }),
  timeOffNotFound: () =>
    new AppError({
      code: 'TIME_OFF_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that time off at this clinic. It may have been removed; reload the list.',
    }),
  unknownProvider: (path: string) =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: 'We couldn’t find that provider at this clinic. Choose one from GET /api/providers.',
      extra: { errors: [{ path, message: 'names a provider this clinic doesn’t have' }] },
    }),
  invisibleName: (field: string) =>
    atField(
      'INVALID_NAME',
      field,
      'has no letters or digits',
      `The ${field} has no letters or digits. Type it again.`,
    ),
  slugTaken: (slug: string, holder: { name: string; deleted: boolean }) =>
    new AppError({
      code: 'SLUG_TAKEN',
      status: 409,
      detail: holder.deleted
        ? `"${slug}" belonged to ${holder.name}, a deleted service whose appointments still use it. Choose another slug or name.`
        : `"${slug}" is already used by the service ${holder.name}. Choose another name, or set a different slug.`,
      extra: { errors: [{ path: 'name', message: 'is too similar to another service' }] },
    }),
  nameTaken: (name: string) =>
    new AppError({
      code: 'NAME_TAKEN',
      status: 409,
      detail: `You already have a service named ${name}. Choose another name, so callers can tell them apart.`,
      extra: { errors: [{ path: 'name', message: 'is taken by another service' }] },
    }),
  lastService: (what: 'deleted' | 'turned off') =>
    new AppError({
      code: 'LAST_SERVICE',
      status: 409,
      detail: `This is the last service that can be booked, so it can’t be ${what}: callers couldn’t book anything. Add another one first.`,
    }),
  lastProvider: (what: 'deleted' | 'turned off') =>
    new AppError({
      code: 'LAST_PROVIDER',
      status: 409,
      detail: `This is the last provider who can be booked, so they can’t be ${what}: callers couldn’t book anything. Add another one first, or enter time off to close for a while.`,
    }),
  onlyOneWhoOffers: (services: string[]) =>
    new AppError({
      code: 'LAST_OF_SERVICE',
      status: 409,
      detail: `This is the only provider who offers ${services.join(', ')}. Choose another provider for it first, or delete the service.`,
      extra: { services },
    }),
  hasAppointments: (appointments: number, until: Date, spokenUntil: string) =>
    new AppError({
      code: 'HAS_APPOINTMENTS',
      status: 409,
      detail:
        appointments === 1
          ? `One appointment is still booked, on ${spokenUntil}. Move or cancel it first. To delete anyway, add ?force=true: the appointment stays booked.`
          : `${appointments} appointments are still booked, the last on ${spokenUntil}. Move or cancel them first. To delete anyway, add ?force=true: the appointments stay booked.`,
      extra: { appointments, until: until.toISOString() },
    }),
  limitReached: (what: 'providers' | 'services' | 'times off') =>
    new AppError({
      code: 'LIMIT_REACHED',
      status: 409,
      detail:
        what === 'times off'
          ? 'A clinic can have 2,000 upcoming times off and 10,000 in all, and this one has reached that. Delete some you no longer need first. If a provider never works on certain days, change their working hours instead.'
          : `A clinic can have 200 ${what}, and this one has reached that. Delete some you no longer need first.`,
    }),
  invalidSpan: (message: string) =>
    atField('INVALID_SPAN', 'ends_local', message, `The time off ${message}. Correct its start or end.`),
};
