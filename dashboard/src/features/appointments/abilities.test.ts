import { AppointmentStatus, StatusRequest } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { canCancel, canMove, changeWord, isEarly, occupies } from './abilities.ts';

const all = AppointmentStatus.options;

test('an upcoming appointment can be dragged; one that has begun, is over, held or canceled cannot', () => {
  expect(all.filter(canMove)).toEqual(['pending', 'confirmed']);
  expect(all.filter(canCancel)).toEqual(['pending', 'confirmed', 'arrived']);
  expect(all.filter(occupies)).toEqual(['pending', 'held', 'confirmed', 'arrived']);
});

test('every change has a word, and undoing one has another', () => {
  expect(changeWord('pending', 'confirmed')).toBe('Confirm');
  expect(changeWord('arrived', 'confirmed')).toBe('Undo check-in');
  expect(changeWord('no_show', 'confirmed')).toBe('Undo no-show');
  for (const was of all) {
    for (const to of StatusRequest.shape.status.options) expect(changeWord(was, to)).not.toBe('');
  }
});

test('recording the outcome of a visit asks first until half an hour before it', () => {
  const nine = { scheduled_at: '2030-01-07T09:00:00Z' };
  const at = (time: string) => Date.parse(`2030-01-07T${time}:00Z`);
  expect(isEarly(nine, 'no_show', at('08:29'))).toBe(true);
  expect(isEarly(nine, 'no_show', at('08:30'))).toBe(false);
  expect(isEarly(nine, 'arrived', at('12:00'))).toBe(false);
  expect(isEarly(nine, 'confirmed', at('01:00'))).toBe(false);
});
