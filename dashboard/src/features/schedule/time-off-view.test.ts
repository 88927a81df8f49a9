import type { TimeOff } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { emptyTimeOff, spellSpan, toBody, toValues, validate, whoseWords } from './time-off-view.ts';

const TODAY = '2026-11-18';
const christmas: TimeOff = {
  id: '0b0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  provider_id: null,
  title: 'Christmas',
  starts_local: '2026-12-24T00:00:00',
  ends_local: '2026-12-27T00:00:00',
  all_day: true,
  first_day: '2026-12-24',
  last_day: '2026-12-26',
};
const afternoon: TimeOff = {
  ...christmas,
  starts_local: '2026-11-23T13:00:00',
  ends_local: '2026-11-23T15:30:00',
  all_day: false,
  first_day: '2026-11-23',
  last_day: '2026-11-23',
};
const evening: TimeOff = { ...afternoon, ends_local: '2026-11-24T00:00:00' };

test('what is read from the server is sent back as the same span', () => {
  expect(toBody(toValues(christmas))).toEqual({
    title: 'Christmas',
    provider_id: null,
    starts_local: '2026-12-24',
    ends_local: '2026-12-26',
  });
  expect(toBody(toValues(afternoon))).toMatchObject({
    starts_local: '2026-11-23T13:00',
    ends_local: '2026-11-23T15:30',
  });
  // A day as the end is its last moment.
  expect(toBody(toValues(evening))).toMatchObject({
    starts_local: '2026-11-23T13:00',
    ends_local: '2026-11-23',
  });
});

test('it is spelled as people say it, with the year only when it is not this one', () => {
  expect(spellSpan(christmas, TODAY)).toBe('Thu, Dec 24 to Sat, Dec 26');
  expect(spellSpan({ ...christmas, last_day: '2027-01-01' }, TODAY)).toBe('Thu, Dec 24 to Fri, Jan 1, 2027');
  expect(spellSpan(afternoon, TODAY)).toBe('Mon, Nov 23, 1:00 PM to 3:30 PM');
  expect(spellSpan(evening, TODAY)).toBe('Mon, Nov 23, 1:00 PM to midnight');
  expect(whoseWords(christmas, [])).toBe('Whole clinic');
});

test('what ends before it starts is refused before it is sent', () => {
  const values = emptyTimeOff(TODAY);
  expect(validate.last_day('2026-11-17', values)).toBe('It ends before it starts.');
  const hours = { ...values, whole_days: false };
  expect(validate.to('13:00', hours)).toBe('It ends before it starts.');
  expect(validate.to('00:00', hours)).toBeNull();
  expect(validate.to('09:00', { ...hours, last_day: '2026-11-19' })).toBeNull();
});
