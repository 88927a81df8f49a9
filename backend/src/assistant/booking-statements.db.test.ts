import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

/** Wednesday, November 18, 10:00 in New York; the clinic is open from nine to five on workdays. */
describe('what a booking by voice asks the database', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  /** Everything that is sent while a tool answers, transactions' ends aside. */
  async function statementsOf(given: Record<string, unknown>, from = '+14155550132') {
    const use = scene.caller(clinic.secret, { from, callId: from });
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    const { said } = await use('bookClinicAppointment', {
      name: 'Ana Ruiz',
      serviceType: 'consultation',
      ...given,
    });
    const texts = sent.mock.calls
      .map(([first]) => (typeof first === 'string' ? first : String((first as { text?: string }).text)))
      .filter((text) => !/^(begin|commit|rollback)\b/.test(text));
    sent.mockRestore();
    const count = (what: RegExp) => texts.filter((text) => what.test(text)).length;
    return {
      said,
      all: texts.length,
      rules: count(/app_private\.clinic_rules/),
      calendars: count(/app_private\.clinic_calendar/),
    };
  }

  test('a time in words: the rules once, and no one’s calendar', async () => {
    const { said, ...asked } = await statementsOf({ dateText: 'tomorrow at 10 am' });
    expect([said, asked]).toEqual([
      expect.stringContaining('You’re booked'),
      { all: 7, rules: 1, calendars: 0 },
    ]);
  });
  test('a provider and a time in words: the rules once', async () => {
    await scene.owner.query(`update public.providers set name = 'Dr. Lee' where org_id = $1`, [clinic.orgId]);
    const { said, ...asked } = await statementsOf({ dateText: 'tomorrow at 10 am with Dr. Lee' });
    expect([said, asked]).toEqual([
      expect.stringContaining('You’re booked'),
      { all: 7, rules: 1, calendars: 0 },
    ]);
  });
  test('a time that is taken: one look for others', async () => {
    await statementsOf({ dateText: 'tomorrow at 10 am' });
    const { said, ...asked } = await statementsOf(
      { name: 'Bo Lund', dateText: 'tomorrow at 10 am' },
      '+14155550177',
    );
    expect([said, asked]).toEqual([expect.stringContaining('taken'), { all: 8, rules: 1, calendars: 1 }]);
  });
  test('a month that is full: still one look for others', async () => {
    await scene.owner.query(
      `insert into public.time_off (org_id, title, starts_local, ends_local)
       values ($1, 'Renovation', '2026-11-19', '2026-12-31')`,
      [clinic.orgId],
    );
    const { said, ...asked } = await statementsOf({
      appointmentDate: '2026-11-20',
      appointmentTime: '10:00',
    });
    expect([said, asked]).toEqual([expect.any(String), { all: 6, rules: 1, calendars: 1 }]);
  });
  test('a time when no one works: one look for others, however far away they are', async () => {
    const { said, ...asked } = await statementsOf({
      appointmentDate: '2026-11-22',
      appointmentTime: '10:00',
    });
    expect([said, asked]).toEqual([expect.any(String), { all: 6, rules: 1, calendars: 1 }]);
  });
});
