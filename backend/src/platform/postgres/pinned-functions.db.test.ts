import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../../testing/index.ts';
import { StartupError } from '../errors.ts';
import { checkRuntimeRole } from './runtime-check.ts';

/** Types that our functions name; each becomes a temporary domain whose check is code of the attacker's. */
const TYPES = [
  'text',
  'uuid',
  'jsonb',
  'int4',
  'bool',
  'timestamptz',
  'date',
  'interval',
  'bytea',
  'name',
  'int8',
];

describe('a function that runs as its owner', () => {
  let db: TestDatabase;
  let mine: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    mine = await db.createOrganization();
  });
  afterAll(() => db.close());

  /** As the login of the server, with SQL of one's own, where PUBLIC may make temporary objects. */
  async function attack(call: string, role = 'voxanne_tenant'): Promise<string> {
    const database = new URL(db.runtimeUrl).pathname.slice(1);
    await db.owner.query(`grant temporary on database ${database} to public`);
    const client = new pg.Client({ connectionString: db.runtimeUrl });
    await client.connect();
    try {
      const domains = TYPES.map(
        (type) => `
        create function pg_temp.evil(v pg_catalog.${type}) returns pg_catalog.bool language plpgsql as $$
          begin
            if current_user not in ('voxanne_runtime', '${role}') then raise exception 'RAN AS %', current_user; end if;
            return true;
          end $$;
        create domain pg_temp.${type} as pg_catalog.${type} check (pg_temp.evil(value));
        grant execute on function pg_temp.evil(pg_catalog.${type}) to public;`,
      );
      await client.query(domains.join(''));
      await client.query(`begin; set local role ${role}`);
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ role: 'authenticated', sub: mine.userId, app_metadata: { org_id: mine.orgId } }),
      ]);
      return await client.query(call).then(
        () => 'nothing ran',
        (error: Error) => error.message,
      );
    } finally {
      await client.end();
      await db.owner.query(`revoke temporary on database ${database} from public`);
    }
  }

  const CANCEL = () =>
    `select public.cancel_appointment_atomic('${mine.orgId}', '00000000-0000-0000-0000-000000000000')`;

  test('runs a stranger’s temporary type as the owner if its search path is empty, which is why none is', async () => {
    await db.owner.query(`alter function public.cancel_appointment_atomic set search_path = ''`);
    try {
      expect(await attack(CANCEL())).toMatch(/^RAN AS/);
    } finally {
      await db.owner.query(
        'alter function public.cancel_appointment_atomic set search_path = pg_catalog, pg_temp',
      );
    }
    expect(await attack(CANCEL())).toBe('nothing ran');
  });

  test.each(['voxanne_tenant', 'voxanne_service'])(
    'runs nobody’s temporary type, whichever %s calls',
    async (role) => {
      const { rows } = await db.owner.query(
        `select p.oid::regproc::text as name, (select coalesce(string_agg('null::pg_catalog.' || quote_ident(t.typname), ', ' order by i), '')
         from unnest(p.proargtypes) with ordinality as a (oid, i) join pg_type t on t.oid = a.oid) as nulls
       from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
         and has_function_privilege($1, p.oid, 'execute') and p.pronargs > 0 order by 1`,
        [role],
      );
      expect(rows.length).toBeGreaterThan(20);
      const calls = rows.map(
        ({ name, nulls }) => `begin perform ${name}(${nulls}); exception when others then
        if sqlerrm like 'RAN AS%' then raise exception '% by ${name}', sqlerrm; end if; end;`,
      );
      expect(await attack(`do $x$ begin ${calls.join('\n')} end $x$`, role)).toBe('nothing ran');
    },
  );

  test('cannot be attacked that way at all: the login may not make temporary objects', async () => {
    const attempt = db.database.pool.query('create temporary table mine (id int)');
    await expect(attempt).rejects.toMatchObject({ code: '42501' });
  });

  test('has an owner who isn’t a superuser, and neither has a table, a schema or the database', async () => {
    const { rows } = await db.owner.query(`
      select distinct r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcanlogin from pg_roles r where oid in (
        select proowner from pg_proc p where pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
          and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union select relowner from pg_class where relnamespace in ('public'::regnamespace, 'app_private'::regnamespace, 'auth'::regnamespace)
        union select nspowner from pg_namespace where nspname in ('app_private', 'auth')
        union select datdba from pg_database where datname = current_database())`);
    expect(rows).toEqual([
      {
        rolname: 'voxanne_owner',
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcanlogin: false,
      },
    ]);
  });
});

