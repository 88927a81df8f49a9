import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GiveUp, startLeaseQueue } from '../deliveries/index.ts';
import type { TestOrganization } from '../testing/index.ts';
import { createScene, type Scene, WANTED, work } from './testing.ts';

describe('the jobs of messaging', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization({ phone: '+15551235000' });
  });
  afterAll(() => scene.close());

  const book = async (phone: string) => {
    const { rows } = await scene.owner.query<{ booked: { appointment_id: string } }>(
      `select public.book_appointment_atomic($1, 'Ann Example', null, $2, 'consultation',
         date_trunc('hour', now()) + $3 * interval '1 hour', 30) as booked`,
      [clinic.orgId, phone, Number(phone.slice(-3))],
    );
    const { rows: orders } = await scene.owner.query(
      `select id, org_id, topic, payload from outbox where topic = 'message.confirmation' and key like $1`,
      [`${rows[0]!.booked.appointment_id}:%`],
    );
    return { ...orders[0], attempts: 1, lease_token: randomUUID() };
  };
  const confirm = (job: Awaited<ReturnType<typeof book>>, stillWanted: boolean) =>
    scene.messaging.jobs({ ...WANTED, stillWanted: async () => stillWanted }).outbox['message.confirmation']!(
      job,
    );

  test('a booking’s order is read as the booking wrote it, and texted once', async () => {
    const job = await book('+15551235001');
    await work(() => confirm(job, true));
    await work(() => confirm(job, true));
    const [text] = await scene.received('+15551235001');
    expect(text?.body).toMatch(
      /^Bright Smiles: your appointment is booked for \w+day, .* at \d+:\d\d [AP]M\. To move or cancel it: https:\S+1$/,
    );
    const { rows } = await scene.owner.query(
      'select kind, dedupe_key, appointment_id from messages where to_address = $1',
      ['+15551235001'],
    );
    const { appointment_id } = job.payload;
    expect(rows).toEqual([{ kind: 'confirmation', dedupe_key: `${appointment_id}:1`, appointment_id }]);
  });

  test('a confirmation that no one wants any more is not sent, and one that may be out is settled', async () => {
    const job = await book('+15551235002');
    await confirm(job, false);
    expect(await scene.created('+15551235002')).toHaveLength(0);

    await scene.fault('reset', { times: 1, match: 'POST' });
    await expect(confirm(job, true)).rejects.toThrow('answer was lost');
    await work(() => confirm(job, false));
    expect(await scene.phone('+15551235002')).toHaveLength(0);
    const { rows } = await scene.owner.query(
      'select status, error_code from messages where to_address = $1',
      ['+15551235002'],
    );
    expect(rows).toEqual([{ status: 'failed', error_code: 'NOT_WANTED' }]);
  });

  test('what follows a booking is texted in its turn: the new time, and that it is canceled, with the number to call', async () => {
    const booked = await book('+15551235007');
    await work(() => confirm(booked, true));
    const { payload } = booked;
    const change = async (statement: string, topic: string, version: number) => {
      await scene.owner.query(statement, [clinic.orgId, payload.appointment_id]);
      const { rows } = await scene.owner.query(
        'select id, org_id, topic, payload from outbox where topic = $1 and key = $2',
        [topic, `${payload.appointment_id}:${version}`],
      );
      const job = { ...rows[0], attempts: 1, lease_token: randomUUID() };
      await work(() => scene.messaging.jobs(WANTED).outbox[topic]!(job));
    };
    await change(
      `select public.move_appointment_atomic($1, $2, date_trunc('hour', now()) + interval '99 days')`,
      'message.confirmation',
      2,
    );
    await scene.owner.query(`update organizations set public_phone = '+12125550188' where id = $1`, [
      clinic.orgId,
    ]);
    await change('select public.cancel_appointment_atomic($1, $2)', 'message.cancellation', 3);
    // Twilio knows seconds only, so its list does not say which of them was first.
    const bodies = (await scene.received('+15551235007', 3)).map(({ body }) => body).sort();
    expect(bodies).toEqual([
      expect.stringContaining('your appointment is booked for'),
      expect.stringContaining('your appointment is now on'),
      expect.stringMatching(/your appointment on .* is canceled\. To rebook, call \+1 212 555 0188\.$/),
    ]);
  });

  test('an appointment that went to another patient is canceled for the one before, and is not among the texts of the new one', async () => {
    const job = await book('+15551235008');
    const { payload } = job;
    const passedOn = { ...payload, change: 'cancelled', passed_on: true };
    const asked: unknown[] = [];
    const jobs = scene.messaging.jobs({ ...WANTED, stillWanted: async (_, text) => asked.push(text) > 0 });
    await work(() => jobs.outbox['message.cancellation']!({ ...job, payload: passedOn }));
    expect(asked[0]).toMatchObject({ kind: 'cancellation', passedOnFrom: '+15551235008' });
    expect((await scene.received('+15551235008'))[0]?.body).toMatch(/your appointment on .* is canceled/);
    const { rows } = await scene.owner.query(
      'select dedupe_key, appointment_id from messages where to_address = $1',
      ['+15551235008'],
    );
    expect(rows).toEqual([{ dedupe_key: `${payload.appointment_id}:1:passed_on`, appointment_id: null }]);
  });

  test('a job that cannot be read is given up with the name of what is wrong', async () => {
    const job = await book('+15551235003');
    const broken = { ...job, payload: { ...job.payload, scheduled_at: 'soon' } };
    await expect(confirm(broken, true)).rejects.toThrow(new GiveUp('The job can’t be read: scheduled_at.'));
  });

  test('worker, Twilio and callbacks together: the text is delivered, and its timeline says how', async () => {
    const jobs = scene.messaging.jobs(WANTED);
    const options = { database: scene.database, log: scene.messaging.context.log, pollMs: 20 };
    await scene.owner.query(
      `insert into outbox (org_id, topic, key, payload) values ($1::uuid, 'message.system_ready', $1::uuid::text, $2)`,
      [clinic.orgId, { to: '+15551235000', organization_name: 'Bright Smiles' }],
    );
    const outbox = startLeaseQueue({ ...options, table: 'outbox', handlers: jobs.outbox });
    const webhooks = startLeaseQueue({ ...options, table: 'webhook_delivery_log', handlers: jobs.webhooks });
    try {
      await vi.waitFor(async () => {
        const { rows } = await scene.owner.query(
          `select id, status from messages where kind = 'system_ready'`,
        );
        expect(rows).toEqual([{ id: expect.any(String), status: 'delivered' }]);
      }, 180_000);
    } finally {
      await Promise.all([outbox.drain(), webhooks.drain()]);
    }
    await expect.poll(() => scene.phone('+15551235000')).toHaveLength(1);
    const { rows: events } = await scene.owner.query(
      `select e.status from message_events e join messages m on m.id = e.message_id
       where m.kind = 'system_ready' order by e.id`,
    );
    const timeline = events.map((event) => event.status);
    // A callback may overtake another and even the answer; none may take the text back.
    const whole = ['queued', 'sending', 'accepted', 'sent', 'delivered'];
    expect(timeline).toEqual(whole.filter((status) => timeline.includes(status)));
    expect(timeline.at(-1)).toBe('delivered');
  });

  test('a text whose last callback never came is asked about', async () => {
    const sent = await scene.messaging.sendSmsWithGuard(clinic.orgId, '+15551235009', 'Hello');
    await scene.received('+15551235009');
    await vi.waitFor(async () => {
      await scene.messaging.refreshStatuses({ olderThanMs: 0 });
      expect(await scene.message(sent.messageId!)).toMatchObject({
        status: 'delivered',
        delivered_at: expect.any(Date),
      });
    });
  });
});
