import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { refusalOf } from './refusal.ts';

const slot = { slot_id: 's', start: '1', end: '2', provider_id: 'p', provider_name: 'Dr. Ada', label: 'l' };
const refused = (code: string, message: string, alternatives: unknown[] = []) =>
  refusalOf(new ApiError({ status: 409, code, message, body: { alternatives } }));

test('a taken time brings its alternatives, and an owner may insist', () => {
  const refusal = refused(
    'SLOT_UNAVAILABLE',
    'That time is already taken. The closest openings are l and m.',
    [slot],
  );
  expect(refusal.message).toBe('That time is already taken.');
  expect(refusal.alternatives).toHaveLength(1);
  expect(refusal.mayOverbook).toBe(true);
});

test('closed hours have alternatives too, but no one can insist', () => {
  const refusal = refused('OUTSIDE_HOURS', 'The clinic is not open for the whole of that time.', [slot]);
  expect([refusal.alternatives.length, refusal.mayOverbook]).toEqual([1, false]);
});

test('without an answer it doesn’t say that nothing happened', () => {
  const lost = refusalOf(
    new ApiError({ status: 0, code: 'UNREACHABLE', message: 'Voxanne does not answer.' }),
  );
  expect([lost.title, lost.isCertain]).toEqual(['No answer from Voxanne', false]);
  expect(refused('SLOT_UNAVAILABLE', 'Taken.').isCertain).toBe(true);
});

test('every other refusal shows its own sentence', () => {
  expect(
    refused('NOT_CHANGEABLE', 'This appointment can’t be moved, because the visit is done.'),
  ).toMatchObject({
    title: 'That didn’t work',
    message: 'This appointment can’t be moved, because the visit is done.',
    alternatives: [],
    mayOverbook: false,
  });
});

test('a person who was overtaken has to look again, and cannot insist', () => {
  const refusal = refused('CHANGED_MEANWHILE', 'Someone else just changed this appointment.');
  expect(refusal).toMatchObject({ isOvertaken: true, mayOverbook: false, isCertain: true });
  expect(refused('SLOT_UNAVAILABLE', 'Taken.').isOvertaken).toBe(false);
});
