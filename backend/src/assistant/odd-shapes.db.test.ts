import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall, CALLER } from './testing.ts';

const HOOK = '/api/vapi/webhook';
const TOOL = '/api/vapi/tools/bookClinicAppointment';
const BOOK = {
  name: 'Maria Lopez',
  serviceType: 'consultation',
  appointmentDate: '2026-11-23',
  appointmentTime: '09:00',
};
const ABOUT = { call: { id: 'c-1' }, customer: { number: CALLER } };

describe('a tool call in a shape that only some models send', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const send = (url: string, body: object) => scene.post(url, body, { 'x-vapi-secret': clinic.secret });
  const listed = (entry: object, more: object = {}) => ({
    message: { ...ABOUT, type: 'tool-calls', timestamp: 1, toolCallList: [entry], ...more },
  });
  const booked = async () => (await scene.rows(clinic.orgId)).appointments;

  test.each([HOOK, TOOL])('of the older kind is run and answered with its result (%s)', async (url) => {
    const body = {
      message: {
        ...ABOUT,
        type: 'function-call',
        functionCall: { name: 'bookClinicAppointment', parameters: BOOK },
      },
    };
    for (const _copy of [1, 2]) {
      const answer = await send(url, body);
      expect(answer).toMatchObject({ status: 200, body: { result: expect.stringContaining('booked') } });
      expect(Object.keys(answer.body)).toEqual(['result']);
    }
    expect(await booked()).toBe(1);
  });

  test.each([HOOK, TOOL])('with an empty id is run once and gets it back (%s)', async (url) => {
    const entry = { id: '', type: 'function', function: { name: 'bookClinicAppointment', arguments: BOOK } };
    for (const _copy of [1, 2]) {
      expect(await send(url, listed(entry))).toMatchObject({
        status: 200,
        body: { results: [{ toolCallId: '', result: expect.stringContaining('booked') }] },
      });
    }
    expect(await booked()).toBe(1);
  });

  test('with an empty id beside one that has an id is not lost', async () => {
    const { body } = await send(
      HOOK,
      listed(
        {},
        {
          toolCallList: [
            { id: 'a', function: { name: 'getClinicInfo', arguments: 'null' } },
            { id: '', function: { name: 'bookClinicAppointment', arguments: BOOK } },
            { id: '', function: { name: 'getClinicInfo' } },
          ],
        },
      ),
    );
    expect(body.results).toMatchObject([
      { toolCallId: 'a', result: expect.any(String) },
      { toolCallId: '', name: 'bookClinicAppointment', result: expect.any(String) },
      { toolCallId: '', name: 'getClinicInfo', result: expect.any(String) },
    ]);
  });

  test.each([
    'functions.bookClinicAppointment',
    'book_clinic_appointment',
    'BookClinicAppointment',
    ' bookClinicAppointment ',
  ])('under the name %j is known, and gets that name back', async (name) => {
    const { body } = await send(HOOK, listed({ id: 'a', function: { name, arguments: BOOK } }));
    expect(body.results).toMatchObject([{ name, result: expect.stringContaining('booked') }]);
  });

  test.each(['constructor', '__proto__', 'functions.', 'book'])('under the name %j is none', async (name) => {
    const { body } = await send(HOOK, listed({ id: 'a', function: { name, arguments: BOOK } }));
    expect(body.results).toMatchObject([{ error: expect.stringContaining('No tool has that name') }]);
  });

  test('outside its list is run', async () => {
    const entry = { id: 'a', function: { name: 'bookClinicAppointment', arguments: BOOK } };
    const message = { ...ABOUT, type: 'tool-calls', toolCallList: entry };
    expect((await send(HOOK, { message })).body.results).toMatchObject([
      { toolCallId: 'a', result: expect.stringContaining('booked') },
    ]);
  });

  test('that names no tool is answered, for a caller would hear silence', async () => {
    expect(await send(HOOK, listed({ id: 'a', function: {} }))).toMatchObject({
      status: 200,
      body: {
        results: [{ toolCallId: 'a', error: expect.stringContaining('No tool has that name') }],
      },
    });
  });

  test.each<[string, unknown]>([
    ['JSON text in JSON text', JSON.stringify(JSON.stringify(BOOK))],
    ['a list of one', [BOOK]],
    ['names with underscores', { ...BOOK, service_type: 'consultation', serviceType: 'null', phone: 'null' }],
    ['an object of its own', { parameters: JSON.stringify(BOOK) }],
  ])('with its arguments in %s books', async (_what, given) => {
    const entry = { id: 'a', function: { name: 'bookClinicAppointment', arguments: given } };
    expect((await send(HOOK, listed(entry))).body.results[0].result).toContain('booked');
    expect(await booked()).toBe(1);
  });

  test.each(['', 7])('in the short form with %j for an id is run', async (toolCallId) => {
    const body = { toolCallId, tool: { parameters: BOOK }, customer: { number: CALLER } };
    expect((await send(TOOL, body)).body).toMatchObject({
      success: true,
      results: [{ toolCallId: String(toolCallId) }],
    });
  });

  test('in the short form without any id is not answered with what another caller heard', async () => {
    const of = (number: string, tool: string, parameters: object) =>
      send(`/api/vapi/tools/${tool}`, { toolCallId: '', tool: { parameters }, customer: { number } });
    await of(CALLER, 'bookClinicAppointment', BOOK);
    const find = (number: string) => of(number, 'findAppointments', { name: BOOK.name });
    expect((await find(CALLER)).body.appointments).toHaveLength(1);
    expect((await find('+14155559876')).body.appointments).toEqual([]);
  });
});
