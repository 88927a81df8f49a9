import type { Appointment, MoveRequest } from '@voxanne/contract';
import { idempotencyKey } from '../../lib/api/request.ts';
import { dayKey, instantAt } from '../../lib/format/zoned.ts';
import type { Person } from './eligible-providers.ts';
import type { Move } from './pending-moves.ts';

export interface MoveValues {
  day: string;
  provider_id: string;
  /** One of the free times; empty: none is chosen. */
  start: string;
  /** HH:MM, typed by hand. */
  typed: string;
  reason: string;
  notify: boolean;
}

export const moveValuesOf = (appointment: Appointment, timeZone: string): MoveValues => ({
  day: dayKey(appointment.scheduled_at, timeZone),
  provider_id: appointment.provider_id,
  start: '',
  typed: '',
  reason: '',
  notify: true,
});

/**
 * Typed by hand counts before chosen: it was done later, and the choice is gone then.
 * @returns the instant, or an empty string where there is none.
 */
export function startOf({ day, start, typed }: MoveValues, timeZone: string): string {
  if (typed === '' || day === '') return start;
  const [hour = 0, minute = 0] = typed.split(':').map(Number);
  const instant = instantAt(day, hour * 60 + minute, timeZone);
  return instant === null ? '' : new Date(instant).toISOString();
}

export const startProblem = (values: MoveValues, timeZone: string): string | null =>
  startOf(values, timeZone) !== ''
    ? null
    : values.typed === '' || values.day === ''
      ? 'Choose a free time, or type one.'
      : 'The clocks change that day, so this time doesn’t exist. Choose another one.';

/** What is asked for: the appointment at another time, and whatever a person decided about it on purpose. */
export function moveTo(
  at: string,
  { reason, notify, provider_id: providerId }: MoveValues,
  { appointment, people, version }: { appointment: Appointment; people: Person[]; version: number },
  onPurpose: Partial<MoveRequest> = {},
): Move {
  const providerName = people.find((one) => one.id === providerId)?.name ?? appointment.provider_name;
  const why = reason.trim();
  return {
    appointment,
    to: { at, providerId, providerName },
    body: {
      scheduled_at: at,
      provider_id: providerId,
      notify,
      version,
      ...(why === '' ? {} : { reason: why }),
      // A time of today that has passed: the patient came then.
      ...(Date.parse(at) < Date.now() ? { already_here: true } : {}),
      ...onPurpose,
    },
    key: idempotencyKey(),
  };
}
