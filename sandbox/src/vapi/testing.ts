import { VapiClient } from '@vapi-ai/server-sdk';
import { expect, vi } from 'vitest';
import { aReceiver, type aSandbox, type Received } from '../testing/sandbox.ts';

export const org = '0b3c7f1e-5d0a-4c1b-9a51-6c1f7d3f2a10';
export const caller = '+12125550147';
export const slots = [
  {
    slot_id: 's-1',
    start: '2026-11-23T14:00:00Z',
    label: 'Monday, November 23 at 9:00 AM',
  },
  {
    slot_id: 's-2',
    start: '2026-11-23T14:30:00Z',
    label: 'Monday, November 23 at 9:30 AM',
  },
];

export type Running = Awaited<ReturnType<typeof aSandbox>>;
interface ToolCall {
  id: string;
  function: { name: string; arguments: Record<string, unknown> };
}

export interface Message {
  type: string;
  toolCallList?: ToolCall[];
}

type Tools = Record<string, (args: Record<string, unknown>, id: string) => object>;

export const clientOf = ({ url, config }: Running) =>
  new VapiClient({
    token: config.vapi.apiKey,
    baseUrl: `${url}/vapi`,
    maxRetries: 0,
  });

const messageOf = ({ text }: Received): Message => JSON.parse(text).message;

/** A back office that answers as ours does: one line a tool. */
export async function aBackOffice(
  tools: Tools = {},
  assistantRequest: () => object = () => ({ error: 'Nobody is here.' }),
) {
  const results: Tools = {
    checkAvailability: () => ({
      result: JSON.stringify({ slots, say: 'I have Monday at 9:00 AM or 9:30 AM.' }),
    }),
    bookClinicAppointment: () => ({ result: 'You are booked for Monday, November 23 at 9:00 AM.' }),
    ...tools,
  };
  const receiver = await aReceiver((received) => {
    const message = messageOf(received);
    if (message.type === 'assistant-request') {
      return { status: 200, body: JSON.stringify(assistantRequest()) };
    }
    const call = message.toolCallList?.[0];
    if (!call) return { status: 200, body: '{}' };
    const { name, arguments: args } = call.function;
    const answer = { toolCallId: call.id, name, ...results[name]?.(args, call.id) };
    return { status: 200, body: JSON.stringify({ results: [answer] }) };
  });
  return { ...receiver, messages: () => receiver.received.map(messageOf) };
}

export async function anAssistant(sandbox: Running, server: object, changes: object = {}) {
  return clientOf(sandbox).assistants.create({
    name: 'Receptionist',
    firstMessage: 'Lakeside Clinic, how can I help?',
    server,
    metadata: { org_id: org },
    serverMessages: ['status-update', 'tool-calls', 'transcript', 'end-of-call-report'],
    ...changes,
  } as never);
}

export async function aCall(sandbox: Running, body: object) {
  const answer = await sandbox.control('POST', '/call', { from: caller, ...body });
  expect(answer.status).toBe(200);
  return vi.waitFor(async () => {
    const { body: call } = await sandbox.control('GET', `/calls/${answer.body.call_id}`);
    expect(call.status).toBe('ended');
    return call;
  });
}
