import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

/** They must never be in a log. */
const PATIENT = {
  name: 'Xaverine Quillfeather',
  phone: '+14155550187',
  email: 'xaverine@quillfeather.example',
};
const TRACES = /xaverine|quillfeather|5550187/i;
const MONDAY_9 = '2026-11-23T14:00:00Z';
/** Of December 2026. */
const WORKDAYS = ['01', '02', '03', '04', '07', '08', '09', '10'];
const NOWHERE = '00000000-0000-4000-8000-000000000001';
const HUGE = 'x'.repeat(10_000);
const INJECTION = "'; drop table appointments; --";
const BIDI = '\u202e\u2066\u200b';

const notText = [undefined, null, 7, true, [], {}];
const notTextIfThere = notText.slice(1);
const hostile = [HUGE, INJECTION, BIDI, '\0'];
const notIds = [...notTextIfThere, ...hostile, 'Dr. Ada'];
const unknownId = [...notIds, NOWHERE];
const notTimes = [
  ...notTextIfThere,
  ...hostile,
  '',
  'tomorrow',
  '2026-11-23',
  '2026-11-23T09:00:00',
  '2027-02-30T09:00:00Z',
  '2026-11-23T25:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
];
const notMinutes = [null, '30', 0, -30, 30.5, 4, 481, 1e9, Number.MAX_SAFE_INTEGER, [], {}];
const notFlags = [null, 'yes', 1, [], {}];
const notReasons = [null, '', '   ', 7, [], {}, HUGE];
const notNames = [...notText, ...hostile, '', '   ', 'N/A', '12345', `${PATIENT.name}${INJECTION}`];
const notPhones = [...notText, ...hostile, '', 'anonymous', '911', '12345', '+1', `+${'9'.repeat(30)}`];
const notEmails = [...notTextIfThere, ...hostile, '', 'xaverine', `${'x'.repeat(250)}@quillfeather.example`];
const notServices = [...notText, ...hostile, '', 'teleportation'];
const notDates = [
  ...notTextIfThere,
  ...hostile,
  '',
  '2026-02-30',
  '0000-00-00',
  '0000-01-01',
  '9999-12-31',
  'tomorrow',
];

type Fields = Record<string, readonly unknown[]>;
interface Route {
  method: 'POST' | 'PATCH';
  path: string;
  /** What is right; each bad value takes the place of one field of it. */
  good: object;
  fields: Fields;
}

const when = { scheduled_at: notTimes, duration_minutes: notMinutes, provider_id: unknownId };
const appointment = '/api/appointments/:appointment';
const routes: Record<string, Route> = {
  'a booking': {
    method: 'POST',
    path: '/api/appointments',
    good: { ...PATIENT, service_type: 'consultation', scheduled_at: MONDAY_9 },
    fields: {
      ...when,
      name: notNames,
      phone: notPhones,
      email: notEmails,
      service_type: notServices,
      scheduled_at: [undefined, ...notTimes],
      slot_id: [...notTextIfThere, ...hostile, '', 'slot-1', 'a.b.c'],
      hold_id: unknownId,
      notes: [null, 7, [], {}, HUGE],
      status: [null, '', 'held', 'cancelled', 7, HUGE, INJECTION],
      overbook: notFlags,
      outside_hours: notFlags,
      already_here: notFlags,
      off_step: notFlags,
      reason: notReasons,
      org_id: [NOWHERE],
    },
  },
  'a move': {
    method: 'PATCH',
    path: appointment,
    good: { scheduled_at: MONDAY_9 },
    fields: {
      ...when,
      scheduled_at: [undefined, ...notTimes],
      slot_id: [...notTextIfThere, ...hostile, '', 'slot-1'],
      version: [null, '1', 0, -1, 1.5, 1e30, {}],
      notify: notFlags,
      overbook: notFlags,
      outside_hours: notFlags,
      already_here: notFlags,
      off_step: notFlags,
      service_type: notServices.slice(1),
      contact_id: unknownId,
      notes: [7, [], {}, HUGE],
      reason: notReasons,
      status: ['cancelled'],
    },
  },
  'a cancellation': {
    method: 'POST',
    path: `${appointment}/cancel`,
    good: {},
    fields: { reason: notReasons, notify: notFlags, org_id: [NOWHERE] },
  },
  'an undoing': {
    method: 'POST',
    path: `${appointment}/undo`,
    good: {},
    fields: { reason: notReasons, org_id: [NOWHERE] },
  },
  'a change of status': {
    method: 'POST',
    path: `${appointment}/status`,
    good: { status: 'arrived', early: true },
    fields: {
      status: [...notText, ...hostile, '', 'held', 'cancelled', 'pending'],
      early: notFlags,
      reason: notReasons,
    },
  },
  'a hold': {
    method: 'POST',
    path: '/api/holds',
    good: { service_type: 'consultation', scheduled_at: MONDAY_9 },
    fields: {
      ...when,
      service_type: notServices,
      slot_id: [...notTextIfThere, ...hostile, '', 'slot-1'],
      minutes: [null, '10', 0, -1, 61, 1.5, 1e9],
      contact_id: [NOWHERE],
    },
  },
  'somebody who waits': {
    method: 'POST',
    path: '/api/waitlist',
    good: { ...PATIENT, service_type: 'consultation' },
    fields: {
      name: notNames,
      phone: notPhones,
      email: notEmails,
      service_type: notServices,
      provider_id: unknownId,
      contact_id: unknownId,
      earliest_date: notDates,
      latest_date: [...notDates, '2020-01-01'],
      windows: [
        null,
        'morning',
        {},
        [['12:00', '09:00']],
        [['25:00', '26:00']],
        [['09:00']],
        [[INJECTION, BIDI]],
        Array.from({ length: 11 }, () => ['09:00', '12:00']),
      ],
    },
  },
  'a contact': {
    method: 'PATCH',
    path: '/api/contacts/:contact',
    good: {},
    fields: {
      name: notNames.slice(1),
      phone: notPhones.slice(1),
      // What has no visible character empties the field, as an empty text does.
      email: notEmails.filter((value) => ![null, '', BIDI].includes(value as string)),
      title: [7, [], {}, HUGE],
      status: [null, '', 7, 'gone', HUGE, INJECTION],
      notes: [7, [], {}, HUGE],
      proposed_email: ['xaverine@quillfeather.example', 7, {}],
      org_id: [NOWHERE],
    },
  },
};

