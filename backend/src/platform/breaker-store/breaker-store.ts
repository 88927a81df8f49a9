import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BreakerId,
  type BreakerStore,
  type ErrorKind,
  type SharedOpen,
  type StoreMessage,
  USER_MESSAGES,
} from '@voxanne/safe-call';
import type pg from 'pg';
import { z } from 'zod';
import type { Listener } from '../listener.ts';
import { createBoundedQueries, type Value } from './bounded-queries.ts';

export interface BreakerStoreOptions {
  pool: pg.Pool;
  /** Makes the connection that hears the other processes: `listen` of the platform with its URL and log. */
  listen: (channel: string, onNotify: (payload: string) => void) => Pick<Listener, 'close'>;
  /** Names the process in the counts. Default: a random id. */
  node?: string | undefined;
  /** Failures must come from so many processes before they open a breaker for all. Default 1. */
  quorum?: number | undefined;
  /** How long a probe waits for its lease. Default 100: a call waits with it. */
  probeCapMs?: number | undefined;
  /** How long a report of news may take before it is given up. Default 1,500: nothing waits for it. */
  newsCapMs?: number | undefined;
}

const CHANNEL = 'voxanne_breakers';
/** No one waits for news, so a busy moment is no reason to lose it. */
const NEWS_CAP_MS = 1_500;

// A notification holds 8,000 bytes and an index entry 2,700.
const MAX_ID_LENGTH = 400;
const MAX_MESSAGE_LENGTH = 300;

const Id = z.union([
  z.tuple([z.literal('service'), z.string()]),
  z.tuple([z.literal('key'), z.string()]),
  z.tuple([z.literal('key'), z.string(), z.string()]),
]);
const KINDS = Object.keys(USER_MESSAGES) as ErrorKind[];
const Reason = z.object({ failures: z.number(), kind: z.enum(KINDS), message: z.string() });
const News = z.discriminatedUnion('type', [
  Reason.extend({ type: z.literal('open'), node: z.string(), id: z.string(), remainingMs: z.number() }),
  z.object({ type: z.literal('close'), node: z.string(), id: z.string() }),
]);
const Row = Reason.extend({ id: z.string(), remaining_ms: z.number() });

interface Lease {
  /** An integer of 64 bits, which pg hands on as text. */
  token: string | null;
  wait_ms: number | null;
}

const idText = ({ level, name, key }: BreakerId): string =>
  JSON.stringify(key === undefined ? [level, name] : [level, name, key]);

function readId(text: string): BreakerId {
  const [level, name, key] = Id.parse(JSON.parse(text));
  return { level, name, key };
}

/** What isn't ours isn't news: anyone who may connect may notify, and a newer process may know more kinds. */
function orNothing<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}

function readNews(payload: string): { node: string; message: StoreMessage } {
  const { node, id, ...news } = News.parse(JSON.parse(payload));
  if (news.type === 'close') return { node, message: { type: 'close', id: readId(id) } };
  const { type, ...open } = news;
  return { node, message: { type, open: { ...readId(id), ...open } } };
}

function readRow(row: unknown): SharedOpen {
  const { id, remaining_ms: remainingMs, ...reason } = Row.parse(row);
  return { ...readId(id), remainingMs, ...reason };
}

// PostgreSQL stores no NUL.
const storable = (message: string): string => message.slice(0, MAX_MESSAGE_LENGTH).replaceAll('\0', '\ufffd');

const serviceText = (name: string): string => idText({ level: 'service', name, key: undefined });
const keyText = (name: string, key: string | undefined): string => idText({ level: 'key', name, key });

/**
 * A {@link BreakerStore} in PostgreSQL: a restarted process still holds an open breaker for the rest of its time, and
 * all processes on one database share theirs. Behind a transaction pooler no notification arrives, and the poll of
 * `load()` alone carries the news.
 */
export function createBreakerStore(options: BreakerStoreOptions): BreakerStore {
  const { node = randomUUID(), quorum = 1, probeCapMs = 100, newsCapMs = NEWS_CAP_MS } = options;
  const queries = createBoundedQueries(options.pool);
  let listening: Pick<Listener, 'close'> | undefined;

  /** Breakers with endless names stay local. */
  const tell = async (name: string, id: string, values: readonly Value[]): Promise<void> => {
    if (id.length <= MAX_ID_LENGTH) await queries.call(name, values, newsCapMs);
  };

  return {
    async load() {
      const rows = await queries.call('breakers_open', [], newsCapMs);
      return rows.flatMap((row) => orNothing(() => readRow(row)));
    },
    async failed(name, key, rules, { kind, message }) {
      const id = keyText(name, key);
      const { failures, failureMaxAgeMs, cooldownMs, serviceKeys, serviceWithinMs } = rules;
      const limits = [failures, failureMaxAgeMs, cooldownMs, serviceKeys, serviceWithinMs, quorum];
      await tell('breaker_failed', id, [node, id, serviceText(name), ...limits, kind, storable(message)]);
    },
    async recovered(name, key) {
      const id = keyText(name, key);
      await tell('breaker_recovered', id, [id, serviceText(name)]);
    },
    async opened(open, by, token) {
      // With a quorum one process alone must not close a service for all: `failed` counts instead.
      if (by === 'failures' && quorum > 1) return;
      const id = idText(open);
      const { name, remainingMs, failures, kind, message } = open;
      const reason = [failures, kind, storable(message)];
      await tell('breaker_opened', id, [node, id, serviceText(name), token, remainingMs, ...reason]);
    },
    async closed(id, token) {
      await tell('breaker_closed', idText(id), [node, idText(id), serviceText(id.name), token]);
    },
    async takeProbe(id, leaseMs) {
      const text = idText(id);
      if (text.length > MAX_ID_LENGTH) return { granted: true, token: 0 };
      const values = [text, serviceText(id.name), leaseMs];
      const [row] = await queries.call<Lease>('breaker_take_probe', values, probeCapMs);
      return row?.token == null
        ? { granted: false, waitMs: row?.wait_ms ?? leaseMs }
        : { granted: true, token: Number(row.token) };
    },
    async releaseProbe(id, token) {
      await tell('breaker_release_probe', idText(id), [idText(id), serviceText(id.name), token]);
    },
    subscribe(listener) {
      const started = options.listen(CHANNEL, (payload) => {
        for (const news of orNothing(() => readNews(payload))) listener(news.message, news.node === node);
      });
      listening = started;
      return () => void started.close();
    },
    async close() {
      // A server that went silent doesn't even close the connection.
      const goodbye = Promise.race([listening?.close(), sleep(NEWS_CAP_MS, undefined, { ref: false })]);
      await Promise.all([goodbye, queries.close()]);
    },
  };
}
