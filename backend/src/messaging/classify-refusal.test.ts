import { expect, test } from 'vitest';
import { classifyRefusal, classifyTwilioError, codeOf, explainRefusal } from './classify-refusal.ts';

test.each([
  ['an invalid number', { kind: 'PERMANENT', status: 400, code: 21211 }, 'recipient'],
  ['a landline', { kind: 'PERMANENT', status: 400, code: 21614 }, 'recipient'],
  ['an opted-out patient', { kind: 'PERMANENT', status: 400, code: 21610 }, 'opted_out'],
  ['wrong credentials', { kind: 'AUTH', status: 401, code: 20003 }, 'configuration'],
  ['a sender that is not ours', { kind: 'PERMANENT', status: 400, code: 21606 }, 'configuration'],
  ['a country that is not enabled', { kind: 'PERMANENT', status: 400, code: 21408 }, 'configuration'],
  ['too many requests', { kind: 'RATE_LIMIT', status: 429, code: 20429 }, 'temporary'],
  ['no connection', { kind: 'NETWORK', code: 'ECONNREFUSED' }, 'temporary'],
  ['an open breaker', { kind: 'CIRCUIT_OPEN' }, 'temporary'],
  ['a code nobody has seen', { kind: 'PERMANENT', status: 400, code: 29999 }, 'recipient'],
  ['a fault of our own', { kind: 'PERMANENT' }, 'temporary'],
] as const)('%s', (_name, error, refusal) => {
  expect(classifyRefusal(error)).toBe(refusal);
});

test('a full sender queue is a rate limit although Twilio says 400', () => {
  expect(classifyTwilioError({ status: 400, code: 21611 })).toBe('RATE_LIMIT');
  expect(classifyTwilioError({ status: 400, code: 21211 })).toBeUndefined();
  expect(classifyTwilioError(undefined)).toBeUndefined();
});

test('the code that is shown is Twilio’s, else the status, else ours', () => {
  expect(codeOf({ kind: 'PERMANENT', status: 400, code: 21211 })).toBe('21211');
  expect(codeOf({ kind: 'TEMPORARY', status: 503 })).toBe('HTTP_503');
  expect(codeOf({ kind: 'TIMEOUT' })).toBe('TIMEOUT');
});

test('wrong credentials are explained with what to fix', () => {
  expect(explainRefusal('configuration', '20003')).toContain('TWILIO_AUTH_TOKEN');
  expect(explainRefusal('configuration', '21606')).toContain('https://www.twilio.com/docs/errors/21606');
});
