import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { createLogger } from '../platform/logger.ts';
import { createTestDatabase } from '../testing/index.ts';
import { type Effects, type LeaseQueue, type LeaseQueueOptions, startLeaseQueue } from './lease-queue.ts';

/** A database with a clinic, a table that shows which effects were committed, and queues that look often. */
export async function createQueueScene() {
  const db = await createTestDatabase();
  const { orgId } = await db.createOrganization();
  await db.owner.query(`
    truncate public.outbox;
    create table public.effects (job text not null, worker text not null, at bigserial);
    grant usage on sequence public.effects_at_seq to voxanne_service;
    grant insert on public.effects to voxanne_service`);
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const log = createLogger('info', sink);
  const queues: LeaseQueue[] = [];
  const endQueues = async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.drain()));
  };

  return {
    ...db,
    orgId,
    lines,
    start(handlers: LeaseQueueOptions['handlers'], options: Partial<LeaseQueueOptions> = {}): LeaseQueue {
      const base = { database: db.database, table: 'outbox', log, pollMs: 10, random: () => 0 } as const;
      const queue = startLeaseQueue({ ...base, ...options, handlers });
      queues.push(queue);
      return queue;
    },
    /** @param columns SQL values of further columns, such as `{ run_at: "now() + '1 hour'" }`. */
    async add(
      topic: string,
      { org_id = `'${orgId}'`, ...columns }: Record<string, string> = {},
    ): Promise<string> {
      const names = Object.keys(columns).map((name) => `, ${name}`);
      const values = Object.values(columns).map((value) => `, ${value}`);
      const { rows } = await db.owner.query<{ id: string }>(
        `insert into public.outbox (org_id, topic, key ${names.join('')}) values (${org_id}, $1, $2 ${values.join('')}) returning id`,
        [topic, randomUUID()],
      );
      return rows[0]?.id ?? '';
    },
    async row(id: string) {
      const { rows } = await db.owner.query(
        `select *, (extract(epoch from run_at - now()) * 1000)::float8 as due_in_ms from public.outbox where id = $1`,
        [id],
      );
      return rows[0];
    },
    /** A new clinic has rows of its own, which no handler of a test knows. */
    clearOthers: (org: string) => db.owner.query('delete from public.outbox where org_id = $1', [org]),
    /** Makes a row that waits due at once. */
    hurry: (id: string) =>
      db.owner.query(`update public.outbox set run_at = now() where id = $1 and status = 'failed'`, [id]),
    writes:
      (job: string, worker = 'one'): Effects =>
      async (tx) => {
        await sql`insert into public.effects (job, worker) values (${job}, ${worker})`.execute(tx);
      },
    async effects(): Promise<{ job: string; worker: string }[]> {
      return (await db.owner.query('select job, worker from public.effects order by job')).rows;
    },
    /** Waits for the end of every queue that a test has started. */
    endQueues,
    /** Ends them and forgets their rows. */
    async clear(): Promise<void> {
      await endQueues();
      await db.owner.query('truncate public.outbox, public.webhook_delivery_log, public.effects');
      lines.length = 0;
    },
  };
}

export type QueueScene = Awaited<ReturnType<typeof createQueueScene>>;
