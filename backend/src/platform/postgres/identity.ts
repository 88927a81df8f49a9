import type pg from 'pg';

/** What identifies a database, no matter how it is reached. */
export interface DatabaseIdentity {
  /** Undefined if the server doesn't say: then nothing is compared. */
  cluster: string | undefined;
  database: string;
}

type Asker = Pick<pg.ClientBase, 'query'>;

export async function identityOf(client: Asker): Promise<DatabaseIdentity> {
  const { rows } = await client.query<{ database: string }>(
    'select oid::text as database from pg_catalog.pg_database where datname = current_database()',
  );
  // Some managed databases keep it to themselves.
  const cluster = await client
    .query<{ id: string }>('select system_identifier::text as id from pg_catalog.pg_control_system()')
    .then(
      ({ rows: [row] }) => row?.id,
      () => undefined,
    );
  return { cluster, database: rows[0]?.database ?? '' };
}

export function isSameDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  if (a.cluster === undefined || b.cluster === undefined) return true;
  return a.cluster === b.cluster && a.database === b.database;
}
