import type { Tool } from './schemas.ts';
import { type CallRecord, orgId } from './state.ts';

export interface ToolRequest {
  id: string;
  name: string;
  args: Record<string, unknown>;
  tool: Tool | undefined;
}

/** On the wire the arguments are an object here, although Vapi's own schema says string. */
export function toolMessage({ id, name, args, tool }: ToolRequest) {
  const toolCall = { id, type: 'function', function: { name, arguments: args }, isPrecededByText: true };
  const described = tool ? redacted(tool) : { type: 'function', function: { name } };
  return {
    toolCall,
    fields: {
      toolCalls: [toolCall],
      toolCallList: [toolCall],
      toolWithToolCallList: [{ async: false, ...described, toolCall }],
    },
  };
}

/** A snapshot from when the phone rang: its status stays "ringing" during the whole call, as at Vapi. */
export function callObject(record: CallRecord) {
  return {
    id: record.call_id,
    orgId,
    type: 'inboundPhoneCall',
    status: 'ringing',
    createdAt: record.started_at,
    updatedAt: record.started_at,
    cost: 0,
    monitor: {
      listenUrl: `wss://sandbox.invalid/${record.call_id}/listen`,
      controlUrl: `https://sandbox.invalid/${record.call_id}/control`,
    },
    transport: { callSid: record.call_id, provider: 'vapi.sip' },
    phoneCallProvider: 'vapi',
    phoneCallProviderId: record.call_id,
    phoneCallTransport: 'sip',
    assistantId: record.assistant_id,
    phoneNumberId: record.phone_number_id,
    customer: { number: record.from },
  };
}

export function artifactOf(record: CallRecord) {
  const began = Date.parse(record.started_at);
  const spoken = record.transcript.map(({ role, text, at }) => ({
    role: role === 'user' ? 'user' : 'bot',
    message: text,
    time: Date.parse(at),
    endTime: Date.parse(at),
    secondsFromStart: (Date.parse(at) - began) / 1_000,
  }));
  const used = record.tool_calls.flatMap(({ id, name, arguments: args, result, error, at }) => {
    const time = Date.parse(at);
    const secondsFromStart = (time - began) / 1_000;
    const call = { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
    return [
      { role: 'tool_calls', toolCalls: [call], message: '', time, secondsFromStart },
      {
        role: 'tool_call_result',
        toolCallId: id,
        name,
        result: result ?? error ?? '',
        time,
        secondsFromStart,
      },
    ];
  });
  return {
    messages: [...spoken, ...used].sort((a, b) => a.time - b.time),
    messagesOpenAIFormatted: record.transcript.map(({ role, text }) => ({ role, content: text })),
    transcript: transcriptOf(record),
    variables: {},
    variableValues: {},
  };
}

export function transcriptOf({ transcript }: CallRecord): string {
  return transcript.map(({ role, text }) => `${role === 'user' ? 'User' : 'AI'}: ${text}\n`).join('');
}

const secrets = new Set(['secret', 'headers', 'credentials', 'twilioAuthToken']);

/** What goes out in a message never carries what the message is signed with. */
export function redacted<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, inner) => (secrets.has(key) ? undefined : inner)));
}
