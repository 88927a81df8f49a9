import { expect, test } from 'vitest';
import { daysOf, skippedPart, stepFrom, wallRange, windowOf } from './days.ts';

const NEW_YORK = 'America/New_York';

test('a view shows its days, and steps by as many', () => {
  expect(daysOf('day', '2030-01-09')).toEqual(['2030-01-09']);
  expect(daysOf('week', '2030-01-13')[0]).toBe('2030-01-07');
  expect(daysOf('list', '2030-01-09').at(-1)).toBe('2030-01-15');
  expect(stepFrom('day', '2030-01-31', 1)).toBe('2030-02-01');
  expect(stepFrom('week', '2030-01-03', -1)).toBe('2029-12-27');
});

test('what is asked of the server is bounded by the clinic’s midnights, and what began before them may last', () => {
  expect(windowOf(['2030-03-10'], NEW_YORK)).toEqual({
    from: '2030-03-09T21:00:00.000Z',
    to: '2030-03-11T04:00:00.000Z',
  });
  // On the Azores there is no midnight when summer begins.
  expect(windowOf(['2030-03-31'], 'Atlantic/Azores').from).toBe('2030-03-30T17:00:00.000Z');
});

test('the hour that the clocks skip is known, and other days have none', () => {
  expect(skippedPart('2030-03-10', NEW_YORK)).toEqual({ from: 120, to: 180 });
  expect(skippedPart('2030-03-11', NEW_YORK)).toBeNull();
  expect(skippedPart('2030-11-03', NEW_YORK)).toBeNull();
  expect(skippedPart('2030-10-06', 'Australia/Lord_Howe')).toEqual({ from: 120, to: 150 });
});

test('an appointment is drawn where the clinic’s clock shows it', () => {
  expect(wallRange('2030-01-07T14:15:00Z', 45, NEW_YORK)).toEqual({ from: 555, to: 600 });
  expect(wallRange('2030-01-07T14:15:00Z', 45, 'Asia/Kolkata')).toEqual({ from: 1185, to: 1230 });
});

test('it is as long as the clock says, and never too short to see', () => {
  // From 1:30 over the skipped hour to 3:30.
  expect(wallRange('2030-03-10T06:30:00Z', 60, NEW_YORK)).toEqual({ from: 90, to: 210 });
  // From the first 1:30 to the second.
  expect(wallRange('2030-11-03T05:30:00Z', 60, NEW_YORK)).toEqual({ from: 90, to: 105 });
  expect(wallRange('2030-01-08T04:30:00Z', 60, NEW_YORK)).toEqual({ from: 1410, to: 1470 });
});
