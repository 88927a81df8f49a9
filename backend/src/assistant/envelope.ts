import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { readArguments } from './arguments.ts';

export interface ToolCall {
  /** As it is given back; some models leave it empty. */
  id: string;
  /** Tells it apart from the other calls of its phone call. A copy that is delivered again has the same. */
  key: string;
  name: string;
  arguments: unknown;
}

export interface ToolCallMessage {
  /** `envelope`: Vapi's own message. `legacy`: its older `function-call`. `short`: one call, for scripts. */
  form: 'envelope' | 'legacy' | 'short';
  calls: ToolCall[];
  callId: string | null;
  callerNumber: string | null;
  calledNumber: string | null;
}

/** Some send numbers for ids. */
const looseText = z
  .union([z.string().max(500), z.number()])
  .nullish()
  .transform((value) => (typeof value === 'number' ? String(value) : value));
const FunctionCall = z.looseObject({
  name: looseText,
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
const RawToolCall = z.looseObject({
  id: looseText,
  toolCallId: looseText,
  name: looseText,
  function: FunctionCall.nullish(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
/** One alone comes without its list, too. */
const listOf = <T extends z.ZodType>(one: T) =>
  z.union([z.array(one).max(20), one.transform((single) => [single])]).nullish();
// Longer than any that was seen; the order of a call's messages is kept by it.
const CallId = z.string().max(200).nullish();
const Call = z.looseObject({ id: CallId, customer: z.looseObject({ number: looseText }).nullish() });

export const Message = z.looseObject({
  type: z.string().max(100),
  timestamp: z.unknown().optional(),
  call: Call.nullish(),
  customer: z.looseObject({ number: looseText }).nullish(),
  phoneNumber: z.looseObject({ number: looseText }).nullish(),
  functionCall: RawToolCall.nullish(),
  toolCallList: listOf(RawToolCall),
  toolCalls: listOf(RawToolCall),
  toolWithToolCallList: listOf(z.looseObject({ toolCall: RawToolCall.nullish() })),
});
export type Message = z.infer<typeof Message>;

export const Envelope = z.looseObject({ message: Message }).meta({ id: 'VapiMessage' });
const Short = z.looseObject({
  toolCallId: z.union([z.string().max(200), z.number()]).transform(String),
  tool: FunctionCall,
  call: Call.nullish(),
  customer: z.looseObject({ number: looseText }).nullish(),
});

export const ToolCallBody = z.union([Envelope, Short]).meta({ id: 'VapiToolCall' });

/**
 * The JSON of a message, without what PostgreSQL cannot keep (NULs and halves of surrogate pairs): a transcript with
 * one must not be sent again forever.
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
      detail: 'The body isn’t valid JSON. Check the quotes and commas, and that it is complete.',
    });
  }
}

const storable = (key: string, value: unknown): unknown => {
  if (key === '__proto__' || key.includes('\0') || !key.isWellFormed()) return undefined;
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
};

export const parseEnvelope = (body: unknown) => Envelope.safeParse(body);

/** Reads the tool calls of every form. @returns null when the body has none of them. */
export function readToolCalls(body: unknown, tool: string | undefined): ToolCallMessage | null {
  const short = Short.safeParse(body);
  if (short.success && tool !== undefined) {
    const { toolCallId: id, tool: named, call, customer } = short.data;
    return {
      form: 'short',
      calls: [readCall({ id, ...named, name: tool }, tool, '')],
      callId: call?.id ?? null,
      callerNumber: customer?.number || call?.customer?.number || null,
      calledNumber: null,
    };
  }
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { message } = envelope.data;
  const { functionCall } = message;
  const lists = [
    message.toolCallList,
    message.toolCalls,
    message.toolWithToolCallList?.flatMap(({ toolCall }) => (toolCall ? [toolCall] : [])),
  ];
  const raw = lists.find((list) => list?.length) ?? (functionCall ? [functionCall] : []);
  if (raw.length === 0) return null;
  return {
    form: message.type === 'function-call' ? 'legacy' : 'envelope',
    calls: raw.map((entry) => readCall(entry, tool, String(message.timestamp ?? ''))),
    callId: message.call?.id || null,
    callerNumber: message.customer?.number || message.call?.customer?.number || null,
    calledNumber: message.phoneNumber?.number || null,
  };
}

/** Documentation and wire disagree about where name and arguments are: all places that were seen are looked into. */
function readCall(
  entry: Partial<z.infer<typeof RawToolCall>>,
  tool: string | undefined,
  sentAt: string,
): ToolCall {
  const id = entry.id ?? entry.toolCallId ?? '';
  const name = entry.function?.name || entry.name || tool || '';
  const given = [
    entry.function?.arguments,
    entry.arguments,
    entry.function?.parameters,
    entry.parameters,
  ].find((one) => one !== undefined && one !== null);
  // Without its own id it is known by its name and its message.
  return { id, key: id || `${name}@${sentAt}`, name, arguments: readArguments(given, storable) };
}
