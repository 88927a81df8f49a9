import { expect, test } from 'vitest';
import { bodyOf, bookedWords, EMPTY, lengthProblem } from './booking-values.ts';

const maria = { ...EMPTY, name: 'Maria', phone: '+14155550132', service_type: 'consultation', slot_id: 's' };

test('what was not filled in is not sent', () => {
  expect(bodyOf({ values: { ...maria, email: ' ', notes: '\n' } })).toEqual({
    name: 'Maria',
    phone: '+14155550132',
    service_type: 'consultation',
    slot_id: 's',
    notify_after_s: 10,
  });
});

test('what is under "More" is sent along', () => {
  const values = {
    ...maria,
    email: ' m@a.example ',
    notes: 'Wheelchair',
    duration_minutes: 45,
    pending: true,
  };
  expect(bodyOf({ values })).toMatchObject({
    email: 'm@a.example',
    notes: 'Wheelchair',
    duration_minutes: 45,
    status: 'pending',
  });
});

test('a time that was chosen in the calendar counts, and not one of the list', () => {
  const body = bodyOf({
    values: maria,
    place: { at: '2030-01-07T14:00:00Z', providerId: 'ada' },
    overbook: 'Twins',
  });
  expect(body).toMatchObject({
    scheduled_at: '2030-01-07T14:00:00Z',
    provider_id: 'ada',
    overbook: true,
    reason: 'Twins',
  });
  expect(body).not.toHaveProperty('slot_id');
});

test('what staff insist on is said by its name, and only then', () => {
  const place = { at: '2030-01-07T14:00:00Z' };
  expect(bodyOf({ values: maria, place, outsideHours: true, alreadyHere: true })).toMatchObject({
    outside_hours: true,
    already_here: true,
  });
  const plain = bodyOf({ values: maria, place });
  for (const flag of ['outside_hours', 'already_here']) expect(plain).not.toHaveProperty(flag);
});

test('a length is empty, or whole minutes that can be booked', () => {
  expect(['', 5, 480].map(lengthProblem)).toEqual([null, null, null]);
  expect([4, 481, 7.5, '-'].map((length) => lengthProblem(length) === null)).not.toContain(true);
});

test('a patient who got no text is not said to have one', () => {
  expect(bookedWords(maria, 'Monday')).toBe('Maria is booked for Monday.');
  expect(bookedWords({ ...maria, pending: true }, 'Monday')).toContain('We haven’t texted them');
  const stopped = { code: 'STOPPED' as const, reason: 'The patient sent STOP, so we can’t text them.' };
  expect(bookedWords(maria, 'Monday', stopped)).toBe(
    'Maria is booked for Monday. The patient sent STOP, so we can’t text them.',
  );
});
