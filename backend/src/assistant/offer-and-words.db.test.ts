import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, createAssistantScene } from './testing.ts';

/** Wednesday, November 18, 10:00 in New York. */
describe('an offer that was chosen, beside what the caller said', () => {
  let scene: AssistantScene;
  let use: ReturnType<AssistantScene['caller']>;
  let slotId: string;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  beforeEach(async () => {
    use = scene.caller((await scene.clinic()).secret);
    const { said } = await use('checkAvailability', {
      serviceType: 'consultation',
      date: '2026-11-20',
      time: '09:00',
    });
    slotId = JSON.parse(said).slots[0].slot_id;
  });
  afterAll(() => scene.close());

  const book = (given: object) =>
    use('bookClinicAppointment', { name: 'Ana Ruiz', serviceType: 'consultation', slotId, ...given });

  test.each<[string, object]>([
    ['another hour', { dateText: 'November 20 at 3 pm' }],
    ['another hour alone', { dateText: 'at 3' }],
    ['another day', { dateText: 'Thursday at 9' }],
    ['another day alone', { dateText: 'tomorrow' }],
    ['another part of the day', { dateText: 'Friday afternoon' }],
    ['a bound that leaves it out', { dateText: 'Friday after 10' }],
    ['another hour in a field', { appointmentTime: '15:00' }],
    ['another date in a field', { date: '2026-11-23' }],
    ['another moment', { scheduledAt: '2026-11-20T15:00:00' }],
    ['another weekday', { weekday: 'Monday' }],
  ])('is asked about: %s', async (_what, given) => {
    const { ok, said } = await book(given);
    expect({ ok, said }).toEqual({
      ok: false,
      said: expect.stringContaining('9:00 AM on Friday, November 20'),
    });
  });

  test('the question names both times', async () => {
    expect((await book({ dateText: 'November 20 at 3 pm' })).said).toContain(
      'Do you mean 9:00 AM on Friday, November 20, 2026 or 3:00 PM on Friday, November 20, 2026?',
    );
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['the same', { dateText: 'Friday at 9', date: '2026-11-20', appointmentTime: '09:00' }],
    ['the day', { dateText: 'on Friday' }],
    ['the part of the day', { dateText: 'Friday morning' }],
    ['about the hour', { dateText: 'Friday around 9:30' }],
    ['a choice among the offers', { dateText: 'the first one' }],
    ['no day or time', { dateText: 'as soon as possible' }],
  ])('is booked beside words that fit: %s', async (_what, given) => {
    expect(await book(given)).toMatchObject({ ok: true, said: expect.stringContaining('November 20') });
  });

  test('is no place to move to beside another hour', async () => {
    await book({});
    const { ok, said } = await use('rescheduleAppointment', {
      name: 'Ana Ruiz',
      slotId,
      dateText: 'Friday at 3 pm',
    });
    expect({ ok, said }).toEqual({
      ok: false,
      said: expect.stringContaining('Do you mean 9:00 AM on Friday'),
    });
  });
});
