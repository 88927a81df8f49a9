import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Clinic,
  linkCalendar,
  openTime,
  patient,
  receptionistReady,
  signUp,
  statusOfGoogle,
} from './support/clinic.ts';
import { figures, seconds } from './support/figures.ts';
import { send } from './support/http.ts';
import { type Fault, type Outside, outsideOf } from './support/outside.ts';
import { isAlive } from './support/processes.ts';
import { clearAway, type Product, postmasterOf, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const INSERT = 'POST /google/calendar/v3/calendars/primary/events';
const CREATE = 'POST /twilio';
const VAPI_KEY = randomUUID();
// A lease runs out (4 s), and a text that Twilio does not know of is asked for until 10 s have passed.
const HEALING_LIMIT_MS = 120_000;

interface Booking {
  id: string;
  phone: string;
}

describe('killed half-way (kill -9)', () => {
  let product: Product;
  let clinic: Clinic;
  let outside: Outside;
  let assistantId: string;
  const table = figures('After kill -9');

  beforeAll(async () => {
    product = await startProduct({ env: { VAPI_API_KEY: VAPI_KEY } });
    outside = outsideOf(product);
    clinic = await signUp(product);
    await receptionistReady(clinic);
    assistantId = (await clinic.get('/api/integrations/vapi')).body.assistant_id;
    await linkCalendar(clinic);
    await expectHealed([await book(20)], false);
  });
  afterAll(async () => {
    table.print();
    if (product) await clearAway(product);
  });

  async function book(number: number): Promise<Booking> {
    const who = patient(number);
    const { body, status } = await clinic.post('/api/appointments', {
      ...who,
      service_type: 'consultation',
      scheduled_at: openTime(number),
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return { id: body.appointment_id, phone: who.phone };
  }

  async function startAgain(): Promise<void> {
    product = await startProduct({
      dataDir: product.dataDir,
      ports: product.ports,
      env: { VAPI_API_KEY: VAPI_KEY },
    });
    clinic = clinic.at(product);
    outside = outsideOf(product);
  }

  const eventsOf = async ({ id }: Booking) =>
    (await outside.events()).filter(
      ({ extendedProperties }) => extendedProperties?.private?.voxanne_appointment_id === id,
    );
  const messageOf = async ({ id }: Booking) =>
    (await clinic.get(`/api/messages?appointment_id=${id}`)).body.data[0];

  /** Waits until all is well again, and looks that nothing came twice. */
  async function expectHealed(bookings: Booking[], isMeasured = true): Promise<void> {
    const begun = performance.now();
    for (const booking of bookings) {
      await until(
        'the push and the text',
        async () => {
          const { body } = await clinic.get(`/api/appointments/${booking.id}`);
          return body.sync_state === 'synced' && (await messageOf(booking))?.status === 'delivered';
        },
        { limitMs: HEALING_LIMIT_MS },
      );
    }
    if (isMeasured) table.add('  push and text made good after', seconds(performance.now() - begun));
    for (const booking of bookings) {
      expect(await eventsOf(booking), 'events in Google').toHaveLength(1);
      const texts = await outside.texts(booking.phone);
      expect(texts, 'texts on the phone').toHaveLength(1);
      expect((await messageOf(booking)).provider_id).toBe(texts[0]?.sid);
    }
    expect(await statusOfGoogle(clinic)).toBe('connected');
    expect((await clinic.get('/api/integrations/vapi')).body.assistant_id).toBe(assistantId);
    expect((await outside.events()).length).toBe((await clinic.get('/api/appointments')).body.data.length);
  }

  const arrivals = async (method: string, path: RegExp): Promise<number> =>
    (await outside.requests()).filter((one) => one.method === method && path.test(one.path)).length;

  test('right after the 201: still one event and one text', async () => {
    const booking = await book(1);
    await product.kill();
    await startAgain();
    table.add('killed right after the 201, ready again', seconds(product.readyMs));
    await expectHealed([booking]);
  });

  test('with calendar and text each never answered, answered to no one, or cut off: one of each', async () => {
    const bookings: Booking[] = [];
    const held = async (number: number, faults: Fault[], more?: () => Promise<boolean>) => {
      const before = [await arrivals('POST', /\/events$/), await arrivals('POST', /\/Messages\.json$/)];
      for (const fault of faults) await outside.breakIt(fault);
      bookings.push(await book(number));
      await until('both requests under way', async () => {
        const now = [await arrivals('POST', /\/events$/), await arrivals('POST', /\/Messages\.json$/)];
        return now.every((count, index) => count > (before[index] ?? 0));
      });
      if (more) await until('the questions after the cut', more, { limitMs: 60_000 });
    };
    // A status callback would say what happened to a text: none comes before the kill.
    await outside.breakIt({ provider: 'twilio', kind: 'late_callback', latency_ms: 120_000 });
    // Not accepted by Google; accepted by Twilio, whose answer is never read.
    await held(2, [
      { provider: 'google', kind: 'timeout', match: INSERT, times: 1 },
      { provider: 'twilio', kind: 'latency', match: CREATE, times: 1, latency_ms: 60_000 },
    ]);
    // The other way round.
    await held(3, [
      { provider: 'google', kind: 'latency', match: INSERT, times: 1, latency_ms: 60_000 },
      { provider: 'twilio', kind: 'timeout', match: CREATE, times: 1 },
    ]);
    // Accepted by both, the answer cut off, and no one there to ask.
    await held(
      4,
      [
        { provider: 'google', kind: 'drop_after_commit', match: INSERT, times: 1 },
        { provider: 'google', kind: 'timeout', match: 'GET /google/calendar' },
        { provider: 'twilio', kind: 'drop_after_commit', match: CREATE, times: 1 },
        { provider: 'twilio', kind: 'timeout', match: 'GET /twilio' },
      ],
      async () =>
        (await arrivals('GET', /\/events\/[^/]+$/)) > 0 && (await arrivals('GET', /\/Messages\.json$/)) > 0,
    );
    for (const booking of bookings) {
      expect((await clinic.get(`/api/appointments/${booking.id}`)).body.sync_state).toBe('pending');
    }
    await product.kill();
    await startAgain();
    table.add('killed with three bookings under way, ready again', seconds(product.readyMs));
    await expectHealed(bookings);
  });

  test('a power cut, the database included: it recovers, and nothing is lost or doubled', async () => {
    const booking = await book(5);
    const postmaster = postmasterOf(product.dataDir) ?? 0;
    process.kill(postmaster, 'SIGKILL');
    await product.kill();
    await until('the end of the database', () => !isAlive(postmaster));
    await startAgain();
    expect(postmasterOf(product.dataDir)).not.toBe(postmaster);
    table.add('killed together with its database, ready again', seconds(product.readyMs));
    await expectHealed([booking]);
  });

  test('while the assistant of a new clinic is being made: one assistant, and it answers', async () => {
    await outside.breakIt({
      provider: 'vapi',
      kind: 'latency',
      match: 'POST /vapi/assistant',
      latency_ms: 60_000,
    });
    const newcomer = await signUp(product, { name: 'Second Street Dental' });
    await until('the assistant under way', async () => (await arrivals('POST', /\/vapi\/assistant$/)) > 0);
    await product.kill();
    await startAgain();
    await until(
      'the receptionist',
      async () => (await newcomer.get('/api/integrations/vapi')).body.phone_number,
      { limitMs: HEALING_LIMIT_MS },
    );
    const { body: assistants } = await send('GET', `${product.sandboxUrl}/vapi/assistant`, {
      headers: { authorization: `Bearer ${VAPI_KEY}` },
    });
    const owners = assistants.map((one: { metadata?: { org_id?: string } }) => one.metadata?.org_id);
    expect(owners.toSorted()).toEqual([clinic.orgId, newcomer.orgId].toSorted());

    const callId = await outside.phoneCall(newcomer.orgId, patient(6).phone);
    await until('the end of the call', async () => (await outside.call(callId)).ended_at, {
      limitMs: 90_000,
    });
    expect((await newcomer.get('/api/appointments')).body.data).toHaveLength(1);
  });

  test('while idle: the database that lived on is adopted, and everything is there', async () => {
    const postmaster = postmasterOf(product.dataDir);
    const before = await pictureOf(clinic);
    await product.kill();
    expect(postmaster !== undefined && isAlive(postmaster)).toBe(true);
    await startAgain();
    table.add('killed while idle, its database adopted, ready again', seconds(product.readyMs));
    expect(postmasterOf(product.dataDir)).toBe(postmaster);
    expect(await pictureOf(clinic)).toEqual(before);

    const stopped = await product.stop();
    table.add('then SIGTERM to the end', seconds(stopped.ms));
    expect(stopped).toMatchObject({ code: 0, left: [] });
  });

  async function pictureOf(of: Clinic): Promise<unknown> {
    const paths = [
      '/api/appointments',
      '/api/messages',
      '/api/integrations',
      '/api/integrations/vapi',
      '/api/me',
    ];
    return Promise.all(paths.map(async (path) => (await of.get(path)).body));
  }
});
