import type { Service } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { changes, EMPTY, serviceLine, spellNotice, toBody, toValues, validate } from './service-values.ts';

const service: Service = {
  id: '3d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
  name: 'Group physiotherapy',
  slug: 'group-physiotherapy',
  duration_minutes: 45,
  buffer_before_minutes: 0,
  buffer_after_minutes: 15,
  capacity: 6,
  min_notice_minutes: 1_440,
  horizon_days: null,
  slot_step_minutes: 15,
  provider_ids: ['b', 'a'],
  active: true,
};

test.each([
  [0, 0, 'hours'],
  [90, 90, 'minutes'],
  [120, 2, 'hours'],
  [1_440, 1, 'days'],
  [1_500, 25, 'hours'],
])('%i minutes of notice are %i %s', (minutes, notice, notice_unit) => {
  expect(spellNotice(minutes)).toEqual({ notice, notice_unit });
});

test('a service goes through the form and comes out as it was', () => {
  const { id: _, slug: __, ...rules } = service;
  expect(toBody(toValues(service))).toEqual({ ...rules, provider_ids: ['a', 'b'] });
});

test('only what was changed is sent', () => {
  const before = toValues(service);
  expect(changes(before, { ...before })).toEqual({});
  expect(changes(before, { ...before, notice: 24, notice_unit: 'hours' })).toEqual({});
  expect(changes(before, { ...before, offered_by: 'all', horizon_days: 60 })).toEqual({
    provider_ids: [],
    horizon_days: 60,
  });
});

test('what is out of range is refused before it is sent', () => {
  expect(validate.duration_minutes('')).toBe('Enter 5 to 480 minutes.');
  expect(validate.capacity(0)).toBe('Enter 1 to 100 patients.');
  expect(validate.notice(31, { ...EMPTY, notice_unit: 'days' })).not.toBeNull();
  expect(validate.horizon_days('')).toBeNull();
  expect(validate.provider_ids([], { ...EMPTY, offered_by: 'some' })).not.toBeNull();
});

test('one line says what differs from a plain appointment', () => {
  expect(serviceLine({ ...service, provider_ids: [] }, [])).toBe(
    '45 min · 15 min after · 6 patients at once · 1 day’s notice · all providers',
  );
});
