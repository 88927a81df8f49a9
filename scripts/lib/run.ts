import { type ChildProcess, spawn } from 'node:child_process';

export interface Ran {
  code: number;
  output: string;
  seconds: number;
}

/** Runs one of node's programs to its end and keeps what it says. */
export function runNode(args: readonly string[]): Promise<Ran> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (code: number, said = '') =>
      resolve({ code, output: output + said, seconds: (performance.now() - begun) / 1000 });
    child.on('error', (error) => end(1, `\n${error.message}`));
    child.on('close', (code, signal) => end(code ?? 1, signal ? `\nended by ${signal}` : ''));
  });
}

/** Resolves with the exit code; a signal counts as a shell would count it. */
export const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
