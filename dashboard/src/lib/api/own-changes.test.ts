import type { LiveEvent } from '@voxanne/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeIdsOf, createOwnChanges, noteChangeIds } from './own-changes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The events of one page, as they reach its data. */
function page() {
  const own = createOwnChanges();
  const read: string[] = [];
  return {
    read,
    change: () => own.begin(['appointment.updated', 'waitlist.updated']),
    dropWaiting: own.dropWaiting,
    hear(change_id: string | undefined, type: LiveEvent['type'] = 'appointment.updated') {
      const event: LiveEvent = {
        id: '1',
        type,
        at: '2030-01-07T09:00:00Z',
        data: {},
        ...(change_id === undefined ? {} : { change_id }),
      };
      own.sift(event, () => read.push(`${type} ${change_id}`));
    },
  };
}

test('the event of an own change is not read again after the answer was', () => {
  const { change, hear, read } = page();
  const answered = change();
  answered(['812']);
  hear('812');
  hear('812', 'waitlist.updated');
  expect(read).toEqual([]);
});

test('someone else’s change to the same appointment is read, also at the same moment', () => {
  const { change, hear, read } = page();
  const answered = change();
  hear('811');
  answered(['812']);
  hear('813');
  expect(read).toEqual(['appointment.updated 811', 'appointment.updated 813']);
});

test('an event that overtakes the answer waits for it', () => {
  const { change, hear, read } = page();
  const answered = change();
  hear('812');
  expect(read).toEqual([]);
  answered(['812']);
  vi.advanceTimersByTime(60_000);
  expect(read).toEqual([]);
});

test('what has overtaken two answers waits for the second as well', () => {
  const { change, hear, read } = page();
  const first = change();
  const second = change();
  hear('813');
  first(['812']);
  expect(read).toEqual([]);
  second(['813']);
  expect(read).toEqual([]);
});

test('an answer that is lost, or takes too long, keeps nothing from the page', () => {
  const { change, hear, read } = page();
  const lost = change();
  hear('812');
  lost([]);
  expect(read).toEqual(['appointment.updated 812']);
  change();
  hear('813');
  vi.advanceTimersByTime(1_999);
  expect(read).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(read).toEqual(['appointment.updated 812', 'appointment.updated 813']);
});

test('of an own change too, a kind of event that it did not name is read', () => {
  const { change, hear, read } = page();
  const answered = change();
  hear('812', 'contact.updated');
  answered(['812']);
  expect(read).toEqual(['contact.updated 812']);
});

test('an event without an id is read at once', () => {
  const { change, hear, read } = page();
  change();
  hear(undefined);
  expect(read).toEqual(['appointment.updated undefined']);
});

test('a change is recognized for half a minute', () => {
  const { change, hear, read } = page();
  change()(['812']);
  vi.advanceTimersByTime(30_000);
  hear('812');
  expect(read).toEqual(['appointment.updated 812']);
});

test('after a gap everything is read anyway, and what waited is not read once more', () => {
  const { change, hear, read, dropWaiting } = page();
  const answered = change();
  hear('811');
  dropWaiting();
  answered(['812']);
  vi.advanceTimersByTime(60_000);
  expect(read).toEqual([]);
});

test('the ids of an answer are known by the answer itself, and by no copy of it', () => {
  const answer = { id: 'a' };
  noteChangeIds(answer, '812 815');
  noteChangeIds('text', '816');
  expect(changeIdsOf(answer)).toEqual(['812', '815']);
  expect(changeIdsOf({ ...answer })).toEqual([]);
  expect(changeIdsOf('text')).toEqual([]);
  expect(changeIdsOf(undefined)).toEqual([]);
});
