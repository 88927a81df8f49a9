import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { readDays, readTime, rightOf } from './testing/judge-reading.ts';
import { misheard, mishearings } from './testing/mishearings.ts';
import { clinics, type SaidRow, saidRows } from './testing/said.ts';
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

describe('what callers say', () => {
  const judged = saidRows.map((row) => ({
    row,
    got: { ...readTime(row), ...readDays(row) },
    right: rightOf(row),
  }));
  const isSafe = (got: string, right: string) => got === right || got === 'ask';
  const asSaid = ({ clinic, said, right }: SaidRow, got: unknown) =>
    `${clinic}: ${JSON.stringify(said)} is ${right}, not ${JSON.stringify(got)}`;

  test('is never taken for another time', () => {
    const wrong = judged.filter(({ got, right }) => !isSafe(got.time, right.time));
    expect(wrong.map(({ row, got }) => asSaid(row, got.time))).toEqual([]);
  });

  test('is never taken for another day', () => {
    const wrong = judged.filter(({ got, right }) => !isSafe(got.day, right.day));
    expect(wrong.map(({ row, got }) => asSaid(row, got.day))).toEqual([]);
  });

  test('is asked again in fewer than 8 of 100 sentences that a person finds plain', async ({ annotate }) => {
    const asked = (rows: typeof judged) =>
      rows.filter(({ got, right }) => got.day !== right.day || got.time !== right.time).length;
    const plain = judged.filter(({ row }) => row.isPlain);
    for (const [kind, rows = []] of Object.entries(Object.groupBy(plain, ({ row }) => row.kind))) {
      await annotate(`${kind}: ${asked(rows)} of ${rows.length} plain sentences are asked again`);
    }
    const share = asked(plain) / plain.length;
    await annotate(
      `${saidRows.length} sentences, ${plain.length} plain, ${(100 * share).toFixed(1)} % asked again`,
    );
    expect(share).toBeLessThan(0.08);
  });

  test('is offered on no other day, where the day is plain', () => {
    const wrong = judged.filter(({ row, got, right }) => row.isPlain && !isSafe(got.offered, right.day));
    expect(wrong.map(({ row, got }) => asSaid(row, got))).toEqual([]);
  });

  test('is never booked for another time when one of its words is misheard', () => {
    const wrong = saidRows.flatMap(misheard).flatMap((row) => {
      const { time, isOpen } = readTime(row);
      return isSafe(time, rightOf(row).time) || !isOpen ? [] : [asSaid(row, time)];
    });
    expect(wrong).toEqual([]);
  });
});
