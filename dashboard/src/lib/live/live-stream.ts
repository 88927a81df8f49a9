import { LiveEvent } from '@voxanne/contract';
import { createEventParser } from './event-parser.ts';

export type LiveStatus = 'connecting' | 'live' | 'paused';

export interface LiveStreamOptions {
  open: (lastEventId: string | null, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  onOpen: () => void;
  onEvent: (event: LiveEvent) => void;
  onStatus: (status: LiveStatus) => void;
  now?: () => number;
}

const SILENCE_MS = 30_000;
const CHECK_MS = 1_000;
const MAX_BACKOFF_MS = 5_000;

/**
 * Reads `/api/events`. Not an EventSource: that hides the heartbeats, and without them a dead line looks like a
 * quiet clinic. Reconnects by itself with the last id, and says `paused` after 30 s without a byte.
 */
export function startLiveStream(options: LiveStreamOptions): () => void {
  const now = options.now ?? Date.now;
  let stopped = false;
  let status: LiveStatus = 'connecting';
  let lastHeard = now();
  let lastEventId: string | null = null;
  let failures = 0;
  let connection = new AbortController();

  const say = (next: LiveStatus) => {
    if (stopped || next === status) return;
    status = next;
    options.onStatus(next);
  };
  const hear = () => {
    lastHeard = now();
    failures = 0;
    say('live');
  };

  async function listen() {
    connection = new AbortController();
    const body = await options.open(lastEventId, connection.signal);
    hear();
    options.onOpen();
    const parse = createEventParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || stopped) return;
      hear();
      for (const raw of parse(decoder.decode(value, { stream: true }))) {
        if (raw.id !== null) lastEventId = raw.id;
        const event = readEvent(raw.data);
        if (event !== null) options.onEvent(event);
      }
    }
  }

  async function run() {
    while (!stopped) {
      await listen().catch(() => undefined);
      failures += 1;
      if (!stopped) await sleep(Math.min(250 * 2 ** failures, MAX_BACKOFF_MS));
    }
  }

  const watchdog = setInterval(() => {
    if (now() - lastHeard <= SILENCE_MS) return;
    if (status !== 'paused') connection.abort();
    say('paused');
  }, CHECK_MS);

  run().catch(() => undefined);
  return () => {
    stopped = true;
    clearInterval(watchdog);
    connection.abort();
  };
}

function readEvent(data: string): LiveEvent | null {
  try {
    return LiveEvent.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