describe('the check of the login at the start', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  const undo: string[] = [];
  afterEach(async () => {
    for (const statement of undo.splice(0).reverse()) await db.owner.query(statement);
  });
  afterAll(() => db.close());
  const set = async (statement: string, back: string) => {
    undo.push(back);
    await db.owner.query(statement);
  };
  /** A login of this test, because rights of roles hold for the whole server. */
  async function login(grants: string): Promise<pg.Pool> {
    const name = `login_${Math.random().toString(36).slice(2)}`;
    await set(
      `create role ${name} login noinherit password 'x'; ${grants.replaceAll('$', name)}`,
      `drop owned by ${name}; drop role ${name}`,
    );
    const url = new URL(db.runtimeUrl);
    url.username = name;
    url.password = 'x';
    return new pg.Pool({ connectionString: url.toString(), max: 1 });
  }
  const refusal = async (grants: string): Promise<string> => {
    const pool = await login(grants);
    try {
      return await checkRuntimeRole(pool).then(
        () => 'passes',
        (error: Error) => {
          expect(error).toBeInstanceOf(StartupError);
          return error.message;
        },
      );
    } finally {
      await pool.end();
    }
  };

  test.each([
    ['a member of our two roles', 'grant voxanne_tenant, voxanne_service to $'],
    ['one who may look at figures', 'grant voxanne_tenant, voxanne_service, pg_monitor to $'],
    [
      'one with a time limit of its own',
      `alter role $ set statement_timeout = '15s'; alter role $ set jit = off`,
    ],
  ])('lets pass %s', async (_, grants) => {
    expect(await refusal(grants)).toBe('passes');
  });

  test.each([
    ['a superuser', 'alter role $ superuser', 'can bypass row-level security'],
    ['BYPASSRLS', 'alter role $ bypassrls', 'can bypass row-level security'],
    ['CREATEROLE', 'alter role $ createrole', 'may make and change roles'],
    ['REPLICATION', 'alter role $ replication', 'may copy the whole database'],
    [
      'one who runs programs',
      'grant pg_execute_server_program to $',
      'pg_execute_server_program reads, writes or runs',
    ],
    ['one who reads all data', 'grant pg_read_all_data to $', 'pg_read_all_data reads, writes or runs'],
    ['one who reads files', 'grant pg_read_server_files to $', 'pg_read_server_files reads, writes or runs'],
    ['a member of the owner', 'grant voxanne_owner to $', 'is owned by the runtime login'],
    [
      'a search path of its own',
      'alter role $ set search_path = evil, public',
      'search_path is set for the runtime login',
    ],
    ['a role to begin with', 'alter role $ set role = voxanne_service', 'is set for the runtime login'],
    [
      'claims to begin with',
      `alter role $ set request.jwt.claims = '{"sub":"x"}'`,
      'request.jwt.claims is set',
    ],
  ])('refuses %s, and says what to do', async (_, grants, words) => {
    const message = await refusal(`grant voxanne_tenant, voxanne_service to $; ${grants}`);
    expect(message).toContain(words);
    expect(message).toMatch(/DATABASE_RUNTIME_URL unset|alter role <login> reset/);
  });

  test.each([
    `set search_path = ''`,
    'reset search_path',
    'set search_path = pg_temp, pg_catalog',
    'set search_path = public',
  ])('refuses a function that runs as its owner with "%s", and says the line to run', async (path) => {
    const name = 'app_private.write_audit';
    await set(
      `alter function ${name} ${path}`,
      `alter function ${name} set search_path = pg_catalog, pg_temp`,
    );
    await expect(checkRuntimeRole(db.database.pool)).rejects.toThrow(
      /write_audit\(.*\) runs as its owner[\s\S]*alter function app_private.write_audit\(.*\) set search_path = pg_catalog, pg_temp;/,
    );
  });

  test('refuses a table that nothing protects', async () => {
    await set('create table public.bare (org_id uuid)', 'drop table public.bare');
    await expect(checkRuntimeRole(db.database.pool)).rejects.toThrow(
      /bare has no forced row-level security[\s\S]*app_private\.protect\('bare'\)/,
    );
  });
});
