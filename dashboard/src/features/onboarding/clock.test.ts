import { expect, test } from 'vitest';
import { clockTone, clockWords, crossedMark, elapsedSeconds, formatClock, formatSplit } from './clock.ts';

const running = {
  started_at: '2030-01-07T09:00:00.000Z',
  now: '2030-01-07T09:00:10.000Z',
  completed_at: null,
  target_seconds: 60,
};

test('between events the clock counts on from the time of the server, whatever the clock here says', () => {
  const wrongClock = Date.parse('2041-05-05T00:00:00Z');
  expect(elapsedSeconds(running, wrongClock, wrongClock)).toBe(10);
  expect(elapsedSeconds(running, wrongClock, wrongClock + 2_500)).toBe(12.5);
});

test('a clock here that jumps back does not turn the count back', () => {
  expect(elapsedSeconds(running, 5_000, 1_000)).toBe(10);
});

test('the clock stops where the server stopped it', () => {
  const done = { ...running, completed_at: '2030-01-07T09:00:31.200Z' };
  expect(elapsedSeconds(done, 0, 999_999)).toBe(31.2);
  expect(clockTone(31.2, done)).toBe('done');
});

test('amber from 45 seconds, over from 60', () => {
  expect(clockTone(44.9, running)).toBe('running');
  expect(clockTone(45, running)).toBe('late');
  expect(clockTone(60, running)).toBe('over');
});

test('past the target it says so in words', () => {
  expect(clockWords('over', 61, 60)).toContain('No rush');
  expect(clockWords('done', 31.2, 60)).toBe('Done, with 28.8 s to spare.');
  expect(clockWords('done', 71, 60)).toContain('longer than 60');
});

test('digits', () => {
  expect(formatClock(7.9)).toBe('0:07');
  expect(formatClock(75)).toBe('1:15');
  expect(formatClock(3_675)).toBe('1:01:15');
  expect(formatSplit(4.27)).toBe('4.3 s');
  expect(formatSplit(130)).toBe('2:10 min');
});

test('a screen reader hears 15, 30, 45 and 60 once each', () => {
  expect(crossedMark(14.9, 15)).toBe(15);
  expect(crossedMark(15, 16)).toBeNull();
  expect(crossedMark(10, 47)).toBe(45);
  expect(crossedMark(59.9, 60.1)).toBe(60);
});

test('after five minutes no one hurries: the clock rests, and a late end is not held against anyone', () => {
  expect(clockTone(299, running)).toBe('over');
  expect(clockTone(300, running)).toBe('rest');
  expect(clockWords('rest', 3_000, 60)).toContain('No rush');
  expect(clockWords('done', 90, 60)).toBe('Done. It took longer than 60 seconds.');
  expect(clockWords('done', 3_000, 60)).toBe('Done.');
});
