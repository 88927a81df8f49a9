import { describe, expect, test } from 'vitest';
import { GB, linked, mine, world } from './testing.ts';

describe('the health report', () => {
  describe('is not green while no text leaves', () => {
    const fault = { code: '20003', reason: 'Twilio refused our credentials (20003).' };

    test('Twilio refuses our credentials or our sender', async () => {
      const deployment = world({
        connection: linked(),
        twilio: { fault, waiting: 3, oldestWaitingSeconds: 90 },
      });
      const report = await deployment.report();
      expect(report).toMatchObject({
        status: 'critical',
        recommendations: ['🔴 No texts can be sent. Twilio refused our credentials (20003).'],
        actions: [
          {
            id: 'twilio.check',
            severity: 'critical',
            evidence: ["Twilio's answer: 20003", 'texts waiting: 3'],
          },
        ],
      });
      expect(report.integrations[2]).toMatchObject({
        status: 'critical',
        details: { code: '20003', waiting: 3 },
      });
      const seen = await deployment.report(null);
      expect(seen).toMatchObject({ status: 'critical' });
      expect(seen.integrations[2]?.details).toEqual({ code: '20003' });
    });

    test.each([
      [1, '1 text has'],
      [12, '12 texts have'],
    ])('because %d wait', async (waiting, words) => {
      const deployment = world({ connection: linked(), twilio: { waiting, oldestWaitingSeconds: 61 } });
      const report = await deployment.report();
      expect(report.status).toBe('degraded');
      expect(report.integrations[2]?.message).toContain(words);
      const seen = await deployment.report(null);
      expect(seen.integrations[2]).toMatchObject({ status: 'degraded', details: {} });
      expect(seen.integrations[2]?.message).not.toMatch(/\d/);
    });
  });

  test.each([
    [{ problem: 'Vapi did not take the settings (AUTH 401).' }, 'degraded', /out of date: Vapi did not take/],
    [
      { assistantId: null, problem: 'Vapi did not answer.' },
      'degraded',
      /is not set up: Vapi did not answer/,
    ],
    [{ pendingSeconds: 61 }, 'degraded', /out of date: its settings haven’t been sent/],
    [{ pendingSeconds: 60 }, 'healthy', /answers the phone/],
    [{ hasNumber: false }, 'degraded', /no phone number, so no one can call/],
    [{ assistantId: null, hasNumber: false }, 'healthy', /is being set up/],
  ] as const)('says what Vapi has of the receptionist (%j)', async (receptionist, status, words) => {
    const report = await world({ connection: linked(), receptionist }).report();
    expect(report.status).toBe(status);
    expect(report.integrations[4]).toMatchObject({
      name: 'Vapi',
      status,
      message: expect.stringMatching(words),
    });
    expect(report.actions.map(({ id }) => id)).toEqual(status === 'healthy' ? [] : ['vapi.check']);
  });

  test('says that Vapi refuses our key, before a clinic needs it and to a stranger too', async () => {
    const deployment = world({ connection: linked(), vapiRefusesKey: true });
    for (const who of [mine, null]) {
      const report = await deployment.report(who);
      expect(report.status).toBe('degraded');
      expect(report.integrations[4]).toMatchObject({
        status: 'degraded',
        message: expect.stringContaining('VAPI_API_KEY'),
      });
      expect(report.actions).toMatchObject([{ id: 'vapi.check' }]);
    }
  });

  test('says that Vapi does not answer, to a stranger too', async () => {
    const deployment = world({ connection: linked() });
    await deployment.trip('vapi');
    for (const who of [mine, null]) {
      const report = await deployment.report(who);
      expect(report.status).toBe('degraded');
      expect(report.integrations[4]).toMatchObject({ name: 'Vapi', status: 'degraded' });
    }
  });

  test.each([
    [3 * GB, 'healthy', []],
    [GB, 'degraded', ['database.disk']],
    [GB / 8, 'critical', ['database.disk']],
  ] as const)(
    'with %d bytes left on the disk of its database is %s',
    async (diskFreeBytes, status, actions) => {
      const report = await world({ connection: linked(), diskFreeBytes }).report();
      expect(report.status).toBe(status);
      expect(report.integrations[0]).toMatchObject({
        status,
        message: expect.stringMatching(/^PostgreSQL connection active/),
        details: { diskFreeBytes },
      });
      expect(report.actions.map(({ id }) => id)).toEqual(actions);
    },
  );
});
