import type { ErrorKind } from './types.ts';

/** Sentences for the person on the phone, one a kind. Replace any of them to translate. */
export type UserMessages = Readonly<Record<ErrorKind, string>>;

/** Plain, short, no jargon, no blame, and no text of the service: they are spoken aloud. */
export const USER_MESSAGES: UserMessages = Object.freeze({
  NETWORK: "I'm having trouble reaching our system right now. Please give me a moment and we can try again.",
  AUTH: 'That part of our system needs to be reconnected by the clinic. Someone from our team will follow up with you.',
  RATE_LIMIT: 'Our system is very busy right now. Please try again in a minute.',
  TEMPORARY: 'Our system had a short hiccup. Please try again in a moment.',
  PERMANENT: "I'm sorry, I wasn't able to complete that. Someone from our team will follow up with you.",
  TIMEOUT: 'That is taking longer than it should. Please give me a moment and we can try again.',
  CIRCUIT_OPEN: 'Our system is updating, please try again in a moment.',
  CANCELLED: 'Okay, I stopped that request.',
});
