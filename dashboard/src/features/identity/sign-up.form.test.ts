import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { fieldErrors, toSignUpRequest, validateSignUp } from './sign-up.form.ts';

const values = {
  email: 'ada@clinic.test',
  password: 'long enough',
  name: 'Ada',
  organization_name: 'Lovelace Clinic',
  phone: '',
  time_zone: 'Europe/Berlin',
};

test('a complete form has no errors, and an empty phone is left out', () => {
  expect(validateSignUp(values)).toEqual({});
  expect(toSignUpRequest(values)).not.toHaveProperty('phone');
  expect(toSignUpRequest({ ...values, phone: ' +1 415 555 0100 ' }).phone).toBe('+1 415 555 0100');
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
