/** What 10,000 keys cost at rest: `node --expose-gc heap.ts <library> <healthy|sick>` prints one line of JSON. */
import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import { createSafeCall } from '../src/index.ts';

/** Armed timers, also those that do not keep the process alive: they cost the same. */
const armed = new Set<unknown>();
for (const [set, clear] of [
  ['setTimeout', 'clearTimeout'],
  ['setInterval', 'clearInterval'],
] as const) {
  const [realSet, realClear] = [globalThis[set], globalThis[clear]];
  const counted = (callback: () => void, ms?: number) => {
    const timer = realSet(() => {
      if (set === 'setTimeout') armed.delete(timer);
      callback();
    }, ms);
    armed.add(timer);
    return timer;
  };
  const cleared = (timer: NodeJS.Timeout) => {
    armed.delete(timer);
    realClear(timer);
  };
  Object.assign(globalThis, { [set]: counted, [clear]: cleared });
}

const KEYS = 10_000;
const IDLE_MS = 2_000;
const [library = '', health = ''] = process.argv.slice(2);
const keys = Array.from({ length: KEYS }, (_, n) => `tenant-${n}`);
const fn = async () => 1;
const bad = () => Promise.reject(new Error('down'));
const held: unknown[] = [];

async function heap(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

async function use(keys: string[]): Promise<void> {
  const sick = health === 'sick';
  if (library === 'safe-call') {
    const instance = createSafeCall({
      defaults: { retries: 0, breaker: { service: false, cooldownMs: 600_000 } },
    });
    held.push(instance);
    for (const key of keys) {
      for (let call = 0; call < (sick ? 3 : 1); call++)
        await instance.safeCall('svc', sick ? bad : fn, { key });
    }
  } else if (library === 'cockatiel') {
    const breakers = new Map<string, cockatiel.CircuitBreakerPolicy>();
    held.push(breakers);
    for (const key of keys) {
      const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
        halfOpenAfter: 600_000,
        breaker: new cockatiel.ConsecutiveBreaker(3),
      });
      breakers.set(key, breaker);
      for (let call = 0; call < (sick ? 3 : 1); call++)
        await breaker.execute(sick ? bad : fn).catch(() => {});
    }
  } else {
    const breakers = new Map(
      keys.map((key) => [key, new CircuitBreaker(sick ? bad : fn, { resetTimeout: 600_000 })]),
    );
    held.push(breakers);
    for (const breaker of breakers.values()) {
      for (let call = 0; call < (sick ? 3 : 1); call++) await breaker.fire().catch(() => {});
    }
  }
}

// Once for the code itself, which is compiled as it is used.
await use(Array.from({ length: 3_000 }, (_, n) => `warm-${n}`));
held.length = 0;
armed.clear();
const before = await heap();
await use(keys);
const bytes = Math.round(((await heap()) - before) / KEYS);
const timers = armed.size;
const cpu = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const { user, system } = process.cpuUsage(cpu);
const idlePercent = Math.round((user + system) / (IDLE_MS * 10)) / 1;
process.stdout.write(`${JSON.stringify({ bytes, timers, idlePercent, held: held.length })}\n`);
process.exit(0);
