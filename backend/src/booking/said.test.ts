import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { misheard, mishearings } from './testing/mishearings.ts';
import { clinics, saidRows } from './testing/said.ts';
import { onClock } from './testing/spoken-scene.ts';

const WEEKDAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The day that a right value names, as it is written there. */
const dayOf = (right: string) => /([A-Z][a-z]{2}) (\d{4}-\d{2}-\d{2})/.exec(right)?.slice(1) ?? [];

describe('the sentences of callers', () => {
  test('are each written once for a clinic', () => {
    const written = saidRows.map(({ clinic, said }) => `${clinic} ${JSON.stringify(said).toLowerCase()}`);
    expect(written.filter((row, index) => written.indexOf(row) !== index)).toEqual([]);
  });

  test('are at least 640, of at least 20 kinds with at least 25 of each', () => {
    expect(saidRows.length).toBeGreaterThanOrEqual(640);
    const counts = Object.entries(Object.groupBy(saidRows, ({ kind }) => kind));
    expect(counts.length).toBeGreaterThanOrEqual(20);
    expect(counts.filter(([, rows]) => rows!.length < 25).map(([kind]) => kind)).toEqual([]);
  });

  test('belong to a clinic and a moment that are described', () => {
    expect(saidRows.filter(({ clinic }) => !(clinic in clinics))).toEqual([]);
  });

  test('name days that exist, with the right weekday', () => {
    const wrong = saidRows.filter(({ right }) => {
      const [weekday, date = ''] = dayOf(right);
      return right !== 'ask' && WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek] !== weekday;
    });
    expect(wrong).toEqual([]);
  });

  test('name times that are still to come, within a year', () => {
    const wrong = saidRows.filter(({ clinic, right }) => {
      const { now, zone } = clinics[clinic]!;
      const clock = onClock(new Date(now), zone);
      const [, date = ''] = dayOf(right);
      if (right === 'ask') return false;
      if (right.startsWith('ask on')) return Temporal.PlainDate.compare(date, clock.toPlainDate()) < 0;
      const at = Temporal.PlainDateTime.from(`${date}T${right.slice(-5)}`);
      return (
        Temporal.PlainDateTime.compare(at, clock) <= 0 ||
        Temporal.PlainDateTime.compare(at, clock.add({ days: 365 })) > 0
      );
    });
    expect(wrong).toEqual([]);
  });

  test('are plain only where a time or a day can be written down', () => {
    expect(saidRows.filter(({ isPlain, right }) => isPlain && right === 'ask')).toEqual([]);
  });

  test('are misheard in a thousand ways, with each mishearing in one of them', () => {
    const heard = saidRows.flatMap(misheard).map(({ said }) => said.dateText?.toLowerCase() ?? '');
    expect(heard.length).toBeGreaterThan(1_000);
    const unheard = mishearings.filter(
      ([, word]) => !heard.some((text) => text.includes(word.toLowerCase())),
    );
    expect(unheard).toEqual([]);
  });
});
