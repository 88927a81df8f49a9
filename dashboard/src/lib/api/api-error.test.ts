import { expect, test } from 'vitest';
import { fieldMessages, fromResponse } from './api-error.ts';

const problem = {
  type: 'about:blank',
  title: 'Invalid request',
  status: 400,
  detail: 'The email address is not one.',
  code: 'INVALID_REQUEST',
  request_id: 'r-1',
  retryable: false,
};

test('a problem speaks with its detail and names its fields by their last part', () => {
  const error = fromResponse(400, null, {
    ...problem,
    errors: [
      { path: '/email', message: 'no address' },
      { path: 'body.password', message: 'too short' },
    ],
  });
  expect(error.message).toBe(problem.detail);
  expect(error.requestId).toBe('r-1');
  expect(error.fields).toEqual([
    { field: 'email', message: 'no address' },
    { field: 'password', message: 'too short' },
  ]);
});

test('an answer that is not a problem still gives a sentence, a code and the request id', () => {
  const error = fromResponse(502, 'r-2', '<html>Bad gateway</html>');
  expect(error.message).toContain('502');
  expect(error.code).toBe('HTTP_502');
  expect(error.requestId).toBe('r-2');
});

test('a field gets the sentence of the problem when it is the only one, else its own words', () => {
  const one = fromResponse(400, null, { ...problem, errors: [{ path: 'phone', message: 'is no phone' }] });
  expect(fieldMessages(one)).toEqual({ phone: problem.detail });
  const checked = {
    ...problem,
    code: 'VALIDATION_FAILED',
    errors: [{ path: 'phone', message: 'is no phone' }],
  };
  expect(fieldMessages(fromResponse(400, null, checked))).toEqual({ phone: 'Is no phone' });
});

test('a refusal that names no field is put where it belongs by its code', () => {
  const error = fromResponse(400, null, { ...problem, code: 'INVALID_PHONE' });
  expect(fieldMessages(error)).toEqual({ phone: problem.detail });
  expect(fieldMessages(fromResponse(500, null, 'x'))).toEqual({});
});

test('what extends the problem stays readable, such as the alternatives of a taken slot', () => {
  const body = { ...problem, status: 409, alternatives: [{ slot_id: 's' }] };
  expect(fromResponse(409, null, body).body).toEqual(body);
});
