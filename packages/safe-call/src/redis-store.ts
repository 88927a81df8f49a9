import { randomUUID } from 'node:crypto';
import * as scripts from './redis-scripts.ts';
import type { BreakerId, BreakerStore, SharedOpen, StoreMessage } from './store.ts';
import type { ErrorKind } from './types.ts';

/** The part of ioredis that is used, by structure: this package depends on no client. */
export interface RedisCommands {
  eval(script: string, numberOfKeys: number, ...args: Array<string | number>): Promise<unknown>;
}

/** A second ioredis connection, for the news, by structure. */
export interface RedisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
}

/** What {@link createRedisStore} is made with. */
export interface RedisStoreOptions {
  /** Make it with `enableOfflineQueue: false`: news that waited for Redis to come back would be old news. */
  client: RedisCommands;
  /** Its own connection, because a subscribed one takes no commands. */
  subscriber: RedisSubscriber;
  /** Names the process in the counts. Default: a random id. */
  node?: string | undefined;
  /** Keys start with this. The braces keep them in one slot of a cluster. Default `{safe-call:1}:`. */
  prefix?: string | undefined;
  /** Failures must come from so many processes before they open a breaker for all. Default 1. */
  quorum?: number | undefined;
}

/** An open breaker is kept so long after its time, so that the next probe is still one over all processes. */
const IDLE_MS = 600_000;

function toText(id: BreakerId): string {
  return JSON.stringify(id.key === undefined ? [id.level, id.name] : [id.level, id.name, id.key]);
}

function fromText(text: string): BreakerId {
  const [level, name, key] = JSON.parse(text) as [BreakerId['level'], string, string | undefined];
  return { level, name, key };
}

interface News extends Omit<SharedOpen, keyof BreakerId> {
  node: string;
  type: 'open' | 'close';
  id: string;
}

/** Anyone may publish there; an error in a listener of the driver would end the process. */
function readNews(text: string): News | undefined {
  try {
    const news = JSON.parse(text) as Partial<News> | null;
    if (typeof news?.id !== 'string' || !Array.isArray(JSON.parse(news.id))) return undefined;
    return news.type === 'close' || Number.isFinite(news.remainingMs) ? (news as News) : undefined;
  } catch {
    return undefined;
  }
}

function toMessage(news: News): StoreMessage {
  const id = fromText(news.id);
  if (news.type === 'close') return { type: 'close', id };
  const { remainingMs, failures, kind, message } = news;
  return { type: 'open', open: { ...id, remainingMs, failures, kind, message } };
}

/** A {@link BreakerStore} in Redis. Closing it leaves the connections to the code that made them. */
export function createRedisStore(options: RedisStoreOptions): BreakerStore {
  const { client, subscriber, node = randomUUID(), prefix = '{safe-call:1}:', quorum = 1 } = options;
  const channel = `${prefix}news`;
  const run = (script: string, ...args: Array<string | number>) =>
    client.eval(script, 1, prefix, node, ...args);
  const serviceOf = (name: string) => toText({ name, key: undefined, level: 'service' });
  const keyOf = (name: string, key: string | undefined) => toText({ name, key, level: 'key' });
  let stop: (() => void) | undefined;

  return {
    async load() {
      const rows = (await run(scripts.LOAD)) as Array<[string, number, number, ErrorKind, string]>;
      return rows.map(([id, remainingMs, failures, kind, message]) => ({
        ...fromText(id),
        remainingMs,
        failures,
        kind,
        message,
      }));
    },
    async failed(name, key, rules, reason) {
      const { failures, failureMaxAgeMs, cooldownMs, serviceKeys, serviceWithinMs } = rules;
      // Lua reads no Infinity; no deployment has so many keys.
      const keys = Math.min(serviceKeys, Number.MAX_SAFE_INTEGER);
      const limits = [failures, failureMaxAgeMs, cooldownMs, keys, serviceWithinMs, quorum, IDLE_MS];
      await run(
        scripts.FAILED,
        keyOf(name, key),
        serviceOf(name),
        key ?? '',
        ...limits,
        reason.kind,
        reason.message,
      );
    },
    async recovered(name, key) {
      await run(scripts.RECOVERED, keyOf(name, key), serviceOf(name), key ?? '');
    },
    async opened(open, by, token) {
      // With a quorum one process alone must not close a service for all: `failed` counts instead.
      if (by === 'failures' && quorum > 1) return;
      const { remainingMs, failures, kind, message } = open;
      await run(scripts.OPENED, toText(open), token ?? '', remainingMs, failures, kind, message, IDLE_MS);
    },
    async closed(id, token) {
      await run(scripts.CLOSED, toText(id), token ?? '');
    },
    async takeProbe(id, leaseMs) {
      const [granted, value] = (await run(
        scripts.TAKE_PROBE,
        toText(id),
        Math.max(Math.ceil(leaseMs), 1),
      )) as [number, number];
      return granted === 1 ? { granted: true, token: value } : { granted: false, waitMs: value };
    },
    async releaseProbe(id, token) {
      await run(scripts.RELEASE_PROBE, toText(id), token);
    },
    subscribe(listener) {
      const onMessage = (from: string, text: string) => {
        if (from !== channel) return;
        const news = readNews(text);
        if (news) listener(toMessage(news), news.node === node);
      };
      subscriber.on('message', onMessage);
      // A subscription that fails is made up for by the poll.
      subscriber.subscribe(channel).catch(() => {});
      stop = () => {
        subscriber.off('message', onMessage);
        subscriber.unsubscribe(channel).catch(() => {});
      };
      return stop;
    },
    async close() {
      stop?.();
    },
  };
}
