import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from './wait.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** For a test that runs one. A machine that is busy with something else needs many times what is usual. */
export const BENCH_LIMIT_MS = 300_000;

/** Runs a benchmark in its short form and reads the one line of JSON that it prints. */
export async function runBench(name: string, args: string[] = []): Promise<Record<string, unknown>> {
  const run = spawn(process.execPath, [`bench/${name}.ts`, '--json', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise((resolve) => run.once('close', resolve));
  await within(`The benchmark ${name}`, BENCH_LIMIT_MS - 10_000, ended).finally(() => run.kill());
  const line = output.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`bench/${name}.ts gave no result:\n${output.slice(-2_000)}`);
  return JSON.parse(line);
}
