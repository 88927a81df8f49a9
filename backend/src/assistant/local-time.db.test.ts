import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const NOW = 'Wednesday, November 18, 2026 at 10:00 AM';
const BOOK = {
  name: 'Maria Lopez',
  serviceType: 'consultation',
  appointmentDate: '2026-11-23',
  appointmentTime: '09:00',
};

describe('every answer of a tool names the clinic’s own date and time', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let lastId = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const use = async (tool: string, given: unknown) => {
    lastId += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      { toolCallId: `time-${lastId}`, tool: { arguments: given }, customer: { number: '+14155550132' } },
      { authorization: `Bearer ${clinic.secret}` },
    );
    return { body, said: body.results[0].result ?? body.results[0].error };
  };

  test.each<[string, string, unknown]>([
    ['what is booked', 'bookClinicAppointment', BOOK],
    ['a refusal', 'bookClinicAppointment', { ...BOOK, appointmentDate: '2026-11-22' }],
    ['a question about the date', 'bookClinicAppointment', { ...BOOK, appointmentDate: '2026-11-17' }],
    ['arguments that are not understood', 'bookClinicAppointment', { ...BOOK, name: { first: 'Ana' } }],
    ['free times', 'checkAvailability', { serviceType: 'consultation' }],
    ['what the clinic is', 'getClinicInfo', {}],
    ['what is to come', 'findAppointments', { name: 'Ana Ruiz' }],
    ['an appointment that nobody has', 'cancelAppointment', { name: 'Ana Ruiz' }],
    ['one that nobody can move', 'rescheduleAppointment', { name: 'Ana Ruiz' }],
  ])('with %s', async (_what, tool, given) => {
    const { body, said } = await use(tool, given);
    expect(said).toContain(NOW);
    expect(said).not.toMatch(/[\r\n]/);
    expect(body).toMatchObject({ now_local: NOW });
  });

  test('the date and time are the clinic’s, not the server’s', async () => {
    clinic = await scene.clinic({ timeZone: 'Pacific/Auckland' });
    const { said } = await use('cancelAppointment', { name: 'Ana Ruiz' });
    expect(said).toContain('Thursday, November 19, 2026 at 4:00 AM');
  });

  test('a question about a date also gets the next 14 days', async () => {
    const { body, said } = await use('bookClinicAppointment', { ...BOOK, appointmentDate: '2026-11-17' });
    expect(body.coming_days).toHaveLength(14);
    expect(said).toContain('Wednesday 2026-11-18, Thursday 2026-11-19');
    expect(said).toContain('Tuesday 2026-12-01');
  });
});
