import type { Role } from '@voxanne/contract';
import { createTestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase } from '../testing/index.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The whole API, and clinics in New York on Wednesday, November 18, 2026, 10 in the morning. */
export async function createRuleScene() {
  const db = await createTestDatabase();
  const clock = fixedClock('2026-11-18T15:00:00Z');
  const app = await createTestApp(db, { clock });

  return {
    db,
    async clinic() {
      const owner = await app.signUp({ time_zone: 'America/New_York' });
      const { orgId } = owner;
      const ask = async (method: Method, url: string, body?: object) => {
        const answer = await app.app.inject({
          method,
          url,
          headers: owner.bearer,
          ...(body && { payload: body }),
        });
        return { status: answer.statusCode, requestId: answer.headers['x-request-id'], body: answer.json() };
      };
      const rows = async (sql: string, values: unknown[] = []) =>
        (await db.owner.query(sql, [orgId, ...values])).rows;
      return {
        ...owner,
        get: (url: string) => ask('GET', url),
        post: (url: string, body: object) => ask('POST', url, body),
        patch: (url: string, body: object) => ask('PATCH', url, body),
        remove: (url: string) => ask('DELETE', url),
        async become(role: Role) {
          await rows('update public.profiles set role = $2 where org_id = $1', [role]);
          // Longer than a membership is remembered.
          clock.advance(11_000);
        },
        /** What the audit log says about one thing, oldest first. */
        audit: (id: string) =>
          rows(
            `select action, actor_type, actor_id, object_type, before, after, request_id from public.audit_log
             where org_id = $1 and object_id = $2 order by id`,
            [id],
          ),
        /** Types of the live events that came since an id, and that id now. */
        async events(since = '0') {
          const found = await rows(
            'select id, type, data from public.events where org_id = $1 and id > $2 order by id',
            [since],
          );
          return {
            last: (found.at(-1)?.id ?? since) as string,
            types: found.map(({ type }) => type as string),
          };
        },
        /** How often the receptionist was asked to update. */
        async receptionistIsTold(change: () => Promise<unknown>) {
          await rows(
            "update public.outbox set status = 'completed' where org_id = $1 and topic = 'assistant.provision'",
          );
          await change();
          const [row] = await rows(
            "select status from public.outbox where org_id = $1 and topic = 'assistant.provision'",
          );
          return row.status === 'pending';
        },
        /** An appointment at a time, past every rule but that of the booking functions. */
        async book(at: string, options: { providerId?: string; service?: string; minutes?: number } = {}) {
          const { providerId = null, service = 'consultation', minutes = 30 } = options;
          const [row] = await rows(
            `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', $2, $3, $4,
               p_provider_ids => $5) as answer`,
            [service, at, minutes, providerId && [providerId]],
          );
          if (!row.answer.success) throw new Error(row.answer.message);
          return row.answer.appointment_id as string;
        },
        appointment: async (id: string) =>
          (
            await rows(
              'select status, scheduled_at, provider_id from public.appointments where org_id = $1 and id = $2',
              [id],
            )
          )[0],
      };
    },
    async close() {
      await app.close();
      await db.close();
    },
  };
}

export type RuleScene = Awaited<ReturnType<typeof createRuleScene>>;
export type RuleClinic = Awaited<ReturnType<RuleScene['clinic']>>;
