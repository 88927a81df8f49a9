import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readConfig, type SandboxConfig } from '../core/config.ts';
import { type Sandbox, startSandbox } from '../index.ts';

/** A world without waiting. */
const instant = {
  callbackMs: 0,
  callbackRetryMs: 20,
  callbackPatienceMs: 2_000,
  sentenceMs: 0,
  assistantTimeoutMs: 300,
};

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'voxanne-sandbox-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function testConfig(changes: Partial<SandboxConfig> = {}): SandboxConfig {
  return { ...readConfig({}), port: 0, pace: instant, stateDir: temporaryDir(), ...changes };
}

/** Its own sandbox for one test, gone when the test ends. */
export async function aSandbox(changes: Partial<SandboxConfig> = {}) {
  const config = testConfig(changes);
  const sandbox = await startSandbox(config);
  onTestFinished(() => sandbox.close());
  return { ...sandbox, config, control: controlOf(sandbox) };
}

export function controlOf({ url }: Pick<Sandbox, 'url'>) {
  return async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  };
}

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Someone who is called back: keeps what came, answers what the test wants. */
export async function aReceiver(
  answer: (received: Received) => { status?: number; body?: string } = () => ({}),
  port = 0,
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      text: Buffer.concat(chunks).toString(),
    };
    received.push(one);
    const { status = 204, body = '' } = answer(one);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  const { port: open } = server.address() as AddressInfo;
  return { received, stop, port: open, url: `http://127.0.0.1:${open}` };
}
