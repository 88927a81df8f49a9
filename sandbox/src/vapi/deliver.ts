import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOfCallbacks } from '../core/faults.ts';
import { post } from '../core/outbound.ts';
import type { Server } from './schemas.ts';
import type { VapiWorld } from './world.ts';

export interface Delivery {
  type: string;
  /** null when no one answered in time */
  status_code: number | null;
  ms: number;
  json: unknown;
}

export interface ServerMessage {
  type: string;
  [field: string]: unknown;
}

/** Posts one server message, proving itself with the secret and headers it was given. */
export async function deliver(
  { faults, config }: VapiWorld,
  { url, secret, headers }: Server & { url: string },
  message: ServerMessage,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Delivery> {
  const target = `POST ${new URL(url).pathname} ${message.type}`;
  const struck = new Map(
    faults.strike('vapi', target, faultsOfCallbacks).map((fault) => [fault.kind, fault]),
  );
  const isForged = struck.has('bad_signature');
  const late = struck.get('late_callback');
  if (late) await sleep(late.latency_ms ?? 5_000, undefined, { signal });
  const request = {
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Vapi',
      ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
      ...(secret !== undefined && { 'x-vapi-secret': secret }),
      ...(isForged && { 'x-vapi-secret': 'not-the-secret', authorization: 'Bearer not-the-secret' }),
    },
    body: JSON.stringify({ message }),
    timeoutMs,
    signal,
  };
  const began = config.now();
  const took = () => config.now() - began;
  try {
    const copy = struck.has('duplicate_callback') ? post(request) : undefined;
    const [answer] = await Promise.all([post(request), copy]);
    return { type: message.type, status_code: answer.status, ms: took(), json: parse(answer.body) };
  } catch {
    signal.throwIfAborted();
    return { type: message.type, status_code: null, ms: took(), json: undefined };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
