import type { Connections } from '../connections/index.ts';
import type { Inbox } from '../deliveries/index.ts';
import type { Database } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findClinicAlone } from '../tenancy/index.ts';
import { type Arrived, eventIdOf, eventOf, fingerprint } from './arrived.ts';
import type { Message } from './envelope.ts';
import { type ClinicInfo, putThroughTo, readClinicInfo } from './tools/clinic-info.queries.ts';

export interface AnswerOptions {
  inbox: Inbox;
  connections: Connections;
  database: Database;
}

/** The messages besides tool calls whose sender waits for an answer, the call standing still in the meantime. */
export const ANSWERED = [
  'assistant-request',
  'transfer-destination-request',
  'knowledge-base-request',
] as const;
type Answered = (typeof ANSWERED)[number];

export const isAnswered = (type: string): type is Answered => ANSWERED.some((one) => one === type);

/** Answers a message that waits, once: a repeat gets the same answer. */
export async function answerMessage(
  options: AnswerOptions,
  arrived: Arrived,
  type: Answered,
  message: Message,
): Promise<object> {
  const eventId =
    type === 'knowledge-base-request'
      ? eventIdOf(message, arrived.raw, fingerprint(JSON.stringify(message.messages ?? null)))
      : eventIdOf(message, arrived.raw);
  // What the caller said is not kept: no answer depends on it.
  const payload = { event_id: eventId, call_id: message.call?.id ?? null };
  const event = eventOf(arrived, { eventType: type, eventId, payload });
  const { answer } = await options.inbox.answerOnce(event, () => ANSWERS[type](options, arrived.orgId));
  return answer;
}

const ANSWERS: Record<Answered, (options: AnswerOptions, orgId: OrgId) => Promise<object>> = {
  async 'assistant-request'({ connections }, orgId) {
    const connection = await connections.find(orgId, 'vapi');
    const assistantId = connection?.details.assistant_id;
    return assistantId
      ? { assistantId }
      : { error: 'The receptionist is still being set up. Please call back in a minute.' };
  },

  async 'transfer-destination-request'({ database }, orgId) {
    const phone = putThroughTo(await findClinicAlone(database, orgId));
    return phone
      ? { destination: { type: 'number', number: phone, message: 'One moment, I’ll transfer you.' } }
      : {
          error:
            'I’m sorry, I can’t transfer you to the clinic right now. Is there something I can help you with?',
        };
  },

  async 'knowledge-base-request'({ database }, orgId) {
    const clinic = await database.withTenant({ orgId, userId: null }, (db) => readClinicInfo(db, orgId));
    return { documents: documentsOf(clinic) };
  },
};

/** What getClinicInfo tells, in pieces that make sense alone. */
function documentsOf(clinic: ClinicInfo): { content: string; similarity: number }[] {
  const contents = [
    `${clinic.name} uses the ${clinic.timeZone} time zone.`,
    ...clinic.services.map(
      ({ name, minutes, service_type }) =>
        `${name} takes ${minutes} minutes and is booked as "${service_type}".`,
    ),
    ...Object.entries(clinic.openingHours).map(
      ([provider, hours]) =>
        `Hours of ${provider}, by weekday from 1 (Monday) to 7 (Sunday): ${JSON.stringify(hours)}`,
    ),
  ];
  // All of it is the clinic's own word; nothing was ranked.
  return contents.map((content) => ({ content, similarity: 1 }));
}
