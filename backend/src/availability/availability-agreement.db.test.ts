import type { Availability } from '@voxanne/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type BookingScene, createBookingScene } from '../booking/testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const MINUTE = 60_000;
const MONDAY = Date.parse('2026-11-23T05:00:00Z');
/** Monday to Friday. */
const DAYS = 5;
/** Small numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a clinic with hundreds of bookings, holds, sessions and busy blocks', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
    clinic = await fill(scene, 7);
    // The same again next door: its rows must never matter.
    await fill(scene, 8);
    scene.signIn(clinic);
  }, 60_000);
  afterAll(() => scene.close());

  const ask = async (service: string): Promise<Availability> =>
    (await scene.get(`/api/availability?service_type=${service}&from=2026-11-23&to=2026-11-27&explain=true`))
      .body;

  /** What the booking function answers to each request, taken back at once. */
  async function knock(
    service: string,
    minutes: number,
    requests: { start: string; providers: string[] }[],
  ): Promise<Answer[]> {
    const client = await scene.owner.connect();
    try {
      await client.query('begin; set local role voxanne_service');
      const answers: Answer[] = [];
      for (const { start, providers } of requests) {
        await client.query('savepoint before');
        const { rows } = await client.query(
          `select public.book_appointment_atomic($1, 'Ana Ruiz', null, '+14155550199', $2, $3, $4, p_provider_ids => $5, p_check_time_off => true) as answer`,
          [clinic.orgId, service, start, minutes, providers],
        );
        answers.push(rows[0].answer);
        await client.query('rollback to before');
      }
      return answers;
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  test.each([
    ['consultation', 30],
    ['group', 60],
  ])(
    '%s: what is offered can be booked, and what is said to be taken is refused',
    async (service, minutes) => {
      const { slots, explain = [] } = await ask(service);
      const taken = explain.filter(({ reason }) => reason === 'full' || reason === 'busy_elsewhere');
      expect(slots.length).toBeGreaterThan(50);
      expect(taken.length).toBeGreaterThan(100);
      const requestFor = ({ start, provider_id }: { start: string; provider_id: string }) => ({
        start,
        providers: [provider_id],
      });
      const accepted = await knock(service, minutes, slots.map(requestFor));
      expect(accepted.filter(({ success }) => !success)).toEqual([]);
      const some = taken.filter((_, index) => index % 3 === 0);
      const refused = await knock(service, minutes, some.map(requestFor));
      expect(new Set(refused.map(({ error }) => error))).toEqual(new Set(['SLOT_UNAVAILABLE']));
    },
  );

  test.each([
    ['consultation', 30],
    ['group', 60],
  ])('%s: of several who are free the one who is offered first is booked', async (service, minutes) => {
    const { slots } = await ask(service);
    const first = slots.filter(({ start }, index) => start !== slots[index - 1]?.start);
    const several = first.filter(({ start }) => slots.filter((slot) => slot.start === start).length > 1);
    expect(several.length).toBeGreaterThan(10);
    const answers = await knock(
      service,
      minutes,
      several.map(({ start }) => ({ start, providers: clinic.providerIds })),
    );
    expect(answers.map(({ provider_id }) => provider_id)).toEqual(
      several.map(({ provider_id }) => provider_id),
    );
  });
});

async function fill(scene: BookingScene, seed: number): Promise<Clinic> {
  const next = numbers(seed);
  const clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben', 'Dr. Cyd'] });
  const someone = () => clinic.providerIds[next(3)] ?? '';
  const sql = (text: string, ...values: unknown[]) => scene.owner.query(text, [clinic.orgId, ...values]);
  await sql(
    `update services set buffer_before_minutes = 5, buffer_after_minutes = 10, slot_step_minutes = 10 where org_id = $1 and slug = 'consultation'`,
  );
  await sql(
    `insert into services (org_id, name, slug, duration_minutes, capacity, slot_step_minutes) values ($1, 'Group', 'group', 60, 3, 10)`,
  );
  const at = (day: number, minute: number) => new Date(MONDAY + day * 1_440 * MINUTE + minute * MINUTE);
  const door = (name: string, args: Record<string, unknown>) =>
    scene.call(name, { p_org_id: clinic.orgId, p_provider_ids: [someone()], ...args });
  for (let n = 0; n < 170; n += 1) {
    const p_scheduled_at = at(next(DAYS), 9 * 60 + next(96) * 5);
    const patient = { p_name: 'Ben Ruiz', p_email: null, p_phone: `+1415555${String(1_000 + n)}` };
    const kind = next(10);
    if (kind < 5) {
      const visit = { p_service_type: 'follow-up', p_duration_minutes: 15, p_scheduled_at };
      const made = await door('book_appointment_atomic', { ...patient, ...visit });
      if (made.success && next(5) === 0) {
        await scene.call('cancel_appointment_atomic', {
          p_org_id: clinic.orgId,
          p_appointment_id: made.appointment_id,
        });
      }
    } else if (kind < 8) {
      const start = at(next(DAYS), 9 * 60 + next(8) * 60 + next(2) * 5);
      await door('book_appointment_atomic', {
        ...patient,
        p_service_type: 'group',
        p_duration_minutes: 60,
        p_scheduled_at: start,
      });
    } else if (kind < 9) {
      const visit = { p_service_type: 'consultation', p_duration_minutes: 30, p_scheduled_at };
      const { hold_id } = await door('hold_slot_atomic', visit);
      if (next(2) === 0) {
        await sql(
          `update appointments set hold_expires_at = now() - interval '1 second' where org_id = $1 and id = $2`,
          hold_id,
        );
      }
    } else {
      const from = at(next(DAYS), 8 * 60 + next(560));
      await sql(
        'insert into busy_blocks (org_id, provider_id, external_id, busy_from, busy_to) values ($1, $2, $3, $4, $5)',
        someone(),
        `event-${n}`,
        from,
        new Date(from.getTime() + (1 + next(50)) * MINUTE),
      );
    }
  }
  return clinic;
}
