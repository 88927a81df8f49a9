import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import type { InboxEvent } from './inbox.queries.ts';
import { createInbox, type Inbox } from './index.ts';

describe('the inbox', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  let event: InboxEvent;
  let inbox: Inbox;
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization();
    inbox = createInbox({ database: db.database, log: silentLogger });
  });
  beforeEach(() => {
    event = {
      provider: 'vapi',
      scope: clinic.orgId,
      orgId: clinic.orgId,
      eventType: 'tool-calls',
      eventId: randomUUID(),
      payload: { tool: 'bookClinicAppointment' },
    };
  });
  afterAll(() => db.close());

  const deliveries = async () => {
    const { rows } = await db.owner.query(
      'select id, status, attempts, error_message, completed_at from public.webhook_delivery_log where event_id = $1 order by created_at',
      [event.eventId],
    );
    return rows;
  };
  const claims = async () => {
    const { rows } = await db.owner.query(
      'select response, answered_at from public.processed_webhook_events where event_id = $1',
      [event.eventId],
    );
    return rows;
  };
  const counted = async () => {
    const { rows } = await db.owner.query(
      'select coalesce(sum(duplicates), 0)::int as n from public.webhook_delivery_log where event_id = $1',
      [event.eventId],
    );
    return rows[0].n;
  };
  /** So many copies have come and wait for the answer of the first. */
  const copies = (count: number) => expect.poll(counted).toBe(count);
  const waitsForACommit = async () => {
    const { rows } = await db.owner.query(
      `select exists (select 1 from pg_stat_activity
        where datname = current_database() and wait_event = 'transactionid') as waits`,
    );
    return rows[0].waits;
  };
  /** As if the process that took the event in had died so long ago. */
  const died = async (ago: string) => {
    await db.owner.query(
      `insert into public.processed_webhook_events (provider, scope, event_id, org_id, event_type, received_at)
       values ('vapi', $1, $2, $3, 'tool-calls', now() - $4::interval)`,
      [event.scope, event.eventId, event.orgId, ago],
    );
  };

  describe('for a worker', () => {
    test('takes an event in once, however often it comes', async () => {
      const taken = await Promise.all(Array.from({ length: 10 }, () => inbox.receive(event)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await deliveries()).toMatchObject([{ status: 'pending', attempts: 0 }]);
    });

    test('counts a repeat that came while the first copy was not yet committed', async () => {
      const first = await db.owner.connect();
      try {
        await first.query('begin');
        await first.query(
          `with event as (
             insert into public.processed_webhook_events (provider, scope, event_id, org_id, event_type, delivery_id)
             values ('vapi', $1, $2, $3, 'tool-calls', gen_random_uuid()) returning *)
           insert into public.webhook_delivery_log (id, org_id, provider, event_type, event_id, status)
           select delivery_id, org_id, provider, event_type, event_id, 'pending' from event`,
          [event.scope, event.eventId, event.orgId],
        );
        const repeat = inbox.receive(event);
        await expect.poll(waitsForACommit).toBe(true);
        await first.query('commit');
        expect(await repeat).toBe(false);
      } finally {
        first.release();
      }
      expect(await counted()).toBe(1);
    });

    test('keeps the events of two clinics apart, though their ids are the same', async () => {
      const other = await db.createOrganization();
      expect(await inbox.receive(event)).toBe(true);
      expect(await inbox.receive({ ...event, scope: other.orgId, orgId: other.orgId })).toBe(true);
      expect(await inbox.receive({ ...event, provider: 'twilio' })).toBe(true);
    });

    test('does not take an event again because its first copy is old', async () => {
      await died('1 day');
      expect(await inbox.receive(event)).toBe(false);
    });

    test('takes an event whose organization is not known', async () => {
      expect(await inbox.receive({ ...event, scope: 'AC123', orgId: null })).toBe(true);
    });
  });

  describe('for an answer', () => {
    test('produces it once for ten callers at the same time, and all hear the same', async () => {
      let produced = 0;
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          inbox.answerOnce(event, async () => {
            produced += 1;
            await copies(9);
            return { said: 'Booked for Monday.', number: produced, list: [1, null, 'ä'] };
          }),
        ),
      );
      expect(produced).toBe(1);
      const said = { said: 'Booked for Monday.', number: 1, list: [1, null, 'ä'] };
      expect(answers.map(({ answer }) => answer)).toEqual(Array(10).fill(said));
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await deliveries()).toMatchObject([
        { status: 'completed', attempts: 1, completed_at: expect.any(Date) },
      ]);
    });

    // A copy that is counted and the answer that is stored touch the same two rows: in one order, or they deadlock.
    test('holds against copies that arrive in the moment of the answer, again and again', async () => {
      const faults: unknown[] = [];
      for (let round = 0; round < 20; round += 1) {
        const asked = { ...event, eventId: randomUUID() };
        let produced = 0;
        const copy = () =>
          inbox.answerOnce(asked, async () => {
            produced += 1;
            await db.database.withService((tx) => sql`select 1`.execute(tx));
            return produced;
          });
        // The further copies arrive spread over the few milliseconds in which the first one ends.
        const later = async (n: number) => {
          // waits: so that the copies come spread over the end of the first one; nothing is asserted about it
          await new Promise((resolve) => setTimeout(resolve, n % 6));
          return copy();
        };
        const answers = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => later(n)));
        faults.push(...answers.filter((one) => one.status === 'rejected').map(({ reason }) => reason));
        const heard = answers.map((one) => one.status === 'fulfilled' && one.value.answer);
        expect(heard).toEqual(Array(12).fill(1));
      }
      expect(faults).toEqual([]);
    });

    test('gives the stored one to a repeat a long time later', async () => {
      await inbox.answerOnce(event, async () => 'first');
      await db.owner.query(
        `update public.processed_webhook_events set received_at = now() - interval '1 day' where event_id = $1`,
        [event.eventId],
      );
      const again = inbox.answerOnce(event, () => Promise.reject(new Error('must not run')));
      expect(await again).toEqual({ answer: 'first', replayed: true });
    });

    test('may be nothing at all, and is still an answer', async () => {
      expect(await inbox.answerOnce(event, async () => null)).toEqual({
        answer: null,
        replayed: false,
      });
      expect(await inbox.answerOnce(event, async () => 'other')).toEqual({
        answer: null,
        replayed: true,
      });
    });

    test('that failed frees the event: the error comes through, and the next copy tries again', async () => {
      const failing = inbox.answerOnce(event, () => Promise.reject(new Error('no line')));
      await expect(failing).rejects.toThrow('no line');
      expect(await deliveries()).toMatchObject([{ status: 'dead_letter', error_message: 'no line' }]);
      expect(await inbox.answerOnce(event, async () => 'second')).toEqual({
        answer: 'second',
        replayed: false,
      });
      expect((await deliveries()).map(({ status }) => status)).toEqual(['dead_letter', 'completed']);
    });

    test('a waiting copy takes over from one that failed, with no new request', async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const first = inbox.answerOnce(event, async () => {
        begin();
        await copies(1);
        throw new Error('no line');
      });
      const failed = expect(first).rejects.toThrow('no line');
      await begun;
      expect(await inbox.answerOnce(event, async () => 'second')).toMatchObject({ answer: 'second' });
      await failed;
    });

    test('that a process took to its grave is produced again', async () => {
      await died('31 seconds');
      expect(await inbox.answerOnce(event, async () => 'anew')).toEqual({
        answer: 'anew',
        replayed: false,
      });
    });

    test('that someone still works on is waited for up to five seconds, then the caller hears to ask again', async () => {
      await died('0 seconds');
      const waiting = inbox.answerOnce(event, () => Promise.reject(new Error('must not run')));
      await expect(waiting).rejects.toMatchObject({ code: 'IN_PROGRESS', status: 409, retryable: true });
    });

    test('a copy that was given up for dead doesn’t free the claim of the one that works on it now', async () => {
      const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const late = inbox.answerOnce(event, async () => {
        begin();
        await go;
        throw new Error('too late');
      });
      await begun;
      await db.owner.query(
        `update public.processed_webhook_events set received_at = now() - interval '31 seconds' where event_id = $1`,
        [event.eventId],
      );
      let produced = 0;
      const current = inbox.answerOnce(event, async () => {
        produced += 1;
        letGo();
        await expect(late).rejects.toThrow('too late');
        expect(await claims()).toHaveLength(1);
        return 'current';
      });
      expect(await current).toEqual({ answer: 'current', replayed: false });
      expect(await inbox.answerOnce(event, async () => 'twice')).toEqual({
        answer: 'current',
        replayed: true,
      });
      expect(produced).toBe(1);
    });

    test('a copy that was given up for dead doesn’t replace the answer that was given in the meantime', async () => {
      const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const late = inbox.answerOnce(event, async () => {
        begin();
        await go;
        return 'late';
      });
      await begun;
      await db.owner.query(
        `update public.processed_webhook_events set received_at = now() - interval '31 seconds' where event_id = $1`,
        [event.eventId],
      );
      await inbox.answerOnce(event, async () => 'current');
      letGo();
      await late;
      expect(await inbox.answerOnce(event, async () => 'third')).toEqual({
        answer: 'current',
        replayed: true,
      });
    });
  });
});
