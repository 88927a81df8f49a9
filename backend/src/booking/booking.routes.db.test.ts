import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

describe('the booking API', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    scene.signIn(clinic);
    scene.clock.set(NOW);
  });
  afterAll(() => scene.close());

  const GOOD = {
    name: 'maria LOPEZ',
    phone: '(415) 555-0132',
    email: 'Maria@Example.com',
    service_type: 'Follow up',
    scheduled_at: '2026-11-23T09:00:00-05:00',
    notes: 'first visit',
  };

  test('books, and shows the appointment by its id and in the list', async () => {
    const { status, body } = await scene.post('/api/appointments', GOOD);
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      appointment_id: expect.any(String),
      contact_id: expect.any(String),
      scheduled_at: MONDAY_9,
      confirmation: expect.stringContaining('Monday, November 23 at 9:00 AM'),
    });
    const one = await scene.get(`/api/appointments/${body.appointment_id}`);
    expect(one.body).toMatchObject({
      id: body.appointment_id,
      status: 'confirmed',
      scheduled_at: MONDAY_9,
      duration_minutes: 15,
      service_type: 'follow-up',
      provider_id: clinic.providerIds[0],
      contact: {
        id: body.contact_id,
        name: 'Maria Lopez',
        phone: '+14155550132',
        email: 'maria@example.com',
      },
      source: 'dashboard',
      calendar_event_id: null,
      sync_state: 'not_linked',
    });
    const list = await scene.get('/api/appointments');
    expect(list.body).toEqual({ data: [one.body], next_cursor: null });
  });

  test('answers 409 with other times for a taken one, and one of them is bookable by its slot_id alone', async () => {
    await scene.post('/api/appointments', GOOD);
    const taken = await scene.post('/api/appointments', { ...GOOD, name: 'Ana Ruiz' });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ code: 'SLOT_UNAVAILABLE', status: 409, retryable: false });
    expect(taken.body.alternatives.length).toBeGreaterThanOrEqual(2);
    for (const slot of taken.body.alternatives)
      expect(Object.keys(slot)).toEqual(
        expect.arrayContaining(['slot_id', 'start', 'end', 'provider_id', 'label']),
      );
    const { scheduled_at: _given, ...rest } = GOOD;
    const again = await scene.post('/api/appointments', {
      ...rest,
      name: 'Ana Ruiz',
      slot_id: taken.body.alternatives[1].slot_id,
    });
    expect(again.body).toMatchObject({ success: true, scheduled_at: taken.body.alternatives[1].start });
  });

  test('one of fifty requests for the same slot is booked, and every other one is offered something else', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        scene.post('/api/appointments', { ...GOOD, name: nameOf(n), phone: `+1415555${1_000 + n}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const losers = answers.filter(({ status }) => status === 409);
    expect(losers).toHaveLength(49);
    for (const { body } of losers) expect(body.alternatives.length).toBeGreaterThanOrEqual(2);
  });

  test.each<[string, number, object]>([
    ['VALIDATION_FAILED', 400, { name: undefined }],
    ['VALIDATION_FAILED', 400, { name: 'x'.repeat(10_000) }],
    ['VALIDATION_FAILED', 400, { phone: 4155550132 }],
    ['VALIDATION_FAILED', 400, { scheduled_at: undefined }],
    ['VALIDATION_FAILED', 400, { scheduled_at: 'tomorrow' }],
    ['VALIDATION_FAILED', 400, { scheduled_at: '2026-11-23T09:00:00' }],
    ['VALIDATION_FAILED', 400, { scheduled_at: '2027-02-30T09:00:00Z' }],
    ['VALIDATION_FAILED', 400, { duration_minutes: 1e9 }],
    ['VALIDATION_FAILED', 400, { duration_minutes: 30.5 }],
    ['VALIDATION_FAILED', 400, { provider_id: 'Dr. Ada' }],
    ['VALIDATION_FAILED', 400, { email: 'maria' }],
    ['VALIDATION_FAILED', 400, { notes: 'x'.repeat(10_000) }],
    ['VALIDATION_FAILED', 400, { org_id: '00000000-0000-0000-0000-000000000001' }],
    ['INVALID_NAME', 400, { name: '\u202e\u200b' }],
    ['INVALID_NAME', 400, { name: '\0' }],
    ['INVALID_PHONE', 400, { phone: 'not a phone' }],
    ['INVALID_PHONE', 400, { phone: '\0\0\0' }],
    ['IN_THE_PAST', 422, { scheduled_at: '0000-01-01T00:00:00Z' }],
    ['IN_THE_PAST', 422, { scheduled_at: '2023-10-06T10:00:00Z' }],
    ['BEYOND_HORIZON', 422, { scheduled_at: '9999-12-31T23:59:59Z' }],
    ['UNKNOWN_SERVICE', 422, { service_type: 'teleportation' }],
    ['UNKNOWN_SERVICE', 422, { service_type: "consultation'; drop table appointments; --" }],
    ['UNKNOWN_SERVICE', 422, { service_type: '\0' }],
    ['PROVIDER_NOT_FOUND', 422, { provider_id: '00000000-0000-0000-0000-000000000001' }],
    ['OUTSIDE_HOURS', 422, { scheduled_at: '2026-11-22T15:00:00Z' }],
    ['SLOT_EXPIRED', 422, { slot_id: 'slot-1' }],
    ['SLOT_EXPIRED', 422, { slot_id: '\0' }],
  ])('%s (%i) for %j, and nothing is written', async (code, status, change) => {
    const before = await scene.counts();
    const answer = await scene.post('/api/appointments', { ...GOOD, ...change });
    expect(answer.body).toMatchObject({ code, status, detail: expect.any(String) });
    expect(await scene.counts()).toEqual(before);
  });

  test('control characters in the notes are dropped, not stumbled over', async () => {
    const { status, body } = await scene.post('/api/appointments', { ...GOOD, notes: 'a\0b\ud800c' });
    expect(status).toBe(201);
    expect((await scene.get(`/api/appointments/${body.appointment_id}`)).body.notes).toBe('abc');
  });

  test('another clinic’s appointment does not exist', async () => {
    const { body } = await scene.post('/api/appointments', GOOD);
    scene.signIn(await scene.clinic());
    const answer = await scene.get(`/api/appointments/${body.appointment_id}`);
    expect(answer.body).toMatchObject({ status: 404, code: 'APPOINTMENT_NOT_FOUND' });
    expect((await scene.get('/api/appointments')).body.data).toEqual([]);
  });

  test('the list is cut into pages that are the same whole, also when times are equal or odd', async () => {
    for (const [n, at] of [
      '2026-11-23T14:00:00.123456Z',
      '2026-11-24T14:00:00Z',
      '2026-11-25T14:00:00.000001Z',
      '2026-11-26T14:00:00.999999Z',
      '2026-11-27T14:00:00Z',
    ].entries()) {
      await scene.owner.query(
        `select public.book_appointment_atomic($1, $2, null, $3, 'consultation', $4, 30)`,
        [clinic.orgId, `Caller ${n}`, '+14155550132', at],
      );
    }
    await scene.owner.query(
      `insert into public.providers (org_id, name) select $1, 'Dr. ' || n from generate_series(1, 4) n`,
      [clinic.orgId],
    );
    for (let n = 0; n < 4; n += 1)
      await scene.post('/api/appointments', {
        ...GOOD,
        name: nameOf(n),
        scheduled_at: '2026-11-24T14:00:00Z',
      });
    const whole = (await scene.get('/api/appointments?limit=200')).body.data.map(
      (row: { id: string }) => row.id,
    );
    expect(whole).toHaveLength(9);
    for (const limit of [1, 2, 4, 9]) {
      const pages: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null && pages.length <= whole.length) {
        const url: string = `/api/appointments?limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const { body } = await scene.get(url);
        pages.push(...body.data.map((row: { id: string }) => row.id));
        cursor = body.next_cursor;
      }
      expect(pages, `${limit} a page`).toEqual(whole);
    }
  });

  test('the list is narrowed by time and status', async () => {
    await scene.post('/api/appointments', GOOD);
    await scene.post('/api/appointments', { ...GOOD, scheduled_at: '2026-11-24T14:00:00Z' });
    const count = async (query: string) => (await scene.get(`/api/appointments?${query}`)).body.data.length;
    expect(await count('from=2026-11-23T14:00:00Z&to=2026-11-24T14:00:00Z')).toBe(1);
    expect(await count('from=2026-11-23T14:00:01Z')).toBe(1);
    expect(await count('status=confirmed')).toBe(2);
    expect(await count('status=cancelled')).toBe(0);
    expect(await count('from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toBe(2);
  });

  test.each(['nonsense', '%00'])('a cursor that was not given out here (%s) is refused', async (cursor) => {
    const { body } = await scene.get(`/api/appointments?cursor=${cursor}`);
    expect(body).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
  });

  test('says what the clinic offers', async () => {
    const { body } = await scene.get('/api/services');
    expect(body.data.map((service: { slug: string }) => service.slug)).toEqual(['consultation', 'follow-up']);
  });

  describe('free times', () => {
    const free = async (query: string) =>
      (await scene.get(`/api/availability?service_type=consultation${query}`)).body;

    test('a day’s free times are those of the clinic’s local day, with labels to read aloud', async () => {
      const { slots, reasons } = await free('&from=2026-11-23&to=2026-11-23');
      expect(reasons).toEqual([]);
      expect(slots).toHaveLength(31);
      expect(slots[0]).toMatchObject({
        start: MONDAY_9,
        end: '2026-11-23T14:30:00.000Z',
        label: 'Monday, November 23 at 9:00 AM',
        provider_id: clinic.providerIds[0],
      });
    });

    test('without a day are those of the next seven, and no day before it opens is called full', async () => {
      scene.clock.set('2026-11-23T10:00:00Z');
      const { slots, reasons } = await free('');
      expect(slots[0].start).toBe(MONDAY_9);
      expect(slots.at(-1).start < '2026-11-30T10:00:00Z').toBe(true);
      expect(reasons.map((one: { date: string; reason: string }) => [one.date, one.reason])).toEqual([
        ['2026-11-28', 'closed'],
        ['2026-11-29', 'closed'],
        ['2026-11-30', 'out_of_range'],
      ]);
    });

    test('never lie before now', async () => {
      scene.clock.set('2026-11-23T18:07:00Z');
      const { slots } = await free('&from=2026-11-01&to=2026-11-23');
      expect(slots[0].start).toBe('2026-11-23T18:15:00.000Z');
    });

    test.each([
      ['closed', '&from=2026-11-22&to=2026-11-22'],
      ['past', '&from=2026-11-16&to=2026-11-17'],
      ['horizon', '&from=2028-01-03&to=2028-01-03'],
      ['out_of_range', '&from=2026-11-23T23:00:00Z&to=2026-11-24T02:00:00Z'],
      ['too_many_days', '&from=2026-11-23&to=2027-03-01'],
    ])('%s is said of %s', async (reason, query) => {
      const { reasons } = await free(query);
      expect(reasons.map((one: { reason: string }) => one.reason)).toContain(reason);
      for (const one of reasons) expect(one.detail).toMatch(/^[A-Z0-9].+\.$/);
    });

    test('each day that has passed is shown as such', async () => {
      const said = async (query: string) =>
        (await free(query)).reasons.map(
          (one: { date: string; reason: string }) => `${one.date} ${one.reason}`,
        );
      const gone = ['2026-11-15 past', '2026-11-16 past', '2026-11-17 past'];
      expect(await said('&from=2026-11-15&to=2026-11-17')).toEqual(gone);
      expect(await said('&from=2026-11-15&to=2026-11-19')).toEqual(gone);
      expect(await said('&from=2020-01-01&to=2026-11-17')).toHaveLength(31);
    });

    test('a day that is booked out says full, whole', async () => {
      for (let hour = 14; hour < 22; hour += 1) {
        await scene.owner.query(
          `select public.book_appointment_atomic($1, 'Maria', null, '+14155550132', 'consultation', $2, 60)`,
          [clinic.orgId, `2026-11-23T${hour}:00:00Z`],
        );
      }
      expect(await free('&from=2026-11-23&to=2026-11-23')).toEqual({
        slots: [],
        reasons: [{ date: '2026-11-23', reason: 'full', detail: 'That day is fully booked.' }],
      });
    });

    test.each<[string, number, string]>([
      ['INVALID_TIME', 400, '&from=2026-02-30'],
      ['INVALID_TIME', 400, '&from=tomorrow'],
      ['INVALID_TIME', 400, '&from=2026-11-23T09:00:00'],
      ['INVALID_TIME', 400, '&from=%00'],
      ['INVALID_TIME', 400, '&from=2026-11-25&to=2026-11-23'],
      ['INVALID_TIME', 400, '&time_zone=Mars/Olympus'],
      ['PROVIDER_NOT_FOUND', 422, '&provider_id=00000000-0000-0000-0000-000000000001'],
    ])('%s (%i) for %s', async (code, status, query) => {
      expect(await free(query)).toMatchObject({ code, status });
    });

    test('another clinic’s provider has no free times to see', async () => {
      const other = await scene.clinic();
      expect(await free(`&provider_id=${other.providerIds[0]}`)).toMatchObject({
        code: 'PROVIDER_NOT_FOUND',
      });
    });

    test('may be labelled in another time zone and stay the same times', async () => {
      const { slots } = await free('&from=2026-11-23&to=2026-11-23&time_zone=Europe/London');
      expect(slots[0]).toMatchObject({ start: MONDAY_9, label: 'Monday, November 23 at 2:00 PM' });
    });

    test('keep nine o’clock nine o’clock over the winter', async () => {
      const { slots } = await free('&from=2027-03-12&to=2027-03-15');
      const starts = slots.map((slot: { start: string }) => slot.start);
      expect(starts).toContain('2027-03-12T14:00:00.000Z');
      expect(starts).toContain('2027-03-15T13:00:00.000Z');
      expect(starts).not.toContain('2027-03-15T12:45:00.000Z');
    });
  });
});

/** Its own name for everyone: "Caller Ab". */
function nameOf(n: number): string {
  return `Caller ${'ABCDEFGHIJ'[Math.floor(n / 10)]}${'abcdefghij'[n % 10]}`;
}
