import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

interface Offer {
  slot_id: string;
  start: string;
  calendar_state?: string;
}

describe('a time that is offered on the phone', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let lastId = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const use = async (tool: string, given: object) => {
    lastId += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      {
        toolCallId: `offer-${lastId}`,
        tool: { arguments: { serviceType: 'consultation', ...given } },
        customer: { number: `+1415555${1000 + lastId}` },
      },
      { authorization: `Bearer ${clinic.secret}` },
    );
    return body;
  };
  const offers = async (): Promise<Offer[]> =>
    JSON.parse((await use('checkAvailability', { date: '2026-11-23' })).results[0].result).slots;
  const book = (slotId: string, name: string) => use('bookClinicAppointment', { slotId, name });

  test('is with anyone who is free: two callers who hear of it both get it, the third hears of others', async () => {
    await scene.owner.query(`insert into public.providers (org_id, name) values ($1, 'Dr. Second')`, [
      clinic.orgId,
    ]);
    const [first, second] = [await offers(), await offers()];
    expect(first.map(({ start }) => start)).toEqual(second.map(({ start }) => start));
    expect(await book(first[0]?.slot_id ?? '', 'Ana Ruiz')).toMatchObject({ success: true });
    expect(await book(second[0]?.slot_id ?? '', 'Ben Ruiz')).toMatchObject({ success: true });
    expect(await book(first[0]?.slot_id ?? '', 'Cy Ruiz')).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
  });

  test('says so when its calendar could not be read lately, and only then', async () => {
    expect((await offers()).map((offer) => 'calendar_state' in offer)).toEqual([false, false, false]);
    await scene.owner.query(
      `insert into public.calendar_mirrors (org_id, provider_id, synced_at)
       select org_id, id, now() - interval '1 year' from public.providers where org_id = $1`,
      [clinic.orgId],
    );
    expect((await offers()).map((offer) => offer.calendar_state)).toEqual(['stale', 'stale', 'stale']);
  });
});
