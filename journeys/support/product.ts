import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, isListening, type Ports } from './ports.ts';
import { descendantsOf, isAlive, residentMemory } from './processes.ts';
import { HIGH_LIMITS, ofThisMachine } from './same-machine.ts';
import { until, within } from './wait.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 120_000;

export interface StartOptions {
  /** The data of an earlier run; without it a fresh place is made. */
  dataDir?: string;
  ports?: Ports;
  env?: Record<string, string>;
}

/** A run that ended by itself. */
export interface Ended {
  code: number | null;
  output: string;
  ms: number;
}

export interface Product {
  url: string;
  sandboxUrl: string;
  ports: Ports;
  dataDir: string;
  pid: number;
  /** From the start of the process to its line "Voxanne is ready at". */
  readyMs: number;
  output(): string;
  memory(): number | undefined;
  /** Asks it to end, waits, and looks that nothing is left. */
  stop(how?: { signals?: NodeJS.Signals[]; group?: boolean }): Promise<Stopped>;
  /** As a power cut would, except that its database lives on. */
  kill(): Promise<void>;
}

export interface Stopped {
  code: number | null;
  ms: number;
  /** What was there while it ran and still is: nothing, if all is well. */
  left: string[];
}

const running = new Set<number>();
const made = new Set<string>();

// Whatever happens to a journey, nothing that was started here outlives it.
process.on('exit', () => {
  for (const pid of running) killQuietly(pid);
  for (const dataDir of made) {
    const postmaster = postmasterOf(dataDir);
    if (postmaster !== undefined && isPostgres(postmaster)) killQuietly(postmaster, 'SIGQUIT');
    rmSync(dataDir, { recursive: true, force: true });
  }
});

export function makeDataDir(): string {
  const dataDir = mkdtempSync(join(placeForData(), 'voxanne-journey-'));
  made.add(dataDir);
  return dataDir;
}

/** Shared memory where it is roomy: a disk's bad moment is not the product's. */
function placeForData(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > 1_000_000_000) return '/dev/shm';
  } catch {
    // There is none here.
  }
  return tmpdir();
}

interface Run {
  child: ChildProcess;
  pid: number;
  dataDir: string;
  ports: Ports;
  startedAt: number;
  output(): string;
  exit: Promise<number | null>;
}

async function launch({ dataDir = makeDataDir(), ports, env = {} }: StartOptions): Promise<Run> {
  const own = ports ?? (await freePorts());
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=4', 'backend/src/main.ts'], {
    cwd: root,
    // Its own group, as a terminal or a supervisor gives it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...ofThisMachine(),
      ...HIGH_LIMITS,
      PORT: String(own.api),
      SANDBOX_PORT: String(own.sandbox),
      DATABASE_PORT: String(own.database),
      VOXANNE_DATA_DIR: dataDir,
      ...env,
    },
  });
  const pid = child.pid ?? 0;
  running.add(pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(pid);
      resolve(code);
    });
  });
  return { child, pid, dataDir, ports: own, startedAt, output: () => output, exit };
}

/** Starts the whole product as `npm start` does and waits until it says that it is ready. */
export async function startProduct(options: StartOptions = {}): Promise<Product> {
  const run = await launch(options);
  const ended = run.exit.then((code) => {
    throw new Error(`Voxanne ended before it was ready (exit ${code}):\n${run.output().slice(-2_000)}`);
  });
  ended.catch(() => undefined);
  const ready = until(
    'the line "Voxanne is ready at"',
    () => run.output().includes(`Voxanne is ready at http://localhost:${run.ports.api}`),
    { limitMs: READY_LIMIT_MS, everyMs: 5 },
  );
  ready.catch(() => undefined);
  try {
    await Promise.race([ready, ended]);
  } catch (error) {
    killQuietly(run.pid);
    throw error;
  }
  return toProduct(run, performance.now() - run.startedAt);
}

/** Starts it where it should refuse, and waits for its end. */
export async function startInVain(options: StartOptions & { signalAfterMs?: number } = {}): Promise<Ended> {
  const run = await launch(options);
  const { signalAfterMs } = options;
  // waits: a signal that comes at any moment of a start is what is tested
  if (signalAfterMs !== undefined) setTimeout(() => run.child.kill('SIGTERM'), signalAfterMs);
  try {
    const code = await within('A start that should refuse', READY_LIMIT_MS, run.exit);
    return { code, output: run.output(), ms: performance.now() - run.startedAt };
  } finally {
    killQuietly(run.pid);
  }
}

function toProduct(run: Run, readyMs: number): Product {
  const { pid, ports, dataDir } = run;
  return {
    url: `http://localhost:${ports.api}`,
    sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
    ports,
    dataDir,
    pid,
    readyMs,
    output: run.output,
    memory: () => residentMemory(pid),
    async stop({ signals = ['SIGTERM'], group = false } = {}) {
      const postmaster = postmasterOf(dataDir);
      const processes = [...descendantsOf(pid), ...(postmaster === undefined ? [] : [postmaster])];
      const begun = performance.now();
      for (const signal of signals) process.kill(group ? -pid : pid, signal);
      const code = await within('The drain', STOP_LIMIT_MS, run.exit).catch((error: unknown) => {
        killQuietly(pid);
        throw new Error(`It did not end:\n${run.output().slice(-2_000)}`, { cause: error });
      });
      const ms = performance.now() - begun;
      const left = processes.filter(isAlive).map((one) => `process ${one}`);
      for (const [name, port] of Object.entries(ports)) {
        if (await isListening(port)) left.push(`port ${port} (${name})`);
      }
      if (existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) left.push('postmaster.pid');
      return { code, ms, left };
    },
    async kill() {
      const children = descendantsOf(pid);
      process.kill(pid, 'SIGKILL');
      await within('The end after kill -9', 30_000, run.exit);
      await until('the stand-ins to leave with their parent', () => !children.some(isAlive));
    },
  };
}

export function postmasterOf(dataDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Ends whatever still runs on a data directory and removes it. */
export async function clearAway(...products: (Pick<Product, 'dataDir'> & { pid?: number })[]): Promise<void> {
  for (const { dataDir, pid } of products) {
    if (pid !== undefined && running.has(pid)) killQuietly(pid);
    const postmaster = postmasterOf(dataDir);
    if (postmaster !== undefined && isPostgres(postmaster)) {
      killQuietly(postmaster, 'SIGQUIT');
      await until('the database to end', () => !isAlive(postmaster)).catch(() => undefined);
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
    made.delete(dataDir);
  }
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}

function killQuietly(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
