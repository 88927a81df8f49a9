import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../../testing/index.ts';

const NOON = '2030-01-07T12:00:00Z';
type Role = 'authenticated' | 'voxanne_tenant';

/** One person of PostgREST, or one forgotten `set_config` of ours, against every table and every function there is. */
describe('without claims that hold', () => {
  let db: TestDatabase;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  let appointment: string;
  let tables: string[];
  beforeAll(async () => {
    db = await createTestDatabase();
    [mine, theirs] = [await db.createOrganization(), await db.createOrganization()];
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, 'Maria Lopez', null,
      '+14155550132', 'consultation', $2, 30) ->> 'appointment_id' as id`,
      [mine.orgId, NOON],
    );
    appointment = rows[0].id;
    const found = await db.owner.query(`select oid::regclass::text as name from pg_class
      where relkind in ('r', 'p', 'v', 'm') and relnamespace in ('public'::regnamespace, 'app_private'::regnamespace)`);
    tables = found.rows.map(({ name }) => name);
  });
  afterAll(() => db.close());

  const full = { role: 'authenticated', app_metadata: { org_id: '' }, sub: '' };
  /** What a setting can hold; `undefined` leaves it as it is in a new session. */
  const bad: Record<string, () => string | undefined> = {
    'none, in a new session': () => undefined,
    'the empty text': () => '',
    null: () => 'null',
    'an empty object': () => '{}',
    'a list': () => '[]',
    'half of an object': () => '{"role":"authenticated","app_metadata":{"org_id":',
    'the role of a service': () => JSON.stringify({ role: 'service_role' }),
    'a person without a clinic': () => JSON.stringify({ role: 'authenticated', sub: mine.userId }),
    'a clinic beside app_metadata': () =>
      JSON.stringify({
        role: 'authenticated',
        sub: mine.userId,
        org_id: mine.orgId,
        user_metadata: { org_id: mine.orgId },
      }),
    'a clinic that is no id': () =>
      JSON.stringify({ ...full, sub: mine.userId, app_metadata: { org_id: `${mine.orgId}'; --` } }),
    'a person of another clinic, there': () =>
      JSON.stringify({ ...full, sub: theirs.userId, app_metadata: { org_id: theirs.orgId } }),
  };
  /** Good enough for our own processes, which say for whom they act; not for a client of PostgREST. */
  const notAMember: typeof bad = {
    'a clinic without a person': () =>
      JSON.stringify({ role: 'authenticated', app_metadata: { org_id: mine.orgId } }),
    'the role of a service, and a clinic': () =>
      JSON.stringify({
        ...full,
        role: 'service_role',
        sub: mine.userId,
        app_metadata: { org_id: mine.orgId },
      }),
    'a person of another clinic, here': () =>
      JSON.stringify({ ...full, sub: theirs.userId, app_metadata: { org_id: mine.orgId } }),
    'a person who was removed': () =>
      JSON.stringify({ ...full, sub: randomUUID(), app_metadata: { org_id: mine.orgId } }),
    'a person who is no id': () =>
      JSON.stringify({ ...full, sub: 'root', app_metadata: { org_id: mine.orgId } }),
    'no role': () => JSON.stringify({ sub: mine.userId, app_metadata: { org_id: mine.orgId } }),
    'the role anon': () =>
      JSON.stringify({ ...full, role: 'anon', sub: mine.userId, app_metadata: { org_id: mine.orgId } }),
  };
  const cases: [Role, string, () => string | undefined][] = [
    ...Object.entries({ ...bad, ...notAMember }).map(
      ([name, claims]) => ['authenticated', name, claims] as [Role, string, typeof claims],
    ),
    ...Object.entries(bad).map(
      ([name, claims]) => ['voxanne_tenant', name, claims] as [Role, string, typeof claims],
    ),
  ];

  /** One transaction that is rolled back; each statement in a savepoint, so that one refusal does not hide the next. */
  async function as<T>(
    role: Role,
    claims: string | undefined,
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await db.owner.connect();
    try {
      await client.query('begin; discard plans');
      await client.query(`set local role ${role}`);
      if (claims !== undefined)
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [claims]);
      return await work(client);
    } finally {
      await client.query('rollback');
      // Once set, a setting of this name is the empty text for the rest of the session; another one begins without it.
      client.release(claims === undefined);
    }
  }
  const attempt = async (
    client: pg.PoolClient,
    statement: string,
  ): Promise<{ rows: unknown[]; code?: string }> => {
    await client.query('savepoint one');
    try {
      const { rows } = await client.query(statement);
      await client.query('release savepoint one');
      return { rows };
    } catch (error) {
      await client.query('rollback to savepoint one');
      return { rows: [], code: (error as { code: string }).code };
    }
  };
  /** A row of my clinic's, whichever column is asked for. */
  const readable = async (role: Role) => {
    const { rows } = await db.owner.query(
      `select c.oid::regclass::text as name, string_agg(quote_ident(attname), ', ') as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
       where c.oid::regclass::text = any ($1) and has_column_privilege($2, c.oid, attnum, 'select') group by 1`,
      [tables, role],
    );
    return rows as { name: string; columns: string }[];
  };

  test.each(cases)('%s with %s sees no row of a clinic, in no table', async (role, _, claims) => {
    const open = await readable(role);
    await as(role, claims(), async (client) => {
      for (const { name, columns } of open) {
        const { rows } = await attempt(client, `select ${columns} from ${name}`);
        expect(JSON.stringify(rows), name).not.toContain(mine.orgId);
      }
      for (const name of tables.filter((table) => !open.some((one) => one.name === table))) {
        expect(await attempt(client, `select 1 from ${name}`), name).toEqual({ rows: [], code: '42501' });
      }
    });
  });

  test.each(cases)('%s with %s changes nothing through any function', async (role, _, claims) => {
    const { rows: functions } = await db.owner.query(
      `select p.oid::regproc::text as name, p.provolatile, (select array_agg(jsonb_build_object('name', n, 'type', format_type(p.proargtypes[i - 1], null), 'optional', i > p.pronargs - p.pronargdefaults)
           order by i) from unnest(p.proargnames) with ordinality as a (n, i) where i <= p.pronargs) as args
       from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
         and has_function_privilege($1, p.oid, 'execute') order by 1`,
      [role],
    );
    expect(functions.length).toBeGreaterThan(2);
    await as(role, claims(), async (client) => {
      for (const { name, args } of functions) {
        const before = await fingerprint(client, role);
        const given = (args ?? [])
          .filter(
            ({ optional, name: arg }: { optional: boolean; name: string }) => !optional || literalOf(arg),
          )
          .map(
            ({ name: arg, type }: { name: string; type: string }) =>
              `${arg} => ${literalOf(arg) ?? 'null'}::${type}`,
          );
        const { rows } = await attempt(client, `select ${name}(${given.join(', ')}) as answer`);
        const said = JSON.stringify(rows);
        expect(said, name).not.toContain('"success":true');
        expect(said, name).not.toContain(appointment);
        expect(said, name).not.toContain('"Bright Smiles"');
        expect(await fingerprint(client, role), name).toBe(before);
      }
    });
  });

  const values: Record<string, () => string> = {
    p_org_id: () => `'${mine.orgId}'`,
    p_appointment_id: () => `'${appointment}'`,
    p_hold_id: () => `null`,
    p_ids: () => `array['${appointment}']`,
    p_name: () => `'Ann Gray'`,
    p_phone: () => `'+14155550199'`,
    p_service_type: () => `'consultation'`,
    p_scheduled_at: () => `'2030-01-08T12:00:00Z'`,
    p_duration_minutes: () => '30',
    p_source: () => `'patient'`,
    p_status: () => `'pending'`,
    p_scope: () => `'POST /x'`,
    p_key: () => `'key'`,
    p_version: () => '1',
    p_action: () => `'contact.changed'`,
    p_object_id: () => `'${appointment}'`,
    p_from: () => `'2030-01-01'`,
    p_to: () => `'2030-02-01'`,
    p_now: () => 'now()',
  };
  const literalOf = (name: string) => values[name]?.();

  /** Of everything in our tables, read by the owner in the same transaction. */
  async function fingerprint(client: pg.PoolClient, role: Role): Promise<string> {
    await client.query('reset role');
    const parts = tables.map(
      (name) =>
        `(select coalesce(sum(hashtextextended(t::text, 0)), 0) from ${name} t where not (to_jsonb(t) ->> 'org_id' is not distinct from '${theirs.orgId}'))`,
    );
    const { rows } = await client.query(`select concat_ws(' ', ${parts.join(', ')}) as sum`);
    await client.query(`set local role ${role}`);
    return rows[0].sum;
  }

  describe('and with them', () => {
    const member = () => JSON.stringify({ ...full, sub: mine.userId, app_metadata: { org_id: mine.orgId } });

    test('a member reads the calendar of the own clinic', async () => {
      const found = await as('authenticated', member(), async (client) => {
        const counts: Record<string, number> = {};
        for (const { name, columns } of await readable('authenticated'))
          counts[name] = (await client.query(`select ${columns} from ${name}`)).rows.length;
        return counts;
      });
      expect(found).toEqual({
        appointments: 1,
        leads: 1,
        organizations: 1,
        profiles: 1,
        providers: 1,
        service_providers: 0,
        services: 2,
        time_off: 0,
      });
    });

    test('a member books, as a program, whatever source, request and actor the arguments name', async () => {
      const { answer, row, audit } = await as('authenticated', member(), async (client) => {
        const booked = await client.query(
          `select public.book_appointment_atomic($1, 'Ann Gray', null, '+14155550199', 'consultation', $2, 30,
             p_source => 'patient', p_actor_id => 'someone', p_call_id => 'call', p_request_id => 'made-up') as answer`,
          [mine.orgId, '2030-01-08T03:00:00Z'],
        );
        await client.query('reset role');
        const { rows } = await client.query('select source, call_id from public.appointments where id = $1', [
          booked.rows[0].answer.appointment_id,
        ]);
        const log = await client.query(
          'select actor_type, actor_id, request_id from public.audit_log where object_id = $1',
          [booked.rows[0].answer.appointment_id],
        );
        return { answer: booked.rows[0].answer, row: rows[0], audit: log.rows };
      });
      expect(answer).toMatchObject({ success: true });
      expect(row).toEqual({ source: 'api', call_id: null });
      expect(audit).toEqual([{ actor_type: 'user', actor_id: mine.userId, request_id: null }]);
    });

    test.each(['voice', 'patient', 'google', 'system', 'dashboard', 'api'])(
      'a member who says "%s" books as a program',
      async (source) => {
        const stored = await as('authenticated', member(), async (client) => {
          const { rows } = await client.query(
            `select public.book_appointment_atomic($1, 'Ann Gray', null, '+14155550199', 'consultation', '2030-01-09T03:00:00Z', 30,
             p_source => $2) ->> 'appointment_id' as id`,
            [mine.orgId, source],
          );
          return (await client.query('select source from public.appointments where id = $1', [rows[0].id]))
            .rows;
        });
        expect(stored).toEqual([{ source: 'api' }]);
      },
    );
  });

  describe('plain SQL', () => {
    const book = async (url: (client: pg.PoolClient) => Promise<unknown>, claims = '') => {
      const client = await db.owner.connect();
      try {
        await client.query('begin');
        await url(client);
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [claims]);
        const { rows } = await client.query(
          `select public.book_appointment_atomic($1, 'Ann Gray', null, '+14155550199', 'consultation', '2030-01-10T12:00:00Z', 30) as answer`,
          [mine.orgId],
        );
        return rows[0].answer;
      } finally {
        await client.query('rollback');
        client.release();
      }
    };

    test.each(['none', 'voxanne_service', 'service_role'])(
      'of the role "%s" books with the seven arguments, without claims',
      async (role) => {
        expect(await book((client) => client.query(`set local role ${role}`))).toMatchObject({
          success: true,
        });
      },
    );

    test('another role with the function, or with a member’s rights, books nothing without claims', async () => {
      for (const grant of [
        'grant execute on function public.book_appointment_atomic to stranger',
        'grant authenticated to stranger',
      ]) {
        const answer = await book((client) =>
          client.query(`create role stranger; ${grant}; set local role stranger`),
        );
        expect(answer, grant).toMatchObject({ success: false, error: 'ORG_NOT_FOUND' });
      }
    });
  });
});
