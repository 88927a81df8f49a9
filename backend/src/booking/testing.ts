import { Writable } from 'node:stream';
import type pg from 'pg';
import { registerAvailabilityRoutes } from '../availability/availability.routes.ts';
import { findAvailability } from '../availability/find-availability.ts';
import { registerContactRoutes } from '../contacts/contacts.routes.ts';
import { createPool } from '../platform/database.ts';
import { createHttpServer } from '../platform/http.ts';
import { createLogger } from '../platform/logger.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { registerScheduleRoutes } from '../schedule/schedule.routes.ts';
import { registerTaskRoutes } from '../tasks/tasks.routes.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import {
  createTestDatabase,
  type NewOrganization,
  signedInAs,
  type TestOrganization,
} from '../testing/index.ts';
import { type BookingRequest, bookAppointment } from './book-appointment.ts';
import { registerBookingRoutes } from './booking.routes.ts';
import { type BookingTransaction, inBookingTransaction } from './booking-transaction.ts';
import { cancelAppointment } from './cancel-appointment.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import { appointmentsOf } from './contact-history.queries.ts';
import { holdSlot, releaseHold } from './hold-slot.ts';
import { moveAppointment } from './move-appointment.ts';
import { setStatus } from './set-status.ts';
import { undoAppointment } from './undo-appointment.ts';

/** Wednesday, 10 in the morning in New York. */
export const NOW = '2026-11-18T15:00:00Z';
export const MONDAY_9 = '2026-11-23T14:00:00.000Z';

const BY_API: ChangeOrigin = { source: 'api', requestId: 'test' };

