import type { Inbox } from '../deliveries/index.ts';
import { type Arrived, eventIdOf, eventOf, fingerprint } from './arrived.ts';
import type { Message } from './envelope.ts';

// Several a second while someone speaks, made of what patients say, and without an effect.
const STREAMS = new Set([
  'conversation-update',
  'speech-update',
  'model-output',
  'voice-input',
  'user-interrupted',
]);
const isStream = (type: string) => STREAMS.has(type) || type.startsWith('transcript');

/** Keeps that a message came that asks for nothing, and nothing of what it says. */
export async function keepMessage(inbox: Inbox, arrived: Arrived, message: Message): Promise<void> {
  const { type } = message;
  if (isStream(type)) return;
  const eventId = eventIdOf(message, arrived.raw, fingerprint(arrived.raw));
  const payload = { call_id: message.call?.id ?? null };
  await inbox.keep(eventOf(arrived, { eventType: type, eventId, payload }));
}
