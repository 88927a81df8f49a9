import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../platform/database.ts';
import { type Answer, type BookingScene, createBookingScene, MONDAY_9 } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const SEVEN = ['org', 'name', 'email', 'phone', 'service', 'at', 'minutes'] as const;
const GOOD = {
  name: 'Maria Lopez',
  email: 'maria@example.com',
  phone: '+14155550132',
  service: 'consultation',
  at: MONDAY_9,
  minutes: 30,
};

describe('book_appointment_atomic from plain SQL', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
    clinic = await scene.clinic();
  });
  afterAll(() => scene.close());

  const call = async (given: Record<string, unknown> = {}, rest = ''): Promise<Answer> => {
    const values: Record<string, unknown> = { org: clinic.orgId, ...GOOD, ...given };
    const { rows } = await scene.owner.query(
      `select public.book_appointment_atomic($1, $2, $3, $4, $5, $6, $7${rest}) as answer`,
      SEVEN.map((name) => values[name]),
    );
    return rows[0].answer;
  };

  test('seven positional arguments book, and what was typed comes out as it should be', async () => {
    const { orgId } = await scene.clinic({ country: 'US' });
    const { rows } = await scene.owner.query(
      `select book_appointment_atomic('${orgId}', 'test USER', 'Test@EX.com', '(555) 444-3333', 'consultation',
        '2026-11-23 09:00-05', 30) as answer`,
    );
    expect(rows[0].answer).toMatchObject({
      success: true,
      appointment_id: expect.any(String),
      contact_id: expect.any(String),
    });
    const contacts = await scene.owner.query(
      'select name, email, phone, status from public.leads where org_id = $1',
      [orgId],
    );
    expect(contacts.rows).toEqual([
      { name: 'Test User', email: 'test@ex.com', phone: '+15554443333', status: 'pending' },
    ]);
  });

  test('contact, appointment, text and audit row are written by one transaction', async () => {
    const { orgId } = await scene.clinic();
    const { appointment_id: id } = await call({ org: orgId });
    const { rows } = await scene.owner.query(
      `select a.xmin::text = l.xmin::text and a.xmin::text = o.xmin::text and a.xmin::text = g.xmin::text as together,
        o.key, o.payload, g.actor_type, g.after
      from public.appointments a
      join public.leads l on l.id = a.contact_id
      join public.outbox o on o.org_id = a.org_id and o.topic = 'message.confirmation'
      join public.audit_log g on g.object_id = a.id::text
      where a.id = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      together: true,
      key: `${id}:1`,
      payload: { appointment_id: id, version: 1, to: '+14155550132', time_zone: 'America/New_York' },
      actor_type: 'system',
      after: { service_type: 'consultation', duration_minutes: 30 },
    });
  });

  test('a linked calendar gets its push in the same transaction, an unlinked one none', async () => {
    const { orgId } = await scene.clinic();
    await call({ org: orgId });
    await scene.owner.query(
      `insert into public.connections (org_id, provider, status, sealed) values ($1, 'google', 'reconnect_required', 'x')`,
      [orgId],
    );
    const { appointment_id: second } = await call({ org: orgId, at: '2026-11-23T16:00:00Z' });
    const { rows } = await scene.owner.query(
      `select payload ->> 'appointment_id' as id from public.outbox where org_id = $1 and topic = 'calendar.push'`,
      [orgId],
    );
    expect(rows).toEqual([{ id: second }]);
    const states = (await scene.appointments({ orgId })).map((row) => row.sync_state);
    expect(states).toEqual(['not_linked', 'pending']);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['ORG_NOT_FOUND', 'an organization that does not exist', { org: randomUUID() }],
    ['ORG_NOT_FOUND', 'no organization', { org: null }],
    ['INVALID_NAME', 'no name', { name: null }],
    ['INVALID_NAME', 'a name of blanks and control characters', { name: ' \t\n ' }],
    ['INVALID_PHONE', 'no phone', { phone: null }],
    ['INVALID_PHONE', 'words for a phone', { phone: 'anonymous' }],
    ['INVALID_PHONE', 'three digits', { phone: '911' }],
    ['INVALID_PHONE', 'ten thousand digits', { phone: '4'.repeat(10_000) }],
    ['INVALID_EMAIL', 'something that is no email address', { email: 'maria at example' }],
    ['INVALID_EMAIL', 'an endless email address', { email: `${'a'.repeat(250)}@example.com` }],
    ['INVALID_SERVICE', 'no service', { service: null }],
    ['INVALID_SERVICE', 'a blank service', { service: '   ' }],
    ['INVALID_SERVICE', 'ten kilobytes of service', { service: 'x'.repeat(10_000) }],
    ['INVALID_DURATION', 'no duration', { minutes: null }],
    ['INVALID_DURATION', 'no time at all', { minutes: 0 }],
    ['INVALID_DURATION', 'a negative duration', { minutes: -30 }],
    ['INVALID_DURATION', 'two days', { minutes: 2_880 }],
    ['INVALID_TIME', 'no time', { at: null }],
    ['INVALID_TIME', 'the first year', { at: '0001-01-01T00:00:00Z' }],
    ['INVALID_TIME', 'a year before Christ', { at: '0044-03-15 00:00:00 BC' }],
    ['INVALID_TIME', 'the year 9999', { at: '9999-12-31T23:59:59Z' }],
    ['INVALID_TIME', 'infinity', { at: 'infinity' }],
    ['INVALID_TIME', 'minus infinity', { at: '-infinity' }],
  ])('%s for %s, and nothing is written', async (code, _what, given) => {
    const before = await scene.counts();
    expect(await call(given)).toEqual({ success: false, error: code, message: expect.any(String) });
    expect(await scene.counts()).toEqual(before);
  });

  test('PROVIDER_NOT_FOUND for one of another clinic or one who has left, and nothing is written', async () => {
    const other = await scene.clinic();
    const left = await scene.clinic();
    await scene.owner.query('update public.providers set active = false where org_id = $1', [left.orgId]);
    const before = await scene.counts();
    expect(await call({}, `, p_provider_ids => '{${other.providerIds[0]}}'`)).toMatchObject({
      error: 'PROVIDER_NOT_FOUND',
    });
    expect(await call({ org: left.orgId }, `, p_provider_ids => '{${left.providerIds[0]}}'`)).toMatchObject({
      error: 'PROVIDER_NOT_FOUND',
    });
    expect(await scene.counts()).toEqual(before);
  });

  test('SLOT_UNAVAILABLE writes nothing, not even the new contact', async () => {
    const { orgId } = await scene.clinic();
    await call({ org: orgId });
    const before = await scene.counts();
    const taken = await call({
      org: orgId,
      name: 'Somebody New',
      phone: '+14155550199',
      at: '2026-11-23T14:15:00Z',
    });
    expect(taken).toMatchObject({ success: false, error: 'SLOT_UNAVAILABLE' });
    expect(await scene.counts()).toEqual(before);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['INVALID_NOTES', { p_notes: 'x'.repeat(2_001) }, 'notes'],
    ['INVALID_SOURCE', { p_source: 'fax' }, 'source'],
    ['INVALID_SOURCE', { p_source: null }, 'source'],
  ])('%s: an optional argument that cannot be stored is a refusal and no error', async (code, given) => {
    const [[name, value] = ['', null]] = Object.entries(given);
    const before = await scene.counts();
    const { rows } = await scene.owner.query(
      `select public.book_appointment_atomic($1, $2, $3, $4, $5, $6, $7, ${name} => $8) as answer`,
      [clinic.orgId, ...Object.values(GOOD), value],
    );
    expect(rows[0].answer).toMatchObject({ success: false, error: code });
    expect(await scene.counts()).toEqual(before);
  });

  test.each<[string, string, string]>([
    [
      'a statement',
      `Robert'); drop table public.appointments; --`,
      `Robert'); Drop Table Public.Appointments; --`,
    ],
    ['marks that turn a line around', 'Maria \u202eLopez\u202c', 'Maria Lopez'],
    ['ten kilobytes', 'a'.repeat(10_000), `A${'a'.repeat(119)}`],
    ['line breaks and tabs', 'Maria\r\n\tLopez', 'Maria Lopez'],
    ['other scripts', '李明', '李明'],
    ['a deliberate spelling', 'Ana McDonald-de la Cruz', 'Ana McDonald-de La Cruz'],
  ])('a name with %s is data', async (_what, name, stored) => {
    const { orgId } = await scene.clinic();
    const answer = await call({ org: orgId, name });
    expect(answer).toMatchObject({ success: true });
    const { rows } = await scene.owner.query('select name from public.leads where id = $1', [
      answer.contact_id,
    ]);
    expect(rows[0].name).toBe(stored);
    expect((await scene.owner.query('select 1 from public.appointments')).rowCount).toBeGreaterThan(0);
  });

  test('a NUL is refused by the database itself, and the connection goes on', async () => {
    const before = await scene.counts();
    await expect(call({ name: 'Maria\0Lopez' })).rejects.toMatchObject({ code: '22021' });
    expect(await scene.counts()).toEqual(before);
  });

  test('two people on one phone are two contacts; the same person again is one, and blanks are filled', async () => {
    const { orgId } = await scene.clinic();
    const ids = [];
    for (const [minute, name, email] of [
      ['00', 'Maria Lopez', null],
      ['30', 'Ana Lopez', null],
      ['45', 'MARIA LOPEZ', 'maria@example.com'],
      ['59', 'maria lopez', 'other@example.com'],
    ] as const) {
      const answer = await call({
        org: orgId,
        name,
        email,
        at: `2026-11-23T1${ids.length + 4}:${minute}:00Z`,
      });
      ids.push(answer.contact_id);
    }
    expect(new Set(ids).size).toBe(2);
    const { rows } = await scene.owner.query('select email from public.leads where id = $1', [ids[0]]);
    expect(rows[0].email).toBe('maria@example.com');
  });
});

