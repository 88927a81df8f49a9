import { createSafeCall } from '@voxanne/safe-call';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCalendarTokens, type GoogleClient } from './calendar/index.ts';
import { type Connections, createConnections } from './connections/index.ts';
import type { Dependencies } from './dependencies.ts';
import { createScene, type Scene, WANTED } from './messaging/testing.ts';
import { systemClock } from './platform/clock.ts';
import { createKeyring } from './platform/crypto.ts';
import { silentLogger } from './platform/logger.ts';
import type { OrgId } from './platform/tenant.ts';
import type { TestOrganization } from './testing/index.ts';
import { startWorker, type Worker } from './worker.ts';

const FAR_AWAY = '2100-01-04T14:00:00Z';

describe('the worker', () => {
  let scene: Scene;
  let worker: Worker | undefined;
  let clinic: TestOrganization;
  let lastPatient = 2_000;
  /** Google, as this test wants it. */
  let google: {
    [Method in 'insertEvent' | 'getEvent' | 'patchEvent' | 'findEvents']: ReturnType<typeof vi.fn>;
  };
  let connections: Connections;
  let afterRefusal: () => Promise<unknown>;

  beforeAll(async () => {
    scene = await createScene();
    connections = createConnections({
      database: scene.database,
      keyring: createKeyring([{ id: 'k1', key: Buffer.alloc(32, 3) }]),
    });
  });
  beforeEach(async () => {
    clinic = await scene.createOrganization();
    google = {
      insertEvent: vi.fn(async () => undefined),
      getEvent: vi.fn(async () => ({})),
      findEvents: vi.fn(async () => []),
      patchEvent: vi.fn(async () => undefined),
    };
    afterRefusal = async () => undefined;
  });
  afterEach(async () => {
    await worker?.drain();
    worker = undefined;
    await scene.heal();
  });
  afterAll(() => scene.close());

  const start = (): void => {
    const client = google as unknown as GoogleClient;
    const resilience = createSafeCall({ defaults: { backoffMs: 1, retries: 1 } });
    const tokens = createCalendarTokens({
      connections,
      google: client,
      resilience,
      clock: systemClock,
      log: silentLogger,
    });
    worker = startWorker({
      database: scene.database,
      log: silentLogger,
      clock: systemClock,
      messaging: scene.messaging,
      connections,
      google: client,
      resilience,
      calendarTokens: {
        ...tokens,
        use: <T>(orgId: OrgId, work: (token: string) => Promise<T>) =>
          tokens.use(orgId, work).catch(async (error: unknown) => {
            await afterRefusal();
            throw error;
          }),
      },
      booking: {
        database: scene.database,
        clock: systemClock,
        log: silentLogger,
        slotKey: Buffer.alloc(32, 7),
      },
      patients: { links: WANTED.links },
      provisioning: { handler: async () => undefined, queueOutdated: async () => 0 },
    } as unknown as Dependencies);
  };
  const book = async (at = FAR_AWAY) => {
    lastPatient += 1;
    const phone = `+1555123${lastPatient}`;
    const { rows } = await scene.owner.query(
      `select public.book_appointment_atomic($1, 'Maria Lopez', null, $2, 'consultation', $3, 30) as answer`,
      [clinic.orgId, phone, at],
    );
    const id: string = rows[0].answer.appointment_id;
    expect(id).toBeDefined();
    return { id, phone };
  };
  const link = (
    status: 'connected' | 'reconnect_required' | 'insufficient_scope' | 'revoked' = 'connected',
  ) => {
    const expiresAt = new Date('2100-01-01T00:00:00Z');
    const secret = { accessToken: 'token', refreshToken: 'lasting', expiresAt: expiresAt.getTime() };
    return connections.save(clinic.orgId, 'google', {
      status,
      account: 'clinic@example.com',
      secret: JSON.stringify(secret),
      expiresAt,
    });
  };
  const unlink = () => connections.remove(clinic.orgId, 'google');
  const appointment = async (id: string) =>
    (await scene.owner.query('select * from public.appointments where id = $1', [id])).rows[0];
  const job = async (topic: string) => {
    const { rows } = await scene.owner.query(
      `select *, extract(epoch from run_at - now())::float as due_in from public.outbox
       where org_id = $1 and topic = $2`,
      [clinic.orgId, topic],
    );
    expect(rows).toHaveLength(1);
    return rows[0];
  };
  /** Waits until the row has come to rest like this. */
  const becomes = (topic: string, state: object) =>
    vi.waitFor(
      async () => {
        worker?.wake();
        expect(await job(topic)).toMatchObject(state);
      },
      { timeout: 90_000, interval: 20 },
    );

  describe('and the confirmation of a booking', () => {
    const CONFIRMATION = 'message.confirmation';

    test('sends it to the patient, once', async () => {
      const { phone } = await book();
      start();
      const [text] = await scene.received(phone);
      expect(text?.body).toContain('Bright Smiles');
      await becomes(CONFIRMATION, { status: 'completed' });
      expect(await scene.created(phone)).toHaveLength(1);
    });

    test.each([
      ['was cancelled', `status = 'cancelled'`],
      ['was moved', 'version = 2, visible_version = 2'],
      ['nobody came to', `status = 'no_show'`],
    ])('sends none for an appointment that %s before it left', async (_what, change) => {
      const { id, phone } = await book();
      await scene.owner.query(`update public.appointments set ${change} where id = $1`, [id]);
      start();
      await becomes(CONFIRMATION, { status: 'completed' });
      expect(await scene.created(phone)).toEqual([]);
    });

    test('sends none for an appointment that is over', async () => {
      const { phone } = await book('2020-01-06T14:00:00Z');
      start();
      await becomes(CONFIRMATION, { status: 'completed' });
      expect(await scene.created(phone)).toEqual([]);
    });
  });

  describe('and the calendar', () => {
    const PUSH = 'calendar.push';
    const refuse = (status: number, more: object = {}) =>
      google.insertEvent.mockRejectedValue(
        Object.assign(new Error(`Google says ${status}`), { status, response: { status }, ...more }),
      );

    test('puts a booking into it and notes where', async () => {
      await link();
      const { id } = await book();
      start();
      await becomes(PUSH, { status: 'completed' });
      expect(await appointment(id)).toMatchObject({
        sync_state: 'synced',
        calendar_event_id: `${id.replaceAll('-', '')}g1`,
        calendar_generation: 1,
      });
      expect(google.insertEvent).toHaveBeenCalledTimes(1);
      expect(google.insertEvent.mock.calls[0]?.[2]).toMatchObject({
        summary: 'Consultation: Maria Lopez',
        start: { dateTime: '2100-01-04T14:00:00.000Z', timeZone: 'America/New_York' },
        extendedProperties: { private: { voxanne_appointment_id: id } },
      });
    });

    test('finds the event that an earlier try has made', async () => {
      await link();
      const { id } = await book();
      refuse(409);
      google.getEvent.mockResolvedValue({
        status: 'confirmed',
        start: { dateTime: '2100-01-04T14:00:00Z' },
        end: { dateTime: '2100-01-04T14:30:00Z' },
        extendedProperties: { private: { voxanne_appointment_id: id } },
      });
      start();
      await becomes(PUSH, { status: 'completed' });
      expect(await appointment(id)).toMatchObject({ sync_state: 'synced', calendar_generation: 1 });
    });

    test('waits while Google is away, and the booking waits with it', async () => {
      await link();
      const { id } = await book();
      refuse(503);
      start();
      await becomes(PUSH, { status: 'failed', error_message: expect.stringContaining('TEMPORARY') });
      expect(await appointment(id)).toMatchObject({ sync_state: 'pending', status: 'confirmed' });
      google.insertEvent.mockResolvedValue(undefined);
      await scene.owner.query('update public.outbox set run_at = now() where org_id = $1', [clinic.orgId]);
      await becomes(PUSH, { status: 'completed' });
      expect(await appointment(id)).toMatchObject({ sync_state: 'synced' });
    });

    test('does not give up because Google is away for a day', async () => {
      await link();
      const { id } = await book();
      await scene.owner.query(`update public.outbox set attempts = 40 where org_id = $1 and topic = $2`, [
        clinic.orgId,
        PUSH,
      ]);
      refuse(503);
      start();
      await becomes(PUSH, { status: 'failed' });
      const { due_in } = await job(PUSH);
      expect(due_in).toBeGreaterThan(60);
      expect(due_in).toBeLessThanOrEqual(300);
      expect(await appointment(id)).toMatchObject({ sync_state: 'pending' });
    });

    test('comes back when Google says so', async () => {
      await link();
      await book();
      refuse(429, { response: { status: 429, headers: { 'retry-after': '45' } } });
      start();
      await becomes(PUSH, { status: 'failed', error_message: expect.stringContaining('RATE_LIMIT') });
      expect((await job(PUSH)).due_in).toBeGreaterThan(30);
    });

    test.each(['reconnect_required', 'insufficient_scope', 'revoked'] as const)(
      'waits for a person as long as it takes when it is %s',
      async (reason) => {
        await link(reason);
        const { id } = await book();
        start();
        await becomes(PUSH, {
          status: 'failed',
          attempts: 0,
          error_message: expect.stringContaining(reason),
        });
        expect((await job(PUSH)).due_in).toBeGreaterThan(45);
        expect(await appointment(id)).toMatchObject({ sync_state: 'pending' });
        await link('connected');
        await becomes(PUSH, { status: 'completed' });
        expect(await appointment(id)).toMatchObject({ sync_state: 'synced' });
        expect(google.insertEvent).toHaveBeenCalledTimes(1);
      },
    );

    test('that was unlinked in the meantime leaves the booking here, to be pushed by the next link', async () => {
      await link();
      const { id } = await book();
      await unlink();
      start();
      await becomes(PUSH, { status: 'completed' });
      expect(await appointment(id)).toMatchObject({ sync_state: 'not_linked' });
      await link();
      await vi.waitFor(async () => expect((await appointment(id)).sync_state).toBe('synced'), 30_000);
    });

    test('that is linked again in the very moment it was found unlinked loses nothing', async () => {
      await link();
      const { id } = await book();
      await unlink();
      afterRefusal = () => {
        afterRefusal = async () => undefined;
        return link();
      };
      start();
      await vi.waitFor(async () => {
        worker?.wake();
        expect((await appointment(id)).sync_state).toBe('synced');
      }, 30_000);
    });

    test('that refuses an event for good leaves the booking, and a person to look', async () => {
      await link();
      const { id } = await book();
      refuse(400);
      start();
      await becomes(PUSH, {
        status: 'dead_letter',
        error_message: expect.stringContaining('PERMANENT (400)'),
      });
      expect(await appointment(id)).toMatchObject({
        sync_state: 'error',
        status: 'confirmed',
        scheduled_at: new Date(FAR_AWAY),
      });
      google.insertEvent.mockResolvedValue(undefined);
      await link('reconnect_required');
      await link('connected');
      await becomes(PUSH, { status: 'completed' });
      expect(await appointment(id)).toMatchObject({ sync_state: 'synced' });
    });

    test('is not asked about an appointment that was cancelled before', async () => {
      await link();
      const { id } = await book();
      await scene.owner.query(`update public.appointments set status = 'cancelled' where id = $1`, [id]);
      start();
      await becomes(PUSH, { status: 'completed' });
      expect(google.insertEvent).not.toHaveBeenCalled();
    });

    test('can’t do anything with a row that names no appointment', async () => {
      await scene.owner.query(
        `insert into public.outbox (org_id, topic, key, payload) values ($1, $2, 'x', '{"appointment_id":"x"}')`,
        [clinic.orgId, PUSH],
      );
      start();
      await becomes(PUSH, { status: 'dead_letter', error_message: 'The row doesn’t name an appointment.' });
    });

    test('gets every earlier booking that is still to come when it is linked, and none that is over', async () => {
      const [past, one, two] = [
        await book('2020-01-06T14:00:00Z'),
        await book(),
        await book('2100-01-05T14:00:00Z'),
      ];
      const cancelled = await book('2100-01-06T14:00:00Z');
      await scene.owner.query(`update public.appointments set status = 'cancelled' where id = $1`, [
        cancelled.id,
      ]);
      start();
      expect(google.insertEvent).not.toHaveBeenCalled();
      await link();
      await vi.waitFor(async () => {
        worker?.wake();
        for (const { id } of [one, two]) expect((await appointment(id)).sync_state).toBe('synced');
      }, 30_000);
      for (const { id } of [past, cancelled]) expect((await appointment(id)).sync_state).toBe('not_linked');
      expect(google.insertEvent).toHaveBeenCalledTimes(2);
    });
  });
});
