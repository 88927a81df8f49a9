import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type BookingScene, createBookingScene, MONDAY_9, openCallers } from './testing.ts';

const at = (minutes: number) => new Date(Date.parse(MONDAY_9) + minutes * 60_000).toISOString();

describe('changes that race', () => {
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

  // One statement for every request, so that all of them can wait at the same line.
  const ANY = `select case $1
    when 'book' then public.book_appointment_atomic($2, 'Caller ' || chr(65 + $5::int % 26), null,
      '+1415555' || (1000 + $5::int), 'consultation', $4, 30, p_hold_id => $3)
    when 'hold' then public.hold_slot_atomic($2, 'consultation', $4, 30)
    when 'move' then public.move_appointment_atomic($2, $3, $4)
    when 'cancel' then public.cancel_appointment_atomic($2, $3)
    when 'undo' then public.undo_appointment_atomic($2, $3)
    end as answer`;
  type WantedSlot = ['book' | 'hold' | 'move' | 'cancel' | 'undo', string, string | null, string, number];
  const race = (wishes: WantedSlot[]): Promise<Answer[]> => callers.race(wishes, ANY);
  const bookOne = async (orgId: string, minutes: number, n = 500): Promise<string> => {
    const [answer] = await race([['book', orgId, null, at(minutes), n]]);
    if (!answer?.appointment_id) throw new Error(`Not booked: ${answer?.error}`);
    return answer.appointment_id;
  };
  const overlaps = async () =>
    (
      await scene.owner.query(`
        select a.id from public.appointments a join public.appointments b
          on a.org_id = b.org_id and a.provider_id = b.provider_id and a.id < b.id
          and tstzrange(a.busy_from, a.busy_to) && tstzrange(b.busy_from, b.busy_to)
        where a.status in ('pending', 'held', 'confirmed', 'arrived')
          and b.status in ('pending', 'held', 'confirmed', 'arrived')`)
    ).rows;
  const winners = (answers: Answer[]) => answers.filter(({ success }) => success);

  test('one of fifty who book, hold and move to the same slot gets it', async () => {
    const { orgId } = await scene.clinic();
    const ids: string[] = [];
    for (let n = 0; n < 10; n += 1) ids.push(await bookOne(orgId, 600 + n * 30, n));
    const answers = await race(
      Array.from({ length: 50 }, (_, n): WantedSlot => {
        if (n < 10) return ['move', orgId, ids[n] ?? null, at(0), n];
        return [n % 2 ? 'book' : 'hold', orgId, null, at(0), n];
      }),
    );
    expect(winners(answers)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === 'SLOT_UNAVAILABLE')).toHaveLength(49);
    expect(await overlaps()).toEqual([]);
  });

  test('two that swap their places crosswise never wait for each other in a circle', async () => {
    const { orgId, providerIds } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const [ada, ben] = providerIds as [string, string];
    const moveTo = `select public.move_appointment_atomic($1, $2, $3, p_provider_ids => array[$4::uuid]) as answer`;
    for (let round = 0; round < 10; round += 1) {
      const [x, y] = [await bookOne(orgId, round * 60, 1), await bookOne(orgId, round * 60, 2)];
      const providerOf = async (id: string) => (await scene.row(id)).provider_id;
      const other = async (id: string) => ((await providerOf(id)) === ada ? ben : ada);
      const answers = await callers.race(
        [
          [orgId, x, at(round * 60 + 30), await other(x)],
          [orgId, y, at(round * 60 + 30), await other(y)],
        ],
        moveTo,
      );
      expect(winners(answers)).toHaveLength(2);
    }
    expect(await overlaps()).toEqual([]);
  });

  test('a cancellation and a move of one appointment end in one of two orders, never in between', async () => {
    const { orgId } = await scene.clinic();
    for (let round = 0; round < 10; round += 1) {
      const id = await bookOne(orgId, round * 120, round);
      const [moved, cancelled] = await race([
        ['move', orgId, id, at(round * 120 + 60), 0],
        ['cancel', orgId, id, at(0), 0],
      ]);
      expect(cancelled).toMatchObject({ success: true });
      expect(moved?.error ?? 'NOT_CHANGEABLE').toBe('NOT_CHANGEABLE');
      const row = await scene.row(id);
      expect(row.status).toBe('cancelled');
      expect(row.version).toBe(moved?.success ? 3 : 2);
    }
  });

  test('either the undo or one of those who want the freed slot gets it', async () => {
    const { orgId } = await scene.clinic();
    for (let round = 0; round < 5; round += 1) {
      const id = await bookOne(orgId, round * 60, round);
      await race([['cancel', orgId, id, at(0), 0]]);
      const answers = await race([
        ['undo', orgId, id, at(0), 0],
        ...Array.from({ length: 20 }, (_, n): WantedSlot => ['book', orgId, null, at(round * 60), n]),
        ['undo', orgId, id, at(0), 0],
      ]);
      expect(winners(answers)).toHaveLength(1);
      for (const { error } of answers) {
        expect(['SLOT_UNAVAILABLE', 'NOTHING_TO_UNDO', undefined]).toContain(error);
      }
    }
    expect(await overlaps()).toEqual([]);
  });

  test('one of twenty who want the slot of an expired hold gets it; its holder doesn’t', async () => {
    const { orgId } = await scene.clinic();
    for (let round = 0; round < 5; round += 1) {
      const [held] = await race([['hold', orgId, null, at(round * 60), 0]]);
      const id = held?.hold_id ?? '';
      await scene.owner.query(
        `update appointments set hold_expires_at = now() - interval '1 second' where id = $1`,
        [id],
      );
      const [holder, ...others] = await race([
        ['book', orgId, id, at(round * 60), 99],
        ...Array.from({ length: 20 }, (_, n): WantedSlot => ['book', orgId, null, at(round * 60), n]),
      ]);
      expect(holder).toMatchObject({ error: 'HOLD_EXPIRED' });
      expect(winners(others)).toHaveLength(1);
    }
    expect(await overlaps()).toEqual([]);
  });

  test('one of two who confirm the same hold becomes its patient', async () => {
    const { orgId } = await scene.clinic();
    const [held] = await race([['hold', orgId, null, at(0), 0]]);
    const id = held?.hold_id ?? '';
    const answers = await race([
      ['book', orgId, id, at(0), 1],
      ['book', orgId, id, at(0), 2],
    ]);
    expect(winners(answers)).toHaveLength(1);
    expect((await scene.outbox(id)).map(({ topic }) => topic)).toEqual(['message.confirmation']);
  });

  test('everything at once, on overlapping windows with buffers: nothing overlaps and no one sees a deadlock', async () => {
    const { orgId } = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben', 'Dr. Cyd'] });
    await scene.owner.query(
      'update services set buffer_before_minutes = 5, buffer_after_minutes = 10 where org_id = $1',
      [orgId],
    );
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await bookOne(orgId, 2_880 + n * 45, n));
    for (let round = 0; round < 5; round += 1) {
      const answers = await race(
        Array.from({ length: 60 }, (_, n): WantedSlot => {
          const kind = (['book', 'hold', 'move', 'cancel', 'undo', 'move'] as const)[n % 6] ?? 'book';
          const id = kind === 'book' || kind === 'hold' ? null : (ids[(n + round) % 12] ?? null);
          return [kind, orgId, id, at(((n * 7 + round) % 40) * 15), n];
        }),
      );
      for (const { error } of answers) {
        expect([
          undefined,
          'SLOT_UNAVAILABLE',
          'ALREADY_BOOKED',
          'NOT_CHANGEABLE',
          'NOTHING_TO_UNDO',
        ]).toContain(error);
      }
    }
    expect(await overlaps()).toEqual([]);
  });
});
