import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { measureJson } from '../platform/read-body.ts';

export interface ToolCall {
  id: string;
  name: string;
  arguments: unknown;
}

export interface ToolCallMessage {
  /** `envelope`: Vapi's own message. `short`: one call, for scripts. */
  form: 'envelope' | 'short';
  calls: ToolCall[];
  callId: string | null;
  callerNumber: string | null;
  calledNumber: string | null;
}

// JSON in a text of the message, so not counted with the message.
const ARGUMENTS = { fields: 2_000, depth: 20 };
const looseText = z.string().max(500).nullish();
const FunctionCall = z.looseObject({
  name: looseText,
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
// Documentation and wire disagree about where the arguments are and whether they are an object or JSON text; all
// forms that were seen are read.
const RawToolCall = z.looseObject({
  id: looseText,
  toolCallId: looseText,
  name: looseText,
  function: FunctionCall.nullish(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
// Longer than any that was seen; the order of a call's messages is kept by it.
const CallId = z.string().max(200).nullish();
const Call = z.looseObject({ id: CallId, customer: z.looseObject({ number: looseText }).nullish() });

export const Message = z.looseObject({
  type: z.string().max(100),
  timestamp: z.unknown().optional(),
  call: Call.nullish(),
  customer: z.looseObject({ number: looseText }).nullish(),
  phoneNumber: z.looseObject({ number: looseText }).nullish(),
  toolCallList: z.array(RawToolCall).max(20).nullish(),
  toolCalls: z.array(RawToolCall).max(20).nullish(),
  toolWithToolCallList: z
    .array(z.looseObject({ toolCall: RawToolCall.nullish() }))
    .max(20)
    .nullish(),
});
export type Message = z.infer<typeof Message>;

export const Envelope = z.looseObject({ message: Message }).meta({ id: 'VapiMessage' });
const Short = z.looseObject({
  toolCallId: z.string().min(1).max(200),
  tool: z.looseObject({ name: looseText, arguments: z.unknown().optional() }),
  call: Call.nullish(),
  customer: z.looseObject({ number: looseText }).nullish(),
});

export const ToolCallBody = z.union([Envelope, Short]).meta({ id: 'VapiToolCall' });

/**
 * The JSON of a message, without what PostgreSQL cannot keep (NULs and halves of surrogate pairs): a transcript with
 * one must not be sent again for ever.
 * @throws {AppError} MALFORMED_JSON
 */
export function readBody(raw: Buffer): unknown {
  const text = raw.toString('utf8');
  try {
    return JSON.parse(
      text,
      /\\u(?:0000|d[89a-f])|(?:_|\\u005f){2}/i.test(text) ? storable : undefined,
    ) as unknown;
  } catch {
    throw new AppError({
      code: 'MALFORMED_JSON',
      status: 400,
      detail: 'The body is not valid JSON. Check the quotes and commas, and that it is complete.',
    });
  }
}

const storable = (key: string, value: unknown): unknown => {
  if (key === '__proto__' || key.includes('\0') || !key.isWellFormed()) return undefined;
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
};

export const parseEnvelope = (body: unknown) => Envelope.safeParse(body);

/** Reads the tool calls of either form. @returns null when the body is neither. */
export function readToolCalls(body: unknown, tool: string | undefined): ToolCallMessage | null {
  const short = Short.safeParse(body);
  if (short.success && tool !== undefined) {
    return {
      form: 'short',
      calls: [{ id: short.data.toolCallId, name: tool, arguments: unwrap(short.data.tool.arguments) }],
      callId: short.data.call?.id ?? null,
      callerNumber: short.data.customer?.number ?? short.data.call?.customer?.number ?? null,
      calledNumber: null,
    };
  }
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { message } = envelope.data;
  const raw = [
    message.toolCallList,
    message.toolCalls,
    message.toolWithToolCallList?.flatMap(({ toolCall }) => (toolCall ? [toolCall] : [])),
  ].find((list) => list?.length);
  const calls = (raw ?? []).flatMap((entry) => {
    const id = entry.id ?? entry.toolCallId;
    const name = entry.function?.name ?? entry.name ?? tool;
    if (!id || !name) return [];
    const given =
      entry.function?.arguments ?? entry.arguments ?? entry.function?.parameters ?? entry.parameters ?? {};
    return [{ id, name, arguments: unwrap(given) }];
  });
  if (calls.length === 0) return null;
  return {
    form: 'envelope',
    calls,
    callId: message.call?.id ?? null,
    callerNumber: message.customer?.number ?? message.call?.customer?.number ?? null,
    calledNumber: message.phoneNumber?.number ?? null,
  };
}

function unwrap(given: unknown): unknown {
  if (typeof given !== 'string') return given ?? {};
  if (given.trim() === '') return {};
  try {
    measureJson(Buffer.from(given), ARGUMENTS);
    return JSON.parse(given, storable) as unknown;
  } catch {
    return given;
  }
}
