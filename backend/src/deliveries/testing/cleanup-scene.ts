import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { createLogger } from '../../platform/logger.ts';
import { fixedClock } from '../../testing/fixed-clock.ts';
import { createTestDatabase, type TestOrganization } from '../../testing/index.ts';
import { type CleanupOptions, type CleanupReport, cleanUp } from '../cleanup.ts';

export const NOW = '2026-11-21T12:00:00Z';
export const HOUR = 1;
export const DAY = 24;

/** Two clinics whose rows have the age a test wants, and the clean-up on a stopped clock. */
export async function createCleanupScene() {
  const db = await createTestDatabase();
  const [clinic, other] = [await db.createOrganization(), await db.createOrganization()];
  const clock = fixedClock(NOW);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(
    'info',
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );

  const options = (more: Partial<CleanupOptions> = {}): CleanupOptions => ({
    database: db.database,
    clock,
    log,
    pause: async () => undefined,
    ...more,
  });
  const insert = async (table: string, columns: Record<string, unknown>): Promise<string> => {
    const names = Object.keys(columns);
    const { rows } = await db.owner.query<{ key: string }>(
      `insert into public.${table} as t (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')})
       returning coalesce(to_jsonb(t) ->> 'id', to_jsonb(t) ->> 'event_id', to_jsonb(t) ->> 'key') as key`,
      Object.values(columns),
    );
    return rows[0]?.key ?? '';
  };
  const ago = (hours: number) => new Date(clock.now().getTime() - hours * 3_600_000);
  const queueColumns = (status: string, hours: number) => ({
    org_id: clinic.orgId,
    status,
    created_at: ago(hours),
    completed_at: status === 'completed' ? ago(hours) : null,
    last_attempt_at: ago(hours),
  });

  return {
    ...db,
    clinic,
    other,
    clock,
    lines,
    options,
    insert,
    ago,
    run: (more: Partial<CleanupOptions> = {}): Promise<CleanupReport | undefined> => cleanUp(options(more)),
    said: () => lines.map(({ msg }) => msg),
    delivery: (status: string, hours: number, more: object = {}) =>
      insert('webhook_delivery_log', {
        provider: 'vapi',
        event_type: 'end-of-call-report',
        event_id: randomUUID(),
        ...queueColumns(status, hours),
        ...more,
      }),
    queued: (status: string, hours: number) =>
      insert('outbox', { topic: 'calendar.push', key: randomUUID(), ...queueColumns(status, hours) }),
    processed: (hours: number, deliveryId: string | null = null) =>
      insert('processed_webhook_events', {
        provider: 'vapi',
        scope: clinic.orgId,
        event_id: randomUUID(),
        event_type: 'end-of-call-report',
        received_at: ago(hours),
        delivery_id: deliveryId,
      }),
    text: (of: TestOrganization, hours: number, status = 'delivered') =>
      insert('messages', {
        org_id: of.orgId,
        to_address: '+15005550006',
        body: 'See you on Monday at 9',
        kind: 'confirmation',
        dedupe_key: randomUUID(),
        status,
        created_at: ago(hours),
      }),
    async keys(table: string, key = 'id'): Promise<string[]> {
      const { rows } = await db.owner.query(`select ${key}::text as key from public.${table}`);
      return rows.map((row) => row.key).sort();
    },
    async bodies(): Promise<Record<string, string>> {
      const { rows } = await db.owner.query('select id, body from public.messages');
      return Object.fromEntries(rows.map((row) => [row.id, row.body]));
    },
    job: async () => (await db.owner.query('select * from app_private.scheduled_jobs')).rows[0],
    async clear(): Promise<void> {
      clock.set(NOW);
      await db.owner.query(`truncate public.outbox, public.webhook_delivery_log, public.processed_webhook_events,
          public.messages, public.message_events, public.idempotency_keys, app_private.scheduled_jobs;
        update public.organizations set message_retention_days = null;
        truncate public.events`);
      lines.length = 0;
    },
  };
}

export type CleanupScene = Awaited<ReturnType<typeof createCleanupScene>>;
