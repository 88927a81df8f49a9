import type { RawBuilder } from 'kysely';
import pg from 'pg';
import { readCalendar, readRules } from '../../backend/src/availability/calendar.queries.ts';
import { listAppointments, upcomingOf } from '../../backend/src/booking/booking.queries.ts';
import {
  bookAtomically,
  type ChangeOrigin,
  type ChangeResult,
  cancelAtomically,
  holdAtomically,
  moveAtomically,
  undoAtomically,
} from '../../backend/src/booking/changes.queries.ts';
import { RETENTION_RULES, removeBatch } from '../../backend/src/deliveries/cleanup.queries.ts';
import { deliveryList } from '../../backend/src/deliveries/deliveries.queries.ts';
import { claimEvent } from '../../backend/src/deliveries/inbox.queries.ts';
import { claim } from '../../backend/src/deliveries/lease-queue.queries.ts';
import { outgoingList } from '../../backend/src/deliveries/outgoing.queries.ts';
import { createDatabase, type Db, queryIn } from '../../backend/src/platform/database.ts';
import { mintOrgId, type OrgId } from '../../backend/src/platform/tenant.ts';
import { QUIET_HOURS } from './calendar-seed.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const BIG = ['webhook_delivery_log', 'processed_webhook_events', 'outbox', 'events', 'messages'] as const;

/** What free times are made of. */
const CALENDAR = ['appointments', 'busy_blocks'] as const;

const SEEDED = ['webhook_delivery_log', 'outbox', 'processed_webhook_events', 'events', 'messages'];

