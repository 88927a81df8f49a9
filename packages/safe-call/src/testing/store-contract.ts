import assert from 'node:assert/strict';
import type { BreakerId, BreakerStore, SharedOpen, SharedRules, StoreMessage } from '../store.ts';

/** What a store is tested with: two processes that share it, and a way to let time pass. */
export interface StoreUnderTest {
  a: BreakerStore;
  b: BreakerStore;
  /** Real or not, so many milliseconds. */
  pass(ms: number): Promise<void>;
  /** Waits until news has had time to arrive. */
  news(): Promise<void>;
}

export interface StoreCase {
  name: string;
  /** For stores made with a quorum of two processes. */
  quorum?: number;
  run(store: StoreUnderTest): Promise<void>;
}

const RULES: SharedRules = {
  failures: 3,
  cooldownMs: 200,
  failureMaxAgeMs: 60_000,
  serviceKeys: 3,
  serviceWithinMs: 60_000,
};
const REASON = { kind: 'NETWORK', message: 'refused' } as const;
const KEY: BreakerId = { name: 'svc', key: 'a', level: 'key' };
const SERVICE: BreakerId = { name: 'svc', key: undefined, level: 'service' };

function open(id: BreakerId, remainingMs: number): SharedOpen {
  return { ...id, remainingMs, failures: 3, ...REASON };
}

function listen(store: BreakerStore) {
  const heard: { message: StoreMessage; own: boolean }[] = [];
  store.subscribe((message, own) => heard.push({ message, own }));
  return heard;
}

async function loaded(store: BreakerStore): Promise<string[]> {
  return (await store.load()).map((one) => `${one.level}:${one.name}:${one.key ?? ''}`).sort();
}

/**
 * What every store must do, whatever it is made of. Run each case with a fresh store:
 * `it.each(storeContract)('$name', ({ run }) => run(make()))`.
 */
