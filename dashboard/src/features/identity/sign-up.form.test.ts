import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { fieldErrors, toSignUpRequest, validateSignUp } from './sign-up.form.ts';

const values = {
  email: 'ada@clinic.test',
  password: 'long enough',
  name: 'Ada',
  organization_name: 'Lovelace Clinic',
  phone: '',
  public_phone: '',
  time_zone: 'Europe/Berlin',
};

test('a complete form has no errors, and a number that is not filled in is left out', () => {
  expect(validateSignUp(values)).toEqual({});
  expect(toSignUpRequest(values)).not.toHaveProperty('phone');
  expect(toSignUpRequest(values)).not.toHaveProperty('public_phone');
  expect(toSignUpRequest({ ...values, phone: ' +1 415 555 0100 ', public_phone: ' ' })).toMatchObject({
    phone: '+1 415 555 0100',
  });
  expect(toSignUpRequest({ ...values, public_phone: '212 555 0188 ' }).public_phone).toBe('212 555 0188');
});

test('a number that is refused is said at the number that it was', () => {
  const refused = (path: string) =>
    fieldErrors(
      new ApiError({
        status: 400,
        code: 'INVALID_PHONE',
        message: 'That is not a phone number.',
        fields: [{ field: path, message: 'is not a phone number' }],
      }),
    );
  for (const path of ['phone', 'public_phone']) {
    expect(refused(path)).toEqual({ [path]: 'That is not a phone number.' });
  }
});

test('each missing field is named in a sentence', () => {
  const errors = validateSignUp({
    ...values,
    email: 'ada',
    password: 'short',
    name: ' ',
    organization_name: '',
  });
  expect(Object.keys(errors).sort()).toEqual(['email', 'name', 'organization_name', 'password']);
  expect(errors.password).toBe('Use at least 8 characters.');
});

test('an address that is taken is said at the address', () => {
  const taken = new ApiError({
    status: 422,
    code: 'USER_ALREADY_EXISTS',
    message: 'This address has an account.',
  });
  expect(fieldErrors(taken)).toEqual({ email: 'This address has an account.' });
  expect(fieldErrors(new ApiError({ status: 500, code: 'INTERNAL', message: 'x' }))).toEqual({});
});
