import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/voxanne.mjs', import.meta.url));

let db: TestDatabase;
let app: TestApp;
let ann: Awaited<ReturnType<TestApp['signUp']>>;
let url: string;

beforeAll(async () => {
  db = await createTestDatabase();
  app = await createTestApp(db);
  await app.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  await db.close();
});

const run = (args: string[], env: Record<string, string> = { VX_TOKEN: ann.token }) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
/** Asked until nothing of what it judges was too slow for a probe, as on a busy machine. */
const health = (ask: () => ReturnType<typeof run> = () => voxanne('health')) =>
  vi.waitFor(
    async () => {
      const answer = await ask();
      expect(answer.out).not.toContain('isn’t responding');
      return answer;
    },
    { timeout: 50_000 },
  );
const voxanne = (...args: string[]) => run(args.includes('--url') ? args : [...args, '--url', url]);

describe('npx voxanne', () => {
  beforeEach(async () => {
    ann = await app.signUp();
  });

  const dead = async (eventType = 'end-of-call-report'): Promise<string> => {
    const callId = randomUUID();
    const payload = {
      ...{ callId, from: null, to: null, startedAt: null, endedAt: null },
      ...{ endedReason: null, summary: null, transcript: null },
    };
    const { rows } = await db.owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status, payload, error_message)
       values ($1, 'vapi', $2, $3, 'dead_letter', $4, 'No line.') returning id`,
      [ann.orgId, eventType, callId, JSON.stringify(payload)],
    );
    return rows[0].id;
  };

  test('lists webhooks in columns or as JSON, by status and provider', async () => {
    const id = await dead();
    const { code, out } = await voxanne('webhooks', 'list', '--status', 'dead_letter');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^id +received .*\n${id} .* vapi.end-of-call-report .* No line.`));
    const json = JSON.parse((await voxanne('webhooks', 'list', '--json')).out);
    expect(json.data).toMatchObject([{ id, status: 'dead_letter' }]);
    expect((await voxanne('webhooks', 'list', '--provider', 'twilio')).out).toMatch(/^No webhook/);
  });

  test('says what a replay would do, then replays', async () => {
    const id = await dead();
    const tried = await voxanne('webhooks', 'replay', id, '--dry-run');
    expect(tried).toMatchObject({ code: 0, err: '' });
    expect(tried.out).toMatch(/^Would add 1 row to calls/);
    const done = JSON.parse((await voxanne('webhooks', 'replay', id, '--json')).out);
    expect(done).toMatchObject({ id, replayed: true });
    const again = await voxanne('webhooks', 'replay', id);
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/already waiting in the queue/);
  });

  test('lists what must leave and sends it again, one or all that were given up', async () => {
    const { rows } = await db.owner.query(
      `insert into public.outbox (org_id, topic, key, status, error_message)
       values ($1, 'calendar.push', 'a', 'dead_letter', 'Google said no.'), ($1, 'calendar.push', 'b', 'dead_letter', null)
       returning id`,
      [ann.orgId],
    );
    const listed = await voxanne('outgoing', 'list', '--status', 'dead_letter');
    expect(listed.out).toMatch(/^id +written +what +status +attempts +error\n/);
    expect(listed.out).toMatch(new RegExp(`${rows[0].id} .* calendar.push +dead_letter +0 +Google said no.`));
    expect((await voxanne('outgoing', 'list', '--topic', 'none')).out).toMatch(/^No outgoing items match/);
    expect((await voxanne('outgoing', 'replay', rows[0].id)).out).toMatch(/^It’s back in the queue/);
    const all = ['outgoing', 'replay', '--status', 'dead_letter'];
    expect((await voxanne(...all, '--dry-run')).out).toMatch(/^Would send 1 entry again\.\ncalendar.push +1/);
    expect((await voxanne(...all)).out).toMatch(/^1 entry in the queue again\./);
    expect(await voxanne('outgoing', 'replay')).toMatchObject({ code: 2 });
  });

  test('replays all dead letters, with a count before', async () => {
    for (let n = 0; n < 3; n += 1) await dead();
    const all = ['webhooks', 'replay', '--status', 'dead_letter'];
    expect((await voxanne(...all, '--dry-run')).out).toMatch(/^Would replay 3 deliveries\./);
    expect((await voxanne(...all)).out).toMatch(/^3 deliveries in the queue again\./);
    expect((await voxanne(...all)).out).toMatch(/^0 deliveries/);
  });

  test('says what is healthy, and ends with 0 although the calendar was never linked', async () => {
    const { out, code } = await health();
    expect(out).toMatch(/^healthy\n/);
    expect(out).toMatch(/^Database +healthy/m);
    expect(out).toMatch(/^Google Calendar +degraded/m);
    expect(out).toMatch(/^To do:\n- .*bookings are still kept here/m);
    expect(code).toBe(0);
    const report = JSON.parse((await voxanne('health', '--json')).out);
    expect(report.integrations.map(({ name }: { name: string }) => name)).toContain('Database');
  });

  test('says without a login that all is healthy, ends with 0, and finds nothing to do', async () => {
    const { out, code } = await health(() => run(['health', '--url', url], {}));
    expect(out).toMatch(/^healthy\n/);
    expect(out).not.toContain('To do');
    expect(code).toBe(0);
  });

  test('ends health with 1 when something is to be looked at, such as what was given up', async () => {
    await dead();
    const { out, code } = await health();
    expect(out).toMatch(/^degraded\n/);
    expect(out).toMatch(/^To do:\n/m);
    expect(code).toBe(1);
  });

  test('signs in with email and password, and shows neither', async () => {
    const id = await dead();
    const args = ['webhooks', 'list', '--url', url, '--email', ann.email];
    const fine = await run([...args, '--password', PASSWORD], {});
    expect(fine).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    const wrong = await run([...args, '--password', 'not this one'], {});
    expect(wrong.code).toBe(1);
    expect(wrong.out + wrong.err).not.toContain('not this one');
  });
});

