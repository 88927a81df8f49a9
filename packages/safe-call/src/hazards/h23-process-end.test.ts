import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** Forty processes compile the same files. */
const compiled = mkdtempSync(join(tmpdir(), 'safe-call-'));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** What the scripts below find at hand. `say` is for what must be heard: a line and a clean end. */
const PROLOGUE = `
import * as api from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
const { createSafeCall, createMemoryHub, createSystemClock, safeCall, safeCallBatch, withTokenRefresh } = api;
const error = (facts) => Object.assign(new Error('no'), facts);
const busy = () => Promise.reject(error({ status: 503 }));
const refused = () => Promise.reject(error({ code: 'ECONNREFUSED' }));
const unauthorized = () => Promise.reject(error({ status: 401 }));
const never = () => new Promise(() => {});
const from = (attempt, early) => (context) => (context.attempt < attempt ? early() : 'ok');
const fast = { backoffMs: 5 };
const say = (result) => console.log(Array.isArray(result)
  ? result.map(word).join(' ')
  : word(result));
const word = (result) => result?.success === undefined ? String(result) : result.success ? result.data : result.error.kind;
// Real timers, and hours that pass at once.
let passed = 0;
const clock = { ...createSystemClock(), now: () => performance.now() + passed };
`;

/** Node lists only what keeps the process alive. */
const EPILOGUE = `
console.log('held by', process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length);
`;

interface Ended {
  code: number | string | null | undefined;
  output: string;
}

/** As a person would run it: its own module, nothing else that keeps the process alive. */
function run(script: string, epilogue = ''): Promise<Ended> {
  const args = ['--input-type=module', '-e', `${PROLOGUE}\n{\n${script}\n}\n${epilogue}`];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { env: { ...process.env, NODE_COMPILE_CACHE: compiled } },
      (failure, stdout, stderr) => {
        const output = stdout.trim() || stderr.trim();
        resolve({ code: failure === null ? 0 : failure.code, output });
      },
    );
  });
}

