import type { Appointment, MoveRequest } from '@voxanne/contract';

/** What a person asked for and the server has not answered yet. */
export interface Move {
  appointment: Appointment;
  /** Where it goes, as it is shown until the answer comes. */
  to: { at: string; providerId: string; providerName: string };
  body: Partial<MoveRequest>;
  /** Of this request: asking again after a lost answer is the same request. */
  key: string;
}

/** The appointments as they will be. A refused move is not pending anymore, and everything is as it was. */
export function withPending(appointments: Appointment[], pending: Move[]): Appointment[] {
  if (pending.length === 0) return appointments;
  const latest = new Map(pending.map((move) => [move.appointment.id, move.to]));
  return appointments.map((one) => {
    const to = latest.get(one.id);
    return to === undefined
      ? one
      : { ...one, scheduled_at: to.at, provider_id: to.providerId, provider_name: to.providerName };
  });
}