describe('who may book through the database', () => {
  let scene: BookingScene;
  let mine: Clinic;
  let theirs: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
    mine = await scene.clinic();
    theirs = await scene.clinic();
  });
  afterAll(() => scene.close());

  const as = async (role: string, claims: object | null, org: string) => {
    const client = await scene.owner.connect();
    try {
      await client.query('begin');
      await client.query(`set local role ${role}`);
      if (claims)
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
      const { rows } = await client.query(
        `select public.book_appointment_atomic($1, 'Maria', null, '+14155550132', 'consultation', $2, 30) as answer`,
        [org, MONDAY_9],
      );
      return rows[0].answer as Answer;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  const claimsOf = (clinic: Clinic) => ({
    role: 'authenticated',
    sub: clinic.userId,
    app_metadata: { org_id: clinic.orgId },
  });

  test('a signed-in user books for the own clinic, and another one does not exist', async () => {
    expect(await as('authenticated', claimsOf(mine), mine.orgId)).toMatchObject({ success: true });
    const refused = await as('authenticated', claimsOf(mine), theirs.orgId);
    expect(refused).toEqual(await as('authenticated', claimsOf(mine), randomUUID()));
    expect(refused).toMatchObject({ success: false, error: 'ORG_NOT_FOUND' });
  });

  test('a signed-in user without a clinic, or with claims that say nothing of one, books nowhere', async () => {
    for (const claims of [
      { role: 'authenticated', sub: mine.userId },
      { role: 'authenticated', user_metadata: { org_id: mine.orgId }, org_id: mine.orgId },
    ]) {
      expect(await as('authenticated', claims, mine.orgId)).toMatchObject({ error: 'ORG_NOT_FOUND' });
    }
  });

  test('a stranger may not call it at all', async () => {
    await expect(as('anon', null, mine.orgId)).rejects.toMatchObject({ code: '42501' });
    await expect(as('anon', claimsOf(mine), mine.orgId)).rejects.toMatchObject({ code: '42501' });
  });

  test('there is one function of the name, without overloads', async () => {
    const { rows } = await scene.owner.query(
      `select p.prosecdef, p.proconfig, has_function_privilege('anon', p.oid, 'execute') as strangers
       from pg_proc p where p.proname = 'book_appointment_atomic'`,
    );
    expect(rows).toEqual([
      {
        prosecdef: true,
        proconfig: expect.arrayContaining(['search_path=pg_catalog, pg_temp']),
        strangers: false,
      },
    ]);
  });

  const INSERT = `insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at,
      duration_minutes, busy_from, busy_to, status)
    select a.org_id, a.provider_id, a.contact_id, 'consultation', $2, 30, $2::timestamptz - $3 * interval '1 minute',
      $2::timestamptz + interval '30 minutes', $4 from public.appointments a where a.id = $1`;

  test.each(['voxanne_tenant', 'voxanne_service'])(
    'the server’s own login as %s can neither insert nor move an appointment',
    async (role) => {
      const run = (statement: string) => {
        const work = (db: Db) => sql.raw(statement).execute(db);
        return role === 'voxanne_tenant'
          ? scene.database.withTenant(mine.scope, work)
          : scene.database.withService(work);
      };
      for (const statement of [
        'insert into appointments default values',
        `update appointments set scheduled_at = now()`,
        `update appointments set busy_to = now(), status = 'cancelled'`,
        'delete from appointments',
      ]) {
        await expect(run(statement), statement).rejects.toMatchObject({ code: '42501' });
      }
    },
  );

  test('outside a scope the login can do nothing', async () => {
    await expect(scene.database.pool.query('select * from public.appointments')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(
      scene.database.pool.query('insert into public.appointments default values'),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    ['confirmed', MONDAY_9, 0],
    ['pending', '2026-11-23T14:15:00Z', 0],
    ['held', '2026-11-23T13:45:00Z', 0],
    ['arrived', '2026-11-23T14:29:00Z', 0],
    ['confirmed', '2026-11-23T14:40:00Z', 15],
  ])(
    'the owner of the database cannot double a time with a %s row at %s',
    async (status, at, bufferMinutes) => {
      const id = await bookedHere();
      await expect(scene.owner.query(INSERT, [id, at, bufferMinutes, status])).rejects.toMatchObject({
        code: '23P01',
      });
    },
  );

  test.each(['pending', 'held', 'arrived'])(
    'a %s appointment keeps its time from the function',
    async (status) => {
      const id = await bookedHere();
      await scene.owner.query('update public.appointments set status = $2 where id = $1', [id, status]);
      const { rows } = await scene.owner.query(
        `select public.book_appointment_atomic($1, 'Maria', null, '+14155550132', 'consultation', $2, 30) as answer`,
        [theirs.orgId, MONDAY_9],
      );
      expect(rows[0].answer).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
    },
  );

  test.each(['cancelled', 'no_show', 'completed'])('a %s appointment gives its time back', async (status) => {
    const id = await bookedHere();
    await scene.owner.query('update public.appointments set status = $2 where id = $1', [id, status]);
    await expect(bookedHere()).resolves.not.toBe(id);
    await scene.owner.query(`update public.appointments set status = 'cancelled' where org_id = $1`, [
      theirs.orgId,
    ]);
  });

  /** The one appointment of that clinic at nine. */
  async function bookedHere(): Promise<string> {
    await scene.owner.query(
      `update public.appointments set status = 'cancelled' where org_id = $1 and status <> 'confirmed'`,
      [theirs.orgId],
    );
    const { rows } = await scene.owner.query<{ id: string }>(
      `select id from public.appointments where org_id = $1 and status = 'confirmed'`,
      [theirs.orgId],
    );
    if (rows[0]) return rows[0].id;
    const made = await scene.owner.query(
      `select public.book_appointment_atomic($1, 'Ana', null, '+14155550133', 'consultation', $2, 30) as answer`,
      [theirs.orgId, MONDAY_9],
    );
    return made.rows[0].answer.appointment_id;
  }
});
