import { AppError } from '../platform/errors.ts';

/** Every way a contact is refused, with its sentence. */
export const contactErrors = {
  notFound: () =>
    new AppError({
      code: 'CONTACT_NOT_FOUND',
      status: 404,
      detail: 'There is no such patient in this clinic.',
    }),
  samePerson: (contactId: string | undefined) =>
    new AppError({
      code: 'CONTACT_EXISTS',
      status: 409,
      detail:
        'Another patient of this clinic has the same name and the same phone number. Open that one, or tell the two apart by name.',
      ...(contactId === undefined ? {} : { extra: { contact_id: contactId } }),
    }),
  invalidName: () =>
    new AppError({
      code: 'INVALID_NAME',
      status: 400,
      detail: 'The patient’s name is missing or cannot be a name. Ask for first and last name.',
    }),
  invalidPhone: () =>
    new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail:
        'That is not a phone number that can be called or texted. Check it digit by digit, with the area code.',
    }),
  ownNumber: () =>
    new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail: 'That is the clinic’s own number. Ask for the patient’s.',
    }),
  invalidEmail: () =>
    new AppError({
      code: 'INVALID_EMAIL',
      status: 400,
      detail: 'That is not an email address. Leave it out, or ask for it again.',
    }),
};