const AWAITED: [name: string, script: string, line: string][] = [
  ['a back-off', `say(await safeCall('a', from(3, busy), fast));`, 'ok'],
  ['the second retry after NETWORK', `say(await safeCall('a', from(3, refused), fast));`, 'ok'],
  [
    'fetch to a port that nobody listens on',
    `say(await safeCall('a', () => fetch('http://127.0.0.1:1'), fast));`,
    'NETWORK',
  ],
  [
    'a timeout of work that never settles',
    `say(await safeCall('a', never, { timeoutMs: 5, retries: 0 }));`,
    'TIMEOUT',
  ],
  [
    'a timeout, a back-off and another attempt',
    `say(await safeCall('a', from(2, never), { timeoutMs: 5, ...fast }));`,
    'ok',
  ],
  ['a deadline', `say(await safeCall('a', never, { deadlineMs: 5, timeoutMs: Infinity }));`, 'TIMEOUT'],
  [
    'Retry-After',
    `say(await safeCall('a', from(2, () => Promise.reject(error({ status: 429, headers: { 'retry-after': '0.02' } })))));`,
    'ok',
  ],
  [
    'a batch in its back-offs',
    `say(await safeCallBatch([from(2, busy), () => 'two', from(2, busy)], fast));`,
    'ok two ok',
  ],
  [
    'a batch in its timeouts',
    `say(await safeCallBatch([never, never], { timeoutMs: 5, retries: 0, concurrency: 1 }));`,
    'TIMEOUT TIMEOUT',
  ],
  [
    'the deadline of a batch',
    `say(await safeCallBatch([never, never], { deadlineMs: 5, concurrency: 1 }));`,
    'TIMEOUT TIMEOUT',
  ],
  [
    'the start of a hedge',
    `let asked = 0;
     say(await safeCall('a', () => (asked++ === 0 ? never() : 'second'), { hedge: { afterMs: 5 }, timeoutMs: Infinity }));`,
    'second',
  ],
  [
    'a place in the queue of a bulkhead',
    `const options = { bulkhead: { max: 1, queue: 1 }, timeoutMs: 20, retries: 0 };
     say(await Promise.all([safeCall('a', never, options), safeCall('a', () => 'entered', { ...options, timeoutMs: 60_000 })]));`,
    'TIMEOUT entered',
  ],
  [
    'a queue that is left at the end of its time',
    `const options = { bulkhead: { max: 1, queue: 1 }, retries: 0 };
     const first = safeCall('a', (context) => new Promise((resolve) => { globalThis.end = resolve; }), { ...options, timeoutMs: Infinity });
     say(await safeCall('a', () => 'entered', { ...options, timeoutMs: 5 }));
     globalThis.end('first');
     say(await first);`,
    'RATE_LIMIT\nfirst',
  ],
  [
    'a call that timed out inside withTokenRefresh',
    `say(await withTokenRefresh(() => 't', () => {}, () => safeCall('a', never, { timeoutMs: 5, retries: 0 })));`,
    'TIMEOUT',
  ],
  [
    'one refresh for all that wait, in its back-off',
    `let token = 'old';
     const refresh = () => safeCall.orThrow('oauth', from(2, busy), fast).then(() => { token = 'new'; });
     const work = (now) => (now === 'old' ? unauthorized() : now);
     const read = () => token;
     say(await Promise.all([1, 2, 3].map(() => withTokenRefresh(read, refresh, work, { key: 'k' }))));`,
    'new new new',
  ],
  [
    'a probe of a half-open breaker',
    `const { safeCall } = createSafeCall({ clock });
     const options = { retries: 0, timeoutMs: 5, breaker: { failures: 1 } };
     say(await safeCall('a', busy, options));
     passed = 30_000;
     say(await safeCall('a', never, options));`,
    'TEMPORARY\nTIMEOUT',
  ],
  [
    'a probe that waits for a store that is silent',
    `const store = { ...createMemoryHub({ now: () => 0 }).connect('a'), takeProbe: never, load: never };
     const { safeCall } = createSafeCall({ clock, store });
     const options = { retries: 0, timeoutMs: 5, breaker: { failures: 1 } };
     say(await safeCall('a', busy, options));
     passed = 30_000;
     say(await safeCall('a', () => 'ok', options));`,
    'TEMPORARY\nok',
  ],
  [
    'orThrow',
    `say(await safeCall.orThrow('a', from(3, busy), fast));
     await safeCall.orThrow('a', never, { timeoutMs: 5, retries: 0 }).catch(({ kind }) => say(kind));`,
    'ok\nTIMEOUT',
  ],
  [
    'a fallback after a timeout',
    `say(await safeCall('a', never, { timeoutMs: 5, retries: 0, fallback: 'instead' }));`,
    'instead',
  ],
  [
    'a fallback that makes a call itself',
    `say(await safeCall('a', busy, { retries: 0, fallback: () => safeCall.orThrow('b', from(2, busy), fast) }));`,
    'ok',
  ],
  ['then without await: a back-off', `safeCall('a', from(2, busy), fast).then(say);`, 'ok'],
  [
    'then without await: a timeout',
    `safeCall('a', never, { timeoutMs: 5, retries: 0 }).then(say);`,
    'TIMEOUT',
  ],
  [
    'the signal of the caller, whose own timer holds nothing',
    `say(await safeCall('a', never, { signal: AbortSignal.timeout(5), timeoutMs: 60_000 }));`,
    'CANCELLED',
  ],
  [
    'an instance of its own',
    `say(await createSafeCall({ clock: createSystemClock({ keepProcessAlive: true }) }).safeCall('a', from(2, busy), fast));`,
    'ok',
  ],
];

