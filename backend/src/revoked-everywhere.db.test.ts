import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BELIEVED_MS } from './platform/believed.ts';
import { sha256 } from './platform/crypto.ts';
import { createTestApp, PASSWORD, type TestApp } from './testing/app.ts';
import { fixedClock } from './testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

type Person = Awaited<ReturnType<TestApp['signUp']>>;

/** Two web processes on one database, which hear nothing of each other: as behind a transaction pooler. */
describe('what was revoked is refused by every process', () => {
  let db: TestDatabase;
  let here: TestApp;
  let there: TestApp;
  let ann: Person;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    here = await createTestApp(db, { clock });
    there = await createTestApp(db, { clock });
  });
  beforeEach(async () => {
    clock.set(new Date());
    ann = await here.signUp();
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await db.close();
  });

  const status = async (app: TestApp, headers: Record<string, string>, url = '/api/me') =>
    (await app.app.inject({ url, headers })).statusCode;
  const everywhere = async (headers: Record<string, string>) => [
    await status(here, headers),
    await status(there, headers),
  ];
  /** Both processes have just seen that it is good, and believe it. */
  const believe = async (person = ann) => {
    expect(await everywhere(person.bearer)).toEqual([200, 200]);
    expect(await everywhere({ cookie: person.cookie })).toEqual([200, 200]);
  };
  /** A second session of the same person, with its own token. */
  const signInAgain = async (): Promise<Person> => {
    const answer = await here.post('/api/auth/sign-in/email', { email: ann.email, password: PASSWORD });
    const cookie = here.cookieOf(answer);
    const { token } = (await here.app.inject({ url: '/api/auth/token', headers: { cookie } })).json();
    return { ...ann, cookie, token, bearer: { authorization: `Bearer ${token}` } };
  };
  const sql = (text: string, ...values: unknown[]) => db.owner.query(text, values);

  test('less than five seconds are believed', () => {
    expect(BELIEVED_MS).toBeLessThanOrEqual(2_000);
  });

  describe('a token and a cookie', () => {
    test('after a sign-out they are refused, here at once, elsewhere a moment later; the other session goes on', async () => {
      const other = await signInAgain();
      await believe();
      await believe(other);
      expect((await here.post('/api/auth/sign-out', {}, { cookie: ann.cookie })).statusCode).toBe(200);
      expect(await status(here, ann.bearer)).toBe(401);
      expect(await everywhere({ cookie: ann.cookie })).toEqual([401, 401]);
      clock.advance(BELIEVED_MS);
      const answer = await there.app.inject({ url: '/api/me', headers: ann.bearer });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'INVALID_TOKEN' });
      expect(answer.json().detail).toMatch(/session.*ended.*sign in/i);
      expect(await everywhere(other.bearer)).toEqual([200, 200]);
      expect(await everywhere({ cookie: other.cookie })).toEqual([200, 200]);
    });

    test.each<[string, (person: Person) => Promise<unknown>]>([
      [
        'whose sessions were all ended',
        ({ userId }) => sql(`delete from auth.ba_sessions where "userId" = $1`, userId),
      ],
      [
        'whose session ran out',
        ({ userId }) => sql(`update auth.ba_sessions set "expiresAt" = now() where "userId" = $1`, userId),
      ],
      ['whose account was removed', ({ userId }) => sql('delete from auth.users where id = $1', userId)],
    ])('%s', async (_what, revoke) => {
      await believe();
      await revoke(ann);
      clock.advance(BELIEVED_MS);
      expect(await everywhere(ann.bearer)).toEqual([401, 401]);
      expect(await everywhere({ cookie: ann.cookie })).toEqual([401, 401]);
    });

    test('signed with a key that was removed; the next token is good', async () => {
      await believe();
      await sql('delete from auth.ba_jwks');
      clock.advance(BELIEVED_MS);
      expect(await everywhere(ann.bearer)).toEqual([401, 401]);
      expect(await everywhere({ cookie: ann.cookie })).toEqual([200, 200]);
      expect(await everywhere((await signInAgain()).bearer)).toEqual([200, 200]);
    });

    test('those of someone who was removed from the clinic, or is no longer its owner', async () => {
      await believe();
      const vapi = () => status(there, ann.bearer, '/api/integrations/vapi');
      expect(await vapi()).toBe(200);
      await sql(`update public.profiles set role = 'staff' where user_id = $1`, ann.userId);
      clock.advance(BELIEVED_MS);
      expect(await vapi()).toBe(403);
      await sql('delete from public.profiles where user_id = $1', ann.userId);
      clock.advance(BELIEVED_MS);
      expect(await everywhere(ann.bearer)).toEqual([403, 403]);
      expect(await everywhere({ cookie: ann.cookie })).toEqual([403, 403]);
    });

    test('another session doesn’t help: the session in a token is signed with it', async () => {
      const other = await signInAgain();
      const [header, , signature] = ann.token.split('.');
      const forged = `${header}.${other.token.split('.')[1]}.${signature}`;
      expect(await everywhere({ authorization: `Bearer ${forged}` })).toEqual([401, 401]);
    });
  });

  let eventsUrl: string;
  beforeAll(async () => {
    await there.app.listen({ port: 0, host: '127.0.0.1' });
    eventsUrl = `http://127.0.0.1:${(there.app.server.address() as AddressInfo).port}/api/events`;
  });
  /** Resolves when the server has ended it. */
  const follow = async (headers: Record<string, string>) => {
    const response = await fetch(eventsUrl, { headers });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    await reader.read();
    return {
      ended: (async () => {
        while (!(await reader.read()).done);
      })(),
      close: () => reader.cancel(),
    };
  };

  describe('an open stream of live events', () => {
    test('ends with its session, by token and by cookie, in a process that was not asked', async () => {
      const other = await signInAgain();
      const [byToken, byCookie, unaffected] = await Promise.all([
        follow(ann.bearer),
        follow({ cookie: ann.cookie }),
        follow(other.bearer),
      ]);
      await here.post('/api/auth/sign-out', {}, { cookie: ann.cookie });
      clock.advance(BELIEVED_MS);
      await Promise.all([byToken.ended, byCookie.ended]);
      const still = await Promise.race([unaffected.ended.then(() => 'ended'), Promise.resolve('open')]);
      expect(still).toBe('open');
      await unaffected.close();
    });
  });

  test('an API key, here at once and elsewhere a moment later, and so do its streams end', async () => {
    const made = await here.post('/api/api-keys', { name: 'Website', scopes: ['read'] }, ann.bearer);
    const { id, key } = made.json();
    const bearer = { authorization: `Bearer ${key}` };
    expect(await everywhere(bearer)).toEqual([200, 200]);
    const stream = await follow(bearer);
    await here.app.inject({ method: 'DELETE', url: `/api/api-keys/${id}`, headers: ann.bearer });
    expect(await status(here, bearer)).toBe(401);
    clock.advance(BELIEVED_MS);
    expect(await status(there, bearer)).toBe(401);
    await stream.ended;
  });

  test('the address of a feed, at once', async () => {
    const { data } = (await here.app.inject({ url: '/api/providers', headers: ann.bearer })).json();
    const path = `/api/providers/${data[0].id}/feed`;
    const made = async () => new URL((await here.post(path, {}, ann.bearer)).json().url).pathname;
    const first = await made();
    expect([await status(here, {}, first), await status(there, {}, first)]).toEqual([200, 200]);
    const second = await made();
    expect([await status(here, {}, first), await status(there, {}, first)]).toEqual([404, 404]);
    expect(await status(there, {}, second)).toBe(200);
    await here.app.inject({ method: 'DELETE', url: path, headers: ann.bearer });
    expect([await status(here, {}, second), await status(there, {}, second)]).toEqual([404, 404]);
  });

  test('the link of a patient whose appointment was moved, at once', async () => {
    const book = await here.post(
      '/api/appointments',
      {
        name: 'Maria Lopez',
        phone: '+14155550132',
        service_type: 'consultation',
        scheduled_at: await freeTime(0),
      },
      ann.bearer,
    );
    expect(book.statusCode).toBe(201);
    const { appointment_id: id } = book.json();
    const linkOfToday = async () => {
      const { rows } = await sql('select version from public.appointments where id = $1', id);
      return new URL(here.dependencies.patients.links.toAppointment(id, rows[0].version)).pathname;
    };
    const first = await linkOfToday();
    const cancel = async (link: string) => {
      await there.app.inject({
        method: 'POST',
        url: link,
        payload: 'action=cancel',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      return (await sql('select status from public.appointments where id = $1', id)).rows[0].status;
    };
    expect((await there.app.inject({ url: first })).body).toContain('Consultation');
    const moved = await here.app.inject({
      method: 'PATCH',
      url: `/api/appointments/${id}`,
      headers: ann.bearer,
      payload: { scheduled_at: await freeTime(4) },
    });
    expect(moved.statusCode).toBe(200);
    expect(await cancel(first)).not.toBe('cancelled');
    expect(await cancel(await linkOfToday())).toBe('cancelled');
  });
  const freeTime = async (index: number): Promise<string> => {
    const from = new Date(clock.now().getTime() + 3 * 86_400_000).toISOString().slice(0, 10);
    const to = new Date(clock.now().getTime() + 9 * 86_400_000).toISOString().slice(0, 10);
    const { body } = await here.app.inject({
      url: `/api/availability?service_type=consultation&from=${from}&to=${to}`,
      headers: ann.bearer,
    });
    return JSON.parse(body).slots[index].start;
  };

  test('a watch on a Google calendar, at once', async () => {
    const channel = { id: randomUUID(), token: randomUUID(), resource: randomUUID() };
    await sql(
      `insert into public.calendar_channels (channel_id, org_id, token_hash, resource_id, expires_at)
       values ($1, $2, $3, $4, now() + interval '1 day')`,
      channel.id,
      ann.orgId,
      sha256(channel.token),
      channel.resource,
    );
    const push = async (app: TestApp) =>
      (
        await app.post(
          '/api/webhooks/google/calendar',
          {},
          {
            'x-goog-channel-id': channel.id,
            'x-goog-channel-token': channel.token,
            'x-goog-resource-id': channel.resource,
            'x-goog-resource-state': 'exists',
            'x-goog-message-number': '1',
          },
        )
      ).statusCode;
    expect([await push(here), await push(there)]).toEqual([204, 204]);
    await sql('delete from public.calendar_channels where channel_id = $1', channel.id);
    expect([await push(here), await push(there)]).toEqual([401, 401]);
  });

  test('a consent for a calendar that was used, at once', async () => {
    const begun = await here.post('/api/integrations/google/connect', {}, ann.bearer);
    const state = new URL(begun.json().url).searchParams.get('state');
    const back = (app: TestApp) =>
      app.app.inject({
        url: `/api/integrations/google/callback?state=${state}&code=nothing`,
        headers: ann.bearer,
      });
    await here.dependencies.linkCalendar
      .finish({ state: state ?? '', code: 'nothing', userId: ann.userId })
      .catch(() => undefined);
    for (const app of [here, there]) expect((await back(app)).json().code).toBe('OAUTH_STATE_INVALID');
  });
});
