import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Our own Redis on a free port, without persistence. */
export interface PrivateRedis {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Whether the program is there. A test that needs it says so and is left out; with `CI=true` it must be there. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}

const READY = 'Ready to accept connections';

/** Which Redis to start: `port` of one that was stopped makes "it is back"; `settings` as in `redis.conf`. */
export interface PrivateRedisOptions {
  port?: number;
  settings?: Record<string, string>;
}

/** Starts it and waits until it takes connections. Never touches a Redis that is already running. */
export async function startRedis(options: PrivateRedisOptions = {}, tries = 3): Promise<PrivateRedis> {
  const port = options.port ?? (await freePort());
  const settings = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', ...options.settings };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  server.unref();
  let output = '';
  for await (const chunk of server.stdout) {
    output += String(chunk);
    if (output.includes(READY)) break;
  }
  const { pid } = server;
  if (pid === undefined || !output.includes(READY)) {
    // Someone else may have taken the port in between.
    if (tries > 1) return startRedis(options, tries - 1);
    throw new Error(`redis-server did not start: ${output.slice(-500)}`);
  }
  return {
    port,
    pid,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
