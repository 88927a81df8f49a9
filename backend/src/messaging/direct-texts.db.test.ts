import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sqlState } from '../platform/database.ts';
import type { TestOrganization } from '../testing/index.ts';
import { queueDirectText } from './messages.queries.ts';
import { createScene, type Scene } from './testing.ts';
import { textLimitsOf } from './text-limits.ts';

const CONTACT = '+15551238001';
const STRANGER = '+15551238002';
const OWNER = '+15551238003';

describe('whom a clinic may text by hand, and how often', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let neighbor: TestOrganization;
  beforeAll(async () => {
    scene = await createScene();
  });
  beforeEach(async () => {
    clinic = await scene.createOrganization({ phone: OWNER });
    neighbor = await scene.createOrganization();
    await scene.knows(clinic, CONTACT);
    await scene.knows(neighbor, STRANGER);
    scene.signIn(clinic);
    Object.assign(scene.textLimits, textLimitsOf('sandbox'));
  });
  afterAll(() => scene.close());

  const post = async (path: string, payload: object, key?: string) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const answer = await scene.server.inject({ method: 'POST', url: path, payload, headers });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  };
  const text = (to: string, key?: string) => post('/api/sms', { to, body: 'Hello' }, key);
  const written = async (orgId: string = clinic.orgId) => {
    const { rows } = await scene.owner.query(
      `select (select count(*) from messages where org_id = $1)::int as texts,
         (select count(*) from outbox where org_id = $1 and topic = 'message.send')::int as orders`,
      [orgId],
    );
    return rows[0];
  };

  describe('to whom', () => {
    test.each([
      ['a contact', CONTACT],
      ['a contact, as the number is dialed', '(555) 123-8001'],
      ['the owner of the clinic', OWNER],
    ])('%s', async (_who, to) => {
      expect(await text(to)).toMatchObject({ status: 202, body: { status: 'queued' } });
      expect(await written()).toEqual({ texts: 1, orders: 1 });
    });

    test('a patient who has booked is a contact', async () => {
      await scene.books(clinic, '+15551238009');
      expect((await text('+15551238009')).status).toBe(202);
    });

    test.each<[string, () => Promise<unknown> | undefined]>([
      ['a stranger', () => undefined],
      ['a contact of another clinic', () => scene.knows(neighbor, '+15551238010')],
      ['a patient of another clinic', () => scene.books(neighbor, '+15551238010')],
      [
        'the owner of another clinic',
        () =>
          scene.owner.query('update organizations set phone = $2 where id = $1', [
            neighbor.orgId,
            '+15551238010',
          ]),
      ],
      [
        'who has called, and is nobody’s contact',
        () =>
          scene.owner.query(
            `insert into calls (org_id, vapi_call_id, from_number) values ($1, 'c', '+15551238010')`,
            [clinic.orgId],
          ),
      ],
      [
        'who was texted before by a verb of ours',
        () => scene.messaging.sendSmsWithGuard(clinic.orgId, '+15551238010', 'Hi', { kind: 'system_ready' }),
      ],
      [
        'a contact whose number was corrected',
        async () => {
          await scene.knows(clinic, '+15551238010');
          await scene.owner.query(`update leads set phone = '+15551238011' where phone = '+15551238010'`);
        },
      ],
    ])('not %s: 422 in words, and nothing is written', async (_who, arrange) => {
      await arrange();
      const before = await written();
      const refused = await text('+15551238010');
      expect(refused).toMatchObject({ status: 422, body: { code: 'NOT_A_CONTACT', retryable: false } });
      expect(refused.body.detail).toMatch(/only go to patients.*(appointment|waitlist)/i);
      expect(await written()).toEqual(before);
      await scene.owner.query(`update leads set phone = null where phone = '+15551238010'`);
      await scene.owner.query(`update organizations set phone = null where phone = '+15551238010'`);
    });

    test('in a batch each text is judged by itself', async () => {
      const messages = [CONTACT, STRANGER, OWNER].map((to) => ({ to, body: 'Hello' }));
      const { status, body } = await post('/api/sms/batch', { messages });
      expect(status).toBe(202);
      expect(body.results).toMatchObject([
        { success: true },
        { success: false, error: 'NOT_A_CONTACT', message: expect.stringContaining('only go to patients') },
        { success: true },
      ]);
      expect(await written()).toEqual({ texts: 2, orders: 2 });
    });

    test('a repeat is the first text, although the contact is gone', async () => {
      const first = await text(CONTACT, 'key');
      await scene.owner.query('update leads set phone = null where org_id = $1', [clinic.orgId]);
      expect(await text(CONTACT, 'key')).toMatchObject({ status: 202, body: first.body });
      expect((await text(CONTACT, 'another')).status).toBe(422);
    });

    test.each([
      '+19005550123',
      '+88213123456',
      '+88312345678',
      '+881612345678',
      '+870773123456',
      '+97912345678',
      '+80012345678',
      '+3728112345',
      '+447012345678',
      '+449061234567',
      '+491805123456',
    ])('no patient has %s', async (to) => {
      await scene.owner.query(`insert into leads (org_id, name, phone) values ($1, 'X', $2)`, [
        clinic.orgId,
        to,
      ]);
      const refused = await text(to);
      expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_PHONE' } });
      expect(refused.body.detail).toMatch(/Premium-rate.*satellite/);
      expect(await written()).toEqual({ texts: 0, orders: 0 });
    });

    test.each(['+8801712345678', '+886912345678', '+8562012345678', '+15005550006', '+33612345678'])(
      '%s is a number like others',
      async (to) => {
        await scene.knows(clinic, to);
        expect((await text(to)).status).toBe(202);
      },
    );
  });

  describe('how often', () => {
    const limit = (limits: Partial<typeof scene.textLimits>) => Object.assign(scene.textLimits, limits);
    const age = (hours: number) =>
      scene.owner.query(
        `update messages set created_at = created_at - $1 * interval '1 hour' where org_id = $2`,
        [hours, clinic.orgId],
      );

    test('a new clinic: 429 with Retry-After when the hour is full, and again when its oldest text is an hour old', async () => {
      limit({ newPerHour: 2 });
      await text(CONTACT);
      await age(0.5);
      await text(OWNER);
      const refused = await text(CONTACT);
      expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_TEXTS', retryable: true } });
      expect(refused.body.detail).toMatch(/Nothing was sent\. Try again in \d+ minutes/);
      const seconds = Number(refused.headers['retry-after']);
      expect(seconds).toBeGreaterThan(1_700);
      expect(seconds).toBeLessThanOrEqual(1_800);
      expect(await written()).toEqual({ texts: 2, orders: 2 });
      await age(0.51);
      expect((await text(CONTACT)).status).toBe(202);
    });

    test('the day has its own limit', async () => {
      limit({ newPerDay: 2 });
      await text(CONTACT);
      await age(5);
      await text(CONTACT);
      await age(5);
      const refused = await text(CONTACT);
      expect(refused.status).toBe(429);
      expect(refused.body.detail).toMatch(/in 14 hours/);
      await age(14);
      expect((await text(CONTACT)).status).toBe(202);
    });

    test('a clinic that is not new may send more', async () => {
      limit({ newPerHour: 1, perHour: 3 });
      await text(CONTACT);
      expect((await text(CONTACT)).status).toBe(429);
      await scene.owner.query(
        `update organizations set created_at = now() - interval '31 days' where id = $1`,
        [clinic.orgId],
      );
      expect([(await text(CONTACT)).status, (await text(CONTACT)).status]).toEqual([202, 202]);
      expect((await text(CONTACT)).status).toBe(429);
    });

    test('several processes at once agree', async () => {
      limit({ newPerHour: 3 });
      const answers = await Promise.all(Array.from({ length: 12 }, () => text(CONTACT)));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        ...Array<number>(3).fill(202),
        ...Array<number>(9).fill(429),
      ]);
      expect(await written()).toEqual({ texts: 3, orders: 3 });
    });

    test('a batch goes as far as the limit does, and one of which nothing goes is 429', async () => {
      limit({ newPerHour: 2 });
      const messages = Array.from({ length: 4 }, () => ({ to: CONTACT, body: 'Hello' }));
      const first = await post('/api/sms/batch', { messages });
      expect(first.status).toBe(202);
      expect(first.body.results.map(({ error }: { error?: string }) => error ?? 'sent')).toEqual([
        'sent',
        'sent',
        'TOO_MANY_TEXTS',
        'TOO_MANY_TEXTS',
      ]);
      expect(Number(first.headers['retry-after'])).toBeGreaterThan(3_500);
      const second = await post('/api/sms/batch', { messages });
      expect(second).toMatchObject({ status: 429, body: { code: 'TOO_MANY_TEXTS' } });
      expect(Number(second.headers['retry-after'])).toBeGreaterThan(3_500);
    });

    test('a repeat takes nothing from the limit and is not stopped by it', async () => {
      limit({ newPerHour: 1 });
      const first = await text(CONTACT, 'key');
      expect(await text(CONTACT, 'key')).toMatchObject({ status: 202, body: first.body });
      expect((await text(CONTACT, 'other')).status).toBe(429);
    });

    test('texts of others, and texts about bookings, take nothing from it; nor does it stop those', async () => {
      limit({ newPerHour: 1 });
      scene.signIn(neighbor);
      expect((await text(STRANGER)).status).toBe(202);
      scene.signIn(clinic);
      await scene.messaging.sendSmsWithGuard(clinic.orgId, CONTACT, 'Booked', { kind: 'confirmation' });
      expect((await text(CONTACT)).status).toBe(202);
      expect(
        await scene.messaging.sendSmsWithGuard(clinic.orgId, CONTACT, 'Moved', { kind: 'confirmation' }),
      ).toMatchObject({ success: true });
    });
  });

  describe('in SQL, without a route', () => {
    const queue = (as: TestOrganization, orgId: string, to: string) =>
      scene.database.withTenant(as.scope, (db) =>
        queueDirectText(
          db,
          { orgId, to, from: null, body: 'Hello', dedupeKey: randomUUID() },
          scene.textLimits,
        ),
      );
    const refused = (work: Promise<unknown>) => work.then(() => 'done', sqlState);

    test('the function refuses strangers and other clinics', async () => {
      expect(await queue(clinic, clinic.orgId, STRANGER)).toMatchObject({ outcome: 'NOT_A_CONTACT' });
      expect(await refused(queue(clinic, neighbor.orgId, STRANGER))).toBe('42501');
      expect(await written(neighbor.orgId)).toEqual({ texts: 0, orders: 0 });
    });

    test('there is no other way in: no one signed in writes a text or its order', async () => {
      for (const statement of [
        `insert into public.messages (org_id, to_address, body, kind, dedupe_key) values ($1, '${STRANGER}', 'x', 'direct', 'x')`,
        `insert into public.outbox (org_id, topic, key) values ($1, 'message.send', 'x')`,
        `update public.messages set to_address = '${STRANGER}' where org_id = $1`,
      ])
        for (const role of ['voxanne_tenant', 'authenticated']) {
          const client = await scene.owner.connect();
          try {
            await client.query('begin');
            await client.query(`set local role ${role}`);
            await client.query(`select set_config('request.jwt.claims', $1, true)`, [
              JSON.stringify({ role, sub: clinic.userId, app_metadata: { org_id: clinic.orgId } }),
            ]);
            expect(await refused(client.query(statement, [clinic.orgId]))).toBe('42501');
          } finally {
            await client.query('rollback');
            client.release();
          }
        }
    });

    test('authenticated, the role of PostgREST’s clients, may not call it', async () => {
      const { rows } = await scene.owner.query(
        `select r.role, has_function_privilege(r.role, p.oid, 'execute') as may
         from pg_proc p, unnest(array['authenticated', 'anon', 'voxanne_tenant']) as r (role)
         where p.proname = 'queue_direct_text'`,
      );
      expect(rows).toEqual([
        { role: 'authenticated', may: false },
        { role: 'anon', may: false },
        { role: 'voxanne_tenant', may: true },
      ]);
    });
  });
});
