import { expect, test } from 'vitest';
import { changes, type RulesValues, validate } from './booking-rules-form.ts';

const before: RulesValues = {
  calendar_policy: 'internal_only',
  booking_horizon_days: 365,
  keep: 'always',
  message_retention_days: 90,
};

test('only what was changed is sent', () => {
  expect(changes(before, { ...before, message_retention_days: 30 })).toEqual({});
  expect(
    changes(before, { ...before, calendar_policy: 'closed', booking_horizon_days: '180', keep: 'days' }),
  ).toEqual({ calendar_policy: 'closed', booking_horizon_days: 180, message_retention_days: 90 });
  expect(changes({ ...before, keep: 'days' }, before)).toEqual({ message_retention_days: null });
});

test('numbers that cannot be are said before they are sent', () => {
  expect(validate.booking_horizon_days('')).toBe('Enter 1 to 1095 days.');
  expect(validate.booking_horizon_days(1_096)).toBe('Enter 1 to 1095 days.');
  expect(validate.message_retention_days('', before)).toBeNull();
  expect(validate.message_retention_days('', { ...before, keep: 'days' })).toBe('Enter 1 to 3650 days.');
});
