import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HIGH_LIMITS, ofThisMachine } from './same-machine.ts';
import { until, within } from './wait.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One process of a deployment of several. */
export interface Member {
  name: string;
  pid: number;
  /** Of a web process. */
  url: string;
  output(): string;
  /** `SIGTERM` and the exit code, or `kill -9`. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts one process with exactly these settings and waits until it says that it is ready. */
export async function startMember(name: string, env: Record<string, string>): Promise<Member> {
  const child = spawn(process.execPath, ['--max-semi-space-size=4', 'backend/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...ofThisMachine(), ...HIGH_LIMITS, ...env },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  const ended = exit.then((code) => {
    throw new Error(`${name} ended before it was ready (exit ${code}):\n${output.slice(-2_000)}`);
  });
  const ready = until(`${name} to be ready`, () => /^Voxanne (worker )?is ready/m.test(output), {
    limitMs: 120_000,
  });
  ended.catch(() => undefined);
  ready.catch(() => undefined);
  await Promise.race([ready, ended]);
  return {
    name,
    pid: child.pid ?? 0,
    url: `http://localhost:${env.PORT}`,
    output: () => output,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return within(`The end of ${name}`, 120_000, exit);
    },
  };
}