const cases = Object.entries(routes).flatMap(([name, route]) =>
  Object.entries(route.fields).map(([field, values]) => ({ name, route, field, values })),
);
const short = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

describe('whatever is wrong', () => {
  let db: TestDatabase;
  let app: Awaited<ReturnType<typeof createTestApp>>;
  let bearer: Record<string, string>;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { clock: fixedClock('2026-11-18T15:00:00Z') });
    ({ bearer } = await app.signUp({ time_zone: 'America/New_York' }));
    const answer = await ask('POST', '/api/appointments', {
      ...PATIENT,
      service_type: 'consultation',
      scheduled_at: '2026-11-24T14:00:00Z',
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    ids.appointment = answer.body.appointment_id;
    ids.contact = answer.body.contact_id;
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  async function ask(method: 'POST' | 'PATCH', path: string, payload: object) {
    const url = path.replace(/:(appointment|contact)/, (_, name: string) => ids[name] ?? '');
    const answer = await app.app.inject({ method, url, payload, headers: bearer });
    return { status: answer.statusCode, body: answer.json() };
  }

  /** Every row of every table that a booking or a patient touches. */
  async function everything(): Promise<string> {
    const tables = ['appointments', 'leads', 'waitlist', 'outbox', 'messages', 'audit_log', 'events'];
    const { rows } = await db.owner.query(
      tables
        .map(
          (table) => `select '${table}' as name, count(*), md5(string_agg(t::text, ',' order by t::text))
          from public.${table} t`,
        )
        .join(' union all '),
    );
    return JSON.stringify(rows);
  }

  test.each(cases)(
    'about $name, in $field, is answered in words, and nothing is written or logged',
    async ({ route, field, values }) => {
      const before = await everything();
      app.lines.length = 0;
      for (const value of values) {
        const { status, body } = await ask(route.method, route.path, { ...route.good, [field]: value });
        expect(status, short(value)).toBeGreaterThanOrEqual(400);
        expect(status, short(value)).toBeLessThan(500);
        expect(body, short(value)).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]{4,}$/) });
        expect(body.detail.length, short(value)).toBeGreaterThan(15);
        expect(body.detail.length, `${short(value)}: ${body.detail.slice(0, 100)}`).toBeLessThan(600);
      }
      expect(await everything()).toBe(before);
      expect(JSON.stringify(app.lines)).not.toMatch(TRACES);
    },
  );

  test('is the only reason: without it each of them is taken', async () => {
    // In the order in which they are listed: what is undone was cancelled before.
    for (const [day, [name, { method, path, good }]] of Object.entries(routes).entries()) {
      const at = 'scheduled_at' in good ? { scheduled_at: `2026-12-${WORKDAYS[day]}T15:00:00Z` } : {};
      const body = name === 'a contact' ? { notes: 'Prefers mornings.' } : { ...good, ...at };
      const taken = await ask(method, path, body);
      expect([200, 201], `${name}: ${JSON.stringify(taken.body)}`).toContain(taken.status);
    }
  });

  test.each([INJECTION, BIDI, HUGE, '..%2F..%2Fetc%2Fpasswd', '%00', NOWHERE])(
    'in the address (%#) is answered in words, and nothing is written',
    async (id) => {
      const before = await everything();
      for (const [method, path, good] of Object.values(routes)
        .filter(({ path }) => path.includes(':'))
        .map(({ method, path, good }) => [method, path, good] as const)) {
        const url = path.replace(/:(appointment|contact)/, id.includes('%') ? id : encodeURIComponent(id));
        const answer = await app.app.inject({ method, url, payload: good, headers: bearer });
        expect([400, 404, 414], `${method} ${url.slice(0, 80)}`).toContain(answer.statusCode);
        expect(answer.json().code).toMatch(/^[A-Z_]{4,}$/);
      }
      expect(await everything()).toBe(before);
    },
  );

  test.each([
    ['no JSON', '{"name": "Xaverine Quillfeather"', 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['a text', '"Xaverine Quillfeather"', 400],
    ['a megabyte and more', JSON.stringify({ ...PATIENT, notes: 'x'.repeat(1_100_000) }), 413],
  ])(
    'as a body that is %s is answered in words, and nobody is named in the log',
    async (_, payload, status) => {
      const before = await everything();
      app.lines.length = 0;
      const answer = await app.app.inject({
        method: 'POST',
        url: '/api/appointments',
        payload,
        headers: { ...bearer, 'content-type': 'application/json' },
      });
      expect(answer.json()).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
      expect(await everything()).toBe(before);
      expect(JSON.stringify(app.lines)).not.toMatch(TRACES);
    },
  );
});
