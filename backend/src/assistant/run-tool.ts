import { answerOnce } from '../deliveries/index.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { ToolCall } from './envelope.ts';
import type { CallContext, Tool } from './tools/tool.ts';

/** The stored answer of one tool call: a repeat of the same call gets exactly this. */
export interface StoredToolAnswer {
  say: string;
  ok: boolean;
  code?: string;
  data?: Record<string, unknown>;
}

export interface RunToolOptions {
  database: Database;
  tools: Record<string, Tool>;
  log: Logger;
}

const APOLOGY = 'I am sorry, our system could not do that just now. Please try again in a moment.';

/** Runs one tool call, once. Never throws: a voice agent can only speak what it is given. */
export async function runTool(
  options: RunToolOptions,
  toolCall: ToolCall,
  call: Omit<CallContext, 'toolCallId'>,
): Promise<StoredToolAnswer> {
  const { database, tools, log } = options;
  // Its own entries only: "constructor" is the name of no tool.
  const tool = Object.hasOwn(tools, toolCall.name) ? tools[toolCall.name] : undefined;
  if (!tool) {
    const known = Object.keys(tools).join(', ');
    return { ok: false, code: 'UNKNOWN_TOOL', say: `There is no tool of that name. There are: ${known}.` };
  }
  try {
    const { answer } = await answerOnce<StoredToolAnswer>(
      database,
      {
        provider: 'vapi',
        scope: call.orgId,
        orgId: call.orgId,
        eventType: 'tool-calls',
        // With the arguments: an id that comes again with others is another wish, not a repeat of the first.
        eventId: `${call.callId ?? 'no-call'}:${toolCall.id}:${fingerprint(toolCall.arguments)}`,
        payload: { tool: tool.name, call_id: call.callId, arguments: toolCall.arguments },
      },
      () => attempt(tool, toolCall.arguments, { ...call, toolCallId: toolCall.id }),
    );
    return answer;
  } catch (error) {
    if (error instanceof AppError) return refusal(error);
    log.error({ err: error, org_id: call.orgId, tool: tool.name }, '[Assistant] A tool failed');
    return { ok: false, code: 'INTERNAL', say: APOLOGY };
  }
}

async function attempt(tool: Tool, given: unknown, call: CallContext): Promise<StoredToolAnswer> {
  const parsed = tool.arguments.safeParse(given);
  if (!parsed.success) {
    const what = parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`)
      .join('; ');
    return {
      ok: false,
      code: 'INVALID_ARGUMENTS',
      say: oneLine(`The arguments are not as expected: ${what}`),
    };
  }
  try {
    const answer = await tool.run(parsed.data, call);
    return { ok: true, say: oneLine(answer.say), ...(answer.data ? { data: answer.data } : {}) };
  } catch (error) {
    // A refusal is an answer, and stays the answer; anything else is not stored, so that a repeat can succeed.
    if (error instanceof AppError && error.status < 500) return refusal(error);
    throw error;
  }
}

const fingerprint = (given: unknown): string =>
  sha256(JSON.stringify(given) ?? '')
    .toString('base64url')
    .slice(0, 22);

const refusal = (error: AppError): StoredToolAnswer => ({
  ok: false,
  code: error.code,
  say: oneLine(error.message),
  ...('alternatives' in error.extra ? { data: { alternatives: error.extra.alternatives } } : {}),
});

/** Vapi drops an answer with a line break in it. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