export const storeContract: StoreCase[] = [
  {
    name: 'tells everybody when a breaker opens and closes',
    async run({ a, b, news }) {
      const heardA = listen(a);
      const heardB = listen(b);
      await news();
      await a.opened(open(KEY, 60_000), 'failures');
      await b.closed(KEY);
      await news();
      for (const [heard, openedHere] of [
        [heardA, true],
        [heardB, false],
      ] as const) {
        assert.deepEqual(
          heard.map((one) => one.message.type),
          ['open', 'close'],
        );
        assert.deepEqual(
          heard.map((one) => one.own),
          [openedHere, !openedHere],
        );
      }
      const first = heardB[0]?.message;
      assert.ok(first?.type === 'open');
      assert.equal(first.open.key, 'a');
      assert.equal(first.open.kind, 'NETWORK');
      assert.ok(first.open.remainingMs > 0 && first.open.remainingMs <= 60_005);
    },
  },
  {
    name: 'shows what is open, with the time that is left',
    async run({ a, b, pass }) {
      await a.opened(open(KEY, 60_000), 'failures');
      await a.opened(open(SERVICE, 60_000), 'failures');
      await pass(50);
      assert.deepEqual(await loaded(b), ['key:svc:a', 'service:svc:']);
      for (const one of await b.load()) assert.ok(one.remainingMs <= 59_955 && one.remainingMs > 0);
      await b.closed(KEY);
      assert.deepEqual(await loaded(a), ['service:svc:']);
    },
  },
  {
    name: 'keeps a breaker whose time has come, so that its probe is one over all processes',
    async run({ a, b, pass }) {
      await a.opened(open(KEY, 40), 'failures');
      await pass(60);
      const [record] = await b.load();
      assert.equal(record?.remainingMs, 0);
    },
  },
  {
    name: 'tells calls without a key from calls with an empty one',
    async run({ a, b }) {
      await a.opened(open({ name: 'svc', key: undefined, level: 'key' }, 5_000), 'failures');
      const [record] = await b.load();
      assert.equal(record?.key, undefined);
    },
  },
  {
    name: 'opens when the failures of all processes are enough',
    async run({ a, b, news }) {
      const heard = listen(a);
      await news();
      await a.failed('svc', 'a', RULES, REASON);
      await b.failed('svc', 'a', RULES, REASON);
      assert.deepEqual(await loaded(a), []);
      await a.failed('svc', 'a', RULES, REASON);
      await news();
      assert.deepEqual(await loaded(b), ['key:svc:a']);
      assert.deepEqual(
        heard.map((one) => one.message.type),
        ['open'],
      );
    },
  },
  {
    name: 'starts counting again after a success',
    async run({ a, b }) {
      await a.failed('svc', 'a', RULES, REASON);
      await a.failed('svc', 'a', RULES, REASON);
      await b.recovered('svc', 'a');
      await a.failed('svc', 'a', RULES, REASON);
      assert.deepEqual(await loaded(a), []);
    },
  },
  {
    name: 'forgets failures that are old',
    async run({ a, pass }) {
      const rules = { ...RULES, failureMaxAgeMs: 40 };
      await a.failed('svc', 'a', rules, REASON);
      await a.failed('svc', 'a', rules, REASON);
      await pass(60);
      await a.failed('svc', 'a', rules, REASON);
      assert.deepEqual(await loaded(a), []);
    },
  },
  {
    name: 'opens the service when so many keys fail at the same time, counted over all processes',
    async run({ a, b, pass }) {
      const rules = { ...RULES, serviceWithinMs: 40 };
      await a.failed('svc', 'a', rules, REASON);
      await a.failed('svc', 'b', rules, REASON);
      await pass(60);
      await b.failed('svc', 'c', rules, REASON);
      assert.deepEqual(await loaded(a), []);
      await a.failed('svc', 'd', RULES, REASON);
      await b.failed('svc', 'e', RULES, REASON);
      assert.deepEqual(await loaded(a), ['service:svc:']);
    },
  },
  {
    name: 'one process alone opens nothing for all when a quorum is asked for',
    quorum: 2,
    async run({ a, b }) {
      for (let n = 0; n < 5; n++) await a.failed('svc', 'a', RULES, REASON);
      await a.opened(open(KEY, 5_000), 'failures');
      assert.deepEqual(await loaded(b), []);
      await b.failed('svc', 'a', RULES, REASON);
      assert.deepEqual(await loaded(b), ['key:svc:a']);
    },
  },
  {
    name: 'lets one probe through over all processes, and none before the time',
    async run({ a, b, pass }) {
      const closedForLong: BreakerId = { ...KEY, key: 'b' };
      await a.opened(open(closedForLong, 60_000), 'failures');
      const early = await b.takeProbe(closedForLong, 60_000);
      assert.ok(!early.granted && early.waitMs > 0 && early.waitMs <= 60_000);
      await a.opened(open(KEY, 10), 'failures');
      await pass(20);
      const leases = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? a : b).takeProbe(KEY, 60_000)),
      );
      assert.equal(leases.filter((one) => one.granted).length, 1);
      for (const lease of leases) if (!lease.granted) assert.ok(lease.waitMs > 0 && lease.waitMs <= 60_000);
    },
  },
  {
    name: 'gives the lease of a process that died to the next, and the dead one decides nothing any more',
    async run({ a, b, pass, news }) {
      await a.opened(open(KEY, 10), 'failures');
      await pass(20);
      const dead = await a.takeProbe(KEY, 50);
      await pass(70);
      const alive = await b.takeProbe(KEY, 60_000);
      assert.ok(dead.granted && alive.granted && alive.token > dead.token);
      const heard = listen(b);
      await news();
      await a.closed(KEY, dead.token);
      await a.opened(open(KEY, 60_000), 'probe', dead.token);
      await a.releaseProbe(KEY, dead.token);
      await news();
      assert.equal(heard.length, 0);
      assert.equal((await a.takeProbe(KEY, 50)).granted, false);
      await b.closed(KEY, alive.token);
      await news();
      assert.deepEqual(
        heard.map((one) => one.message.type),
        ['close'],
      );
      assert.deepEqual(await loaded(a), []);
    },
  },
  {
    name: 'a probe that failed opens for all again; one that decided nothing lets the next through',
    async run({ a, b, pass }) {
      await a.opened(open(KEY, 10), 'failures');
      await pass(20);
      const undecided = await a.takeProbe(KEY, 60_000);
      assert.ok(undecided.granted);
      await a.releaseProbe(KEY, undecided.token);
      const failing = await b.takeProbe(KEY, 60_000);
      assert.ok(failing.granted);
      await b.opened(open(KEY, 3_600_000), 'probe', failing.token);
      const next = await a.takeProbe(KEY, 60_000);
      assert.ok(!next.granted && next.waitMs > 60_000);
    },
  },
  {
    name: 'hears nothing any more after it was closed',
    async run({ a, b, news }) {
      const heard = listen(a);
      await news();
      await a.close();
      await b.opened(open(KEY, 1_000), 'failures');
      await news();
      assert.equal(heard.length, 0);
    },
  },
];
