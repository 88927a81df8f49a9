/**
 * `npm run bench -- retention [rows]`: the plans and times of the hot queries, and a whole clean-up, at 5,000,000 rows a
 * table in its own PostgreSQL. Needs about 2.5 KB of disk a row: 12 GB at five million.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cleanUp } from '../backend/src/deliveries/index.ts';
import { systemClock } from '../backend/src/platform/clock.ts';
import { createDatabase } from '../backend/src/platform/database.ts';
import { silentLogger } from '../backend/src/platform/logger.ts';
import { startEmbeddedPostgres } from '../backend/src/platform/postgres/embedded.ts';
import { migrate } from '../backend/src/platform/postgres/migrate.ts';
import { freePort } from '../backend/src/testing/postgres.setup.ts';
import { hotQueries, seedDeliveries, timedPlanOf } from './support/plans.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const rows = Number(process.argv[2] ?? 5_000_000);
const CLINICS = 20;
const dataDir = mkdtempSync(join(tmpdir(), 'voxanne-retention-'));
const server = await startEmbeddedPostgres({
  dataDir,
  port: await freePort(),
  settings: ['fsync=off', 'max_wal_size=16GB'],
});
try {
  const { runtimeUrl } = await migrate({
    url: server.ownerUrl,
    directory: join(root, 'supabase'),
    authSecret: randomBytes(32).toString('base64url'),
  });
  const orgId = await signUpClinics(server.ownerUrl);
  console.log(`${rows.toLocaleString('en')} rows in each of five tables, ${CLINICS} clinics`);
  await seedDeliveries(server.ownerUrl, rows);
  const database = createDatabase({ url: runtimeUrl });

  const plans: Record<string, { ms: number; readWhole: string[] }> = {};
  for (const query of hotQueries(orgId, new Date())) {
    const plan = await timedPlanOf(server.ownerUrl, query);
    plans[query.name] = plan;
    const whole = plan.readWhole.length === 0 ? '' : `  READS ${plan.readWhole.join(', ')} FROM END TO END`;
    console.log(`  ${query.name.padEnd(52)} ${plan.ms.toFixed(1).padStart(9)} ms${whole}`);
  }
  const begun = performance.now();
  const report = await cleanUp({ database, clock: systemClock, log: silentLogger });
  const seconds = (performance.now() - begun) / 1_000;
  const removed = Object.values(report?.removed ?? {}).reduce((sum, count) => sum + count, 0);
  console.log(
    `clean-up: ${removed.toLocaleString('en')} rows in ${seconds.toFixed(1)} s, ${Math.round(removed / seconds).toLocaleString('en')} a second with its breaths`,
  );
  await database.close();

  const results = join(root, 'bench', 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'retention.json'), JSON.stringify({ rows, plans, report, seconds }, null, 2));
  const failed = Object.values(plans).some(({ readWhole }) => readWhole.length > 0);
  if (failed || !report || Object.keys(report.failed).length > 0) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function signUpClinics(url: string): Promise<string> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    let orgId = '';
    for (let n = 0; n < CLINICS; n += 1) {
      const made = await owner.query<{ org_id: string }>(
        'insert into auth.users (email, name, raw_user_meta_data) values ($1, $2, $3) returning org_id',
        [`${randomUUID()}@example.com`, 'Bench', JSON.stringify({ organization_name: 'Bench' })],
      );
      orgId = made.rows[0]?.org_id ?? '';
    }
    return orgId;
  } finally {
    await owner.end();
  }
}
