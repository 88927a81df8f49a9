import type { SimulatedCall } from '@voxanne/contract';
import { z } from 'zod';

export const defaultCaller = { from: '+14155550132', name: 'Maria Gonzalez' };

/** The last words of a call and its reason can arrive in either order. */
export const hasEnded = (call: SimulatedCall) => call.ended_reason !== null || call.status === 'ended';

const tools: Record<string, string> = {
  bookClinicAppointment: 'Book appointment',
  checkAvailability: 'Check availability',
  findAppointments: 'Find appointments',
  rescheduleAppointment: 'Move appointment',
  cancelAppointment: 'Cancel appointment',
  takeMessage: 'Take message',
  getClinicInfo: 'Clinic information',
};

export const toolWords = (name: string) => tools[name] ?? name;

export function callState(call: SimulatedCall | undefined): { word: string; running: boolean } {
  if (call === undefined) return { word: 'Dialing', running: true };
  if (!hasEnded(call)) return { word: 'On the phone', running: true };
  return { word: 'Call ended', running: false };
}

const Spoken = z.object({ say: z.string() });

/** The clock and a token go with answers, for the agent and not for the caller. */
const CLOCK = / \(At the clinic it is [^()]*\)(?: \(confirmToken: \w+\))?$/;

/** What a tool answered, as the caller heard it: some results are JSON with the spoken line in `say`. */
export function spokenResult(result: string): string {
  try {
    return Spoken.safeParse(JSON.parse(result)).data?.say ?? result;
  } catch {
    return result.replace(CLOCK, '');
  }
}
