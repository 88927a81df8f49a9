import { randomUUID } from 'node:crypto';
import { hasRight, type Right, Role } from '@voxanne/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';

const NOON = '2030-01-07T12:00:00Z';

/** What a person does in the database itself: as PostgREST's clients, and as our own server when a route forgot to ask. */
describe('in the database a person may do what their role may do', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  let neighbor: TestOrganization;
  let ids: Record<'appointment' | 'contact' | 'provider' | 'service' | 'task' | 'message' | 'entry', string>;
  const people = {} as Record<Role, string>;
  beforeAll(async () => {
    db = await createTestDatabase();
    [clinic, neighbor] = [await db.createOrganization(), await db.createOrganization()];
    for (const role of Role.options) {
      const { rows } = await db.owner.query(
        'insert into auth.users (email, name, raw_app_meta_data) values ($1, $2, $3) returning id',
        [`${role}@clinic.example`, role, JSON.stringify({ org_id: clinic.orgId })],
      );
      people[role] = rows[0].id;
      await db.owner.query('update public.profiles set role = $2 where user_id = $1', [people[role], role]);
    }
    const one = async (sql: string, ...values: unknown[]): Promise<string> =>
      (await db.owner.query(sql, [clinic.orgId, ...values])).rows[0].id;
    const booked = await db.owner.query(
      `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation', $2, 30) as answer`,
      [clinic.orgId, NOON],
    );
    const { appointment_id: appointment, contact_id: contact } = booked.rows[0].answer;
    ids = {
      appointment,
      contact,
      provider: await one('select id from public.providers where org_id = $1'),
      service: await one(`select id from public.services where org_id = $1 and slug = 'consultation'`),
      task: await one(
        `insert into public.tasks (org_id, name, phone, message, repeat_key)
         values ($1, 'Maria Lopez', '+14155550132', 'Please call', 'once') returning id`,
      ),
      message: await one(
        `insert into public.messages (org_id, kind, channel, to_address, body, status, dedupe_key)
         values ($1, 'direct', 'sms', '+14155550132', 'Hello', 'failed', 'once') returning id`,
      ),
      entry: await one(
        `insert into public.waitlist (org_id, contact_id, service_type) values ($1, $2, 'consultation') returning id`,
        contact,
      ),
    };
  });
  afterAll(() => db.close());

  /** One statement in a transaction that is rolled back: the rows it gave, or the state it was refused with. */
  const attempt = async (
    role: 'authenticated' | 'voxanne_tenant',
    sub: string | null,
    statement: string,
    orgId: string = clinic.orgId,
  ): Promise<{ rows?: unknown[]; count?: number; code?: string; constraint?: string }> => {
    const claims = { role: 'authenticated', app_metadata: { org_id: orgId }, ...(sub && { sub }) };
    const client = await db.owner.connect();
    try {
      await client.query(`begin; set local role ${role}`);
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
      const { rows, rowCount } = await client.query(statement);
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      const { code, constraint } = error as { code: string; constraint?: string };
      return { code, ...(constraint === undefined ? {} : { constraint }) };
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  const book = (orgId = clinic.orgId) =>
    `select public.book_appointment_atomic('${orgId}', 'Ann Gray', null, '+14155550199', 'consultation',
       '2030-01-08T12:00:00Z', 30) as answer`;
  const READS: [Right, string][] = [
    ['clinic.read', 'select id from organizations'],
    ['schedule.read', 'select id from services'],
    ['schedule.read', 'select id from providers'],
    ['appointments.read', 'select id from appointments'],
    ['patients.read', 'select id from leads'],
  ];

  describe.each(Role.options)('of %s, through PostgREST:', (role) => {
    test.each(READS)('%s decides about "%s"', async (right, statement) => {
      const { rows } = await attempt('authenticated', people[role], statement);
      expect((rows ?? []).length > 0).toBe(hasRight(role, right));
    });

    test('books, or is refused by name', async () => {
      const answer = await attempt('authenticated', people[role], book());
      if (hasRight(role, 'appointments.book'))
        expect(answer.rows).toMatchObject([{ answer: { success: true } }]);
      else expect(answer).toEqual({ code: '42501', constraint: 'appointments.book' });
    });

    test('sees and books nothing next door', async () => {
      const { rows } = await attempt('authenticated', people[role], book(neighbor.orgId));
      expect(rows).toMatchObject([{ answer: { success: false, error: 'ORG_NOT_FOUND' } }]);
      for (const [, statement] of READS) {
        expect((await attempt('authenticated', people[role], statement, neighbor.orgId)).rows).toEqual([]);
      }
    });

    test('changes nothing by hand, not even what the role may change over HTTP', async () => {
      for (const statement of [
        `update organizations set name = 'Mine'`,
        `update leads set name = 'Mine'`,
        `delete from time_off`,
        `update appointments set status = 'cancelled'`,
        `insert into profiles (user_id, org_id, role) values ('${randomUUID()}', '${clinic.orgId}', 'owner')`,
        `update profiles set role = 'owner'`,
        `select app_private.require_right('settings.edit')`,
      ]) {
        expect(await attempt('authenticated', people[role], statement), statement).toMatchObject({
          code: '42501',
        });
      }
    });
  });

  /** What our server writes, by the right that it takes. */
  const changes = (): [Right, string][] => [
    ['appointments.book', book()],
    [
      'appointments.book',
      `select public.hold_slot_atomic('${clinic.orgId}', 'consultation', '2030-01-09T12:00:00Z', 30)`,
    ],
    ['appointments.book', `select public.cancel_appointment_atomic('${clinic.orgId}', '${ids.appointment}')`],
    [
      'appointments.book',
      `select public.move_appointment_atomic('${clinic.orgId}', '${ids.appointment}', '2030-01-10T12:00:00Z')`,
    ],
    ['appointments.book', `select public.undo_appointment_atomic('${clinic.orgId}', '${ids.appointment}')`],
    [
      'appointments.book',
      `select public.set_appointment_status('${clinic.orgId}', '${ids.appointment}', 'arrived')`,
    ],
    ['appointments.book', `select app_private.withdraw_text('${clinic.orgId}', '${ids.appointment}', 'r')`],
    ['settings.edit', `update organizations set name = 'Renamed' returning id`],
    ['settings.edit', `update services set name = 'Renamed' where id = '${ids.service}' returning id`],
    ['settings.edit', `update providers set name = 'Renamed' where id = '${ids.provider}' returning id`],
    [
      'settings.edit',
      `insert into providers (org_id, name, working_hours, breaks) values ('${clinic.orgId}', 'New', '{}', '{}') returning id`,
    ],
    [
      'feeds.manage',
      `insert into provider_feeds (org_id, provider_id, token_hash)
       values ('${clinic.orgId}', '${ids.provider}', sha256('token')) returning provider_id`,
    ],
    ['patients.edit', `update leads set notes = 'Allergic' where id = '${ids.contact}' returning id`],
    ['tasks.edit', `update tasks set closed_at = now() where id = '${ids.task}' returning id`],
    [
      'waitlist.edit',
      `select app_private.leave_waitlist('${clinic.orgId}', '${ids.entry}', 'api', null, 'r')`,
    ],
    ['messages.send', `select app_private.mark_informed('${clinic.orgId}', '${ids.message}', true, 'r')`],
    [
      'deliveries.replay',
      `select coalesce(max(r::text), 'none') from app_private.replay('outbox', '{}', 'r') r`,
    ],
  ];

  test.each(Role.options)(
    'by our own server for one who is %s: exactly the changes of the role',
    async (role) => {
      for (const [right, statement] of changes()) {
        const answer = await attempt('voxanne_tenant', people[role], statement);
        if (hasRight(role, right)) expect(answer, statement).toMatchObject({ count: 1 });
        else expect(answer, statement).toEqual({ code: '42501', constraint: right });
      }
    },
  );

  test('a person who was removed, or never belonged to the clinic, changes nothing', async () => {
    for (const person of [randomUUID(), neighbor.userId]) {
      for (const [right, statement] of changes()) {
        const answer = await attempt('voxanne_tenant', person, statement);
        expect(answer, statement).toEqual({ code: '42501', constraint: right });
      }
    }
  });

  test('the receptionist, who is no person, books and keeps what callers say; it replays nothing', async () => {
    expect(await attempt('voxanne_tenant', null, book())).toMatchObject({
      rows: [{ answer: { success: true } }],
    });
    const replay = await attempt('voxanne_tenant', null, `select app_private.replay('outbox', '{}', 'r')`);
    expect(replay).toEqual({ code: '42501', constraint: 'deliveries.replay' });
  });

  test('a right that no one wrote down is a fault, and not a yes', async () => {
    const answer = await attempt(
      'voxanne_tenant',
      people.owner,
      `select app_private.require_right('clinic.sell')`,
    );
    expect(answer).toMatchObject({ code: '22023' });
  });

  test('every function of the server that changes something asks for a right, but for those that no person calls', async () => {
    const { rows } = await db.owner.query(`
      select p.oid::regproc::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace) and p.prosecdef
        and p.provolatile = 'v' and has_function_privilege('voxanne_tenant', p.oid, 'execute')
        and p.prosrc !~ '(require_right|has_right|caller_error|member_error|lock_api_key)\\('
      order by 1`);
    expect(rows.map(({ name }) => name)).toEqual([
      // The receptionist; a person is refused.
      'app_private.begin_caller_lookup',
      // A repeat of a request, whatever it asked for.
      'app_private.begin_once',
      // The receptionist too.
      'app_private.end_caller_lookup',
      'app_private.keep_answer',
      // Everyone may go.
      'app_private.leave_organization',
      // Locks.
      'app_private.lock_own_appointment',
      'app_private.lock_own_provider',
      // A patient's link.
      'app_private.spend_link',
      'app_private.take_back_link',
      // Beside a change that asked.
      'app_private.write_audit',
    ]);
  });
});
