import { z } from 'zod';
import type { Arrival, Inbox } from '../deliveries/index.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { eventOf, fingerprint } from './arrived.ts';
import type { ToolCall } from './envelope.ts';
import type { CallContext, Tool, ToolAnswer } from './tools/tool.ts';

/** The stored answer of one tool call: a repeat of the same call gets exactly this. */
export interface StoredToolAnswer {
  say: string;
  ok: boolean;
  code?: string;
  data?: Record<string, unknown>;
}

/** What is kept of a tool call: enough to run it again without its request. */
export const StoredToolCall = z.object({
  event_id: z.string(),
  tool: z.string(),
  tool_call_id: z.string(),
  call_id: z.string().nullable(),
  caller_number: z.string().nullable(),
  // Not kept before it was asked for.
  called_number: z.string().nullable().default(null),
  arguments: z.unknown(),
  // Not kept before it was asked for; nothing was asked before then.
  arrived_at: z.coerce.date().default(new Date(0)),
});

export interface RunToolOptions {
  inbox: Inbox;
  tools: Record<string, Tool>;
  log: Logger;
}

const APOLOGY = 'I’m sorry, our system couldn’t do that just now. Please try again in a moment.';

/** Runs one tool call, once. Never throws: a voice agent can only speak what it is given. */
export async function runTool(
  options: RunToolOptions,
  toolCall: ToolCall,
  call: Omit<CallContext, 'toolCallId'> & { arrival: Arrival },
): Promise<StoredToolAnswer> {
  const { inbox, tools, log } = options;
  const tool = findTool(tools, toolCall.name);
  if (!tool) {
    const known = Object.keys(tools).join(', ');
    return {
      ok: false,
      code: 'UNKNOWN_TOOL',
      say: `No tool has that name. The tools are: ${known}.`,
    };
  }
  // With the arguments: an id that comes again with others is another request, not a repeat of the first.
  const eventId = [
    // Two callers without any id are not one: they may have said the same.
    call.callId ?? (toolCall.id === '' ? call.requestId : 'no-call'),
    toolCall.key,
    fingerprint(JSON.stringify(toolCall.arguments) ?? ''),
  ].join(':');
  const payload: z.input<typeof StoredToolCall> = {
    event_id: eventId,
    tool: tool.name,
    tool_call_id: toolCall.id,
    call_id: call.callId,
    caller_number: call.callerNumber,
    called_number: call.calledNumber,
    arguments: toolCall.arguments,
    arrived_at: call.arrivedAt.toISOString(),
  };
  try {
    const { answer } = await inbox.answerOnce<StoredToolAnswer>(
      eventOf(call, { eventType: 'tool-calls', eventId, payload }),
      () => attempt(tool, toolCall.arguments, { ...call, toolCallId: toolCall.id }),
    );
    return answer;
  } catch (error) {
    if (error instanceof AppError) return refusal(error);
    log.error({ err: error, org_id: call.orgId, tool: tool.name }, '[Assistant] A tool failed');
    return { ok: false, code: 'INTERNAL', say: APOLOGY };
  }
}

/** Some models write "functions.bookClinicAppointment" or "book_clinic_appointment". */
function findTool(tools: Record<string, Tool>, called: string): Tool | undefined {
  const folded = (name: string) =>
    name
      .replace(/^functions?[.:/]/i, '')
      .replace(/[^a-z0-9]/gi, '')
      .toLowerCase();
  return Object.values(tools).find(({ name }) => folded(name) === folded(called));
}

async function attempt(tool: Tool, given: unknown, call: CallContext): Promise<StoredToolAnswer> {
  // The caller hears what was done even if the clock can't be read.
  const clock = tool.nowLocal(call.orgId).catch(() => undefined);
  const answer = await outcomeOf(tool, given, call);
  return withLocalTime(answer, await clock);
}

interface Outcome extends Omit<StoredToolAnswer, 'say'> {
  say: ToolAnswer['say'];
}

async function outcomeOf(tool: Tool, given: unknown, call: CallContext): Promise<Outcome> {
  const parsed = tool.arguments.safeParse(given);
  if (!parsed.success) {
    const what = parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`)
      .join('; ');
    return { ok: false, code: 'INVALID_ARGUMENTS', say: `Some arguments aren’t valid: ${what}` };
  }
  try {
    return { ok: true, ...(await tool.run(parsed.data, call)) };
  } catch (error) {
    // A refusal is an answer, and stays the answer; anything else is not stored, so that a repeat can succeed.
    if (error instanceof AppError && error.status < 500) return refusal(error);
    throw error;
  }
}

/** As a field where the answer is JSON; behind a sentence in brackets, which are not read out. */
function withLocalTime({ say, data, ...answer }: Outcome, now: string | undefined): StoredToolAnswer {
  const clock = now === undefined ? {} : { now_local: now };
  const all = { ...data, ...clock };
  return {
    ...answer,
    say: oneLine(typeof say === 'string' ? inBrackets(say, now, data) : JSON.stringify({ ...say, ...clock })),
    ...(Object.keys(all).length > 0 ? { data: all } : {}),
  };
}

function inBrackets(say: string, now: string | undefined, data: Outcome['data']): string {
  const days = Array.isArray(data?.coming_days) ? ` The days: ${data.coming_days.join(', ')}.` : '';
  const clock = now === undefined ? '' : ` (At the clinic it is ${now}.${days})`;
  const token = data?.confirmToken === undefined ? '' : ` (confirmToken: ${data.confirmToken})`;
  return `${say}${clock}${token}`;
}

const refusal = (error: AppError) => ({
  ok: false,
  code: error.code,
  say: oneLine(error.message),
  ...offered(error.extra),
});

/** What a program can choose from: free times instead, days or providers; and what was corrected in the date that is refused. */
const OFFERED = [
  'alternatives',
  'choices',
  'providers',
  'coming_days',
  'corrected',
  'original',
  'resolved',
  'say',
];

function offered(extra: AppError['extra']): { data?: Record<string, unknown> } {
  const given = OFFERED.filter((name) => extra[name] !== undefined).map((name) => [name, extra[name]]);
  return given.length > 0 ? { data: Object.fromEntries(given) } : {};
}

/** Vapi drops an answer with a line break in it. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