describe('the exit codes of npx voxanne', () => {
  beforeAll(async () => {
    ann = await app.signUp();
  });

  test.each([
    ['an unknown command', ['webhooks', 'burn'], /Unknown command "webhooks burn"/],
    ['an unknown option', ['webhooks', 'list', '--colour'], /--colour/],
    ['an option of another command', ['health', '--dry-run'], /no option --dry-run/],
    ['a replay of nothing', ['webhooks', 'replay'], /Give one delivery’s id/],
    ['one that names a delivery and a filter', ['webhooks', 'replay', 'x', '--status', 'failed'], /Give one/],
    ['no command', [], /^$/],
    ['a limit of nothing', ['webhooks', 'list', '--limit', '0'], /limit/],
    ['a limit that is too much', ['webhooks', 'list', '--limit', '201'], /limit/],
    ['a limit that is no number', ['outgoing', 'list', '--limit', 'all'], /limit/],
    ['a limit below nothing', ['outgoing', 'list', '--limit=-1'], /limit/],
    ['a limit without its number', ['webhooks', 'list', '--limit'], /--limit/],
    ['a cursor of nobody', ['webhooks', 'list', '--cursor', 'nope'], /cursor/],
    ['a cursor of nobody for what leaves', ['outgoing', 'list', '--cursor', 'nope'], /cursor/],
    ['a status that there is not', ['webhooks', 'list', '--status', 'lost'], /status/],
    ['a status that there is not, to be replayed', ['outgoing', 'replay', '--status', 'lost'], /status/],
    ['a provider that there is not', ['webhooks', 'list', '--provider', 'fax'], /provider/],
    ['an id that is none', ['webhooks', 'replay', 'nope'], /id/],
    ['an id that is none, to be tried', ['webhooks', 'replay', 'nope', '--dry-run'], /id/],
    ['an id that is none of what leaves', ['outgoing', 'replay', 'nope'], /id/],
    ['an id that leads elsewhere', ['webhooks', 'replay', '../../me'], /id/],
    ['an id of nothing', ['webhooks', 'replay', ''], /Give one delivery’s id/],
    ['an id of nothing but blanks', ['outgoing', 'replay', ' '], /Give one entry’s id/],
    ['two ids', ['webhooks', 'replay', 'a', 'b'], /one argument too many/],
    ['a word after health', ['health', 'now'], /one argument too many/],
    ['half a command', ['webhooks'], /Unknown command "webhooks"/],
    ['a name of every object', ['constructor'], /Unknown command "constructor"/],
    ['an address that is none', ['health', '--url', 'voxanne'], /not a valid URL/],
    ['an address of another kind', ['health', '--url', 'ftp://voxanne'], /not a valid URL/],
    ['an address without a host', ['health', '--url', 'http://'], /not a valid URL/],
    ['a token of two lines', ['webhooks', 'list', '--token', 'a\nb'], /isn’t a token/],
    ['a token of nothing', ['health', '--token', ''], /isn’t a token/],
    ['a switch with a value', ['health', '--json=yes'], /--json/],
  ])('ends with 2 after %s', async (_what, args, words) => {
    const { code, err } = await voxanne(...args);
    expect(code).toBe(2);
    expect(err).toMatch(words);
  });

  test.each([
    ['a token that is none, for a list', ['webhooks', 'list', '--token', 'nope'], /token/],
    ['a delivery that there is not', ['webhooks', 'replay', randomUUID()], /./],
    ['an entry that there is not', ['outgoing', 'replay', randomUUID()], /./],
  ])('ends with 1 after %s', async (_what, args, words) => {
    const { code, err } = await voxanne(...args);
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  test('an empty variable is one that is not set', async () => {
    const { code, err } = await run(['webhooks', 'list', '--url', url], { VX_TOKEN: '' });
    expect(code).toBe(2);
    expect(err).toMatch(/You’re not signed in/);
  });

  test.each([[200], [502], [503]])('ends with 3 when someone else answers, with %i', async (status) => {
    const other = createServer((_, response) => response.writeHead(status).end('<h1>Router</h1>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    for (const args of [['health'], ['webhooks', 'list'], ['outgoing', 'replay', randomUUID()]]) {
      const { code, err } = await run([...args, '--url', address]);
      expect([args, code]).toEqual([args, 3]);
      expect(err).toMatch(/isn’t Voxanne/);
    }
    await new Promise((resolve) => other.close(resolve));
  });

  test('ends with 2 when no one said who asks, and with 3 when no one answers', async () => {
    const unknown = await run(['webhooks', 'list', '--url', url], {});
    expect(unknown.code).toBe(2);
    expect(unknown.err).toMatch(/--token/);
    const nobody = await run(['health', '--url', 'http://127.0.0.1:1']);
    expect(nobody.code).toBe(3);
    expect(nobody.err).toMatch(/npm start/);
  });

  test('makes an API key that works, lists it, rotates it with an overlap and revokes it', async () => {
    const made = await voxanne('api-keys', 'create', 'Website', '--scopes', 'read,book', '--expires', '90d');
    expect(made.code).toBe(0);
    const [key = ''] = made.out.split('\n');
    expect(key).toMatch(/^vx_test_[\w-]{43}$/);
    expect(made.out).toContain('It is shown only now');
    const webhooks = await run(['webhooks', 'list', '--url', url], { VX_TOKEN: key });
    expect([webhooks.code, webhooks.err]).toEqual([1, expect.stringContaining('takes the scope operate')]);

    const listed = await voxanne('api-keys', 'list');
    expect(listed.out).toContain(`${key.slice(0, 14)}  active  book,read`);
    expect(listed.out).not.toContain(key);
    const { data } = JSON.parse((await voxanne('api-keys', 'list', '--json')).out);

    const rotated = await voxanne('api-keys', 'rotate', data[0].id, '--overlap-hours', '2', '--json');
    const fresh = JSON.parse(rotated.out);
    expect(fresh).toMatchObject({ rotated_from: data[0].id, key: expect.stringMatching(/^vx_test_/) });
    for (const id of [data[0].id, fresh.id]) expect((await voxanne('api-keys', 'revoke', id)).code).toBe(0);
    expect((await voxanne('api-keys', 'list')).out).toBe('The clinic has no API keys.\n');
  });

  test('asks for what an API key needs before it asks Voxanne', async () => {
    for (const [args, words] of [
      [['create', 'Website'], '--scopes book'],
      [['create', 'Website', '--scopes', 'read', '--expires', 'soon'], '--expires takes'],
      [['rotate'], 'Which key?'],
      [['rotate', randomUUID(), '--overlap-hours', 'x'], 'whole number'],
      [['create', 'Website', '--scopes', 'everything'], 'scopes'],
    ] as const) {
      const { code, err } = await voxanne('api-keys', ...args);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(words) });
    }
  });
});
