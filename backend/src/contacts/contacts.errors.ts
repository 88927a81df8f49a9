import { AppError } from '../platform/errors.ts';

/** Every way a contact is refused, with its sentence. */
export const contactErrors = {
  notFound: () =>
    new AppError({
      code: 'CONTACT_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that patient at this clinic. Check the id, or search again.',
    }),
  samePerson: (contactId: string | undefined) =>
    new AppError({
      code: 'CONTACT_EXISTS',
      status: 409,
      detail:
        'Another patient at this clinic has the same name and phone number. Open that one, or change one of the names so you can tell them apart.',
      ...(contactId === undefined ? {} : { extra: { contact_id: contactId } }),
    }),
  invalidName: () =>
    new AppError({
      code: 'INVALID_NAME',
      status: 400,
      detail: 'The patient’s name is missing or doesn’t look like a name. Ask for their first and last name.',
    }),
  invalidPhone: () =>
    new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail: 'That number can’t be called or texted. Check it digit by digit, including the area code.',
    }),
  ownNumber: () =>
    new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail: 'That’s the clinic’s own number. Ask for the patient’s number.',
    }),
  invalidEmail: () =>
    new AppError({
      code: 'INVALID_EMAIL',
      status: 400,
      detail: 'That isn’t an email address. Ask for it again, or leave it out.',
    }),
};
