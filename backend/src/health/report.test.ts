import { describe, expect, test } from 'vitest';
import { toMarkdown } from './report.ts';
import { later, linked, mine, NOW, none, theirs, world } from './testing.ts';

describe('the health report', () => {
  test('a clinic where everything works has all entries in order', async () => {
    const report = await world({ connection: linked() }).report();
    expect(report).toEqual({
      status: 'healthy',
      timestamp: NOW,
      elapsedMs: expect.any(Number),
      integrations: [
        {
          name: 'Database',
          status: 'healthy',
          message: 'PostgreSQL connection active',
          details: { latencyMs: expect.any(Number) },
        },
        {
          name: 'Google Calendar',
          status: 'healthy',
          message: 'Google Calendar connected',
          details: { status: 'connected', account: 'clinic@example.com' },
        },
        { name: 'Twilio', status: 'healthy', message: 'Twilio credentials configured', details: {} },
        {
          name: 'Circuit Breakers',
          status: 'healthy',
          message: 'All circuit breakers closed',
          details: { open: [] },
        },
        {
          name: 'Vapi',
          status: 'healthy',
          message: 'The receptionist answers the phone',
          details: { assistantId: 'assistant-1', hasNumber: true },
        },
        {
          name: 'Webhook Queue',
          status: 'healthy',
          message: 'Work starts right away',
          details: {
            mode: 'PostgreSQL rows, woken by LISTEN/NOTIFY',
            notifications: 'hearing',
            ...none,
            oldest_due_seconds: 0,
            dead_letter_webhooks: 0,
            dead_letter_outgoing: 0,
          },
        },
        {
          name: 'Redis',
          status: 'healthy',
          message: 'not configured (optional)',
          details: { state: 'none' },
        },
      ],
      summary: { healthy: 7, degraded: 0, critical: 0 },
      recommendations: ['✅ All systems operational'],
      actions: [],
    });
  });

  test('for a stranger says so, counts it, and stays healthy', async () => {
    const report = await world().report(null);
    expect(report).toMatchObject({
      status: 'healthy',
      summary: { healthy: 6, degraded: 1, critical: 0 },
      recommendations: ['✅ All systems operational'],
    });
    expect(report.integrations[1]).toEqual({
      name: 'Google Calendar',
      status: 'degraded',
      message: 'No authenticated user or org_id',
      details: {},
    });
  });

  test('without a calendar recommends to link one, and stays healthy', async () => {
    expect(await world().report()).toMatchObject({
      status: 'healthy',
      summary: { healthy: 6, degraded: 1, critical: 0 },
      recommendations: [
        '🟡 Google Calendar not linked - users cannot book appointments into it (bookings are still kept here)',
      ],
      actions: [
        {
          id: 'google.connect',
          severity: 'warning',
          method: 'POST',
          path: '/api/integrations/google/connect',
          body: null,
          requires_human: true,
          verify: { method: 'GET', path: '/api/integrations' },
        },
      ],
    });
  });

  test('a clinic that doesn’t use a calendar gets no advice, unless one that it linked is broken', async () => {
    const without = await world({ declined: true }).report();
    expect(without).toMatchObject({
      status: 'healthy',
      summary: { healthy: 7, degraded: 0, critical: 0 },
      recommendations: ['✅ All systems operational'],
      actions: [],
    });
    expect(without.integrations[1]).toMatchObject({ message: 'Google Calendar not used (optional)' });
    const broken = await world({ declined: true, connection: linked({ status: 'revoked' }) }).report();
    expect(broken).toMatchObject({ status: 'degraded', actions: [{ id: 'google.reconnect' }] });
  });

  test('with a token that runs out soon says when, and that nothing is to be done', async () => {
    const report = await world({ connection: linked({ expiresAt: later(120) }) }).report();
    expect(report).toMatchObject({
      status: 'healthy',
      recommendations: ['🟡 Google Calendar token expiring soon - will auto-refresh on next use'],
      actions: [],
    });
    expect(report.integrations[1]).toMatchObject({
      status: 'degraded',
      message: 'Google Calendar token expiring soon',
      details: { expiresInSeconds: 120 },
    });
  });

  test('with a token that ran out never counts below nothing', async () => {
    const report = await world({ connection: linked({ expiresAt: later(-60) }) }).report();
    expect(report.integrations[1]?.details.expiresInSeconds).toBe(0);
  });

  test('with a token that should long have been renewed is degraded', async () => {
    const report = await world({ connection: linked({ expiresAt: later(-3 * 3_600) }) }).report();
    expect(report.status).toBe('degraded');
    expect(report.integrations[1]).toMatchObject({
      status: 'degraded',
      message: 'Google Calendar token expired 180 minutes ago and couldn’t be renewed',
      details: { status: 'degraded', expiresInSeconds: 0 },
    });
    expect(report.recommendations).toEqual([
      '🟡 Google Calendar token expired 180 minutes ago and couldn’t be renewed - Voxanne keeps trying; if this lasts, link it again; bookings are waiting and nothing is lost',
    ]);
  });

  test.each([
    [1, '1 upcoming appointment is'],
    [3, '3 upcoming appointments are'],
  ])('with %d appointments that are not in the calendar is degraded', async (unsynced, count) => {
    for (const expiresAt of [later(3_600), later(120)]) {
      const report = await world({ connection: linked({ expiresAt }), unsynced }).report();
      expect(report.status).toBe('degraded');
      expect(report.integrations[1]).toMatchObject({
        status: 'degraded',
        message: `${count} not in Google Calendar`,
        details: { account: 'clinic@example.com', unsyncedAppointments: unsynced },
      });
      expect(report.recommendations[0]).toBe(
        `🟡 ${count} not in Google Calendar - give the linked account write access to it, then link it again and they’ll be added`,
      );
      expect(report.actions).toMatchObject([{ id: 'google.reconnect' }]);
    }
  });

  test.each(['degraded', 'reconnect_required', 'insufficient_scope', 'revoked'] as const)(
    'with a calendar that is %s is degraded, and says what to do',
    async (status) => {
      const report = await world({ connection: linked({ status }) }).report();
      expect(report.status).toBe('degraded');
      expect(report.recommendations[0]).toContain('link it again');
      expect(report.actions).toMatchObject([{ id: 'google.reconnect', evidence: [`status: ${status}`] }]);
    },
  );

  test('without Twilio is critical', async () => {
    const report = await world({
      connection: linked(),
      twilio: { configured: false, message: 'Twilio credentials missing' },
    }).report();
    expect(report).toMatchObject({
      status: 'critical',
      summary: { healthy: 6, degraded: 0, critical: 1 },
      recommendations: ['🔴 Twilio is not configured - no texts can be sent'],
    });
  });

  test('without its database is critical, and not silent', async () => {
    const gone = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const report = await world({ database: gone }).report();
    expect(report.status).toBe('critical');
    expect(report.integrations[0]).toMatchObject({ name: 'Database', status: 'critical' });
    expect(report.integrations[1]).toMatchObject({ name: 'Google Calendar', status: 'degraded' });
    expect(report.recommendations).toContain(
      '🔴 DATABASE CRITICAL: Check Supabase connection and service key',
    );
    expect(JSON.stringify(report)).not.toContain('ECONNREFUSED');
  });

  test('the report comes even if the database never answers', async () => {
    const report = await world({ database: () => new Promise(() => undefined) }).report();
    expect(report.status).toBe('critical');
    expect(report.integrations[0]).toMatchObject({ name: 'Database', status: 'critical' });
  });

  test('names an open breaker of this clinic, and when it is tried again', async () => {
    const deployment = world({ connection: linked() });
    await deployment.trip('google_calendar_events', mine);
    const report = await deployment.report();
    expect(report.status).toBe('degraded');
    expect(report.integrations[3]).toMatchObject({
      status: 'degraded',
      message: 'One circuit breaker is not closed: google_calendar_events',
      details: { open: ['google_calendar_events'], nextAttemptAt: expect.any(Date) },
    });
    expect(report.actions).toMatchObject([
      {
        id: 'breaker.reset',
        method: 'POST',
        path: '/api/circuit-breakers/reset',
        body: { name: 'google_calendar_events' },
      },
    ]);
    expect(report.recommendations[0]).toContain('on hold');
  });

  test('says so at Twilio’s entry too when texts are held back', async () => {
    const deployment = world({ connection: linked() });
    await deployment.trip('twilio_sms', mine);
    const { integrations, summary } = await deployment.report();
    expect(integrations[2]).toMatchObject({
      name: 'Twilio',
      status: 'degraded',
      message: expect.stringMatching(/^Twilio credentials configured.+sent later$/),
    });
    expect(summary).toEqual({ healthy: 5, degraded: 2, critical: 0 });
  });

  test('shows no clinic, and no stranger, the breakers of another clinic', async () => {
    const deployment = world({ connection: linked() });
    await deployment.trip('twilio_sms', theirs);
    await deployment.trip('vapi', theirs);
    expect(await deployment.report(mine)).toMatchObject({ status: 'healthy' });
    expect(await deployment.report(null)).toMatchObject({ status: 'healthy' });
    expect(await deployment.report(theirs)).toMatchObject({ status: 'degraded' });
  });

  test.each([
    [
      'connected',
      'healthy',
      'Work starts right away, and Redis shares it out',
      'PostgreSQL rows carried by BullMQ on Redis',
      'Redis connection active',
    ],
    [
      'away',
      'degraded',
      'Redis is down; work continues without it',
      'Redis is down; the queue runs on PostgreSQL alone',
      expect.stringContaining('nothing is lost'),
    ],
  ] as const)('with Redis %s says how the queue is carried', async (redis, status, work, mode, message) => {
    const report = await world({ connection: linked(), redis }).report();
    expect(report.status).toBe(status);
    expect(report.integrations.slice(5)).toMatchObject([
      { name: 'Webhook Queue', status: 'healthy', message: work, details: { mode } },
      { name: 'Redis', status, message, details: { state: redis } },
    ]);
    expect(report.actions.map(({ id }) => id)).toEqual(redis === 'away' ? ['redis.check'] : []);
  });

  test.each([
    [60, 'healthy'],
    [61, 'degraded'],
  ] as const)(
    'with a row that has been due for %d s is %s, for everybody',
    async (oldest_due_seconds, status) => {
      const deployment = world({
        connection: linked(),
        queue: { oldest_due_seconds, webhooks: { ...none, pending: 7 } },
      });
      const report = await deployment.report();
      expect(report.status).toBe(status);
      expect(report.integrations[5]).toMatchObject({ status, details: { pending: 7, oldest_due_seconds } });
      const actions = status === 'healthy' ? [] : [{ id: 'queue.workers', evidence: ['waiting: 7'] }];
      expect(report.actions).toMatchObject(
        actions.map(({ id }) => ({ id, evidence: expect.arrayContaining(['waiting: 7']) })),
      );
      // A stranger hears that it is late, and how late nobody's rows are.
      const seen = await deployment.report(null);
      expect(seen.status).toBe(status);
      expect(seen.integrations[5]).toMatchObject({ status });
      expect(JSON.stringify([seen.integrations[5], seen.recommendations, seen.actions])).not.toMatch(/7|6\d/);
    },
  );

  test.each([
    [{ webhooks: { ...none, dead_letter: 1 } }, '1 delivery failed and', 'webhooks'],
    [
      { webhooks: { ...none, dead_letter: 2 }, outgoing: { ...none, dead_letter: 1 } },
      '3 deliveries failed and',
      'webhooks',
    ],
    [{ outgoing: { ...none, dead_letter: 1_000 } }, '1000 deliveries or more failed and', 'outgoing'],
  ])(
    'with dead letters is degraded for their clinic, and says how to see and replay them (%#)',
    async (queue, words, list) => {
      const deployment = world({ connection: linked(), queue });
      const report = await deployment.report();
      expect(report).toMatchObject({
        status: 'degraded',
        recommendations: [expect.stringContaining(words)],
        actions: [
          {
            id: 'deliveries.replay',
            path: `/api/${list === 'webhooks' ? 'webhooks/deliveries' : list}?status=dead_letter`,
            cli: `npx --no voxanne ${list} replay --status dead_letter --dry-run`,
          },
        ],
      });
      expect(report.integrations[5]?.message).toContain(words);
      expect(await deployment.report(null)).toMatchObject({ status: 'healthy' });
    },
  );

  test('reads as prose', async () => {
    const prose = toMarkdown(await world().report());
    expect(prose).toMatch(/^# Voxanne is healthy\n/);
    expect(prose).toContain('- ✅ **Database**: PostgreSQL connection active\n');
    expect(prose).toContain('- 🟡 **Google Calendar**: Google Calendar not linked\n');
    expect(prose).toContain(
      '- 🟡 Google Calendar not linked - users cannot book appointments into it (bookings are still kept here)\n',
    );
  });
});
