import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Delivery, deliver, type ServerMessage } from './deliver.ts';
import { artifactOf, callObject, redacted, toolMessage } from './envelope.ts';
import { newToolCallId } from './ids.ts';
import type { Assistant, Server, Tool } from './schemas.ts';
import type { CallRecord } from './state.ts';
import type { Line } from './switchboard.ts';
import type { VapiWorld } from './world.ts';

export const assistantRequestTimeoutMs = 7_500;
const toolTimeoutSeconds = 20;
const noResult = 'No result returned.';

/** Sent when the assistant does not say which messages it wants. Transcripts are not among them. */
const usualMessages = ['status-update', 'tool-calls', 'end-of-call-report'];

const toolResults = z.object({
  results: z.array(
    z.looseObject({ toolCallId: z.string(), result: z.unknown().optional(), error: z.unknown().optional() }),
  ),
});

export type ToolOutcome =
  | { result: string; error?: never; said?: never }
  /** said: what the tool says by itself when its server fails */
  | { error: string; result?: never; said?: string | undefined };

/** A call that is being played: what was said, what was asked of our server, and what came back. */
export class Call {
  readonly record: CallRecord;
  readonly line: Line;
  readonly signal: AbortSignal;
  readonly #world: VapiWorld;
  assistant: Assistant = {};

  constructor(world: VapiWorld, line: Line, record: CallRecord, signal: AbortSignal) {
    this.#world = world;
    this.line = line;
    this.record = record;
    this.signal = signal;
  }

  async say(role: 'assistant' | 'user', text: string): Promise<void> {
    const { config } = this.#world;
    await sleep(config.pace.sentenceMs, undefined, { signal: this.signal });
    this.record.transcript.push({ role, text, at: this.#time() });
    if (this.wants('transcript') || this.wants('transcript[transcriptType="final"]')) {
      await this.send('transcript', { role, transcriptType: 'final', transcript: text });
    }
  }

  /** Calls a tool as the model would: what it answers is what the agent hears. */
  async tool(
    name: string,
    args: Record<string, unknown>,
    id: string = newToolCallId(),
  ): Promise<ToolOutcome> {
    const tool = this.#world.state.toolsOf(this.assistant).find((one) => one.function?.name === name);
    const fixed = Object.fromEntries((tool?.parameters ?? []).map(({ key, value }) => [key, value]));
    const given = JSON.parse(JSON.stringify({ ...args, ...fixed }));
    const at = this.#time();
    const { toolCall, fields } = toolMessage({ id, name, args: given, tool });
    const target = this.serverFor(tool?.server);
    const timeoutMs = (target?.timeoutSeconds ?? toolTimeoutSeconds) * 1_000;
    const delivery = await this.send('tool-calls', fields, { server: tool?.server, timeoutMs });
    const outcome = outcomeOf(delivery, toolCall.id, tool);
    this.record.tool_calls.push({
      id,
      name,
      arguments: given,
      result: outcome.result ?? null,
      error: outcome.error ?? null,
      status_code: delivery?.status_code ?? null,
      ms: delivery?.ms ?? 0,
      at,
    });
    return outcome;
  }

  /** One message to our server; undefined when there is no server to send it to. */
  async send(
    type: string,
    fields: Record<string, unknown>,
    { server, timeoutMs = toolTimeoutSeconds * 1_000 }: { server?: Server; timeoutMs?: number } = {},
  ): Promise<Delivery | undefined> {
    const target = this.serverFor(server);
    if (!target) return undefined;
    const message: ServerMessage = {
      timestamp: this.#world.config.now(),
      type,
      ...fields,
      artifact: fields.artifact ?? artifactOf(this.record),
      call: callObject(this.record),
      phoneNumber: redacted(this.line.phoneNumber),
      customer: { number: this.record.from },
      ...(type !== 'assistant-request' && { assistant: redacted(this.assistant) }),
    };
    const delivery = await deliver(this.#world, target, message, { timeoutMs, signal: this.signal });
    this.record.requests.push({ type, status_code: delivery.status_code, ms: delivery.ms });
    return delivery;
  }

  wants(type: string): boolean {
    return (this.assistant.serverMessages ?? usualMessages).includes(type);
  }

  /** The tool's own server goes before the assistant's, and that before the number's. */
  serverFor(toolServer?: Server): (Server & { url: string }) | undefined {
    for (const server of [toolServer, this.assistant.server, this.line.server]) {
      if (server?.url) return { ...server, url: server.url };
    }
    return undefined;
  }

  #time(): string {
    return new Date(this.#world.config.now()).toISOString();
  }
}

/** Vapi hears single-line strings in a 200, and nothing else. */
function outcomeOf(delivery: Delivery | undefined, toolCallId: string, tool: Tool | undefined): ToolOutcome {
  const isOk = delivery?.status_code === 200 || delivery?.status_code === 201;
  if (!isOk) {
    const failed = tool?.messages?.find(({ type, role }) => type === 'request-failed' && role !== 'system');
    return { error: noResult, said: failed?.content };
  }
  const results = toolResults.safeParse(delivery.json).data?.results;
  const mine = results?.find((one) => one.toolCallId === toolCallId);
  if (typeof mine?.error === 'string') return { error: mine.error };
  if (typeof mine?.result !== 'string' || /[\r\n]/.test(mine.result)) return { error: noResult };
  return { result: mine.result };
}
