import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clinic, linkCalendar, openTime, patient, receptionistReady, signUp } from './support/clinic.ts';
import { figures, milliseconds, percentile } from './support/figures.ts';
import { type Answer, send } from './support/http.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const CALLERS = 50;
const numbers = Array.from({ length: CALLERS }, (_, index) => index);

describe('fifty callers want the same slot', () => {
  let product: Product;
  let outside: Outside;

  beforeAll(async () => {
    product = await startProduct();
    outside = outsideOf(product);
  });
  afterAll(async () => {
    await clearAway(product);
  });

  async function linkedClinic(): Promise<Clinic> {
    const clinic = await signUp(product);
    await receptionistReady(clinic);
    await linkCalendar(clinic, { account: `${clinic.orgId.slice(0, 8)}@clinic.example` });
    return clinic;
  }

  async function secretOf(clinic: Clinic): Promise<string> {
    return (await clinic.post('/api/integrations/vapi/rotate-secret')).body.secret;
  }

  /** Nothing more is coming: what had to leave has left, and a moment later it is still all. */
  async function expectOneOfEach(
    clinic: Clinic,
    { winner, appointmentId, area }: { winner: number; appointmentId: string; area: string },
  ): Promise<void> {
    const { phone } = patient(winner, area);
    await until('the confirmation on the phone', async () => (await outside.texts(phone)).length > 0);
    const mine = async () =>
      (await outside.events()).filter(
        (event) => event.extendedProperties?.private?.voxanne_appointment_id === appointmentId,
      );
    await until(
      'the event in Google',
      async () => (await clinic.get(`/api/appointments/${appointmentId}`)).body.sync_state === 'synced',
    );
    await until(
      'the delivered text',
      async () => (await clinic.get('/api/messages')).body.data[0]?.status === 'delivered',
    );
    expect(await mine()).toHaveLength(1);
    const { body } = await clinic.get('/api/appointments');
    expect(body.data).toHaveLength(1);
    expect(body.data[0].id).toBe(appointmentId);
    expect((await clinic.get('/api/messages')).body.data).toHaveLength(1);
    for (const number of numbers) {
      expect(await outside.texts(patient(number, area).phone), `texts of caller ${number}`).toHaveLength(
        number === winner ? 1 : 0,
      );
    }
  }

  function printed(title: string, answers: Answer[]): void {
    const table = figures(title);
    const times = answers.map(({ ms }) => ms);
    table.add('p50', milliseconds(percentile(times, 0.5)));
    table.add('p99', milliseconds(percentile(times, 0.99)));
    table.print();
  }

  test('over HTTP one is booked and forty-nine are offered other times', async () => {
    const clinic = await linkedClinic();
    const slot = openTime(3);
    // One connection each is open before the race, as it is for callers of a running clinic.
    await Promise.all(numbers.map(() => clinic.get('/api/services')));
    const answers = await Promise.all(
      numbers.map((number) =>
        clinic.post('/api/appointments', {
          ...patient(number),
          service_type: 'consultation',
          scheduled_at: slot,
        }),
      ),
    );
    printed('50 bookings of one slot at once, over HTTP', answers);

    const winners = numbers.filter((number) => answers[number]?.status === 201);
    expect(winners).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([409]));
    for (const { body, type } of refused) {
      expect(type).toContain('application/problem+json');
      expect(body.code).toBe('SLOT_UNAVAILABLE');
      expect(body.alternatives.length).toBeGreaterThanOrEqual(2);
      for (const alternative of body.alternatives) expect(alternative.start).not.toBe(slot);
    }
    const [winner = -1] = winners;
    await expectOneOfEach(clinic, {
      winner,
      appointmentId: answers[winner]?.body.appointment_id,
      area: '212',
    });
  });

  test('one is booked by voice, and forty-nine hear other times', async () => {
    const clinic = await linkedClinic();
    const headers = { 'x-vapi-secret': await secretOf(clinic) };
    const slot = openTime(4);
    const answers = await Promise.all(
      numbers.map((number) =>
        send('POST', `${product.url}/api/vapi/tools/bookClinicAppointment`, {
          headers,
          body: {
            message: {
              type: 'tool-calls',
              call: { id: `call-${number}`, customer: { number: patient(number, '415').phone } },
              toolCallList: [
                {
                  id: `tool-${number}`,
                  type: 'function',
                  function: {
                    name: 'bookClinicAppointment',
                    arguments: {
                      name: patient(number, '415').name,
                      serviceType: 'consultation',
                      scheduledAt: slot,
                    },
                  },
                },
              ],
            },
          },
        }),
      ),
    );
    printed('50 bookings of one slot at once, by voice tool calls', answers);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const results = answers.map(({ body }) => body.results[0]);
    results.forEach((result, number) => {
      expect(result.toolCallId).toBe(`tool-${number}`);
      expect(result.name).toBe('bookClinicAppointment');
      expect(result.result ?? result.error).toMatch(/^[^\r\n]{10,}$/);
    });
    const winners = numbers.filter((number) => results[number].result !== undefined);
    expect(winners).toHaveLength(1);
    for (const { error } of results.filter((result) => result.error !== undefined)) {
      expect(error).toMatch(/already taken.*The closest openings are .+ and .+/);
    }
    const [winner = -1] = winners;
    const [booked] = (await clinic.get('/api/appointments')).body.data;
    expect(booked.contact.phone).toBe(patient(winner, '415').phone);
    await expectOneOfEach(clinic, { winner, appointmentId: booked.id, area: '415' });
  });

  test('one tool call that is delivered ten times at once books once and says the same ten times', async () => {
    const clinic = await linkedClinic();
    const headers = { 'x-vapi-secret': await secretOf(clinic) };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send('POST', `${product.url}/api/vapi/tools/bookClinicAppointment`, {
          headers,
          body: {
            toolCallId: 'delivered-ten-times',
            tool: {
              arguments: { ...patient(1, '617'), serviceType: 'consultation', scheduledAt: openTime(5) },
            },
          },
        }),
      ),
    );
    printed('one tool call ten times at once', answers);

    const [first] = answers;
    expect(first?.body).toMatchObject({ success: true, appointment_id: expect.any(String) });
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([200, first?.body]);
    expect((await clinic.get('/api/appointments')).body.data).toHaveLength(1);
    await until('the confirmation', async () => (await outside.texts(patient(1, '617').phone)).length > 0);
    await until(
      'the event in Google',
      async () => (await clinic.get('/api/appointments')).body.data[0].sync_state === 'synced',
    );
    expect(await outside.texts(patient(1, '617').phone)).toHaveLength(1);
  });
});
