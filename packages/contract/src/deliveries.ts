import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

/** `failed`: the last attempt failed and another one follows. `dead_letter`: given up, a person decides. */
export const DeliveryStatus = z.enum(['pending', 'processing', 'completed', 'failed', 'dead_letter']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

export const DeliveryProvider = z.enum(['vapi', 'twilio', 'google']);
export type DeliveryProvider = z.infer<typeof DeliveryProvider>;

export const Delivery = z
  .object({
    id: Id,
    provider: DeliveryProvider,
    event_type: z.string(),
    event_id: z.string(),
    status: DeliveryStatus,
    received_at: Timestamp,
    attempts: z.int().describe('Since it arrived or was last replayed'),
    replays: z.int(),
    duplicates: z.int().describe('Repeats, which had no effect'),
    error_message: z.string().nullable(),
    next_attempt_at: Timestamp.nullable(),
    completed_at: Timestamp.nullable(),
    replayable: z.boolean().describe('Whether POST /api/webhooks/deliveries/{id}/replay would take it now'),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryPage = page(Delivery).meta({ id: 'DeliveryPage' });
export type DeliveryPage = z.infer<typeof DeliveryPage>;

const DeliveryFilter = z.object({
  status: DeliveryStatus.optional(),
  provider: DeliveryProvider.optional(),
  event_type: singleLine(100).min(1).optional(),
  from: Timestamp.optional().describe('Received at or after'),
  to: Timestamp.optional().describe('Received before'),
});
export type DeliveryFilter = z.infer<typeof DeliveryFilter>;

export const DeliveryQuery = PageQuery.extend(DeliveryFilter.shape);
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

export const DeliveryAttempt = z.object({
  attempt: z.int(),
  worker: z.string(),
  started_at: Timestamp.nullable(),
  ms: z.number(),
  outcome: z.string(),
  error: z.string().nullable(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

const Verdict = z.object({ verdict: z.string(), explanation: z.string() });

export const DeliveryDetail = Delivery.extend({
  signature: Verdict.describe('How the sender was verified'),
  dedupe: Verdict.describe('What happened to repeats'),
  headers: z.record(z.string(), z.string()).describe('Secrets masked'),
  payload: z.unknown().describe('Provider secrets removed'),
  response: z.unknown().describe('The answer, for messages that need one'),
  request_id: z.string().nullable(),
  order_key: z.string().nullable(),
  waits_for_another: z
    .boolean()
    .describe('Waiting for an earlier delivery for the same call, text or channel'),
  timeline: z.array(DeliveryAttempt).describe('The last attempts, oldest first'),
}).meta({ id: 'DeliveryDetail' });
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;

export const ReplayRequest = z
  .strictObject({ dry_run: z.boolean().default(false) })
  .default({ dry_run: false })
  .meta({ id: 'ReplayRequest', examples: [{ dry_run: true }] });

export const TableEffect = z.object({
  table: z.string(),
  inserted: z.int(),
  updated: z.int(),
  deleted: z.int(),
});
export type TableEffect = z.infer<typeof TableEffect>;

export const ReplayResult = z
  .object({
    id: Id,
    dry_run: z.boolean(),
    replayed: z.boolean(),
    summary: z.string().describe('One sentence for people'),
    executed: z
      .boolean()
      .describe('Whether the effects were tried out (and rolled back); only true in a dry run'),
    effects: z.array(TableEffect),
  })
  .meta({ id: 'ReplayResult' });
export type ReplayResult = z.infer<typeof ReplayResult>;

export const MAX_REPLAYS = 1_000;

export const BulkReplayRequest = z
  .strictObject({
    ids: z.array(Id).min(1).max(MAX_REPLAYS).optional(),
    filter: z
      .strictObject({
        ...DeliveryFilter.shape,
        status: z.enum(['completed', 'failed', 'dead_letter']).default('dead_letter'),
      })
      .optional(),
    dry_run: z.boolean().default(false),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    message: 'Give either ids or a filter.',
  })
  .meta({
    id: 'BulkReplayRequest',
    examples: [{ filter: { status: 'dead_letter', provider: 'twilio' }, dry_run: true }],
  });
export type BulkReplayRequest = z.input<typeof BulkReplayRequest>;

export const BulkReplayResult = z
  .object({
    dry_run: z.boolean(),
    matched: z.int().describe('How many can be replayed, at most 1,000 and the oldest first'),
    more: z.boolean().describe('Whether there are more: replay again'),
    replayed: z.int(),
    by_topic: z.array(z.object({ topic: z.string(), count: z.int() })),
    summary: z.string(),
  })
  .meta({ id: 'BulkReplayResult' });
export type BulkReplayResult = z.infer<typeof BulkReplayResult>;

export const Outgoing = z
  .object({
    id: Id,
    topic: z.string().describe('Such as calendar.push or message.confirmation'),
    status: DeliveryStatus,
    created_at: Timestamp,
    attempts: z.int(),
    replays: z.int(),
    error_message: z.string().nullable(),
    next_attempt_at: Timestamp.nullable(),
    completed_at: Timestamp.nullable(),
    appointment_id: Id.nullable(),
    waits_for_another: z.boolean().describe('Waiting for an earlier one for the same appointment'),
    replayable: z.boolean().describe('Whether POST /api/outgoing/{id}/replay would take it now'),
    timeline: z.array(DeliveryAttempt).describe('The last attempts, oldest first'),
  })
  .meta({ id: 'Outgoing' });
export type Outgoing = z.infer<typeof Outgoing>;

export const OutgoingPage = page(Outgoing).meta({ id: 'OutgoingPage' });

const OutgoingFilter = z.object({
  status: DeliveryStatus.optional(),
  topic: singleLine(100).min(1).optional(),
});

export const OutgoingQuery = PageQuery.extend(OutgoingFilter.shape);

export const BulkResendRequest = z
  .strictObject({
    ids: z.array(Id).min(1).max(MAX_REPLAYS).optional(),
    filter: z
      .strictObject({
        ...OutgoingFilter.shape,
        status: z.enum(['failed', 'dead_letter']).default('dead_letter'),
      })
      .optional(),
    dry_run: z.boolean().default(false),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    message: 'Give either ids or a filter.',
  })
  .meta({ id: 'BulkResendRequest', examples: [{ filter: { status: 'dead_letter' }, dry_run: true }] });
export type BulkResendRequest = z.input<typeof BulkResendRequest>;
