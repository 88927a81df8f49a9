import { emergencyNumber } from './emergency-number.ts';
import type { NumberDefinition, ServerDefinition, UnansweredReason } from './vapi.client.ts';

export interface LineProfile {
  clinicName: string;
  country: string;
  /** The clinic's own phone, E.164. */
  phone: string | null;
  /** The number that is being defined, once it is known. */
  number: string | null;
}

/** All the ways in which no one here could say who answers; the types of Vapi list them. */
const UNANSWERED = [
  'assistant-request-failed',
  'assistant-request-returned-error',
  'assistant-request-returned-unspeakable-error',
  'assistant-request-returned-invalid-assistant',
  'assistant-request-returned-no-assistant',
] as const satisfies UnansweredReason[];

const TRANSFER = 'One moment, please. I’m transferring you to the clinic.';

/**
 * The clinic's number. It asks us who answers, so what callers hear when we are dead has to lie at Vapi: the clinic's
 * own phone, or, where none is known, a sentence.
 */
export function defineNumber(name: string, profile: LineProfile, server: ServerDefinition): NumberDefinition {
  // To itself it would ring forever.
  const number = profile.phone === profile.number ? null : profile.phone;
  const destination = number === null ? null : { type: 'number' as const, number, message: TRANSFER };
  return {
    name,
    server,
    fallbackDestination: destination,
    hooks: [
      {
        on: 'call.ending',
        filters: [{ type: 'oneOf', key: 'call.endedReason', oneOf: [...UNANSWERED] }],
        do: destination ? { type: 'transfer', destination } : { type: 'say', exact: sorry(profile) },
      },
    ],
  };
}

const sorry = ({ clinicName, country }: LineProfile): string =>
  `We’re sorry, no one at ${clinicName} can take your call right now. Please call back in a few minutes. In an emergency, hang up and call ${emergencyNumber(country)}.`;
