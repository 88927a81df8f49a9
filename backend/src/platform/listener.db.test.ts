import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { type Listener, listen } from './listener.ts';
import { silentLogger } from './logger.ts';

describe('listening', () => {
  let db: TestDatabase;
  let listener: Listener | undefined;
  let heard: string[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    await listener?.close();
    heard = [];
  });
  afterAll(() => db.close());

  const start = (url = db.runtimeUrl) =>
    listen({
      url,
      channels: ['voxanne_events', 'voxanne_work'],
      onNotify: (channel, payload) => heard.push(`${channel}:${payload}`),
      log: silentLogger,
    });
  const CONNECTED = ['voxanne_events:', 'voxanne_work:'];
  const say = (payload: string) => db.owner.query(`select pg_notify('voxanne_events', $1)`, [payload]);
  const connections = async () => {
    const { rows } = await db.owner.query(
      `select pid from pg_stat_activity where application_name = 'voxanne listen' and datname = current_database()`,
    );
    return rows.map(({ pid }) => pid as number);
  };

  test('passes on what is said, after a first hint that something may have been missed', async () => {
    listener = start();
    await expect.poll(() => heard).toEqual(CONNECTED);
    await say('a');
    await expect.poll(() => heard).toEqual([...CONNECTED, 'voxanne_events:a']);
  });

  test('comes back after its connection was cut, and hints again because it was deaf in the meantime', async () => {
    listener = start();
    await expect.poll(() => heard).toEqual(CONNECTED);
    const [pid] = await connections();
    await db.owner.query('select pg_terminate_backend($1)', [pid]);
    await expect.poll(() => heard, { timeout: 90_000 }).toEqual([...CONNECTED, ...CONNECTED]);
    await say('after');
    await expect.poll(() => heard.at(-1)).toBe('voxanne_events:after');
    expect(await connections()).not.toContain(pid);
  });

  test('keeps trying while there is no database, and stops when told to', async () => {
    let attempts = 0;
    const closed = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(closed, 'listening');
    listener = start(`postgres://nobody:none@127.0.0.1:${(closed.address() as AddressInfo).port}/none`);
    await expect.poll(() => attempts).toBeGreaterThan(1);
    expect(heard).toEqual([]);
    await listener.close();
    closed.close();
  });

  test('ends when asked to, and leaves no connection behind', async () => {
    listener = start();
    await expect.poll(() => heard).toEqual(CONNECTED);
    await listener.close();
    await expect.poll(connections).toEqual([]);
  });

  test('ends even if asked to while it is still connecting', async () => {
    listener = start();
    await listener.close();
    await expect.poll(connections).toEqual([]);
    expect(heard).toEqual([]);
  });
});
