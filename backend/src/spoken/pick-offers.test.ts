import { describe, expect, test } from 'vitest';
import { pickOffers, type RequestedTime } from './pick-offers.ts';

const TUESDAY = '2026-12-01';
const WEDNESDAY = '2026-12-02';
const clock = (text: string) => {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
};
const written = (minute: number) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;

/** Free from nine to five by the quarter of an hour; the last visit begins at 16:30. */
const dayOf = (date: string, taken: string[] = []) =>
  Array.from({ length: 31 }, (_, n) => ({ date, minute: 540 + n * 15 })).filter(
    ({ minute }) => !taken.includes(written(minute)),
  );
const times = (starts: ReturnType<typeof dayOf>, request: RequestedTime = {}) =>
  pickOffers(starts, request).map(({ date, minute }) => (date === TUESDAY ? '' : 'Wed ') + written(minute));

describe('the offers of an empty day', () => {
  test.each<[string, RequestedTime, string[]]>([
    ['no hour', {}, ['9:00', '13:00', '16:30']],
    ['four o’clock', { near: clock('16:00') }, ['15:45', '16:00', '16:15']],
    ['half past three', { near: clock('15:30') }, ['15:15', '15:30', '15:45']],
    ['an hour before it opens', { near: clock('7:00') }, ['9:00', '9:15', '9:30']],
    ['an hour after it closes', { near: clock('19:00') }, ['16:00', '16:15', '16:30']],
    ['after three', { fromMinute: clock('15:00') }, ['15:00', '16:00', '16:30']],
    ['before noon', { untilMinute: clock('12:00') }, ['9:00', '10:00', '11:45']],
    [
      'the afternoon',
      { fromMinute: clock('12:00'), untilMinute: clock('17:00') },
      ['12:00', '14:00', '16:30'],
    ],
    [
      'late afternoon',
      { fromMinute: clock('15:00'), untilMinute: clock('17:00') },
      ['15:00', '16:00', '16:30'],
    ],
    ['the evening', { fromMinute: clock('17:00') }, []],
    ['the last one', { prefer: 'last' }, ['14:30', '15:30', '16:30']],
    ['the last one before noon', { prefer: 'last', untilMinute: 720 }, ['9:45', '10:45', '11:45']],
    ['the first one', { prefer: 'first' }, ['9:00', '10:00', '11:00']],
  ])('with %s', (_request, request, expected) => {
    expect(times(dayOf(TUESDAY), request)).toEqual(expected);
  });

  test('are the neighbors when the hour itself is taken', () => {
    expect(times(dayOf(TUESDAY, ['16:00']), { near: clock('16:00') })).toEqual(['15:30', '15:45', '16:15']);
  });
});

describe('the offers of several days', () => {
  const two = (taken: string[] = []) => [...dayOf(TUESDAY, taken), ...dayOf(WEDNESDAY)];

  test('are the soonest', () => {
    expect(times([...dayOf(TUESDAY).slice(-2), ...dayOf(WEDNESDAY)])).toEqual([
      '16:15',
      'Wed 9:00',
      'Wed 10:00',
    ]);
  });

  test('are at the hour that was named, on the first day that has it', () => {
    expect(times(two(['16:00']), { near: clock('16:00') })).toEqual(['Wed 15:45', 'Wed 16:00', 'Wed 16:15']);
    expect(times(two(), { near: clock('16:00') })).toEqual(['15:45', '16:00', '16:15']);
  });

  test('are around it where no day has it', () => {
    const free = two().filter(({ minute }) => minute !== clock('16:00'));
    expect(times(free, { near: clock('16:00') })).toEqual(['15:30', '15:45', '16:15']);
  });

  test('are the last ones of the first day', () => {
    expect(times(two(), { prefer: 'last' }).at(-1)).toBe('16:30');
  });

  test('are none where nothing is free', () => {
    for (const request of [{}, { near: 600 }, { prefer: 'last' as const }])
      expect(pickOffers([], request)).toEqual([]);
  });
});
