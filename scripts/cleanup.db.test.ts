import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { TEST_AUTH_SECRET } from '../backend/src/testing/postgres.setup.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

describe('npm run cleanup', () => {
  let db: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'voxanne-cleanup-'));
    db = await createTestDatabase();
    await db.owner.query(`
      insert into public.processed_webhook_events (provider, scope, event_id, event_type, received_at)
      select 'vapi', 'clinic', n::text, 'status-update', now() - interval '2 days' from generate_series(1, 1200) as n`);
  });
  afterAll(async () => {
    await db.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const cleanup = (...args: string[]) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, ['scripts/cleanup.ts', ...args], {
        cwd: root,
        env: {
          PATH: process.env.PATH,
          VOXANNE_DATA_DIR: dataDir,
          DATABASE_URL: db.ownerUrl,
          AUTH_SECRET: TEST_AUTH_SECRET,
        },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.on('close', (code) => resolve({ code, out, err }));
    });
  const left = async () =>
    (await db.owner.query('select count(*)::int as n from public.processed_webhook_events')).rows[0].n;

  test('says what would go, and removes nothing, with --dry-run', async () => {
    const { code, out } = await cleanup('--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/nothing was/);
    expect(out).toMatch(/processed_webhook_events +1,200\n/);
    expect(await left()).toBe(1_200);
  });

  test('leaves it to the worker that is at it', async () => {
    await db.owner.query(`insert into app_private.scheduled_jobs (name, lease_token, lease_until)
      values ('retention', gen_random_uuid(), now() + interval '1 hour')`);
    const { code, err } = await cleanup();
    expect(code).toBe(1);
    expect(err).toMatch(/already cleaning up/);
    expect(await left()).toBe(1_200);
    await db.owner.query('delete from app_private.scheduled_jobs');
  });

  test('removes it without the flag, and says how much as JSON', async () => {
    const { code, out } = await cleanup('--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      dryRun: false,
      cutOff: false,
      failed: {},
      removed: { processed_webhook_events: 1_200, webhook_delivery_log: 0 },
    });
    expect(await left()).toBe(0);
  });

  test('refuses what it does not know, before it touches anything', async () => {
    const { code, err } = await cleanup('--dryrun');
    expect(code).toBe(1);
    expect(err).toMatch(/--dry-run/);
  });
});
