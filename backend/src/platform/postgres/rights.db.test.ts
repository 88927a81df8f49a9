import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';

/**
 * What each role may do, written down a second time: a migration that gives more, or forgets to take away, fails here.
 * Who means it changes the line below in the same commit.
 */
const READ = 'SELECT';
const ROWS = 'DELETE INSERT SELECT UPDATE';
const TABLES: Record<'voxanne_tenant' | 'voxanne_service' | 'authenticated', Record<string, string>> = {
  voxanne_tenant: {
    api_keys:
      'SELECT(created_at,created_by,expires_at,id,last_used_at,name,org_id,overlap_ends_at,prefix,requests_per_hour,revoked_at,rotated_from,scopes)',
    appointment_links: READ,
    appointment_reasons: READ,
    appointments: READ,
    audit_log: READ,
    busy_blocks: READ,
    calendar_mirrors: READ,
    calls: READ,
    connections:
      'SELECT(account,connected_at,details,error_message,expires_at,id,org_id,provider,scopes,status)',
    events: READ,
    idempotency_keys: READ,
    invitations:
      'SELECT(accepted_at,accepted_by,created_at,email,expires_at,id,invited_by,org_id,role,withdrawn_at)',
    leads:
      'SELECT UPDATE(email,name,name_raw,notes,phone,phone_extension,phone_flag,phone_raw,phone_source,phone_verified_at,proposed_email,status,title)',
    message_events: READ,
    messages: READ,
    organizations:
      'SELECT UPDATE(booking_horizon_days,calendar_declined_at,calendar_policy,country,message_retention_days,name,own_requests_per_hour,phone,public_phone,time_zone)',
    outbox: READ,
    processed_webhook_events: READ,
    profiles: READ,
    provider_feeds: 'DELETE INSERT(org_id,provider_id,token_hash) SELECT UPDATE(created_at,token_hash)',
    providers:
      'INSERT(active,breaks,name,org_id,working_hours) SELECT UPDATE(active,breaks,deleted_at,name,working_hours)',
    read_backs:
      'INSERT(appointment_at,appointment_id,call_id,org_id,provider_name,scheduled_at,token_hash,verb) SELECT UPDATE(used_at)',
    senders: READ,
    service_providers: 'DELETE INSERT SELECT',
    services:
      'INSERT(active,buffer_after_minutes,buffer_before_minutes,capacity,duration_minutes,horizon_days,min_notice_minutes,name,org_id,slot_step_minutes,slug) SELECT UPDATE(active,buffer_after_minutes,buffer_before_minutes,capacity,deleted_at,duration_minutes,horizon_days,min_notice_minutes,name,slot_step_minutes)',
    tasks: 'SELECT UPDATE(closed_at,closed_by)',
    time_off: 'DELETE INSERT SELECT UPDATE(ends_local,provider_id,starts_local,title)',
    waitlist: READ,
    waitlist_offers: READ,
    webhook_delivery_log: READ,
  },
  voxanne_service: {
    'app_private.circuit_breaker_failures': ROWS,
    'app_private.circuit_breaker_tokens': 'USAGE',
    'app_private.circuit_breakers': ROWS,
    'app_private.clinic_questions': ROWS,
    'app_private.held_texts': ROWS,
    'app_private.scheduled_jobs': 'INSERT SELECT UPDATE',
    'app_private.sign_in_limits': ROWS,
    'app_private.use_counts': ROWS,
    appointment_links: READ,
    appointment_reasons: READ,
    appointments: 'SELECT UPDATE(calendar_event_id,calendar_generation,sync_state)',
    audit_log: READ,
    busy_blocks: ROWS,
    calendar_channels: ROWS,
    calendar_mirrors: ROWS,
    caller_lookups: 'DELETE SELECT',
    calls: 'INSERT SELECT UPDATE',
    connections: ROWS,
    events: 'DELETE SELECT',
    idempotency_keys: 'DELETE SELECT',
    leads: READ,
    message_events: READ,
    messages: 'INSERT SELECT UPDATE',
    oauth_states: 'DELETE INSERT SELECT',
    organizations: READ,
    outbox: ROWS,
    processed_webhook_events: ROWS,
    profiles: READ,
    provider_feeds: READ,
    providers: READ,
    read_backs: 'DELETE SELECT UPDATE(used_at)',
    senders: READ,
    service_providers: READ,
    services: READ,
    tasks: 'DELETE SELECT UPDATE(closed_at)',
    time_off: READ,
    waitlist: READ,
    waitlist_offers: READ,
    webhook_delivery_log: ROWS,
  },
  // PostgREST's clients: no rule, limit or record of the server is in between.
  authenticated: {
    appointments:
      'SELECT(busy_from,busy_to,calendar_unverified,contact_id,created_at,duration_minutes,hold_expires_at,id,org_id,overbooked,provider_id,scheduled_at,service_type,source,status,sync_state,updated_at,version)',
    leads: 'SELECT(created_at,email,id,name,org_id,phone,phone_extension,phone_flag,status,title,updated_at)',
    organizations:
      'SELECT(booking_horizon_days,calendar_policy,country,created_at,id,name,time_zone,updated_at)',
    profiles: 'SELECT(created_at,email,org_id,role,user_id)',
    providers: 'SELECT(active,breaks,created_at,deleted_at,id,name,org_id,updated_at,working_hours)',
    service_providers: 'SELECT(org_id,provider_id,service_id)',
    services:
      'SELECT(active,buffer_after_minutes,buffer_before_minutes,capacity,created_at,deleted_at,duration_minutes,horizon_days,id,min_notice_minutes,name,org_id,slot_step_minutes,slug,updated_at)',
    time_off: 'SELECT(created_at,ends_local,id,org_id,provider_id,starts_local,title,updated_at)',
  },
};