/** Each leaves timers of a minute and more behind that no one is waiting for. */
const SETTLED: [name: string, script: string, line: string][] = [
  ['a healthy call', `say(await safeCall('a', () => 'ok', { timeoutMs: 60_000 }));`, 'ok'],
  [
    'many at the same time',
    `say((await Promise.all(Array.from({ length: 50 }, (_, n) => safeCall('a', async () => n, { timeoutMs: 60_000 + n })))).length);`,
    '50',
  ],
  ['a failure', `say(await safeCall('a', busy, { retries: 0, timeoutMs: 60_000 }));`, 'TEMPORARY'],
  [
    'the loser of a hedge',
    `let asked = 0;
     say(await safeCall('a', () => (asked++ === 0 ? never() : 'second'), { hedge: { afterMs: 5 }, timeoutMs: 60_000 }));`,
    'second',
  ],
  [
    'a hedge that was not needed',
    `say(await safeCall('a', async () => 'first', { hedge: { afterMs: 60_000 } }));`,
    'first',
  ],
  [
    'a call that was cancelled in its work',
    `const control = new AbortController();
     const call = safeCall('a', never, { signal: control.signal, timeoutMs: 60_000 });
     control.abort();
     say(await call);`,
    'CANCELLED',
  ],
  [
    'a call that was cancelled in its back-off',
    `const control = new AbortController();
     const call = safeCall('a', busy, { signal: control.signal, backoffMs: 60_000, maxBackoffMs: 60_000 });
     setImmediate(() => control.abort());
     say(await call);`,
    'CANCELLED',
  ],
  [
    'a call that was cancelled in a queue',
    `const control = new AbortController();
     const options = { bulkhead: { max: 1, queue: 1 }, timeoutMs: 60_000 };
     let end;
     const first = safeCall('a', () => new Promise((resolve) => { end = resolve; }), options);
     const call = safeCall('a', () => 'entered', { ...options, signal: control.signal });
     control.abort();
     say(await call);
     end('first');
     say(await first);`,
    'CANCELLED\nfirst',
  ],
  [
    'a breaker in its cooldown',
    `for (let n = 0; n < 3; n++) await safeCall('a', busy, { retries: 0, breaker: { cooldownMs: 600_000 } });
     say(await safeCall('a', () => 'ok'));`,
    'CIRCUIT_OPEN',
  ],
  [
    'a key that rests for a Retry-After',
    `say(await safeCall('a', () => Promise.reject(error({ status: 429, headers: { 'retry-after': '600' } }))));`,
    'RATE_LIMIT',
  ],
  [
    'the poll of a store, and a store that never answers',
    `const { safeCall } = createSafeCall({ store: createMemoryHub({ now: () => 0 }).connect('a'), storePollMs: 60_000 });
     createSafeCall({ store: { ...createMemoryHub({ now: () => 0 }).connect('a'), load: never }, storePollMs: 60_000 });
     say(await safeCall('a', busy, { retries: 0 }));`,
    'TEMPORARY',
  ],
  [
    'work that goes on after its call has timed out',
    `say(await safeCall('a', never, { timeoutMs: 5, retries: 0 })); await safeCall('a', () => 'ok', { timeoutMs: 60_000 });`,
    'TIMEOUT',
  ],
  [
    'a clock that holds nothing, in the middle of calls',
    `const { safeCall } = createSafeCall({ clock: createSystemClock({ keepProcessAlive: false }) });
     void safeCall('a', never, { timeoutMs: 60_000 });
     void safeCall('b', busy, { backoffMs: 60_000 });
     say('ok');`,
    'ok',
  ],
];

describe('H23: a script with nothing else to do', () => {
  it('what holds a process is counted: a call that is under way', async () => {
    const script = `void safeCall('a', never, { timeoutMs: 60_000 }); void safeCall('b', never, { timeoutMs: 60_000 });`;
    const output = 'held by 1';
    expect(await run(script, `${EPILOGUE} process.exit(0);`)).toEqual({ code: 0, output });
  });

  it.concurrent.each(AWAITED)('waits for %s', async (_, script, line) => {
    expect(await run(script)).toEqual({ code: 0, output: line });
  });

  it.concurrent.each(SETTLED)('is held by nothing after %s', async (_, script, line) => {
    expect(await run(script, EPILOGUE)).toEqual({ code: 0, output: `${line}\nheld by 0` });
  });
}, 60_000);
