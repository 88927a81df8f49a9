import { visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import { GiveUp, type Inbox, type JobHandler } from '../deliveries/index.ts';
import { type Arrived, eventIdOf, eventOf } from './arrived.ts';
import { CALL_STATES, saveCallReport, saveCallState } from './calls.queries.ts';
import type { Message } from './envelope.ts';

const text = (longest: number) =>
  z
    .string()
    .transform((value) => visibleLines(value.slice(0, longest)))
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);
const instant = z.iso
  .datetime({ offset: true })
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

// An allow-list: payloads of Vapi have carried Twilio tokens and tool secrets.
const Report = z.object({
  startedAt: instant,
  endedAt: instant,
  endedReason: text(200),
  summary: text(5_000),
  transcript: text(100_000),
  artifact: z
    .looseObject({ transcript: text(100_000) })
    .nullish()
    .catch(null),
  analysis: z
    .looseObject({ summary: text(5_000) })
    .nullish()
    .catch(null),
});

const StoredReport = z.object({
  callId: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  endedReason: z.string().nullable(),
  summary: z.string().nullable(),
  transcript: z.string().nullable(),
});

const State = z.object({ status: z.enum(CALL_STATES), endedReason: text(200) });

const StoredState = z.object({
  callId: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  status: z.enum(CALL_STATES),
  endedReason: z.string().nullable(),
});

const numbersOf = (message: Message) => ({
  from: message.customer?.number ?? message.call?.customer?.number ?? null,
  to: message.phoneNumber?.number ?? null,
});

/** Takes the report of an ended call in; a worker writes it into the call log. */
export async function receiveCallReport(inbox: Inbox, arrived: Arrived, message: Message): Promise<void> {
  const callId = message.call?.id;
  if (!callId) return;
  const report = Report.parse(message);
  const payload: z.infer<typeof StoredReport> = {
    callId,
    ...numbersOf(message),
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    endedReason: report.endedReason,
    summary: report.analysis?.summary ?? report.summary,
    transcript: report.artifact?.transcript ?? report.transcript,
  };
  const eventId = eventIdOf(message, arrived.raw);
  const orderKey = `call:${callId}`;
  await inbox.receive(eventOf(arrived, { eventType: message.type, eventId, orderKey, payload }));
}

/** Takes a step of a call in; a worker writes it into the call log. */
export async function receiveCallState(inbox: Inbox, arrived: Arrived, message: Message): Promise<void> {
  const callId = message.call?.id;
  const state = State.safeParse(message);
  // Words such as "not-found" are about a request for a call, not about a call.
  if (!callId || !state.success) return;
  const payload: z.infer<typeof StoredState> = { callId, ...numbersOf(message), ...state.data };
  const eventId = eventIdOf(message, arrived.raw, state.data.status);
  const orderKey = `call:${callId}`;
  await inbox.receive(eventOf(arrived, { eventType: message.type, eventId, orderKey, payload }));
}

export const callReportHandler: JobHandler = async (job) => {
  const stored = StoredReport.safeParse(job.payload);
  const { org_id: orgId } = job;
  if (!stored.success || orgId === null) throw new GiveUp('The stored call report can’t be read.');
  return (db) => saveCallReport(db, { orgId, ...stored.data });
};

export const callStatusHandler: JobHandler = async (job) => {
  const stored = StoredState.safeParse(job.payload);
  const { org_id: orgId } = job;
  if (!stored.success || orgId === null) throw new GiveUp('The stored call status can’t be read.');
  return (db) => saveCallState(db, { orgId, ...stored.data });
};
