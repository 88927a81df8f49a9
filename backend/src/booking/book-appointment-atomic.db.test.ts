import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, openCallers } from './testing.ts';

const BOOK = `select public.book_appointment_atomic($1, $2, null, $3, 'consultation', $4, $5,
  p_provider_ids => nullif(array[$6::uuid], array[null::uuid])) as answer`;
const phone = (n: number) => `+1415555${String(1_000 + n)}`;
const at = (minutes: number) => new Date(Date.parse(MONDAY_9) + minutes * 60_000);

describe('book_appointment_atomic in a race', () => {
  let scene: BookingScene;
  let callers: ReturnType<typeof openCallers>;
  beforeAll(async () => {
    scene = await createBookingScene();
    callers = openCallers(scene.runtimeUrl, 60);
  });
  afterAll(async () => {
    await callers.close();
    await scene.close();
  });

  const overlaps = async () =>
    (
      await scene.owner.query(`
        select a.id from public.appointments a join public.appointments b
          on a.org_id = b.org_id and a.provider_id = b.provider_id and a.id < b.id
          and tstzrange(a.busy_from, a.busy_to) && tstzrange(b.busy_from, b.busy_to)
        where a.status in ('pending', 'held', 'confirmed', 'arrived')
          and b.status in ('pending', 'held', 'confirmed', 'arrived')`)
    ).rows;

  test('one of fifty who want the same slot gets it, and forty-nine hear that it is taken', async () => {
    const { orgId } = await scene.clinic();
    const answers = await callers.race(
      Array.from({ length: 50 }, (_, n) => [orgId, `Caller ${n}`, phone(n), MONDAY_9, 30, null]),
      BOOK,
    );
    expect(answers.filter((answer) => answer.success)).toHaveLength(1);
    expect(answers.filter((answer) => answer.error === 'SLOT_UNAVAILABLE')).toHaveLength(49);
    const { rows } = await scene.owner.query(
      `select (select count(*)::int from public.appointments where org_id = $1) as appointments,
        (select count(*)::int from public.leads where org_id = $1) as contacts,
        (select count(*)::int from public.outbox where org_id = $1 and topic = 'message.confirmation') as texts,
        (select count(*)::int from public.audit_log where org_id = $1 and action = 'appointment.booked') as audited`,
      [orgId],
    );
    expect(rows[0]).toEqual({ appointments: 1, contacts: 1, texts: 1, audited: 1 });
  });

  test('windows that overlap only in part are never both booked, however they are mixed', async () => {
    const { orgId } = await scene.clinic();
    for (let round = 0; round < 4; round += 1) {
      const wishes = Array.from({ length: 48 }, (_, n) => [
        orgId,
        `Caller ${n}`,
        phone(n),
        at(round * 1_440 + (n % 12) * 10),
        [15, 30, 45, 60][n % 4],
        null,
      ]);
      const answers = await callers.race(wishes, BOOK);
      expect(answers.some((answer) => answer.success)).toBe(true);
      for (const answer of answers) expect(answer.error ?? 'SLOT_UNAVAILABLE').toBe('SLOT_UNAVAILABLE');
    }
    expect(await overlaps()).toEqual([]);
  });

  test('appointments that only touch are both booked', async () => {
    const { orgId } = await scene.clinic();
    const answers = await callers.race(
      [at(0), at(30), at(60)].map((start, n) => [orgId, `Caller ${n}`, phone(n), start, 30, null]),
      BOOK,
    );
    expect(answers.map((answer) => answer.success)).toEqual([true, true, true]);
  });

  test('two providers take two of twenty callers, and the work goes to the one with less of it', async () => {
    const { orgId, providerIds } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const answers = await callers.race(
      Array.from({ length: 20 }, (_, n) => [orgId, `Caller ${n}`, phone(n), MONDAY_9, 30, null]),
      BOOK,
    );
    const booked = answers.filter((answer) => answer.success);
    expect(booked.map((answer) => answer.provider_id).sort()).toEqual(providerIds.toSorted());
    await callers.race([[orgId, 'Early', phone(30), at(60), 30, providerIds[0]]], BOOK);
    const [next] = await callers.race([[orgId, 'Next', phone(31), at(120), 30, null]], BOOK);
    expect(next?.provider_id).toBe(providerIds[1]);
  });

  test('who is free is booked, though they have more to do that day', async () => {
    const { orgId, providerIds } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const [ada, ben] = providerIds;
    const book = async (minutes: number, provider: string | null | undefined) =>
      (
        await callers.race([[orgId, `Caller ${minutes}`, phone(minutes), at(minutes), 30, provider]], BOOK)
      )[0];
    await book(0, ada);
    for (const minutes of [60, 120, 180]) await book(minutes, ben);
    expect(await book(15, null)).toMatchObject({ success: true, provider_id: ben });
  });

  test('callers who ask for one provider and callers who take any never wait for each other in a circle', async () => {
    const { orgId, providerIds } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben', 'Dr. Cyd'] });
    const answers = await callers.race(
      Array.from({ length: 60 }, (_, n) => [
        orgId,
        `Caller ${n}`,
        phone(n),
        at((n % 5) * 15),
        30,
        [null, ...providerIds.toReversed()][n % 4],
      ]),
      BOOK,
    );
    for (const answer of answers) expect(answer.error ?? 'SLOT_UNAVAILABLE').toBe('SLOT_UNAVAILABLE');
    expect(await overlaps()).toEqual([]);
  });

  test('two clinics book the same time, each its own', async () => {
    const clinics = [await scene.clinic(), await scene.clinic()];
    const answers = await callers.race(
      clinics.map(({ orgId }) => [orgId, 'Maria Lopez', phone(1), MONDAY_9, 30, null]),
      BOOK,
    );
    expect(answers.map((answer) => answer.success)).toEqual([true, true]);
    expect(answers[0]?.contact_id).not.toBe(answers[1]?.contact_id);
  });

  test('a clinic does not wait for another clinic that is just booking', async () => {
    const [mine, theirs] = [await scene.clinic(), await scene.clinic()];
    const client = await scene.owner.connect();
    try {
      await client.query('begin');
      await client.query(BOOK, [theirs.orgId, 'Theirs', phone(2), MONDAY_9, 30, null]);
      const [answer] = await callers.race([[mine.orgId, 'Mine', phone(3), MONDAY_9, 30, null]], BOOK);
      expect(answer).toMatchObject({ success: true });
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('a person who calls for the first time on two lines at once is one contact', async () => {
    const { orgId } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const answers = await callers.race(
      Array.from({ length: 16 }, (_, n) => [
        orgId,
        n % 2 ? 'maria lopez' : 'MARIA LOPEZ',
        '+14155550132',
        at(n * 30),
        30,
        null,
      ]),
      BOOK,
    );
    expect(answers.every((answer) => answer.success)).toBe(true);
    expect(new Set(answers.map((answer) => answer.contact_id)).size).toBe(1);
  });

  test('on the phone the same patient at the same time is one appointment, however often and in how many calls it is asked for', async () => {
    const { orgId } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const inCall = `select public.book_appointment_atomic($1, $2, null, $3, 'consultation', $4, 30,
      p_source => 'voice', p_call_id => $5) as answer`;
    const answers = await callers.race(
      Array.from({ length: 10 }, () => [orgId, 'Maria Lopez', '(415) 555-0132', MONDAY_9, 'call-1']),
      inCall,
    );
    expect(new Set(answers.map((answer) => answer.appointment_id)).size).toBe(1);
    expect(answers.filter((answer) => answer.repeated)).toHaveLength(9);
    const [otherCall, otherTime, otherPhone] = [
      ...(await callers.race([[orgId, 'Maria Lopez', '+14155550132', MONDAY_9, 'call-2']], inCall)),
      ...(await callers.race([[orgId, 'Maria Lopez', '+14155550132', at(60), 'call-1']], inCall)),
      ...(await callers.race([[orgId, 'Ana Lopez', '+14155550133', at(60), 'call-1']], inCall)),
    ];
    const ids = [otherCall, otherTime, otherPhone].map((answer) => answer?.appointment_id);
    expect(otherCall).toMatchObject({ repeated: true, appointment_id: answers[0]?.appointment_id });
    expect(new Set(ids).size).toBe(3);
  });

  test('a row that was written past the lock is still not doubled', async () => {
    const { orgId, providerIds } = await scene.clinic();
    const [contact] = await callers.race([[orgId, 'Somebody', phone(5), at(600), 30, null]], BOOK);
    const client = await scene.owner.connect();
    try {
      await client.query('begin');
      await client.query(
        `insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at,
           duration_minutes, busy_from, busy_to)
         values ($1, $2, $3, 'consultation', $4, 30, $4, $4::timestamptz + interval '30 minutes')`,
        [orgId, providerIds[0], contact?.contact_id, MONDAY_9],
      );
      const before = await scene.counts();
      const attempt = callers.race([[orgId, 'Newcomer', phone(6), MONDAY_9, 30, null]], BOOK);
      // It has come to the row that is not committed, and waits for its end.
      await expect
        .poll(async () => {
          const { rows } = await scene.owner.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          );
          return rows.length;
        })
        .toBe(1);
      await client.query('commit');
      expect((await attempt)[0]).toMatchObject({ success: false, error: 'SLOT_UNAVAILABLE' });
      const after = await scene.counts();
      expect({ ...after, appointments: null, events: null }).toEqual({
        ...before,
        appointments: null,
        events: null,
      });
      const { rows } = await scene.owner.query(
        `select count(*)::int as n from public.leads where org_id = $1`,
        [orgId],
      );
      expect(rows[0].n).toBe(1);
    } finally {
      client.release();
    }
  });
});
