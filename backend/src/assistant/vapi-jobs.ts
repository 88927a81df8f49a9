import { z } from 'zod';
import { GiveUp, type Inbox, type JobHandler } from '../deliveries/index.ts';
import { AppError } from '../platform/errors.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { ANSWERED } from './answer-message.ts';
import { callReportHandler, callStatusHandler } from './call-log.ts';
import { StoredToolCall } from './run-tool.ts';
import type { Tool } from './tools/tool.ts';

export interface VapiJobOptions {
  inbox: Inbox;
  tools: Record<string, Tool>;
}

/**
 * For the worker. A message that is answered inline gets here when its process died while answering, or when an owner
 * replays it; no one waits for the answer anymore.
 */
export function createVapiJobs(options: VapiJobOptions): Record<string, JobHandler> {
  return {
    'vapi.end-of-call-report': callReportHandler,
    'vapi.status-update': callStatusHandler,
    'vapi.tool-calls': (job) => finishToolCall(options, job),
    ...Object.fromEntries(
      ANSWERED.map((type): [string, JobHandler] => [`vapi.${type}`, (job) => finishAnswer(options, job)]),
    ),
  };
}

const StoredAnswer = z.object({ event_id: z.string() });

type Job = Parameters<JobHandler>[0];

async function finishAnswer({ inbox }: VapiJobOptions, job: Job): Promise<undefined> {
  const { orgId, payload } = read(StoredAnswer, job);
  if (await isAnswered(inbox, orgId, payload.event_id)) return;
  if (job.abandoned)
    throw new GiveUp(
      'The server stopped while it was answering, and Vapi didn’t ask again, so the caller got no answer. Nothing else was lost.',
    );
  // Replayed by a person: such an answer changes nothing, and the call it was for is over.
}

async function finishToolCall({ inbox, tools }: VapiJobOptions, job: Job): Promise<undefined> {
  const { orgId, payload } = read(StoredToolCall, job);
  if (await isAnswered(inbox, orgId, payload.event_id)) return;
  if (job.abandoned)
    throw new GiveUp(
      'The server stopped while it was answering, so the caller heard nothing. Check the appointments to see whether it booked; a replay does what’s missing, once.',
    );
  const tool = Object.hasOwn(tools, payload.tool) ? tools[payload.tool] : undefined;
  if (!tool) throw new GiveUp(`The tool ${payload.tool} no longer exists.`);
  const given = tool.arguments.safeParse(payload.arguments);
  if (!given.success) throw new GiveUp('The stored arguments don’t match the tool.');
  try {
    await tool.run(given.data, {
      orgId,
      callId: payload.call_id,
      toolCallId: payload.tool_call_id,
      callerNumber: payload.caller_number,
      calledNumber: payload.called_number,
      requestId: job.id,
      arrivedAt: payload.arrived_at,
    });
  } catch (error) {
    // A refusal, such as a time that is taken by now, stays one however often it is asked.
    if (error instanceof AppError && error.status < 500) throw new GiveUp(error.message);
    throw error;
  }
}

const isAnswered = async (inbox: Inbox, scope: string, eventId: string): Promise<boolean> =>
  (await inbox.findAnswer({ provider: 'vapi', scope, eventId })) !== undefined;

function read<T extends z.ZodType>(schema: T, job: Job) {
  const parsed = schema.safeParse(job.payload);
  if (!parsed.success || job.org_id === null) throw new GiveUp('The stored message can’t be read.');
  return { orgId: mintOrgId(job.org_id), payload: parsed.data };
}
