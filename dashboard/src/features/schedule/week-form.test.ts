import { expect, test } from 'vitest';
import {
  added,
  changed,
  copiedToWeekdays,
  faultsOf,
  hintsOf,
  removed,
  toRules,
  toWeek,
  weekLine,
} from './week-form.ts';

const OFFICE: [string, string][] = [['09:00', '17:00']];

test('a week goes through the editor and comes out as it was, midnight included', () => {
  const rules = {
    working_hours: { 1: OFFICE, 6: [['18:00', '24:00']] as [string, string][] },
    breaks: { 1: [['12:00', '12:30']] as [string, string][] },
  };
  const week = toWeek(rules.working_hours, rules.breaks);
  expect(week[6].windows).toMatchObject([{ from: '18:00', to: '00:00' }]);
  expect(toRules(week)).toEqual(rules);
});

test('an empty day opens with office hours; one more window waits for its times', () => {
  const once = added(toWeek({}, {}), '3', 'windows');
  expect(toRules(once).working_hours).toEqual({ 3: OFFICE });
  const twice = added(once, '3', 'windows');
  expect(faultsOf(twice)).toEqual({ 3: { windows: ['Enter both times, or remove the row.'] } });
  const [, second] = twice[3].windows;
  const filled = changed(twice, '3', 'windows', { id: second?.id ?? 0, from: '16:00', to: '18:00' });
  expect(faultsOf(filled)[3]?.windows?.[0]).toMatch(/^4:00.PM to 6:00.PM overlaps 9:00.AM to 5:00.PM/);
  expect(faultsOf(removed(filled, '3', 'windows', second?.id ?? 0))).toEqual({});
});

test('a break while the clinic is closed is a hint and no fault', () => {
  const week = toWeek({ 1: OFFICE }, { 2: [['12:00', '13:00']] });
  expect(faultsOf(week)).toEqual({});
  expect(hintsOf(week)).toEqual({
    2: [expect.stringMatching(/^The break from 12:00.PM to 1:00.PM is outside that day’s working hours\.$/)],
  });
});

test('a day is copied to the other weekdays, breaks included, and the weekend stays', () => {
  const week = toWeek({ 2: [['08:00', '12:00']], 5: OFFICE, 6: OFFICE }, { 2: [['10:00', '10:15']] });
  const { working_hours, breaks } = toRules(copiedToWeekdays(week, '2'));
  expect(Object.keys(working_hours)).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(working_hours[5]).toEqual([['08:00', '12:00']]);
  expect(working_hours[6]).toEqual(OFFICE);
  expect(Object.keys(breaks)).toEqual(['1', '2', '3', '4', '5']);
});

test('a week is one line', () => {
  const line = weekLine({
    1: OFFICE,
    2: OFFICE,
    4: OFFICE,
    6: [
      ['09:00', '12:00'],
      ['14:00', '24:00'],
    ],
  });
  expect(line).toBe(
    'Mon to Tue 9:00 AM to 5:00 PM; Thu 9:00 AM to 5:00 PM; Sat 9:00 AM to 12:00 PM, 2:00 PM to midnight',
  );
  expect(weekLine({})).toBe('');
});
