import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const CALLER = '+14155550132';
const BOOK = {
  name: 'maria lopez',
  serviceType: 'consultation',
  appointmentDate: '2026-11-23',
  appointmentTime: '09:00',
};

describe('the receptionist’s tools', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let lastId = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const nextId = () => {
    lastId += 1;
    return `call_${lastId}`;
  };
  interface Asked {
    id?: string;
    callId?: string;
    from?: string | null;
    secret?: string;
  }
  /** One tool call in Vapi's own envelope. */
  const use = async (tool: string, given: unknown, asked: Asked = {}) => {
    const { id = nextId(), callId = 'c-1', from = CALLER, secret = clinic.secret } = asked;
    const answer = await scene.post(
      `/api/vapi/tools/${tool}`,
      {
        message: {
          type: 'tool-calls',
          toolCallList: [{ id, type: 'function', function: { name: tool, arguments: given } }],
          call: { id: callId },
          ...(from && { customer: { number: from } }),
        },
      },
      { 'x-vapi-secret': secret },
    );
    return { ...answer, ...answer.body.results?.[0] } as typeof answer & { result?: string; error?: string };
  };
  const short = (tool: string, given: unknown, more: object = {}) =>
    scene.post(
      `/api/vapi/tools/${tool}`,
      { toolCallId: nextId(), tool: { arguments: given }, customer: { number: CALLER }, ...more },
      { authorization: `Bearer ${clinic.secret}` },
    );
  const appointments = async () =>
    (
      await scene.owner.query(
        `select a.*, l.name, l.phone from public.appointments a join public.leads l on l.id = a.contact_id
         where a.org_id = $1 order by a.scheduled_at`,
        [clinic.orgId],
      )
    ).rows;

  test('book for the caller, and answer one line with the name and id that Vapi wants', async () => {
    const answer = await use('bookClinicAppointment', BOOK, { id: 'call_a' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      results: [
        {
          toolCallId: 'call_a',
          name: 'bookClinicAppointment',
          result:
            'You’re booked: Consultation, Monday, November 23 at 9:00 AM. I’m texting you the details. (At the clinic it is Wednesday, November 18, 2026 at 10:00 AM.)',
        },
      ],
    });
    expect(await appointments()).toMatchObject([
      { name: 'Maria Lopez', phone: CALLER, source: 'voice', call_id: 'c-1' },
    ]);
  });

  test('in the short form also answer for programs, at the top', async () => {
    const booked = await short('bookClinicAppointment', BOOK);
    const [row] = await appointments();
    expect(booked.body).toMatchObject({
      results: [{ name: 'bookClinicAppointment', result: expect.any(String) }],
      success: true,
      appointment_id: row.id,
      contact_id: row.contact_id,
      scheduled_at: '2026-11-23T14:00:00.000Z',
    });
    expect(booked.body).not.toHaveProperty('error');
    const taken = await short('bookClinicAppointment', { ...BOOK, name: 'Ana Ruiz' });
    expect(taken.status).toBe(200);
    expect(taken.body).toMatchObject({
      success: false,
      error: 'SLOT_UNAVAILABLE',
      message: expect.stringContaining('The closest openings are'),
      alternatives: expect.arrayContaining([expect.objectContaining({ slot_id: expect.any(String) })]),
      results: [{ error: taken.body.message }],
    });
    expect(taken.body).not.toHaveProperty('appointment_id');
  });

  test('take the arguments under every name they go by', async () => {
    const when = [
      { appointmentDate: '2026-11-23', appointmentTime: '9:00 AM' },
      { scheduledAt: '2026-11-23T10:00:00-05:00' },
    ];
    await use('bookClinicAppointment', {
      patientName: 'Ana Ruiz',
      patientPhone: '(415) 555-0199',
      patientEmail: 'ana@example.com',
      serviceType: 'Follow up',
      ...when[0],
    });
    await use('bookClinicAppointment', JSON.stringify({ ...BOOK, appointmentDate: '', ...when[1] }));
    const info = await use('checkAvailability', { serviceType: 'consultation', date: '2026-11-24' });
    const { slots } = JSON.parse(info.result ?? '');
    await use('bookClinicAppointment', { name: 'Cy', serviceType: 'consultation', slotId: slots[1].slot_id });
    expect(await appointments()).toMatchObject([
      { name: 'Ana Ruiz', phone: '+14155550199', service_type: 'follow-up' },
      { name: 'Maria Lopez', phone: CALLER },
      { name: 'Cy', scheduled_at: new Date(slots[1].start) },
    ]);
  });

  test.each([
    [
      'nulls',
      { phone: null, email: null, slotId: null, durationMinutes: null, providerName: null, notes: null },
    ],
    ['empty texts', { phone: '', email: '', slotId: '', durationMinutes: '', providerName: '', notes: '' }],
    ['numbers as text', { durationMinutes: '45' }],
    ['a phone as a number', { phone: 4155550132 }],
    ['things nobody asked for', { urgency: 'high', org_id: 'another' }],
  ])('forgive a model that sends %s', async (_what, more) => {
    expect(await use('bookClinicAppointment', { ...BOOK, ...more })).toMatchObject({
      result: expect.stringContaining('You’re booked'),
    });
    expect(await appointments()).toMatchObject([{ phone: CALLER }]);
  });

  test('use the number the call comes from for whatever is said instead of one', async () => {
    const phones = fc.constantFrom(
      undefined,
      null,
      '',
      ' ',
      '-',
      'unknown',
      'Unknown',
      'N/A',
      'none',
      'not provided',
      'same number',
      'The same number I’m calling from',
      'this phone',
      '{{customer.number}}',
      'private',
      'withheld',
    );
    const days = ['23', '24', '25', '27', '30'];
    let n = 0;
    await fc.assert(
      fc.asyncProperty(phones, fc.constantFrom('phone', 'patientPhone'), async (phone, field) => {
        n += 1;
        const minute = (n % 2) * 30;
        const answer = await use('bookClinicAppointment', {
          ...BOOK,
          appointmentDate: `2026-11-${days[n % 5]}`,
          appointmentTime: `${9 + (Math.floor(n / 10) % 8)}:${minute === 0 ? '00' : '30'}`,
          [field]: phone,
        });
        expect(answer.error ?? 'already taken').toContain('already taken');
      }),
      { numRuns: 60 },
    );
    const rows = await appointments();
    expect(new Set(rows.map((row) => row.phone))).toEqual(new Set([CALLER]));
  });

  test('believe a number that was said, and ask for it again if it isn’t a number', async () => {
    await use('bookClinicAppointment', { ...BOOK, phone: '415 555 0199' });
    expect(await appointments()).toMatchObject([{ phone: '+14155550199' }]);
    const wrong = await use('bookClinicAppointment', { ...BOOK, appointmentTime: '10:00', phone: '911' });
    expect(wrong.error).toContain('digit by digit');
    expect(await appointments()).toHaveLength(1);
  });

  test.each([null, 'anonymous', '+266696687', 'sip:someone@example.com'])(
    'with the caller’s number withheld (%s) ask for one',
    async (from) => {
      expect((await use('bookClinicAppointment', BOOK, { from })).error).toContain(
        'can’t be called or texted',
      );
      expect(await appointments()).toEqual([]);
    },
  );

  test.each<[string, unknown, string]>([
    ['nothing', {}, 'service is missing'],
    ['no name', { ...BOOK, name: undefined }, 'name is missing'],
    ['a list', ['a', 'b'], 'aren’t valid'],
    ['text that is no JSON', '{oops', 'aren’t valid'],
    ['an object for a name', { ...BOOK, name: { first: 'Maria' } }, 'aren’t valid'],
    ['ten kilobytes of name', { ...BOOK, name: 'x'.repeat(10_000) }, 'longer than 200'],
    ['no time', { ...BOOK, appointmentTime: undefined }, 'time is missing'],
    [
      'a time in words only',
      { name: 'Maria', serviceType: 'consultation', scheduledAt: 'tomorrow-ish' },
      'doesn’t make sense as a date',
    ],
    ['a date that does not exist', { ...BOOK, appointmentDate: '2027-02-30' }, 'There is no 2027-02-30'],
    ['the year 9999', { ...BOOK, appointmentDate: '9999-01-01' }, 'too far ahead'],
    ['a Sunday', { ...BOOK, appointmentDate: '2026-11-22' }, 'The closest openings are'],
    ['an unknown service', { ...BOOK, serviceType: 'surgery' }, 'It offers: consultation, follow-up'],
    ['an unknown provider', { ...BOOK, providerName: 'Dr. Who' }, 'don’t have that provider'],
    ['a slot that was made up', { ...BOOK, slotId: 'slot_1' }, 'Ask for the free times again'],
    ['hostile text', { ...BOOK, serviceType: "'; drop table services; --" }, 'isn’t a service'],
    ['line breaks', { ...BOOK, serviceType: 'a\nb\r\nc\u2028d' }, 'isn’t a service'],
  ])('answer %s with one line that helps', async (_what, given, words) => {
    const before = await scene.rows(clinic.orgId);
    const answer = await use('bookClinicAppointment', given);
    expect(answer.status).toBe(200);
    expect(answer.error).toContain(words);
    expect(answer.error).not.toMatch(/[\r\n\u2028\u2029]/);
    const after = await scene.rows(clinic.orgId);
    expect([after.appointments, after.leads]).toEqual([before.appointments, before.leads]);
  });

  test('a NUL or half a character in an argument is dropped, not stumbled over', async () => {
    const answer = await use('bookClinicAppointment', { ...BOOK, name: 'Ma\0ria', notes: 'a\0b\ud800' });
    expect(answer.result).toContain('You’re booked');
    expect(await appointments()).toMatchObject([{ name: 'Maria' }]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'deleteEverything'])(
    'there is no tool "%s", and what there is is said',
    async (name) => {
      const answer = await use(name, {});
      expect(answer).toMatchObject({ status: 200, error: expect.stringContaining('bookClinicAppointment') });
      expect(await scene.rows(clinic.orgId)).toMatchObject({ events: 0, deliveries: 0 });
      expect((await short(name, {})).body).toMatchObject({ success: false, error: 'UNKNOWN_TOOL' });
    },
  );

  test('several calls of one message are answered all, in their order', async () => {
    const list = [
      ['a', 'getClinicInfo', {}],
      ['b', 'bookClinicAppointment', BOOK],
      ['c', 'bookClinicAppointment', { ...BOOK, name: 'Ana Ruiz', phone: '+14155550199' }],
      ['d', 'nothingLikeIt', {}],
      ['e', 'checkAvailability', '{"date":"2026-11-23"}'],
    ].map(([id, name, given]) => ({ id, function: { name, arguments: given } }));
    const { body } = await scene.post(
      '/api/vapi/webhook',
      {
        message: {
          type: 'tool-calls',
          toolCalls: list,
          call: { id: 'c-9' },
          customer: { number: CALLER },
        },
      },
      { 'x-vapi-secret': clinic.secret },
    );
    expect(body.results.map((one: { toolCallId: string }) => one.toolCallId)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    expect(body.results.map((one: object) => 'result' in one)).toEqual([true, true, false, false, true]);
    for (const one of body.results) expect(one.result ?? one.error).not.toMatch(/[\r\n]/);
  });

  test('a repeat of a call gets the identical answer and does nothing, also while the first one runs', async () => {
    const again = { id: 'call_once', callId: 'c-7' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => use('bookClinicAppointment', BOOK, again)),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]?.result).toContain('You’re booked');
    const other = await use('bookClinicAppointment', { ...BOOK, name: 'Other' }, again);
    expect(other.error).toContain('already taken');
    expect(await appointments()).toHaveLength(1);
  });

  test('a repeat of a refusal gets the refusal, and a repeat of the short form its fields', async () => {
    const wrong = { ...BOOK, appointmentDate: '2026-11-17' };
    const [one, two] = [
      await use('bookClinicAppointment', wrong, { id: 'no' }),
      await use('bookClinicAppointment', wrong, { id: 'no' }),
    ];
    expect(two.body).toEqual(one.body);
    const first = await short('bookClinicAppointment', BOOK, { toolCallId: 'short-once' });
    expect((await short('bookClinicAppointment', BOOK, { toolCallId: 'short-once' })).body).toEqual(
      first.body,
    );
  });

  test('the model asking again with a new id, and the caller calling again, is the same booking', async () => {
    const one = await use('bookClinicAppointment', BOOK, { callId: 'c-8' });
    const two = await use('bookClinicAppointment', BOOK, { callId: 'c-8' });
    expect(two.result).toBe(one.result);
    expect(await appointments()).toHaveLength(1);
    const other = await use('bookClinicAppointment', BOOK, { callId: 'c-other' });
    expect(other.result).toBe(one.result);
    const another = await use('bookClinicAppointment', { ...BOOK, name: 'Ana Ruiz' }, { callId: 'c-other' });
    expect(another.error).toContain('already taken');
    expect(await appointments()).toHaveLength(1);
  });

  test('a secret opens its own clinic only', async () => {
    const other = await scene.clinic();
    await use('bookClinicAppointment', BOOK, { secret: other.secret });
    expect(await appointments()).toEqual([]);
    expect(await scene.rows(other.orgId)).toMatchObject({ appointments: 1 });
    expect(await scene.rows(clinic.orgId)).toMatchObject({ events: 0, deliveries: 0 });
  });

  test('an answer that was stored for one clinic is not another’s', async () => {
    const other = await scene.clinic();
    const one = await use('bookClinicAppointment', BOOK, { id: 'same', callId: 'same' });
    const two = await use('bookClinicAppointment', BOOK, {
      id: 'same',
      callId: 'same',
      secret: other.secret,
    });
    expect([one, two].every((answer) => answer.result?.includes('You’re booked'))).toBe(true);
    expect(await scene.rows(other.orgId)).toMatchObject({ appointments: 1 });
  });

  test('a fault of ours is an apology, is logged, and is not kept as the answer', async () => {
    await scene.owner.query(`update public.providers set working_hours = '"broken"' where org_id = $1`, [
      clinic.orgId,
    ]);
    const broken = await use('bookClinicAppointment', BOOK, { id: 'later' });
    expect(broken).toMatchObject({ status: 200, error: expect.stringContaining('I’m sorry') });
    await scene.owner.query(
      `update public.providers set working_hours = '{"1":[["09:00","17:00"]]}' where org_id = $1`,
      [clinic.orgId],
    );
    expect((await use('bookClinicAppointment', BOOK, { id: 'later' })).result).toContain('You’re booked');
  });

  describe('free times', () => {
    test('are at most three, an hour apart, with words to say and the local time', async () => {
      const { result = '' } = await use('checkAvailability', { serviceType: 'consultation' });
      const answer = JSON.parse(result);
      expect(answer.slots.map((slot: { label: string }) => slot.label)).toEqual([
        'Wednesday, November 18 at 10:15 AM',
        'Wednesday, November 18 at 11:15 AM',
        'Wednesday, November 18 at 12:15 PM',
      ]);
      expect(answer.say).toBe('I have today at 10:15 AM, 11:15 AM or 12:15 PM. Which works best?');
      expect(answer.now_local).toBe('Wednesday, November 18, 2026 at 10:00 AM');
    });

    test.each([
      ['2026-11-22', 'We’re closed on Sundays.'],
      ['2030-01-01', 'You can book up to November 18, 2027.'],
    ])('of %s are none, and it is said why', async (date, words) => {
      const { result = '' } = await use('checkAvailability', { serviceType: 'consultation', date });
      expect(JSON.parse(result)).toMatchObject({ slots: [], say: expect.stringContaining(words) });
    });

    test.each([
      ['a date that is none', { date: 'soonish' }, 'doesn’t make sense as a date'],
      ['an unknown service', { serviceType: 'surgery' }, 'It offers'],
    ])('for %s are refused in words', async (_what, given, words) => {
      expect((await use('checkAvailability', given)).error).toContain(words);
    });

    test('are found when the model sends nulls for what it does not know', async () => {
      const given = { serviceType: null, date: null, from: null, to: null };
      expect((await use('checkAvailability', given)).result).toContain('I have today at');
    });
  });

  test('the clinic can be described, in one line', async () => {
    const { result = '' } = await use('getClinicInfo', '');
    expect(JSON.parse(result)).toMatchObject({
      name: 'Bright Smiles',
      time_zone: 'America/New_York',
      now_local: 'Wednesday, November 18, 2026 at 10:00 AM',
      services: [{ service_type: 'consultation' }, { service_type: 'follow-up' }],
    });
  });
});
