import { expect, test } from 'vitest';
import { snapped } from './drag-place.ts';

// A pixel a minute, from 8:00 to 18:00.
const axis = { from: 480, to: 1080 };
const column = (key: string, left: number) => ({
  key,
  rect: { left, right: left + 100, top: 50, bottom: 650 },
});
const columns = [column('ada', 0), column('bob', 100)];
const drop = (x: number, y: number, change = {}) =>
  snapped(columns, { x, y }, { axis, minutes: 30, grip: 0, ...change });

test('a card falls to the nearest quarter of an hour of the column below the pointer', () => {
  expect(drop(20, 50 + 67)).toEqual({ columnKey: 'ada', from: 540 });
  expect(drop(120, 50 + 68)).toEqual({ columnKey: 'bob', from: 555 });
});

test('it is held where it was taken', () => {
  expect(drop(20, 50 + 75, { grip: 0.5 })).toEqual({ columnKey: 'ada', from: 540 });
});

test('it does not leave the day, and beside the columns there is nothing', () => {
  expect(drop(20, -400)?.from).toBe(480);
  expect(drop(20, 4_000)?.from).toBe(1050);
  expect(drop(500, 100)).toBeNull();
});
