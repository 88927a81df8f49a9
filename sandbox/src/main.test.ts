import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from './core/config.ts';
import { aReceiver, controlOf, temporaryDir } from './testing/sandbox.ts';
import { clientOf, from, patient, phoneOf } from './twilio/testing.ts';

const main = new URL('./main.ts', import.meta.url);

/** The sandbox as the backend starts it: a child with a channel. */
async function aChild(env: Record<string, string>) {
  const all = { AUTH_SECRET: 'the same secret in every run of a test', ...env };
  const child = fork(main, {
    env: { ...process.env, SANDBOX_PORT: '0', ...all },
    stdio: 'pipe',
    execArgv: [],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const message = await once<{ type: string; port: number; code?: string }>(child, 'message');
  const url = `http://127.0.0.1:${message.port}`;
  return { child, message, url, control: controlOf({ url }), config: readConfig(all) };
}

const once = <T>(child: ChildProcess, event: string) =>
  new Promise<T>((resolve) => child.once(event, resolve));

describe('the sandbox process', () => {
  it('says when it listens, ignores the signals of its group, and leaves when asked', async () => {
    const { child, message, control } = await aChild({ VOXANNE_DATA_DIR: temporaryDir() });
    expect(message).toEqual({ type: 'ready', port: expect.any(Number) });

    child.kill('SIGTERM');
    child.kill('SIGINT');
    // A signal is there before the answer to a request that was made after it.
    for (let n = 0; n < 3; n += 1) expect((await control('GET', '/alerts')).status).toBe(200);
    expect(child.exitCode).toBeNull();

    child.send({ type: 'stop' });
    expect(await once(child, 'exit')).toBe(0);
  });

  it('leaves when its parent is gone', async () => {
    const { child } = await aChild({ VOXANNE_DATA_DIR: temporaryDir() });

    child.disconnect();

    expect(await once(child, 'exit')).toBe(0);
  });

  it('waits for a port that is being left, and says when it is not', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' && address?.port);
    const env = { VOXANNE_DATA_DIR: temporaryDir(), SANDBOX_PORT: port };

    const refused = await aChild(env);
    expect(refused.message).toMatchObject({ type: 'failed', code: 'EADDRINUSE' });
    expect(refused.child.exitCode ?? (await once(refused.child, 'exit'))).toBe(1);

    // waits: the port becomes free in the middle of the tries; sooner or later makes no difference
    setTimeout(() => other.close(), 300);
    expect((await aChild(env)).message).toMatchObject({ type: 'ready' });
  }, 15_000);

  it('forgets nothing it had accepted when it is killed in the middle', async () => {
    const env = { VOXANNE_DATA_DIR: temporaryDir() };
    const receiver = await aReceiver();
    const before = await aChild(env);
    const statusCallback = `${receiver.url}/status`;
    const { sid } = await clientOf(before).messages.create({ to: patient, from, body: 'Hi', statusCallback });

    before.child.kill('SIGKILL');
    await once(before.child, 'exit');
    const after = await aChild(env);

    await vi.waitFor(async () => expect(await phoneOf(after, patient)).toMatchObject([{ sid }]), 30_000);
    await vi.waitFor(() => {
      const statuses = receiver.received.map(({ text }) => new URLSearchParams(text).get('MessageStatus'));
      expect(new Set(statuses)).toEqual(new Set(['queued', 'sent', 'delivered']));
    });
  }, 15_000);
});
