import { expect, test } from 'vitest';
import {
  compactPhone,
  formatPhone,
  formatTime,
  groupByDay,
  plural,
  relativeDay,
  spellTimeZone,
} from './format.ts';

const now = Date.parse('2030-01-07T15:00:00Z');

test('today and tomorrow are those of the clinic', () => {
  expect(relativeDay('2030-01-08T02:00:00Z', now, 'America/New_York')).toBe('Today');
  expect(relativeDay('2030-01-08T02:00:00Z', now, 'Europe/Berlin')).toBe('Tomorrow');
  expect(relativeDay('2030-01-10T15:00:00Z', now, 'America/New_York')).toMatch(/^Thursday.*10/);
});

test('times are shown in the time zone of the clinic', () => {
  expect(formatTime('2030-01-07T14:30:00Z', 'America/New_York')).toMatch(/^0?9:30/);
});

test('time zones are spelled out', () => {
  expect(spellTimeZone('America/New_York', now)).toMatch(/^New York time \(.+\)$/);
  expect(spellTimeZone('Nowhere/Land', now)).toBe('Nowhere/Land');
});

test('phones are grouped where the grouping is certain', () => {
  expect(formatPhone('+14155550132')).toBe('+1 (415) 555-0132');
  expect(formatPhone('+4930123456')).toBe('+4930123456');
  expect(compactPhone('+1 (415) 555-0132')).toBe('+14155550132');
});

test('items keep their order inside their day', () => {
  const items = [
    { at: '2030-01-08T02:00:00Z' },
    { at: '2030-01-08T12:00:00Z' },
    { at: '2030-01-08T13:00:00Z' },
  ];
  expect(groupByDay(items, (i) => i.at, 'America/New_York').map(([day, list]) => [day, list.length])).toEqual(
    [
      ['2030-01-07', 1],
      ['2030-01-08', 2],
    ],
  );
});

test('one thing is singular', () => {
  expect(plural(1, 'text')).toBe('1 text');
  expect(plural(2, 'text')).toBe('2 texts');
});