/** As many rows in each big table, over all organizations there are: mostly done, one in a thousand still to do. */
export async function seedDeliveries(ownerUrl: string, rows: number): Promise<void> {
  const queueColumns = `
    case when n % 1000 = 0 then 'pending' when n % 1000 = 1 then 'dead_letter' else 'completed' end,
    now() - n * interval '20 days' / ${rows}, now() - n * interval '20 days' / ${rows},
    case when n % 1000 > 1 then now() - n * interval '20 days' / ${rows} end`;
  const organizations = `(select id, row_number() over (order by id) - 1 as place, count(*) over () as all from public.organizations) as o`;
  const series = `generate_series(1, ${rows}) as n join ${organizations} on o.place = n % o.all`;
  // Of its own, because it may take minutes.
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const statements = [
    'set session_replication_role = replica',
    `set maintenance_work_mem = '1GB'`,
    `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status, created_at, run_at, completed_at)
      select o.id, 'vapi', 'status-update', n::text, ${queueColumns} from ${series}`,
    `insert into public.outbox (org_id, topic, key, status, created_at, run_at, completed_at)
      select o.id, 'calendar.push', n::text, ${queueColumns} from ${series}`,
    `insert into public.processed_webhook_events (provider, scope, event_id, org_id, event_type, received_at, delivery_id)
      select provider, org_id::text, event_id, org_id, event_type, created_at, id from public.webhook_delivery_log`,
    `insert into public.events (org_id, type, created_at)
      select o.id, 'call.ended', now() - n * interval '20 days' / ${rows} from ${series}`,
    `insert into public.messages (org_id, to_address, body, kind, dedupe_key, status, created_at)
      select o.id, '+15005550006', 'See you', 'confirmation', n::text, 'delivered',
        now() - n * interval '20 days' / ${rows} from ${series}`,
    'update public.organizations set message_retention_days = 10',
    `analyze public.webhook_delivery_log, public.outbox, public.processed_webhook_events, public.events,
      public.messages, public.organizations`,
  ];
  try {
    // Millions of rows are sorted into an index faster than one after the other.
    const { rows: indexes } = await owner.query<{ name: string; definition: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid = any ($1::regclass[]) and not exists (select from pg_constraint where conindid = indexrelid)`,
      [SEEDED.map((table) => `public.${table}`)],
    );
    for (const { name } of indexes) await owner.query(`drop index ${name}`);
    for (const statement of statements.slice(0, -1)) await owner.query(statement);
    for (const { definition } of indexes) await owner.query(definition);
    for (const statement of statements.slice(-1)) await owner.query(statement);
  } finally {
    await owner.end();
  }
}

export interface HotQuery {
  name: string;
  /** Null: as a worker. */
  as: OrgId | null;
  /** The pool is for what is asked outside of our transactions. */
  run: (db: Db, pool: pg.Pool) => Promise<unknown>;
}

/** What is asked all the time, or for every row that goes. */
export function hotQueries(orgId: string, now: Date): HotQuery[] {
  const as = mintOrgId(orgId);
  const worker = (name: string, statement: RawBuilder<unknown>): HotQuery => ({
    name,
    as: null,
    run: (db) => statement.execute(db),
  });
  const list = (name: string, filter: Parameters<typeof deliveryList>[1]): HotQuery => ({
    name,
    as,
    run: (db) => deliveryList(db, filter, { limit: 50 }).execute(),
  });
  const outgoing = (name: string, filter: Parameters<typeof outgoingList>[1]): HotQuery => ({
    name,
    as,
    run: (db) => outgoingList(db, filter, { limit: 50 }).execute(),
  });
  const share = { limit: 16, leaseMs: 5_000, perOrganization: 8, inHand: [], from: orgId };
  const event = {
    provider: 'vapi',
    scope: orgId,
    orgId,
    eventType: 'status-update',
    payload: {},
  } as const;
  return [
    worker('claim of webhooks', claim('webhook_delivery_log', share)),
    worker('claim of the outbox', claim('outbox', share)),
    worker('first copy', claimEvent({ ...event, eventId: 'first' }, { status: 'pending' })),
    worker('repeat', claimEvent({ ...event, eventId: '5' }, { status: 'pending' })),
    ...RETENTION_RULES.map((rule) => worker(`clean-up of ${rule.name}`, removeBatch(rule, now, 1_000, null))),
    list('list of deliveries', {}),
    list('list of dead letters', { status: 'dead_letter' }),
    outgoing('list of the outgoing', {}),
    outgoing('list of the outgoing, dead letters', { status: 'dead_letter' }),
  ];
}

/** What free times are read with, what the booking functions ask while they keep a provider, and what the calendar shows. */
export function calendarQueries(orgId: string, now: Date): HotQuery[] {
  const as = mintOrgId(orgId);
  const in30Days = new Date(now.getTime() + 30 * DAY_MS);
  // A night in three weeks: no one has it, and there are weeks before and after it.
  const night = Math.ceil(now.getTime() / DAY_MS) * DAY_MS + 20 * DAY_MS + (QUIET_HOURS.from + 2) * HOUR_MS;
  const book = (db: Db, by: ChangeOrigin) =>
    bookAtomically(
      queryIn(db),
      {
        orgId,
        name: 'Ana Ruiz',
        email: null,
        phone: '+14155550199',
        serviceType: 'consultation',
        scheduledAt: new Date(night),
        durationMinutes: 30,
        providerIds: null,
        checkTimeOff: true,
        notes: null,
        holdId: null,
        status: 'confirmed',
        overbook: false,
        reason: null,
      },
      by,
    );
  const byHand: ChangeOrigin = { source: 'api', requestId: null };
  const changed = async (db: Db, change: (id: string, provider: string) => Promise<ChangeResult>) => {
    const booked = await book(db, byHand);
    const result = booked.success ? await change(booked.appointment_id, booked.provider_id) : booked;
    if (!result.success) throw new Error(result.message);
  };
  const move = {
    scheduledAt: new Date(night + HOUR_MS),
    durationMinutes: 30,
    checkTimeOff: true,
    overbook: false,
    reason: null,
    notify: true,
  };
  const cancel = { reason: null, notify: true };
  return [
    {
      name: 'rules and calendar of 30 days',
      as,
      run: (db) => readCalendar(orgId, now, now, in30Days).execute(db),
    },
    { name: 'rules alone', as, run: (db) => readRules(orgId, now).execute(db) },
    { name: 'a booking with anybody', as, run: (db) => book(db, byHand) },
    {
      name: 'a booking by voice, twice',
      as: null,
      run: async (db) => {
        const call: ChangeOrigin = { source: 'voice', requestId: null, callId: 'call-1' };
        await book(db, call);
        await book(db, call);
      },
    },
    {
      name: 'a move',
      as,
      run: (db) =>
        changed(db, (id, provider) =>
          moveAtomically(db, orgId, id, { ...move, providerIds: [provider] }, byHand),
        ),
    },
    {
      name: 'a hold',
      as,
      run: (db) =>
        changed(db, (_, provider) =>
          holdAtomically(
            queryIn(db),
            {
              orgId,
              serviceType: 'consultation',
              scheduledAt: new Date(night + HOUR_MS),
              durationMinutes: 30,
              seconds: 60,
              providerIds: [provider],
              contactId: null,
            },
            byHand,
          ),
        ),
    },
    {
      name: 'a cancellation and its undoing',
      as,
      run: (db) =>
        changed(db, async (id) => {
          await cancelAtomically(db, orgId, id, cancel, byHand);
          return undoAtomically(db, orgId, id, null, byHand);
        }),
    },
    {
      name: 'the appointments of a week',
      as,
      run: (db) =>
        listAppointments(
          db,
          orgId,
          { from: now.toISOString(), to: new Date(now.getTime() + 7 * DAY_MS).toISOString() },
          { limit: 200 },
        ),
    },
    { name: 'what a caller has to come', as, run: (db) => upcomingOf(db, orgId, '+14155550199', now) },
  ];
}

export interface Plan {
  /** Big tables that are read from end to end. */
  readWhole: string[];
  /** What the planner believes the dearest statement to cost, those inside of functions included. */
  cost: number;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Total Cost': number;
  Plans?: Node[];
}

// Notices reach the client that ran the statement, and say what the functions did that it called.
const TELL = `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
  set auto_explain.log_format = json; set auto_explain.log_level = notice`;

/** Runs the query as it is run in earnest, looks at what the database did, and takes it back. */
export async function planOf(ownerUrl: string, query: HotQuery): Promise<Plan> {
  const { ms: _untold, ...plan } = await explain(ownerUrl, query, { isTimed: false });
  return plan;
}

/** The same, and how long it takes on a connection that has done it before. */
export const timedPlanOf = (ownerUrl: string, query: HotQuery): Promise<Plan & { ms: number }> =>
  explain(ownerUrl, query, { isTimed: true });

async function explain(
  ownerUrl: string,
  query: HotQuery,
  { isTimed }: { isTimed: boolean },
): Promise<Plan & { ms: number }> {
  const database = createDatabase({ url: ownerUrl, maxConnections: 2 });
  // One for the transaction, one for what is asked outside of it.
  const clients = [await database.pool.connect(), await database.pool.connect()];
  const onEach = async (settings: string) => {
    for (const client of clients) await client.query(settings);
  };
  const plans: Node[] = [];
  for (const client of clients) {
    client.on('notice', ({ message }) => {
      const [, json] = /^duration: [\d.]+ ms\s+plan:\s*(.*)$/s.exec(message ?? '') ?? [];
      if (json !== undefined) plans.push(JSON.parse(json).Plan);
    });
  }
  const undo = new Error('taken back');
  let ms = 0;
  const run = async (db: Db) => {
    const begun = performance.now();
    await query.run(db, database.pool);
    ms = performance.now() - begun;
    throw undo;
  };
  const takenBack = () =>
    (query.as === null
      ? database.withService(run)
      : database.withTenant({ orgId: query.as, userId: null }, run)
    ).catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  try {
    await onEach(TELL);
    for (const client of clients) client.release();
    await takenBack();
    if (isTimed) {
      // The second time nothing is told, which takes time too.
      await onEach('set auto_explain.log_min_duration = -1');
      await takenBack();
    }
  } finally {
    await database.close();
  }
  if (plans.length === 0) throw new Error('The database showed no plan.');
  return {
    ms,
    readWhole: plans.flatMap(wholeReads),
    cost: Math.max(...plans.map((plan) => plan['Total Cost'])),
  };
}

const wholeReads = (node: Node): string[] => [
  ...(node['Node Type'] === 'Seq Scan' &&
  [...BIG, ...CALENDAR].some((table) => table === node['Relation Name'])
    ? [node['Relation Name'] ?? '']
    : []),
  ...(node.Plans ?? []).flatMap(wholeReads),
];
