import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createInbox, startLeaseQueue } from '../deliveries/index.ts';
import { systemClock } from '../platform/clock.ts';
import { sha256 } from '../platform/crypto.ts';
import { createHttpServer, type HttpServer } from '../platform/http.ts';
import { silentLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { calendarPushHandler, registerGoogleWebhooks } from './index.ts';

const PATH = '/api/webhooks/google/calendar';

describe('what Google Calendar calls', () => {
  let db: TestDatabase;
  let server: HttpServer;
  let clinic: TestOrganization;
  let mine: Channel;
  interface Channel {
    id: string;
    token: string;
    resource: string;
  }
  beforeAll(async () => {
    db = await createTestDatabase();
    server = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
    const { database } = db;
    registerGoogleWebhooks(server, {
      database,
      inbox: createInbox({ database, log: silentLogger }),
      clock: systemClock,
      cap: async () => undefined,
      isRefused: () => false,
    });
    await server.ready();
  });
  beforeEach(async () => {
    clinic = await db.createOrganization();
    mine = await watch(clinic);
  });
  afterAll(async () => {
    await server.close();
    await db.close();
  });

  const watch = async (whose: TestOrganization, expires = '1 day'): Promise<Channel> => {
    const channel = { id: randomUUID(), token: `token-canary-${randomUUID()}`, resource: randomUUID() };
    await db.owner.query(
      `insert into public.calendar_channels (channel_id, org_id, token_hash, resource_id, expires_at)
       values ($1, $2, $3, $4, now() + $5::interval)`,
      [channel.id, whose.orgId, sha256(channel.token), channel.resource, expires],
    );
    return channel;
  };
  const push = (channel: Channel, number: number | string, more: Record<string, string | undefined> = {}) => {
    const headers = {
      // As Google sends it.
      'content-type': 'application/json; utf-8',
      'content-length': '0',
      'x-goog-channel-id': channel.id,
      'x-goog-channel-token': channel.token,
      'x-goog-resource-id': channel.resource,
      'x-goog-resource-state': 'exists',
      'x-goog-message-number': String(number),
      ...more,
    };
    const present = Object.entries(headers).filter(([, value]) => value !== undefined);
    return server.inject({ method: 'POST', url: PATH, headers: Object.fromEntries(present) });
  };
  const deliveries = async (orgId = clinic.orgId) => {
    const { rows } = await db.owner.query(
      'select * from public.webhook_delivery_log where org_id = $1 order by seq',
      [orgId],
    );
    return rows;
  };
  const allRows = async () => {
    const { rows } = await db.owner.query(
      `select (select count(*)::int from public.webhook_delivery_log) as deliveries,
        (select count(*)::int from public.processed_webhook_events) as events`,
    );
    return rows[0];
  };
  const channelRow = async ({ id }: Channel) =>
    (await db.owner.query('select * from public.calendar_channels where channel_id = $1', [id])).rows[0];
  const work = async () => {
    const queue = startLeaseQueue({
      database: db.database,
      log: silentLogger,
      table: 'webhook_delivery_log',
      handlers: { 'google.calendar': calendarPushHandler },
      pollMs: 10,
    });
    try {
      await vi.waitFor(async () => {
        const unfinished = (await deliveries()).filter(({ status }) => status !== 'completed');
        expect(unfinished).toEqual([]);
      }, 30_000);
    } finally {
      await queue.drain();
    }
  };

  test('a change asks for one sync of the clinic whose watch it is', async () => {
    expect((await push(mine, 2)).statusCode).toBe(204);
    expect(await deliveries()).toMatchObject([
      {
        provider: 'google',
        event_type: 'calendar',
        event_id: `${mine.id}:2`,
        order_key: `channel:${mine.id}`,
        signature: 'channel_token',
        request_id: expect.any(String),
        payload: { channel_id: mine.id, message_number: 2, resource_state: 'exists' },
      },
    ]);
    await work();
    expect(await channelRow(mine)).toMatchObject({
      sync_requested_at: expect.any(Date),
      last_message_number: '2',
    });
  });

  test('the first message of a watch is kept, and asks for nothing', async () => {
    expect((await push(mine, 1, { 'x-goog-resource-state': 'sync' })).statusCode).toBe(204);
    expect(await deliveries()).toMatchObject([{ status: 'completed', attempts: 0 }]);
    expect(await channelRow(mine)).toMatchObject({ sync_requested_at: null, last_message_number: '0' });
  });

  test('what is not proved by the secret of a watch that runs is refused, and leaves no row', async () => {
    const theirs = await watch(await db.createOrganization());
    const over = await watch(clinic, '-1 second');
    const before = await allRows();
    const answers = [
      await push(mine, 2, { 'x-goog-channel-token': undefined }),
      await push(mine, 2, { 'x-goog-channel-token': '' }),
      await push(mine, 2, { 'x-goog-channel-token': mine.token.slice(0, -1) }),
      await push(mine, 2, { 'x-goog-channel-token': theirs.token }),
      await push(mine, 2, { 'x-goog-channel-token': sha256(mine.token).toString('hex') }),
      await push(mine, 2, { 'x-goog-channel-id': theirs.id }),
      await push(mine, 2, { 'x-goog-channel-id': undefined }),
      await push(mine, 2, { 'x-goog-channel-id': randomUUID() }),
      await push(mine, 2, { 'x-goog-channel-id': `${mine.id.slice(0, 8)}' or true --` }),
      await push(mine, 2, { 'x-goog-resource-id': theirs.resource }),
      await push(over, 2),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'INVALID_CHANNEL_TOKEN' });
    }
    expect(await allRows()).toEqual(before);
  });

  test.each(['', 'two', '-1', '1.5', '1e40'])('message number "%s" is none', async (number) => {
    const answer = await push(mine, number);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'MALFORMED_MESSAGE' });
    expect(await deliveries()).toEqual([]);
  });

  test('a body is not read, so the clinic it names is not either', async () => {
    const other = await db.createOrganization();
    const answer = await server.inject({
      method: 'POST',
      url: `${PATH}?org=${other.orgId}`,
      headers: {
        'x-goog-channel-id': mine.id,
        'x-goog-channel-token': mine.token,
        'x-goog-resource-id': mine.resource,
        'x-goog-resource-state': 'exists',
        'x-goog-message-number': '2',
      },
      payload: { org_id: other.orgId, channel_id: 'other' },
    });
    expect(answer.statusCode).toBe(204);
    expect(await deliveries()).toHaveLength(1);
    expect(await deliveries(other.orgId)).toEqual([]);
  });

  test('a hundred copies at once ask once, and a copy after the clean-up asks for nothing', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => push(mine, 7)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([204]));
    expect(await deliveries()).toHaveLength(1);
    await work();
    const asked = await channelRow(mine);
    await db.owner.query('delete from public.processed_webhook_events');
    expect((await push(mine, 7)).statusCode).toBe(204);
    expect((await push(mine, 6)).statusCode).toBe(204);
    await work();
    expect(await deliveries()).toHaveLength(3);
    expect(await channelRow(mine)).toEqual(asked);
  });

  test('the secret of a watch is never stored with a delivery', async () => {
    await push(mine, 2, { authorization: 'Bearer header-canary', cookie: 'c=header-canary' });
    const [row] = await deliveries();
    expect(row.headers).toMatchObject({ 'x-goog-message-number': '2', 'x-goog-channel-token': '[removed]' });
    expect(JSON.stringify(row)).not.toMatch(/canary/);
  });

  test('a signed-in user sees no watch, not even the own one', async () => {
    const look = db.database.withTenant(clinic.scope, (tx) =>
      tx.selectFrom('calendar_channels').select('channel_id').execute(),
    );
    await expect(look).rejects.toThrow('permission denied');
  });
});
