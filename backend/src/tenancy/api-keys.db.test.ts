import { randomUUID } from 'node:crypto';
import { SCOPES, Scope } from '@voxanne/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, NO_DATABASE } from '../testing/app.ts';
import { createTeamScene, newAddress, type Person, type TeamScene } from './testing.ts';

const HOUR_MS = 3_600_000;

describe('API keys', () => {
  let scene: TeamScene;
  let ann: Person;
  beforeAll(async () => {
    scene = await createTeamScene();
  });
  beforeEach(async () => {
    ann = await scene.app.signUp();
  });
  afterEach(() => scene.clock.set(new Date()));
  afterAll(() => scene.close());

  const sql = (text: string, ...values: unknown[]) => scene.db.owner.query(text, values);
  /** A key asks as a person of the helpers does: by its bearer. */
  const withKey = (key: string): Person => ({
    ...ann,
    token: key,
    bearer: { authorization: `Bearer ${key}` },
  });
  const make = async (scopes: Scope[], more: object = {}, who = ann) => {
    const { status, body } = await scene.post('/api/api-keys', who, { name: 'Website', scopes, ...more });
    if (status !== 201) throw new Error(`The key was refused: ${JSON.stringify(body)}`);
    return { ...body, holder: withKey(body.key) } as {
      id: string;
      key: string;
      prefix: string;
      holder: Person;
    };
  };
  const list = async (who = ann) => (await scene.ask('GET', '/api/api-keys', who)).body.data;
  const me = (who: Person) => scene.ask('GET', '/api/me', who);
  const appointment = () => ({
    name: 'Pat Lee',
    phone: '+14155550123',
    service_type: 'consultation',
    scheduled_at: nextMonday(),
  });
  /** At three in the afternoon, in two weeks at the latest. */
  const nextMonday = (): string => {
    const day = new Date(scene.clock.now().getTime() + 7 * 24 * HOUR_MS);
    day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7));
    return `${day.toISOString().slice(0, 10)}T15:00:00Z`;
  };
  const audited = async (objectType: string, orgId = ann.orgId) =>
    (
      await sql(
        `select action, actor_type, actor_id, object_id, before, after from public.audit_log
         where org_id = $1 and object_type = $2 order by id`,
        orgId,
        objectType,
      )
    ).rows;

  describe('that are made', () => {
    test('are shown once and kept as a hash, with the beginning to tell them apart', async () => {
      const { id, key, prefix } = await make(['read', 'book'], { expires_at: '2031-01-01T00:00:00Z' });
      expect(key).toMatch(/^vx_test_[\w-]{43}$/);
      expect(key.startsWith(prefix)).toBe(true);
      expect(await list()).toEqual([
        expect.objectContaining({
          id,
          prefix,
          name: 'Website',
          scopes: ['book', 'read'],
          status: 'active',
          created_by: ann.userId,
          created_by_email: ann.email,
          last_used_at: null,
          expires_at: '2031-01-01T00:00:00.000Z',
        }),
      ]);
      const { rows } = await sql('select to_jsonb(k)::text as kept from public.api_keys k where id = $1', id);
      expect(rows[0].kept).not.toContain(key.slice(prefix.length));
      expect(JSON.stringify(await audited('api_key'))).not.toContain(key.slice(prefix.length));
    });

    test('are refused with unknown or no scopes, an end in the past and a limit above the clinic’s', async () => {
      const refusals = [
        { scopes: ['read', 'everything'] },
        { scopes: [] },
        { name: ' ' },
        { expires_at: '2020-01-01T00:00:00Z' },
        { org_id: randomUUID() },
      ];
      for (const fault of refusals) {
        const body = { name: 'Website', scopes: ['read'], ...fault };
        expect((await scene.post('/api/api-keys', ann, body)).status).toBe(400);
      }
      await sql('update public.organizations set requests_per_hour = 50 where id = $1', ann.orgId);
      const answer = await scene.post('/api/api-keys', ann, {
        name: 'Website',
        scopes: ['read'],
        requests_per_hour: 51,
      });
      expect(answer).toMatchObject({ status: 400, body: { code: 'LIMIT_TOO_HIGH' } });
      expect(await list()).toEqual([]);
    });

    test('are the business of owners and admins, and never more than their maker may do', async () => {
      const [admin, staff, auditor] = [
        await scene.join(ann, 'admin'),
        await scene.join(ann, 'staff'),
        await scene.join(ann, 'auditor'),
      ];
      const { id } = await make(['operate']);
      for (const person of [staff, auditor]) {
        expect((await scene.ask('GET', '/api/api-keys', person)).status).toBe(403);
        expect((await scene.post('/api/api-keys', person, { name: 'x', scopes: ['read'] })).status).toBe(403);
        expect((await scene.ask('DELETE', `/api/api-keys/${id}`, person)).status).toBe(403);
      }
      for (const refused of [
        await scene.post('/api/api-keys', admin, { name: 'x', scopes: ['read', 'operate'] }),
        // Rotating would show them its text.
        await scene.post(`/api/api-keys/${id}/rotate`, admin),
      ]) {
        expect(refused).toMatchObject({ status: 403, body: { code: 'SCOPE_NOT_ALLOWED' } });
        expect(refused.body.detail).toContain('operate');
      }
      await make(['read', 'book', 'message', 'admin'], {}, admin);
      expect((await scene.ask('DELETE', `/api/api-keys/${id}`, admin)).status).toBe(204);
    });
  });

  describe('that are used', () => {
    test('act for their clinic as what they are: no person, and in the audit log a key', async () => {
      const { id, prefix, holder } = await make(['book']);
      expect((await me(holder)).body).toEqual({
        user_id: null,
        email: null,
        role: null,
        org_id: ann.orgId,
        organization: expect.objectContaining({ id: ann.orgId }),
        org_source: 'database',
        api_key: { id, name: 'Website', prefix, scopes: ['book'] },
      });
      const booked = await scene.post('/api/appointments', holder, appointment());
      expect(booked).toMatchObject({ status: 201 });
      expect(await audited('appointment')).toEqual([
        expect.objectContaining({
          action: 'appointment.booked',
          actor_type: 'key',
          actor_id: id,
          after: expect.objectContaining({ source: 'api' }),
        }),
      ]);
      for (const [url, body] of [
        ['/api/members/leave', {}],
        ['/api/invitations/accept', { token: 'q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5' }],
      ] as const) {
        expect(await scene.post(url, holder, body)).toMatchObject({
          status: 403,
          body: { code: 'PERSON_REQUIRED' },
        });
      }
    });

    test('without the scope are refused with its name, and nothing is changed', async () => {
      const { holder } = await make(['read']);
      const answer = await scene.post('/api/appointments', holder, appointment());
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'SCOPE_REQUIRED', scopes: ['book', 'admin'] },
      });
      expect(answer.body.detail).toContain('takes the scope book or admin');
      expect((await scene.ask('GET', '/api/appointments', holder)).body.data).toEqual([]);
      expect(await scene.post('/api/api-keys', holder, { name: 'Another', scopes: ['read'] })).toMatchObject({
        status: 403,
        body: { code: 'SCOPE_REQUIRED' },
      });
    });

    test('with the scope admin invite people and make keys, but never owners and never more than an admin', async () => {
      const { id, holder } = await make(['admin']);
      const invited = await scene.post('/api/invitations', holder, { email: newAddress(), role: 'staff' });
      expect(invited).toMatchObject({ status: 201, body: { invited_by: id } });
      expect(
        await scene.post('/api/invitations', holder, { email: newAddress(), role: 'owner' }),
      ).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
      expect(await scene.post('/api/members/hand-over', holder, { user_id: ann.userId })).toMatchObject({
        status: 403,
        body: { code: 'PERSON_REQUIRED' },
      });
      for (const role of ['staff', 'admin']) {
        expect((await scene.ask('PATCH', `/api/members/${ann.userId}`, holder, { role })).status).toBe(403);
      }
      const made = await scene.post('/api/api-keys', holder, { name: 'Child', scopes: ['read'] });
      expect(made).toMatchObject({ status: 201, body: { created_by: id, created_by_email: null } });
      expect(
        (await scene.post('/api/api-keys', holder, { name: 'Child', scopes: ['operate'] })).body.code,
      ).toBe('SCOPE_NOT_ALLOWED');
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'owner' });

      expect((await scene.ask('DELETE', `/api/api-keys/${id}`, ann)).status).toBe(204);
      expect((await scene.ask('GET', '/api/invitations', ann)).body.data).toEqual([]);
    });

    test.each(Scope.options)('have in the database what their scopes say: %s', async (scope) => {
      const { id } = await make([scope]);
      const claims = JSON.stringify({
        role: 'authenticated',
        sub: id,
        actor_type: 'key',
        app_metadata: { org_id: ann.orgId },
      });
      const { rows } = await sql(
        `with claims as materialized (select set_config('request.jwt.claims', $1, false))
         select r.name from claims, app_private.rights r where app_private.has_right(r.name) order by 1`,
        claims,
      );
      expect(rows.map(({ name }) => name)).toEqual(SCOPES[scope].rights);
      const elsewhere = await sql(
        `with claims as materialized (select set_config('request.jwt.claims', $1, false))
         select r.name from claims, app_private.rights r where app_private.has_right(r.name)`,
        claims.replace(ann.orgId, randomUUID()),
      );
      expect(elsewhere.rows).toEqual([]);
      await sql(`select set_config('request.jwt.claims', '', false)`);
    });

    test('say when they were used last, and write that once a minute at most', async () => {
      const { id, holder } = await make(['read']);
      const lastUsed = async () => (await list()).find((key: { id: string }) => key.id === id)?.last_used_at;
      await me(holder);
      const first = await lastUsed();
      expect(first).not.toBeNull();
      scene.believedIsOver();
      await me(holder);
      expect(await lastUsed()).toBe(first);
      await sql(`update public.api_keys set last_used_at = now() - interval '2 minutes' where id = $1`, id);
      scene.believedIsOver();
      await me(holder);
      expect(await lastUsed()).not.toBe(first);
      expect(new Date(await lastUsed()).getTime()).toBeGreaterThanOrEqual(new Date(first).getTime());
    });

    test('work on when their maker leaves: they belong to the clinic', async () => {
      const admin = await scene.join(ann, 'admin');
      const { id, holder } = await make(['read'], {}, admin);
      expect((await scene.ask('DELETE', `/api/members/${admin.userId}`, ann)).status).toBe(204);
      scene.believedIsOver();
      expect((await me(holder)).status).toBe(200);
      expect(await list()).toMatchObject([{ id, created_by: admin.userId, created_by_email: null }]);
    });

    test('in the address of a request are nothing, and in no line of the log', async () => {
      const { key, holder } = await make(['read']);
      for (const name of ['api_key', 'key', 'token', 'access_token', 'authorization']) {
        const { status, body } = await scene.ask('GET', `/api/services?${name}=${key}`, null);
        expect({ status, code: body.code }).toEqual({ status: 401, code: 'NOT_SIGNED_IN' });
      }
      expect((await scene.ask('GET', `/api/services?token=${key}`, holder)).status).toBe(400);
      expect(JSON.stringify(scene.app.lines)).not.toContain(key.slice(20));
    });
  });

  describe('that are not good', () => {
    const refusal = async (key: string) => {
      const { status, body } = await me(withKey(key));
      return { status, code: body.code, detail: body.detail };
    };

    test('are refused with the reason: unknown, cut off, of the other mode', async () => {
      const { key } = await make(['read']);
      const unknown = { status: 401, code: 'UNKNOWN_API_KEY', detail: expect.stringContaining('Settings') };
      expect(await refusal(`vx_test_${'a'.repeat(43)}`)).toEqual(unknown);
      expect(await refusal(key.slice(0, -1))).toEqual(unknown);
      expect(await refusal('vx_other')).toEqual(unknown);
      expect(await refusal(key.replace('vx_test_', 'vx_live_'))).toMatchObject({
        status: 401,
        code: 'LIVE_KEY',
      });
    });

    test('in live mode a test key is refused as one, without asking the database', async () => {
      const live = await createTestApp(NO_DATABASE, {
        env: {
          VOXANNE_MODE: 'live',
          PUBLIC_URL: 'https://clinic.example',
          DATABASE_URL: NO_DATABASE.runtimeUrl,
          GOOGLE_CLIENT_ID: 'id',
          GOOGLE_CLIENT_SECRET: 'secret',
          TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
          TWILIO_AUTH_TOKEN: 'token-of-twilio-that-is-long',
          TWILIO_FROM_NUMBER: '+14155550100',
          VAPI_API_KEY: 'key-of-vapi',
          OPERATOR_TOKEN: 'hG2kq9Zr7Yw4Xn1Vb8Tm5Lc3Jd6Fs0Pa',
        },
      });
      const { key } = await make(['read']);
      const answer = await live.app.inject({ url: '/api/me', headers: withKey(key).bearer });
      expect(answer.json()).toMatchObject({ status: 401, code: 'TEST_KEY' });
      await live.close();
    });

    test('after their end are refused, and one that ends while it is believed, too', async () => {
      const expires_at = new Date(scene.clock.now().getTime() + HOUR_MS).toISOString();
      const { key, holder } = await make(['read'], { expires_at });
      scene.clock.advance(HOUR_MS - 1);
      expect((await me(holder)).status).toBe(200);
      scene.clock.advance(1);
      expect(await refusal(key)).toMatchObject({ status: 401, code: 'API_KEY_EXPIRED' });
      expect(await list()).toMatchObject([{ status: 'expired' }]);
    });

    test('after they were revoked are refused, here at once, and revoking again changes nothing', async () => {
      const { id, key, holder } = await make(['read']);
      expect((await me(holder)).status).toBe(200);
      for (const _ of [1, 2])
        expect((await scene.ask('DELETE', `/api/api-keys/${id}`, ann)).status).toBe(204);
      expect(await refusal(key)).toMatchObject({ status: 401, code: 'API_KEY_REVOKED' });
      expect(await list()).toEqual([]);
      expect((await audited('api_key')).map(({ action }) => action)).toEqual([
        'api_key.created',
        'api_key.revoked',
      ]);
      expect(await scene.post(`/api/api-keys/${id}/rotate`, ann)).toMatchObject({
        status: 409,
        body: { code: 'API_KEY_REVOKED' },
      });
    });

    test('of another clinic are as absent as those that never were', async () => {
      const bob = await scene.app.signUp();
      const { id } = await make(['read']);
      const asked = async (keyId: string) =>
        Promise.all(
          (
            [
              ['DELETE', `/api/api-keys/${keyId}`],
              ['PATCH', `/api/api-keys/${keyId}`, { requests_per_hour: 5 }],
              ['POST', `/api/api-keys/${keyId}/rotate`, {}],
            ] as const
          ).map(async ([method, url, body]) => {
            const answer = await scene.ask(method, url, bob, body);
            const { request_id, ...said } = answer.body;
            return { status: answer.status, said };
          }),
        );
      const foreign = await asked(id);
      expect(foreign).toEqual(await asked(randomUUID()));
      expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(await list(bob)).toEqual([]);
    });
  });

  describe('that are rotated', () => {
    test('work for the overlap beside the new one, which lives as long as the old one did', async () => {
      const expires_at = new Date(Date.now() + 100 * HOUR_MS).toISOString();
      const old = await make(['book', 'read'], { expires_at, requests_per_hour: 500 });
      const { status, body } = await scene.post(`/api/api-keys/${old.id}/rotate`, ann, { overlap_hours: 2 });
      expect(status).toBe(201);
      expect(body).toMatchObject({ rotated_from: old.id, scopes: ['book', 'read'], requests_per_hour: 500 });
      const life = new Date(body.expires_at).getTime() - new Date(body.created_at).getTime();
      expect(Math.round(life / HOUR_MS)).toBe(100);
      const fresh = withKey(body.key);
      expect([(await me(old.holder)).status, (await me(fresh)).status]).toEqual([200, 200]);
      expect((await list()).map((key: { status: string }) => key.status)).toEqual(['active', 'rotated']);
      scene.clock.set(new Date(Date.now() + 2 * HOUR_MS));
      expect([(await me(old.holder)).status, (await me(fresh)).status]).toEqual([401, 200]);
    });

    test('without an overlap end now', async () => {
      const { id, key } = await make(['read']);
      expect((await scene.post(`/api/api-keys/${id}/rotate`, ann, { overlap_hours: 0 })).status).toBe(201);
      // The database went by its own clock.
      scene.clock.set(new Date(Date.now() + 1_000));
      expect((await me(withKey(key))).body.code).toBe('API_KEY_EXPIRED');
    });

    test('ten times at once make one new key', async () => {
      const { id } = await make(['read']);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => scene.post(`/api/api-keys/${id}/rotate`, ann)),
      );
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
      expect(await list()).toHaveLength(2);
    });
  });

  test('tell every page of the clinic that they changed, without their text', async () => {
    const { id } = await make(['read']);
    await scene.ask('PATCH', `/api/api-keys/${id}`, ann, { requests_per_hour: 5 });
    await scene.ask('DELETE', `/api/api-keys/${id}`, ann);
    const { rows } = await sql(
      `select data from public.events where org_id = $1 and type = 'api_key.updated'`,
      ann.orgId,
    );
    expect(rows).toEqual([{ data: {} }, { data: {} }, { data: {} }]);
  });
});
