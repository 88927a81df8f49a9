import type { OpenReason } from './breaker.ts';
import type {
  BreakerId,
  BreakerStore,
  OpenedBy,
  ProbeLease,
  SharedOpen,
  SharedRules,
  StoreMessage,
} from './store.ts';

interface Record {
  open: SharedOpen;
  until: number;
}

interface Count {
  byNode: Map<string, number>;
  until: number;
}

type Listener = (message: StoreMessage, own: boolean) => void;

/** What a hub of {@link createMemoryHub} gives to each of the instances that share it. */
export interface MemoryHub {
  connect(node: string): BreakerStore;
}

function text(id: BreakerId): string {
  return `${id.level}\0${id.name}\0${id.key ?? ''}`;
}

/**
 * A store for several instances in one process: what a Redis does for several processes, and the plainest statement
 * of what a store must do.
 *
 * @param options.quorum - Failures must come from so many instances before they open a breaker for all.
 */
export function createMemoryHub(options: { now: () => number; quorum?: number }): MemoryHub {
  const { now, quorum = 1 } = options;
  const records = new Map<string, Record>();
  const counts = new Map<string, Count>();
  const failing = new Map<string, Map<string, { at: number; node: string }>>();
  const leases = new Map<string, { token: number; until: number }>();
  const listeners = new Map<Listener, string>();
  let lastToken = 0;
  const lastTokens = new Map<string, number>();

  function publish(message: StoreMessage, from: string): void {
    for (const [listener, node] of [...listeners]) listener(message, node === from);
  }

  function isFenced(id: BreakerId, token: number | undefined): boolean {
    return token !== undefined && lastTokens.get(text(id)) !== token;
  }

  function setOpen(open: SharedOpen, node: string): void {
    leases.delete(text(open));
    counts.delete(text(open));
    records.set(text(open), { open, until: now() + open.remainingMs });
    publish({ type: 'open', open }, node);
  }

  function countFailure(id: BreakerId, node: string, rules: SharedRules, reason: OpenReason): void {
    if (records.has(text(id))) return;
    const known = counts.get(text(id));
    const count = known && known.until > now() ? known : { byNode: new Map<string, number>(), until: 0 };
    count.byNode.set(node, (count.byNode.get(node) ?? 0) + 1);
    count.until = now() + rules.failureMaxAgeMs;
    counts.set(text(id), count);
    const failures = [...count.byNode.values()].reduce((sum, one) => sum + one, 0);
    if (failures < rules.failures || count.byNode.size < quorum) return;
    setOpen({ ...id, remainingMs: rules.cooldownMs, failures, ...reason }, node);
  }

  function countKey(id: BreakerId, key: string, node: string, rules: SharedRules, reason: OpenReason): void {
    if (records.has(text(id))) return;
    const keys = failing.get(id.name) ?? new Map<string, { at: number; node: string }>();
    failing.set(id.name, keys);
    keys.delete(key);
    for (const [other, { at }] of keys) if (now() - at >= rules.serviceWithinMs) keys.delete(other);
    keys.set(key, { at: now(), node });
    const nodes = new Set([...keys.values()].map((one) => one.node));
    if (keys.size < rules.serviceKeys || nodes.size < quorum) return;
    failing.delete(id.name);
    setOpen({ ...id, remainingMs: rules.cooldownMs, failures: keys.size, ...reason }, node);
  }

  function connect(node: string): BreakerStore {
    let own: Listener | undefined;
    return {
      async load() {
        return [...records.values()].map(({ open, until }) => ({
          ...open,
          remainingMs: Math.max(until - now(), 0),
        }));
      },
      async failed(name, key, rules, reason) {
        countFailure({ name, key, level: 'key' }, node, rules, reason);
        countKey({ name, key: undefined, level: 'service' }, key ?? '', node, rules, reason);
      },
      async recovered(name, key) {
        counts.delete(text({ name, key, level: 'key' }));
        failing.get(name)?.delete(key ?? '');
      },
      async opened(open: SharedOpen, by: OpenedBy, token?: number) {
        // With a quorum one process alone must not close a service for all: `failed` counts instead.
        if (isFenced(open, token) || (by === 'failures' && quorum > 1)) return;
        setOpen(open, node);
      },
      async closed(id, token) {
        if (isFenced(id, token)) return;
        records.delete(text(id));
        counts.delete(text(id));
        leases.delete(text(id));
        if (id.level === 'service') failing.delete(id.name);
        publish({ type: 'close', id: { name: id.name, key: id.key, level: id.level } }, node);
      },
      async takeProbe(id, leaseMs): Promise<ProbeLease> {
        const open = records.get(text(id));
        if (open && open.until > now()) return { granted: false, waitMs: open.until - now() };
        const lease = leases.get(text(id));
        if (lease && lease.until > now()) return { granted: false, waitMs: lease.until - now() };
        lastToken++;
        lastTokens.set(text(id), lastToken);
        leases.set(text(id), { token: lastToken, until: now() + leaseMs });
        return { granted: true, token: lastToken };
      },
      async releaseProbe(id, token) {
        if (leases.get(text(id))?.token === token) leases.delete(text(id));
      },
      subscribe(listener) {
        own = listener;
        listeners.set(listener, node);
        return () => listeners.delete(listener);
      },
      async close() {
        if (own !== undefined) listeners.delete(own);
      },
    };
  }

  return { connect };
}
