import { AppError } from '../platform/errors.ts';

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
};
