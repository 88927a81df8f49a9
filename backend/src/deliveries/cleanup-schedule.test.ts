import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lastDue } from './cleanup.ts';
import { type Schedule, scheduleDaily } from './cleanup-schedule.ts';

describe('the daily look', () => {
  let schedule: Schedule;
  let looks: string[];
  const look = async () => void looks.push(new Date().toISOString());
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-21T03:55:00Z') });
    looks = [];
  });
  afterEach(async () => {
    await schedule.stop();
    vi.useRealTimers();
  });

  test('is at the start, at 04:00 UTC, and every ten minutes for what was missed', async () => {
    schedule = scheduleDaily(look);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(looks).toEqual([
      '2026-11-21T03:55:00.000Z',
      '2026-11-21T04:00:00.000Z',
      '2026-11-21T04:05:00.000Z',
    ]);
  });

  test('is one at a time', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    schedule = scheduleDaily(async () => {
      await look();
      await ended;
    });
    await vi.advanceTimersByTimeAsync(30 * 60_000);
    expect(looks).toHaveLength(1);
    end();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(looks).toHaveLength(2);
  });

  test('ends with the worker: what runs is asked to stop, and waited for', async () => {
    let heard = false;
    schedule = scheduleDaily(async (signal) => {
      await look();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      heard = true;
    });
    await vi.advanceTimersByTimeAsync(1);
    await schedule.stop();
    expect(heard).toBe(true);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(looks).toHaveLength(1);
  });
});

describe('what is due', () => {
  test.each([
    ['2026-11-21T03:59:59.999Z', '2026-11-20T04:00:00.000Z'],
    ['2026-11-21T04:00:00.000Z', '2026-11-21T04:00:00.000Z'],
    ['2027-01-01T00:00:00.000Z', '2026-12-31T04:00:00.000Z'],
  ])('at %s is the run of %s', (now, due) => {
    expect(lastDue(new Date(now)).toISOString()).toBe(due);
  });
});
