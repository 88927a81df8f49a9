import { expect, test } from 'vitest';
import { axisOf, freeCells, startAt } from './free-cells.ts';

const axis = { from: 540, to: 720 };
const all = { axis, open: [axis], busy: [], notBefore: -1 };

test('free time is offered in half hours with their quarters', () => {
  expect(freeCells(all).map((cell) => cell.starts)).toEqual([
    [540, 555],
    [570, 585],
    [600, 615],
    [630, 645],
    [660, 675],
    [690, 705],
  ]);
});

test('what is taken, closed or over is not offered', () => {
  const cells = freeCells({
    ...all,
    open: [{ from: 555, to: 690 }],
    busy: [{ from: 570, to: 615 }],
    notBefore: 630,
  });
  expect(cells).toEqual([
    { from: 630, to: 660, starts: [645] },
    { from: 660, to: 690, starts: [660, 675] },
  ]);
});

test('a click means the quarter it hit, or the one that is free', () => {
  const cell = { from: 540, to: 570, starts: [540, 555] };
  expect([startAt(cell, 0.1), startAt(cell, 0.9)]).toEqual([540, 555]);
  expect(startAt({ ...cell, starts: [555] }, 0.1)).toBe(555);
  expect(startAt({ ...cell, starts: [540] }, 0.9)).toBe(540);
});

test('the hours shown are those that matter, in whole hours', () => {
  expect(axisOf([])).toEqual({ from: 480, to: 1080 });
  expect(
    axisOf([
      { from: 555, to: 600 },
      { from: 600, to: 1035 },
    ]),
  ).toEqual({ from: 540, to: 1080 });
  expect(axisOf([{ from: 1380, to: 1440 }])).toEqual({ from: 1380, to: 1440 });
});
