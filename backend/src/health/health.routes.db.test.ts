import type { Role } from '@voxanne/contract';
import { createSafeCall, type SafeCallInstance } from '@voxanne/safe-call';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConnections } from '../connections/index.ts';
import { systemClock } from '../platform/clock.ts';
import { createKeyring } from '../platform/crypto.ts';
import { createDatabase, type Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { createHttpServer, type HttpServer } from '../platform/http.ts';
import { silentLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { freePort } from '../testing/postgres.setup.ts';
import { ping, queueFacts, receptionistFacts, registerHealthRoutes } from './index.ts';

describe('health over HTTP', () => {
  let db: TestDatabase;
  let resilience: SafeCallInstance;
  let signedIn: TestOrganization | undefined;
  let role: Role = 'owner';
  const servers: HttpServer[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(() => {
    resilience = createSafeCall();
    signedIn = undefined;
    role = 'owner';
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await db.close();
  });

  const serve = (database: Database = db.database, isServing = true) => {
    const server = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
    const tenantResolver = async (request: { tenant?: unknown }) => {
      // As the real one: who belongs where is asked of the database.
      if (signedIn) await database.withService(ping);
      request.tenant = signedIn && {
        ...signedIn.scope,
        email: signedIn.email,
        role,
        orgSource: 'jwt',
      };
    };
    registerHealthRoutes(server, {
      mode: 'sandbox',
      signUp: 'open',
      accounts: { kept_by: 'voxanne', sends_email: false },
      version: '1.2.3',
      database,
      connections: createConnections({
        database,
        keyring: createKeyring([{ id: 'k1', key: Buffer.alloc(32, 3) }]),
      }),
      resilience,
      clock: systemClock,
      twilio: async () => ({
        configured: true,
        message: 'Twilio credentials configured',
        fault: null,
        waiting: 0,
        oldestWaitingSeconds: 0,
      }),
      vapiRefusesKey: async () => false,
      receptionist: (orgId) => database.withService((tx) => receptionistFacts(tx, orgId)),
      disk: async () => undefined,
      redis: () => 'none',
      listening: () => 'hearing',
      queue: (orgId) => database.withService((tx) => queueFacts(tx, orgId)),
      isReady: async () =>
        isServing &&
        database.withService(ping).then(
          () => true,
          () => false,
        ),
      tenantResolver: async (request) => {
        await tenantResolver(request);
        if (!request.tenant) throw new AppError({ code: 'NOT_SIGNED_IN', status: 401, detail: 'No.' });
      },
      optionalTenantResolver: tenantResolver,
    });
    servers.push(server);
    const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });
    const post = (url: string, payload: object) => server.inject({ method: 'POST', url, payload });
    return Object.assign(get, { post });
  };
  const away = async () =>
    createDatabase({ url: db.runtimeUrl.replace(/:\d+\//, `:${await freePort()}/`), maxConnections: 2 });

  test('the process lives, whatever the database does', async () => {
    const answer = await (await serve(await away()))('/health');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok', version: '1.2.3', uptime_s: expect.any(Number) });
  });

  test('is ready when it serves and the database answers, and only then', async () => {
    expect((await serve()('/ready')).json()).toEqual({ status: 'ready' });
    for (const get of [serve(db.database, false), serve(await away())]) {
      const answer = await get('/ready');
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'NOT_READY', retryable: true });
    }
  });

  test('the report is for strangers as well', async () => {
    const answer = await serve()('/api/health/integrations');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      status: 'healthy',
      integrations: [
        { name: 'Database', message: 'PostgreSQL connection active' },
        { name: 'Google Calendar', message: 'No authenticated user or org_id' },
        { name: 'Twilio', message: 'Twilio credentials configured' },
        { name: 'Circuit Breakers', message: 'All circuit breakers closed' },
        { name: 'Vapi', message: 'Vapi credentials configured' },
        { name: 'Webhook Queue', message: 'Work starts right away' },
        { name: 'Redis', message: 'not configured (optional)' },
      ],
    });
  });

  test('the report says in words that a right which the start could not take away is open to every login', async () => {
    const name = new URL(db.ownerUrl).pathname.slice(1);
    await db.owner.query(`grant temporary on database ${name} to public`);
    try {
      const [database] = (await serve()('/api/health/integrations')).json().integrations;
      expect(database).toMatchObject({
        status: 'healthy',
        message: expect.stringMatching(
          /^PostgreSQL connection active\. Every login can create temporary objects in this database.*README/,
        ),
      });
    } finally {
      await db.owner.query(`revoke temporary on database ${name} from public`);
    }
  });

  test('the report of a clinic shows its own calendar', async () => {
    signedIn = await db.createOrganization();
    await db.owner.query(
      `insert into public.connections (org_id, provider, status, account, expires_at)
       values ($1, 'google', 'connected', 'clinic@example.com', now() + interval '1 hour')`,
      [signedIn.orgId],
    );
    expect((await serve()('/api/health/integrations')).json()).toMatchObject({
      status: 'healthy',
      integrations: [
        {},
        { status: 'healthy', details: { account: 'clinic@example.com' } },
        {},
        {},
        {},
        {},
        {},
      ],
    });
    signedIn = await db.createOrganization();
    expect((await serve()('/api/health/integrations')).json().integrations[1]).toMatchObject({
      message: 'Google Calendar not linked',
      details: { account: null },
    });
    await db.owner.query('update public.organizations set calendar_declined_at = now() where id = $1', [
      signedIn.orgId,
    ]);
    const withoutOne = (await serve()('/api/health/integrations')).json();
    expect(withoutOne.integrations[1]).toMatchObject({
      status: 'healthy',
      message: 'Google Calendar not used (optional)',
    });
    expect(withoutOne.actions).toEqual([]);
    expect(withoutOne.recommendations).toEqual(['✅ All systems operational']);
  });

  test('with the database away it is critical, with 200, also for someone who was signed in', async () => {
    for (const who of [undefined, await db.createOrganization()]) {
      signedIn = who;
      const answer = await (await serve(await away()))('/api/health/integrations');
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({
        status: 'critical',
        integrations: [{ name: 'Database', status: 'critical' }, {}, {}, {}, {}, {}, {}],
      });
      expect(answer.json().recommendations).toContain(
        '🔴 DATABASE CRITICAL: Check Supabase connection and service key',
      );
    }
  });

  test('a database that hangs is reported in time', async () => {
    signedIn = await db.createOrganization();
    const never = () => new Promise<never>(() => undefined);
    const get = serve({ ...db.database, withService: never, withTenant: never });
    const [ready, report] = await Promise.all([get('/ready'), get('/api/health/integrations')]);
    expect(ready.statusCode).toBe(503);
    expect(report.json().status).toBe('critical');
  });

  test('a clinic hears of its upcoming appointments that did not reach the calendar', async () => {
    const [mine, theirs] = [await db.createOrganization(), await db.createOrganization()];
    const calendar = async () => (await serve()('/api/health/integrations')).json();
    for (const { orgId } of [mine, theirs]) {
      await db.owner.query(
        `insert into public.connections (org_id, provider, status, account, expires_at)
         values ($1, 'google', 'connected', 'clinic@example.com', now() + interval '1 hour')`,
        [orgId],
      );
    }
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, 'Maria', null, '+14155550199', 'consultation', '2100-01-04 14:00Z', 30)
         ->> 'appointment_id' as id`,
      [mine.orgId],
    );
    signedIn = mine;
    expect((await calendar()).status).toBe('healthy');
    await db.owner.query(`update public.appointments set sync_state = 'error' where id = $1`, [rows[0].id]);
    expect(await calendar()).toMatchObject({
      status: 'degraded',
      integrations: [{}, { status: 'degraded', details: { unsyncedAppointments: 1 } }, {}, {}, {}, {}, {}],
    });
    signedIn = theirs;
    expect((await calendar()).status).toBe('healthy');
    signedIn = mine;
    await db.owner.query(
      `update public.appointments set scheduled_at = '2020-01-06 14:00Z', busy_from = '2020-01-06 14:00Z',
         busy_to = '2020-01-06 14:30Z' where id = $1`,
      [rows[0].id],
    );
    expect((await calendar()).status).toBe('healthy');
  });

  test('asking for prose gets prose', async () => {
    const answer = await serve()('/api/health/integrations', { accept: 'text/markdown' });
    expect(answer.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(answer.body).toMatch(/^# Voxanne is healthy\n/);
  });

  const trip = async (name: string, key?: string) => {
    for (let n = 0; n < 3; n += 1) {
      await resilience.safeCall(
        name,
        () => Promise.reject(Object.assign(new Error('down'), { status: 503 })),
        { retries: 0, ...(key && { key }) },
      );
    }
  };

  test('an open breaker shows, to its own clinic', async () => {
    const [mine, theirs] = [await db.createOrganization(), await db.createOrganization()];
    await trip('google_calendar_events', mine.orgId);
    signedIn = mine;
    const get = serve();
    expect((await get('/api/health/integrations')).json()).toMatchObject({
      status: 'degraded',
      integrations: [
        {},
        {},
        {},
        { details: { open: ['google_calendar_events'], nextAttemptAt: expect.any(String) } },
        {},
        {},
        {},
      ],
    });
    const open = async () =>
      (await get('/api/circuit-breakers'))
        .json()
        .data.filter((one: { state: string }) => one.state !== 'closed');
    expect(await open()).toEqual([
      {
        name: 'google_calendar_events',
        level: 'organization',
        state: 'open',
        failures: 3,
        opened_at: expect.any(String),
        next_attempt_at: expect.any(String),
      },
    ]);
    signedIn = theirs;
    expect(await open()).toEqual([]);
    expect((await get('/api/health/integrations')).json().status).toBe('healthy');
    signedIn = undefined;
    expect((await get('/api/circuit-breakers')).statusCode).toBe(401);
  });

  test('an owner closes a breaker of the own clinic, and no one else’s', async () => {
    const [mine, theirs] = [await db.createOrganization(), await db.createOrganization()];
    for (const { orgId } of [mine, theirs]) await trip('twilio_sms', orgId);
    signedIn = mine;
    const { post } = serve();
    const answer = await post('/api/circuit-breakers/reset', { name: 'twilio_sms', org_id: theirs.orgId });
    expect(resilience.getCircuitBreakerStatus('twilio_sms', theirs.orgId).state).toBe('open');
    if (answer.statusCode !== 200) await post('/api/circuit-breakers/reset', { name: 'twilio_sms' });
    expect(resilience.getCircuitBreakerStatus('twilio_sms', mine.orgId).state).toBe('closed');
    expect(resilience.getCircuitBreakerStatus('twilio_sms', theirs.orgId).state).toBe('open');
  });

  test.each(['admin', 'staff', 'auditor'] as const)('an %s closes none', async (who) => {
    signedIn = await db.createOrganization();
    await trip('twilio_sms', signedIn.orgId);
    role = who;
    const answer = await serve().post('/api/circuit-breakers/reset', { name: 'twilio_sms' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'OWNER_REQUIRED' });
    expect(resilience.getCircuitBreakerStatus('twilio_sms', signedIn.orgId).state).toBe('open');
  });

  test.each(['google', '__proto__', ''])('there is no breaker "%s" to close', async (name) => {
    signedIn = await db.createOrganization();
    const answer = await serve().post('/api/circuit-breakers/reset', { name });
    expect(answer.statusCode).toBeOneOf([400, 404]);
  });

  test('the setup page shows what the rows prove', async () => {
    signedIn = await db.createOrganization({ phone: '+14155550132' });
    const { orgId } = signedIn;
    const get = serve();
    const steps = async () => {
      const { steps: all } = (await get('/api/onboarding')).json();
      return all.map((step: { id: string; status: string }) => step.status);
    };
    expect(await steps()).toEqual(['done', 'current', 'waiting', 'waiting', 'waiting']);
    await db.owner.query(
      `insert into public.connections (org_id, provider, status, account) values
        ($1, 'vapi', 'connected', null), ($1, 'google', 'connected', 'clinic@example.com')`,
      [orgId],
    );
    expect(await steps()).toEqual(['done', 'done', 'current', 'waiting', 'waiting']);
    await db.owner.query(
      `update public.connections set account = '+15550100100' where org_id = $1 and provider = 'vapi'`,
      [orgId],
    );
    expect(await steps()).toEqual(['done', 'done', 'done', 'current', 'waiting']);
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, 'Maria', null, '+14155550199', 'consultation', '2100-01-04 14:00Z', 30)
         ->> 'appointment_id' as id`,
      [orgId],
    );
    expect(await steps()).toEqual(['done', 'done', 'done', 'done', 'current']);
    await db.owner.query(
      `insert into public.messages (org_id, to_address, body, kind, dedupe_key, appointment_id, status, delivered_at)
       values ($1, '+14155550199', 'Booked', 'confirmation', 'x', $2, 'delivered', clock_timestamp())`,
      [orgId, rows[0].id],
    );
    const page = (await get('/api/onboarding')).json();
    expect(page.completed_at).toBe(page.steps[4].at);
    expect(page.system_ready).toMatchObject({ status: 'sending', to: '+14155550132' });
    const times = ['account', 'calendar', 'receptionist', 'booking', 'text'].map(
      (id) => page.steps.find((step: { id: string }) => step.id === id).at,
    );
    expect(times).toEqual(times.toSorted());
  });

  test('the setup page is no one else’s', async () => {
    expect((await serve()('/api/onboarding')).statusCode).toBe(401);
  });
});