/** A database, a stopped clock, the verbs, and the routes with someone signed in. */
export async function createBookingScene() {
  const db = await createTestDatabase();
  const clock = fixedClock(NOW);
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const context = {
    database: db.database,
    clock,
    log: createLogger('info', sink),
    slotKey: Buffer.alloc(32, 7),
  };
  /** A verb of booking by itself, as the clinic; by a program, unless an origin says by whom. */
  const inOneTransaction =
    <Request, Result>(
      verb: (tx: BookingTransaction, request: Request, origin: ChangeOrigin) => Promise<Result>,
    ) =>
    ({ scope }: { scope: TenantScope }, request: Request, origin: Partial<ChangeOrigin> = {}) =>
      inBookingTransaction(context, scope, (tx) => verb(tx, request, { ...BY_API, ...origin }));
  const server = createHttpServer({ log: context.log, trustProxyHops: 0 });
  let signedIn: TestOrganization | undefined;
  const options = { context, tenantResolver: signedInAs(() => signedIn) };
  registerContactRoutes(server, {
    ...options,
    ...context,
    cursorKey: Buffer.alloc(32, 8),
    appointmentsOf,
  });
  registerScheduleRoutes(server, options);
  registerBookingRoutes(server, options);
  registerTaskRoutes(server, options);
  registerAvailabilityRoutes(server, options);
  const ask = async (method: Method, url: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await server.inject({
      method,
      url,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { payload: JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      replayed: answer.headers['idempotency-replayed'] === 'true',
      body: answer.body === '' ? null : answer.json(),
    };
  };
  return {
    ...db,
    clock,
    context,
    lines,
    signIn(organization: TestOrganization) {
      signedIn = organization;
    },
    get: (url: string) => ask('GET', url),
    post: (url: string, body?: object, headers?: Record<string, string>) => ask('POST', url, body, headers),
    patch: (url: string, body: object, headers?: Record<string, string>) => ask('PATCH', url, body, headers),
    remove: (url: string) => ask('DELETE', url),
    /** A function of the database by its named arguments, as one role sees it; `claims` of who is signed in. */
    async call(name: string, args: Record<string, unknown>, who: Caller = {}): Promise<Answer> {
      const client = await db.owner.connect();
      try {
        await client.query(`begin; set local role ${who.role ?? 'voxanne_service'}`);
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [
          who.claims ? JSON.stringify(who.claims) : '',
        ]);
        const names = Object.keys(args).map((key, index) => `${key} => $${index + 1}`);
        const { rows } = await client.query(
          `select public.${name}(${names.join(', ')}) as answer`,
          Object.values(args),
        );
        await client.query('commit');
        return rows[0].answer;
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    /** What the audit log says about an appointment, oldest first. */
    audit: async (id: string | undefined) =>
      (
        await db.owner.query(
          `select action, actor_type, actor_id, before, after from public.audit_log
           where object_id = $1 order by id`,
          [id],
        )
      ).rows,
    /** Why an appointment was changed, oldest first. */
    reasons: async (id: string | undefined) =>
      (
        await db.owner.query(
          'select action, reason, actor_id from public.appointment_reasons where appointment_id = $1 order by id',
          [id],
        )
      ).rows,
    /** What is to leave because of an appointment, oldest first. */
    outbox: async (id: string | undefined) =>
      (
        await db.owner.query(
          `select topic, key, payload from public.outbox where payload ->> 'appointment_id' = $1 order by created_at, topic`,
          [id],
        )
      ).rows,
    /** As if a worker had sent what waits about an appointment. */
    async textsLeave(id: string): Promise<void> {
      await db.owner.query(
        `insert into public.messages (org_id, to_address, body, kind, dedupe_key, appointment_id, status)
         select org_id, payload ->> 'to', 'x', substr(topic, 9), key, ($1::text)::uuid, 'delivered' from public.outbox
         where payload ->> 'appointment_id' = $1::text and topic like 'message.%' and status = 'pending'
           and not (payload ->> 'silent')::boolean
         on conflict do nothing`,
        [id],
      );
      await db.owner.query(
        `update public.outbox set status = 'completed', completed_at = now() where payload ->> 'appointment_id' = $1`,
        [id],
      );
    },
    row: async (id: string | undefined) =>
      (await db.owner.query('select * from public.appointments where id = $1', [id])).rows[0],
    /** A clinic with so many providers, named "Dr. Ada", "Dr. Ben", "Dr. Cyd". */
    async clinic(options: NewOrganization & { providers?: string[] } = {}) {
      const organization = await db.createOrganization(options);
      if (options.providers) {
        await db.owner.query('delete from public.providers where org_id = $1', [organization.orgId]);
        await db.owner.query('insert into public.providers (org_id, name) select $1, unnest($2::text[])', [
          organization.orgId,
          options.providers,
        ]);
      }
      const { rows } = await db.owner.query<{ id: string }>(
        'select id from public.providers where org_id = $1 order by name',
        [organization.orgId],
      );
      return { ...organization, providerIds: rows.map((row) => row.id) };
    },
    book: ({ scope }: { scope: TenantScope }, request: Partial<BookingRequest> = {}, origin: object = {}) =>
      inBookingTransaction(context, scope, (tx) =>
        bookAppointment(
          tx,
          {
            name: 'Maria Lopez',
            phone: '+14155550132',
            serviceType: 'consultation',
            when: { at: new Date(MONDAY_9) },
            ...request,
          },
          { ...BY_API, ...origin },
        ),
      ),
    hold: inOneTransaction(holdSlot),
    release: inOneTransaction(releaseHold),
    move: inOneTransaction(moveAppointment),
    cancel: inOneTransaction(cancelAppointment),
    undo: inOneTransaction(undoAppointment),
    setStatus: inOneTransaction(setStatus),
    freeTimes: (organization: TestOrganization, query: object = {}) =>
      findAvailability(context, organization.scope, { serviceType: 'consultation', ...query }),
    appointments: async (organization: Pick<TestOrganization, 'orgId'>) =>
      (
        await db.owner.query('select * from public.appointments where org_id = $1 order by scheduled_at', [
          organization.orgId,
        ])
      ).rows,
    /** Rows of every table: what a refusal must leave as it was. */
    counts: () => countEveryTable(db.owner),
    async close() {
      await server.close();
      await db.close();
    },
  };
}
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Caller {
  role?: 'authenticated' | 'voxanne_tenant' | 'anon' | 'voxanne_service' | 'service_role';
  claims?: object;
}

/** What a token of a signed-in person says. */
export const claimsOf = ({ userId, orgId }: Pick<TestOrganization, 'userId' | 'orgId'>) => ({
  role: 'authenticated',
  sub: userId,
  app_metadata: { org_id: orgId },
});

export type BookingScene = Awaited<ReturnType<typeof createBookingScene>>;

async function countEveryTable(owner: pg.Pool): Promise<Record<string, string>> {
  const { rows } = await owner.query<{ name: string; rows: string }>(`
    select c.relname as name,
      (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', c.oid::regclass), false, true, '')))[1]::text as rows
    from pg_class c where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'auth'::regnamespace)`);
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

/** What a refused promise says; a promise that was kept fails the test. */
export async function refusalOf(work: Promise<unknown>): Promise<{
  code: string;
  message: string;
  extra: { alternatives?: { slot_id: string; start: string; end: string; provider_id: string }[] };
}> {
  return work.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error) => error,
  );
}

export interface Answer {
  success: boolean;
  error?: string;
  appointment_id?: string;
  contact_id?: string;
  provider_id?: string;
  name?: string;
  phone?: string;
  repeated?: boolean;
  status?: string;
  version?: number;
  overbooked?: boolean;
  hold_id?: string;
}

/** Connections of their own, as the workers' role: the function as any number of processes call it. */
export function openCallers(runtimeUrl: string, count: number) {
  const pool = createPool({ url: runtimeUrl, maxConnections: count });
  return {
    /** All are connected before one of them begins, so that it is a race. */
    async race(calls: unknown[][], sql: string): Promise<Answer[]> {
      const clients = await Promise.all(calls.map(() => pool.connect()));
      try {
        await Promise.all(clients.map((client) => client.query('begin; set local role voxanne_service')));
        return await Promise.all(
          clients.map(async (client, index) => {
            const { rows } = await client.query(sql, calls[index]);
            await client.query('commit');
            return rows[0].answer;
          }),
        );
      } finally {
        for (const client of clients) client.release();
      }
    },
    close: () => pool.end(),
  };
}
