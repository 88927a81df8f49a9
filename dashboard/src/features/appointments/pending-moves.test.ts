import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { withPending } from './pending-moves.ts';

const one = { id: '1', scheduled_at: 'nine', provider_id: 'ada', provider_name: 'Dr. Ada' } as Appointment;
const other = { id: '2', scheduled_at: 'nine', provider_id: 'bob', provider_name: 'Dr. Bob' } as Appointment;
const to = (at: string) => ({
  appointment: one,
  to: { at, providerId: 'bob', providerName: 'Dr. Bob' },
  body: {},
  key: at,
});

test('a dragged appointment is at once where it was dropped, and nothing else moves', () => {
  const [moved, same] = withPending([one, other], [to('ten')]);
  expect(moved).toMatchObject({ scheduled_at: 'ten', provider_id: 'bob', provider_name: 'Dr. Bob' });
  expect(same).toBe(other);
});

test('of two moves of one appointment the later one is shown', () => {
  expect(withPending([one], [to('ten'), to('eleven')])[0]?.scheduled_at).toBe('eleven');
});

test('without a pending move everything is as the server said', () => {
  const all = [one, other];
  expect(withPending(all, [])).toBe(all);
});