const FUNCTIONS = {
  authenticated: [
    'app_private.member_org_id',
    'app_private.member_user_id',
    'app_private.org_id_with_right',
    'book_appointment_atomic',
  ],
  voxanne_tenant: [
    'app_private.allowed_changes',
    'app_private.answer_offer',
    'app_private.begin_caller_lookup',
    'app_private.begin_once',
    'app_private.calendar_stale',
    'app_private.change_api_key',
    'app_private.change_member_role',
    'app_private.claims',
    'app_private.clinic_calendar',
    'app_private.clinic_rules',
    'app_private.contacts_found',
    'app_private.create_api_key',
    'app_private.delay_text',
    'app_private.end_caller_lookup',
    'app_private.fold_letters',
    'app_private.group_of',
    'app_private.hand_over_ownership',
    'app_private.in_two_letters',
    'app_private.invite',
    'app_private.is_resendable',
    'app_private.join_waitlist',
    'app_private.keep_answer',
    'app_private.leave_organization',
    'app_private.leave_task',
    'app_private.leave_waitlist',
    'app_private.lock_own_appointment',
    'app_private.lock_own_provider',
    'app_private.lock_person',
    'app_private.mark_informed',
    'app_private.number_for_patients',
    'app_private.offer_slot',
    'app_private.org_id',
    'app_private.queue_direct_text',
    'app_private.remove_member',
    'app_private.replay',
    'app_private.require_right',
    'app_private.resend_text',
    'app_private.revoke_api_key',
    'app_private.rotate_api_key',
    'app_private.search_keys',
    'app_private.set_second_factor_rule',
    'app_private.spend_link',
    'app_private.take_back_link',
    'app_private.takes_time',
    'app_private.user_id',
    'app_private.visible_line',
    'app_private.why_no_text',
    'app_private.why_not_again',
    'app_private.why_not_outgoing',
    'app_private.withdraw_invitation',
    'app_private.withdraw_text',
    'app_private.write_audit',
    'book_appointment_atomic',
    'cancel_appointment_atomic',
    'hold_slot_atomic',
    'move_appointment_atomic',
    'release_hold_atomic',
    'set_appointment_status',
    'undo_appointment_atomic',
  ],
};

