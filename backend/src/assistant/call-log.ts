import { z } from 'zod';
import { GiveUp, type JobHandler, receiveEvent } from '../deliveries/index.ts';
import type { Database } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { saveCall } from './clinic.queries.ts';
import type { Message } from './envelope.ts';

const text = (longest: number) =>
  z
    .string()
    .transform((value) => value.slice(0, longest).toWellFormed())
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

const Stored = z.object({
  callId: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  endedReason: z.string().nullable(),
  summary: z.string().nullable(),
  transcript: z.string().nullable(),
});

/** Takes the report of an ended call in; a worker writes it into the call log. */
export async function receiveCallReport(database: Database, orgId: OrgId, message: Message): Promise<void> {
  const callId = message.call?.id;
  if (!callId) return;
  const report = Report.parse(message);
  const payload: z.infer<typeof Stored> = {
    callId,
    from: message.customer?.number ?? message.call?.customer?.number ?? null,
    to: message.phoneNumber?.number ?? null,
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    endedReason: report.endedReason,
    summary: report.analysis?.summary ?? report.summary,
    transcript: report.artifact?.transcript ?? report.transcript,
  };
  await receiveEvent(database, {
    provider: 'vapi',
    scope: orgId,
    orgId,
    eventType: 'end-of-call-report',
    eventId: `${callId}:end-of-call-report`,
    payload,
  });
}

export const callReportHandler: JobHandler = async (job) => {
  const stored = Stored.safeParse(job.payload);
  const { org_id: orgId } = job;
  if (!stored.success || orgId === null) throw new GiveUp('The stored report of the call is not readable.');
  return (db) => saveCall(db, { orgId, ...stored.data });
};
