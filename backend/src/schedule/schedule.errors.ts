import { AppError } from '../platform/errors.ts';

const atField = (code: string, path: string, message: string, detail: string) =>
  new AppError({ code, status: 400, detail, extra: { errors: [{ path, message }] } });

/** Every way a change of the clinic's rules is refused, with its sentence. */
export const scheduleErrors = {
  serviceNotFound: () =>
    new AppError({
      code: 'SERVICE_NOT_FOUND',
      status: 404,
      detail: 'There is no such service in this clinic. It may have been deleted; reload the list.',
    }),
  providerNotFound: () =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 404,
      detail: 'There is no such provider in this clinic. They may have been deleted; reload the list.',
    }),
  timeOffNotFound: () =>
    new AppError({
      code: 'TIME_OFF_NOT_FOUND',
      status: 404,
      detail: 'There is no such time off in this clinic. It may have been removed; reload the list.',
    }),
  unknownProvider: (path: string) =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: 'There is no such provider in this clinic. Choose one of GET /api/providers.',
      extra: { errors: [{ path, message: 'names a provider that this clinic does not have' }] },
    }),
  invisibleName: (field: string) =>
    atField(
      'INVALID_NAME',
      field,
      'has nothing in it that can be read',
      `The ${field} has nothing in it that can be read. Type it again.`,
    ),
  slugTaken: (slug: string, holder: { name: string; deleted: boolean }) =>
    new AppError({
      code: 'SLUG_TAKEN',
      status: 409,
      detail: holder.deleted
        ? `"${slug}" belonged to the deleted service ${holder.name}, whose appointments still use it. Choose another slug or name.`
        : `"${slug}" is taken by the service ${holder.name}. Choose another name, or give a slug of its own.`,
      extra: { errors: [{ path: 'name', message: 'is too close to another service' }] },
    }),
  nameTaken: (name: string) =>
    new AppError({
      code: 'NAME_TAKEN',
      status: 409,
      detail: `There is a service named ${name} already. Callers could not tell the two apart; choose another name.`,
      extra: { errors: [{ path: 'name', message: 'is taken by another service' }] },
    }),
  lastService: (what: 'deleted' | 'switched off') =>
    new AppError({
      code: 'LAST_SERVICE',
      status: 409,
      detail: `This is the last service that can be booked, so it cannot be ${what}: callers could book nothing. Add another one first.`,
    }),
  lastProvider: (what: 'deleted' | 'switched off') =>
    new AppError({
      code: 'LAST_PROVIDER',
      status: 409,
      detail: `This is the last provider who can be booked, so they cannot be ${what}: callers could book nothing. Add another one first, or enter time off to close for a while.`,
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
          ? 'A clinic can have 2,000 upcoming times off and 10,000 in all, and this one has reached that. Delete some that are no longer needed first; days on which a provider never works belong in their working hours.'
          : `A clinic can have 200 ${what}, and this one has reached that. Delete some that are no longer needed first.`,
    }),
  invalidSpan: (message: string) =>
    atField(
      'INVALID_SPAN',
      'ends_local',
      message,
      `The time off ${message}. Correct its beginning or its end.`,
    ),
};