/** What a member needs to read a table through PostgREST. */
const READING: Record<string, string> = {
  appointments: 'appointments.read',
  leads: 'patients.read',
  organizations: 'clinic.read',
  providers: 'schedule.read',
  service_providers: 'schedule.read',
  services: 'schedule.read',
  time_off: 'schedule.read',
};
/** What a person needs where our server writes a table without a function in between. */
const CHANGING: Record<string, string> = {
  leads: 'patients.edit',
  organizations: 'settings.edit',
  provider_feeds: 'feeds.manage',
  providers: 'settings.edit',
  service_providers: 'settings.edit',
  services: 'settings.edit',
  tasks: 'tasks.edit',
  time_off: 'settings.edit',
};
/** Written for calls, which are no person's. */
const NOT_BY_PEOPLE = ['read_backs'];

const OURS = `p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
  and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`;

describe('the rights in the database', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());
  const ask = async (statement: string) => (await db.owner.query(statement)).rows;
  const names = async (statement: string) => (await ask(statement)).map(({ name }) => name);

  const rightsOf = async (role: string): Promise<Record<string, string>> => {
    const rows = await ask(`
      with t as (select c.oid, c.oid::regclass::text as name, c.relacl from pg_class c
        where c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')),
      acl as (
        select name, grantee, privilege_type as right, null as col from t, aclexplode(relacl)
        union all
        select name, grantee, privilege_type, attname from t join pg_attribute on attrelid = t.oid, aclexplode(attacl)),
      folded as (
        select name, "right" || coalesce('(' || string_agg(col, ',' order by col) || ')', '') as rights
        from acl where case grantee when 0 then 'PUBLIC' else grantee::regrole::text end = '${role}' group by name, "right")
      select name, string_agg(rights, ' ' order by rights) as rights from folded group by name order by name`);
    return Object.fromEntries(rows.map(({ name, rights }) => [name, rights]));
  };

  test.each(Object.entries(TABLES))(
    '%s has on tables and columns what is written here',
    async (role, expected) => {
      expect(await rightsOf(role)).toEqual(expected);
    },
  );

  test('service_role reads and writes rows of every clinic’s table, adds nothing to the audit log, and makes no trigger', async () => {
    const { audit_log, ...others } = await rightsOf('service_role');
    expect(audit_log).toBe(READ);
    expect(new Set(Object.values(others))).toEqual(new Set([ROWS]));
  });

  test.each(['PUBLIC', 'anon', 'voxanne_runtime'])(
    '%s has nothing on any table or sequence',
    async (role) => {
      expect(await rightsOf(role)).toEqual({});
    },
  );

  test.each(Object.entries(FUNCTIONS))('%s may call what is written here', async (role, expected) => {
    const found = await names(`select p.oid::regproc::text as name from pg_proc p
      where ${OURS} and has_function_privilege('${role}', p.oid, 'execute') order by 1`);
    expect(found.toSorted()).toEqual(expected);
  });

  test.each(['anon', 'voxanne_runtime'])(
    '%s, and with it PUBLIC, may call none of our functions',
    async (role) => {
      const found = await names(
        `select p.oid::regprocedure::text as name from pg_proc p where ${OURS} and has_function_privilege('${role}', p.oid, 'execute')`,
      );
      expect(found, 'revoke execute on function … from public, anon').toEqual([]);
    },
  );

  test('every function names its search path with pg_temp last, or is bound when it is made', async () => {
    const found = await names(`select p.oid::regprocedure::text as name from pg_proc p
      where ${OURS} and not (coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'])
        and (p.prosecdef or p.prosqlbody is null)`);
    expect(found, 'write: set search_path = pg_catalog, pg_temp').toEqual([]);
  });

  test('a function or table that a later migration makes belongs to no one until it says to whom', async () => {
    const client = await db.owner.connect();
    try {
      await client.query(`begin; set local role ${
        (
          await ask(`select relowner::regrole::text as name from pg_class
        where oid = 'public.organizations'::regclass`)
        )[0].name
      };
        create function public.later() returns int language sql as 'select 1';
        create function app_private.later() returns int language sql as 'select 1';
        create table public.later (org_id uuid); create sequence public.later_seq;`);
      const { rows } =
        await client.query(`select r as role, has_function_privilege(r, 'public.later()', 'execute')
          or has_function_privilege(r, 'app_private.later()', 'execute') as calls,
          has_table_privilege(r, 'public.later', 'select, insert, update, delete') as reads,
          has_sequence_privilege(r, 'public.later_seq', 'usage, select, update') as counts
        from unnest(array['anon', 'authenticated', 'voxanne_tenant', 'voxanne_service', 'voxanne_runtime']) as r`);
      for (const row of rows) expect(row).toMatchObject({ calls: false, reads: false, counts: false });
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('protect() is on every table, with its three policies, a fourth for what a member may read, and three for what a person may change', async () => {
    const rows = await ask(`
      select c.oid::regclass::text as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        (select jsonb_object_agg(p.polname, jsonb_build_array(p.polcmd, (select array_agg(r::regrole::text order by r::regrole::text) from unnest(p.polroles) r),
          pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))) from pg_policy p where p.polrelid = c.oid) as policies,
        exists (select 1 from pg_attribute a where a.attrelid = c.oid and attname = 'org_id' and not attisdropped) or c.relname = 'organizations' as clinics
      from pg_class c where c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) and c.relkind in ('r', 'p') order by 1`);
    expect(rows.length).toBeGreaterThan(28);
    const owner = (
      await ask(
        `select relowner::regrole::text as name from pg_class where oid = 'public.organizations'::regclass`,
      )
    )[0].name;
    for (const { name, forced, policies, clinics } of rows) {
      expect({ name, forced }).toEqual({ name, forced: true });
      if (!clinics) continue;
      const key = name === 'organizations' ? 'id' : 'org_id';
      const own = `(${key} = ( SELECT app_private.org_id() AS org_id))`;
      const { member: fourth, ...others } = policies;
      const right = CHANGING[name];
      const asks = `( SELECT app_private.require_right('${right}'::text) AS require_right)`;
      const written = /INSERT|UPDATE|DELETE/.test(TABLES.voxanne_tenant[name] ?? '');
      expect({ name, asks: right !== undefined }).toEqual({
        name,
        asks: written && !NOT_BY_PEOPLE.includes(name),
      });
      expect(others, name).toEqual({
        ...(right && {
          right_to_add: ['a', ['voxanne_tenant'], null, asks],
          right_to_change: ['w', ['voxanne_tenant'], asks, null],
          right_to_remove: ['d', ['voxanne_tenant'], asks, null],
        }),
        own_organization: ['*', ['voxanne_tenant'], own, own],
        owner: ['*', [owner], 'true', 'true'],
        service: ['*', ['service_role', 'voxanne_service'], 'true', 'true'],
      });
      if (!(name in TABLES.authenticated)) expect(fourth, name).toBeUndefined();
      else if (name !== 'profiles')
        expect(fourth, name).toEqual([
          'r',
          ['authenticated'],
          `(${key} = ( SELECT app_private.org_id_with_right('${READING[name]}'::text) AS org_id_with_right))`,
          null,
        ]);
      else
        expect(fourth).toEqual([
          'r',
          ['authenticated'],
          '((org_id = ( SELECT app_private.member_org_id() AS member_org_id)) AND (user_id = ( SELECT app_private.member_user_id() AS member_user_id)))',
          null,
        ]);
    }
  });

  test('no role of ours may create in a schema, and PostgREST’s roles see none but public', async () => {
    const rows = await ask(`
      select r as role, s as schema, has_schema_privilege(r, s, 'create') as creates, has_schema_privilege(r, s, 'usage') as uses
      from unnest(array['anon', 'authenticated', 'service_role', 'voxanne_tenant', 'voxanne_service', 'voxanne_runtime']) as r,
        unnest(array['public', 'app_private', 'extensions', 'auth', 'supabase_migrations']) as s`);
    expect(rows.filter(({ creates }) => creates)).toEqual([]);
    const inside = rows.filter(
      ({ uses, schema }) => uses && ['app_private', 'supabase_migrations'].includes(schema),
    );
    expect(inside.map(({ role }) => role).toSorted()).toEqual([
      'service_role',
      'voxanne_service',
      'voxanne_tenant',
    ]);
  });

  test('no view and no rule shows a table past its policies', async () => {
    expect(
      await names(`select c.oid::regclass::text as name from pg_class c
        where c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) and c.relkind in ('v', 'm')
        union all select rulename from pg_rules where schemaname in ('public', 'app_private')`),
    ).toEqual([]);
  });
});
