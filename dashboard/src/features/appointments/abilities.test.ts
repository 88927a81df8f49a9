import { AppointmentAction, AppointmentStatus, StatusRequest } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { changeWord, isEarly, may } from './abilities.ts';

const all = AppointmentStatus.options;

test('what can be done is what the server says, but what is held is offered, and not canceled', () => {
  const can = (item: Parameters<typeof may>[0]) =>
    AppointmentAction.options.filter((action) => may(item, action));
  expect(can({ status: 'arrived', allowed_actions: ['edit', 'cancel'] })).toEqual(['edit', 'cancel']);
  expect(can({ status: 'held', allowed_actions: ['cancel'] })).toEqual([]);
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
