import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

describe('changing the clinic', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let ann: Awaited<ReturnType<TestApp['signUp']>>;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, { clock });
  });
  beforeEach(async () => {
    ann = await scene.signUp({ organization_name: 'Bright Smiles', time_zone: 'America/New_York' });
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  const patch = (payload: object) =>
    scene.app.inject({ method: 'PATCH', url: '/api/organization', headers: ann.bearer, payload });
  const clinic = async () =>
    (await scene.app.inject({ url: '/api/organization', headers: ann.bearer })).json();
  const audit = async () => {
    const { rows } = await db.owner.query(
      `select actor_type, actor_id, object_type, object_id, before, after, request_id from public.audit_log
       where org_id = $1 and action = 'organization.changed' order by id`,
      [ann.orgId],
    );
    return rows;
  };

  test('changes what was given and nothing else, and answers with the whole', async () => {
    const before = await clinic();
    const answer = await patch({ name: '  Brighter Smiles ' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ ...before, name: 'Brighter Smiles' });
    expect(await clinic()).toEqual(answer.json());
  });

  test.each([
    'Elm https://evil.example',
    'www.evil.example',
    'bit.ly/x',
    '1 Beta',
    '2.',
    'STOP',
    '\u0300'.repeat(80),
    '--',
  ])('refuses a name that texts would misread, in words, there and at the sign-up: %j', async (name) => {
    const answers = [
      await patch({ name }),
      await scene.post('/api/auth/sign-up/email', {
        email: 'name@example.com',
        password: 'correct horse battery',
        name: 'Ann',
        organization_name: name,
      }),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(answer.json().errors[0].path).toMatch(/^(organization_)?name$/);
    }
    expect((await clinic()).name).toBe('Bright Smiles');
  });

  test('has a number for patients beside the owner’s, spelled for dialing, and each is changed by itself', async () => {
    await patch({ phone: '(917) 555-0177' });
    expect((await patch({ public_phone: '(212) 555-0100' })).json()).toMatchObject({
      phone: '+19175550177',
      public_phone: '+12125550100',
    });
    const wrong = await patch({ public_phone: '12' });
    expect([wrong.statusCode, (await patch({ public_phone: '0000000' })).json()]).toMatchObject([
      400,
      { code: 'INVALID_PHONE', errors: [{ path: 'public_phone' }] },
    ]);
    expect((await patch({ public_phone: null })).json()).toMatchObject({
      phone: '+19175550177',
      public_phone: null,
    });
  });

  test('is written down with who did it, before and after, and the request', async () => {
    const answer = await patch({ name: 'Brighter Smiles', phone: '(415) 555-0100' });
    expect(await audit()).toEqual([
      {
        actor_type: 'user',
        actor_id: ann.userId,
        object_type: 'organization',
        object_id: ann.orgId,
        before: { name: 'Bright Smiles', phone: null },
        after: { name: 'Brighter Smiles', phone: '+14155550100' },
        request_id: answer.headers['x-request-id'],
      },
    ]);
  });

  test.each(['Bright\u0000Smiles', 'Bright \ud83d'])(
    'refuses a name that cannot be kept (%j)',
    async (name) => {
      const before = await clinic();
      const answer = await patch({ name });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'name' }] });
      expect(await clinic()).toEqual(before);
    },
  );

  test('with nothing to change changes nothing, and nothing is written down', async () => {
    const before = await clinic();
    expect((await patch({})).json()).toEqual(before);
    expect(await audit()).toEqual([]);
  });

  test('reads a phone as people of its country write it, and takes one away', async () => {
    expect((await patch({ country: 'de', phone: '030 901820' })).json()).toMatchObject({
      country: 'DE',
      phone: '+4930901820',
    });
    expect((await patch({ phone: '030 901821' })).json()).toMatchObject({ phone: '+4930901821' });
    expect((await patch({ phone: null })).json()).toMatchObject({ phone: null });
  });

  test('keeps a time zone under the name that the rest of the world uses', async () => {
    expect((await patch({ time_zone: 'Europe/Berlin' })).json()).toMatchObject({
      time_zone: 'Europe/Berlin',
    });
    expect((await patch({ time_zone: 'europe/paris' })).json()).toMatchObject({ time_zone: 'Europe/Paris' });
  });

  test.each([
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'Europe/Kiev',
    'US/Eastern',
    'Asia/Ho_Chi_Minh',
  ])('takes %s, a current name or an earlier one, and keeps it', async (time_zone) => {
    expect((await patch({ time_zone })).json()).toMatchObject({ time_zone });
    expect(await clinic()).toMatchObject({ time_zone });
  });

  describe('another time zone while appointments are coming', () => {
    const book = async (scheduledAt: string) => {
      const { rows } = await db.owner.query(
        `select public.book_appointment_atomic($1, 'Maria', null, '+14155550132', 'consultation', $2, 30) as booked`,
        [ann.orgId, scheduledAt],
      );
      expect(rows[0].booked).toMatchObject({ success: true });
      return rows[0].booked.appointment_id as string;
    };

    test('is asked about first, with how many move and where to, and done when it is confirmed', async () => {
      for (let hour = 14; hour < 18; hour += 1) await book(`2190-01-07T${hour}:00:00Z`);
      const refused = await patch({ time_zone: 'Asia/Kolkata', name: 'Half done' });
      expect(refused.statusCode).toBe(409);
      expect(refused.json()).toMatchObject({
        code: 'TIME_ZONE_MOVES_APPOINTMENTS',
        detail: expect.stringMatching(/^4 upcoming .* Thu, Jan 7, 9:00 AM would become Thu, Jan 7, 7:30 PM/),
        appointments: 4,
        first: ['2190-01-07T14:00:00.000Z', '2190-01-07T15:00:00.000Z', '2190-01-07T16:00:00.000Z'],
      });
      expect(await clinic()).toMatchObject({ time_zone: 'America/New_York', name: 'Bright Smiles' });
      expect(await audit()).toEqual([]);
      const done = await patch({ time_zone: 'Asia/Kolkata', confirm_time_zone: true });
      expect(done.json()).toMatchObject({ time_zone: 'Asia/Kolkata' });
      expect((await audit())[0].after).toEqual({ time_zone: 'Asia/Kolkata' });
    });

    test('is not asked about when the clock stays, by another name or a neighbor', async () => {
      await book('2190-01-07T14:00:00Z');
      for (const time_zone of ['US/Eastern', 'America/Detroit', 'America/Toronto', 'America/New_York'])
        expect((await patch({ time_zone })).statusCode).toBe(200);
    });

    test('a neighbor that changes its clock on other days is asked about', async () => {
      await book('2190-03-25T12:00:00Z');
      expect((await patch({ time_zone: 'America/Havana' })).statusCode).toBe(200);
      expect((await patch({ time_zone: 'America/Panama' })).json()).toMatchObject({ appointments: 1 });
    });

    test.each(['cancelled', 'completed', 'no_show'])('does not count what is %s', async (status) => {
      const id = await book('2190-01-07T14:00:00Z');
      await db.owner.query('update public.appointments set status = $2 where id = $1', [id, status]);
      expect((await patch({ time_zone: 'Asia/Tokyo' })).statusCode).toBe(200);
    });

    test('other fields are changed without a question', async () => {
      await book('2190-01-07T14:00:00Z');
      expect((await patch({ name: 'Changed', time_zone: 'America/New_York' })).statusCode).toBe(200);
    });
  });

  test('keeps its rules about calendars, bookings and texts, writes them down, and open pages hear of it', async () => {
    const rules = { calendar_policy: 'closed', booking_horizon_days: 180, message_retention_days: 90 };
    expect((await patch(rules)).json()).toMatchObject(rules);
    expect((await patch({ message_retention_days: null })).json()).toMatchObject({
      ...rules,
      message_retention_days: null,
    });
    expect(await audit()).toMatchObject([
      {
        before: { calendar_policy: 'internal_only', booking_horizon_days: 365, message_retention_days: null },
        after: rules,
      },
      { before: { message_retention_days: 90 }, after: { message_retention_days: null } },
    ]);
    const { rows } = await db.owner.query(
      "select id from public.events where org_id = $1 and type = 'organization.updated'",
      [ann.orgId],
    );
    expect(rows).toHaveLength(2);
  });

  describe('that does without Google Calendar', () => {
    const kept = async () => {
      const { rows } = await db.owner.query(
        `select calendar_declined_at is not null as declined, system_ready_queued_at is not null as ready,
           (select count(*)::int from public.outbox b where b.org_id = o.id and b.topic = 'message.system_ready') as texts
         from public.organizations o where id = $1`,
        [ann.orgId],
      );
      return rows[0];
    };
    const link = (status = 'connected') =>
      db.owner.query(
        `insert into public.connections (org_id, provider, status, account) values ($1, 'google', $2, 'c@example.com')
         on conflict (org_id, provider) do update set status = excluded.status`,
        [ann.orgId, status],
      );

    test('says so once, can take it back, and both are written down', async () => {
      expect(await clinic()).toMatchObject({ uses_google_calendar: true });
      for (const uses_google_calendar of [false, false, true]) {
        expect((await patch({ uses_google_calendar })).json()).toMatchObject({ uses_google_calendar });
        expect(await clinic()).toMatchObject({ uses_google_calendar });
      }
      expect(await audit()).toMatchObject([
        { before: { uses_google_calendar: true }, after: { uses_google_calendar: false } },
        { before: { uses_google_calendar: false }, after: { uses_google_calendar: true } },
      ]);
    });

    test('gets the "system ready" text without one, once, whether the phone comes before or after', async () => {
      await patch({ uses_google_calendar: false });
      expect(await kept()).toEqual({ declined: true, ready: false, texts: 0 });
      await patch({ phone: '+14155550132' });
      expect(await kept()).toEqual({ declined: true, ready: true, texts: 1 });
      await patch({ uses_google_calendar: true });
      await patch({ uses_google_calendar: false });
      await link();
      expect((await kept()).texts).toBe(1);
    });

    test('uses it again from the moment it links one, and a link that fails changes nothing', async () => {
      await patch({ uses_google_calendar: false });
      await link('insufficient_scope');
      expect(await kept()).toMatchObject({ declined: true });
      await link();
      expect(await clinic()).toMatchObject({ uses_google_calendar: true });
    });
  });

  test('to what it is already changes nothing, and nothing is written down', async () => {
    const { name, country, booking_horizon_days } = await clinic();
    expect((await patch({ name, country, booking_horizon_days })).statusCode).toBe(200);
    expect(await audit()).toEqual([]);
  });

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(121) }, 'name'],
    [{ phone: '911' }, 'phone'],
    [{ phone: 'call me' }, 'phone'],
    [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
    [{ time_zone: '+02:00' }, 'time_zone'],
    [{ country: 'Germany' }, 'country'],
    [{ calendar_policy: 'open' }, 'calendar_policy'],
    [{ uses_google_calendar: null }, 'uses_google_calendar'],
    [{ uses_google_calendar: 'no' }, 'uses_google_calendar'],
    [{ booking_horizon_days: 0 }, 'booking_horizon_days'],
    [{ booking_horizon_days: 1096 }, 'booking_horizon_days'],
    [{ booking_horizon_days: null }, 'booking_horizon_days'],
    [{ message_retention_days: 0 }, 'message_retention_days'],
    [{ message_retention_days: '90' }, 'message_retention_days'],
    [{ message_retention_days: 3651 }, 'message_retention_days'],
  ])('refuses %j at its field and changes nothing', async (fields, path) => {
    const before = await clinic();
    const answer = await patch({ ...fields, ...(path === 'name' ? {} : { name: 'Half done' }) });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toMatchObject([{ path }]);
    expect(await clinic()).toEqual(before);
    expect(await audit()).toEqual([]);
  });

  test.each([{ id: crypto.randomUUID() }, { org_id: crypto.randomUUID() }, { created_at: '2020-01-01' }])(
    'refuses %j: that is not for changing here',
    async (fields) => {
      const before = await clinic();
      expect((await patch({ ...fields, name: 'Half done' })).statusCode).toBe(400);
      expect(await clinic()).toEqual(before);
    },
  );

  test.each([
    ['auditor', 403],
    ['staff', 403],
    ['admin', 200],
    ['owner', 200],
  ])('by someone who is %s is answered %i', async (role, status) => {
    await db.owner.query('update public.profiles set role = $2 where user_id = $1', [ann.userId, role]);
    clock.advance(60_000);
    const answer = await patch({ name: 'Changed' });
    expect(answer.statusCode).toBe(status);
    expect((await clinic()).name).toBe(status === 200 ? 'Changed' : 'Bright Smiles');
    if (status === 403) expect(answer.json().code).toBe('OWNER_REQUIRED');
  });

  test('a change of one clinic leaves every other as it is', async () => {
    const bob = await scene.signUp({ organization_name: 'Bob’s' });
    await patch({ name: 'Changed' });
    const theirs = await scene.app.inject({ url: '/api/organization', headers: bob.bearer });
    expect(theirs.json()).toMatchObject({ id: bob.orgId, name: 'Bob’s' });
  });
});
