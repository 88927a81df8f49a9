import type pg from 'pg';

const ROWS_AT_ONCE = 1000;

/** Tables of ours in the order of their names: the product's, the shared state, and the built-in sign-in. */
export async function tablesToDump(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and (n.nspname in ('public', 'app_private', 'supabase_migrations')
         or (n.nspname = 'auth' and obj_description(n.oid, 'pg_namespace') = 'voxanne stand-in'))
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by n.nspname, c.relname`,
  );
  return rows.map(({ name }) => name);
}

/** Whether the login sees every row of every table. */
export async function seesEveryRow(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(
    'select rolsuper or rolbypassrls as yes from pg_roles where rolname = current_user',
  );
  return rows[0]?.yes === true;
}

/** Hands over every row of a table as JSON, some at a time. In a transaction: all tables as they are at one moment. */
export async function readRows(
  client: pg.ClientBase,
  table: string,
  take: (rows: string[]) => void,
): Promise<void> {
  await client.query(`declare dumped no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${ROWS_AT_ONCE} from dumped`);
    if (rows.length === 0) break;
    take(rows.map(({ row }) => row));
  }
  await client.query('close dumped');
}
