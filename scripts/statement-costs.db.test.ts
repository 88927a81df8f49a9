import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../backend/src/platform/postgres/migrate.ts';
import {
  type PrivateServer,
  postgresVersions,
  startServer,
} from '../backend/src/testing/postgres-versions.ts';
import { seedCalendars } from '../bench/support/calendar-seed.ts';
import { doorQueries, seedDoors } from '../bench/support/door-queries.ts';
import {
  calendarQueries,
  type HotQuery,
  hotQueries,
  planOf,
  seedDeliveries,
} from '../bench/support/plans.ts';
import { steadyQueries } from '../bench/support/steady-queries.ts';

// From there on a server with JIT compiles a statement before it runs it, which takes a second of CPU.
const JIT_ABOVE_COST = 100_000;
const ROWS = 20_000;

const found = await postgresVersions();

describe.each(found)('$name', (version) => {
  let server: PrivateServer;
  let owner: pg.Client;
  let queries: HotQuery[];
  beforeAll(async () => {
    server = await startServer(version, ['fsync=off', 'jit=on']);
    await migrate({
      url: server.adminUrl,
      directory: fileURLToPath(new URL('../supabase', import.meta.url)),
      authSecret: 'a-secret-of-forty-characters-for-a-test--',
    });
    owner = new pg.Client({ connectionString: server.adminUrl });
    await owner.connect();
    const orgIds: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      const { rows } = await owner.query<{ org_id: string }>(
        `insert into auth.users (email, name, raw_user_meta_data)
         values ($1, 'Owner', '{"organization_name": "Bright Smiles"}') returning org_id`,
        [`owner-${n}@example.com`],
      );
      orgIds.push(rows[0]?.org_id ?? '');
    }
    await seedCalendars(server.adminUrl, orgIds, { providersEach: 2, weekdays: 40, blocksPerProvider: 50 });
    const [orgId = ''] = orgIds;
    const now = new Date();
    queries = [hotQueries, steadyQueries, doorQueries, calendarQueries].flatMap((all) => all(orgId, now));
    await owner.query('truncate public.outbox; analyze');
  }, 60_000);
  afterAll(async () => {
    await owner?.end();
    await server?.stop();
  });

  const dear = async () => {
    const costs: Record<string, number> = {};
    for (const query of queries) {
      const { cost } = await planOf(server.adminUrl, query);
      if (!(cost < JIT_ABOVE_COST)) costs[query.name] = cost;
    }
    return costs;
  };

  test('no statement looks worth compiling while the queues are empty', async () => {
    expect(await dear()).toEqual({});
    expect(queries.length).toBeGreaterThan(65);
  });

  test('nor with tens of thousands of rows of which the statistics know nothing, nor when they know', async () => {
    await seedDeliveries(server.adminUrl, ROWS);
    await seedDoors(server.adminUrl, ROWS);
    await owner.query(`set session_replication_role = replica;
      update public.outbox set status = 'pending', completed_at = null, run_at = now();
      update public.webhook_delivery_log set status = 'pending', completed_at = null, run_at = now()`);
    expect(await dear()).toEqual({});
    await owner.query('analyze');
    expect(await dear()).toEqual({});
  });

  test('one that does look so is found', async () => {
    await owner.query(
      'create function public.dear() returns integer language plpgsql cost 1e9 as $$ begin return 1; end $$; grant execute on function public.dear to public',
    );
    const query: HotQuery = {
      name: 'a dear one inside of a function',
      as: null,
      run: (db) => sql`do $$ begin perform public.dear(), random(); end $$`.execute(db),
    };
    expect((await planOf(server.adminUrl, query)).cost).toBeGreaterThan(JIT_ABOVE_COST);
  });
});
