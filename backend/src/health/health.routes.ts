import {
  CircuitBreaker,
  CircuitBreakerList,
  CircuitBreakerReset,
  HealthIntegrations,
  Mode,
  Onboarding,
  Ready,
  type SignUpMode,
} from '@voxanne/contract';
import type { CircuitBreakerStatus } from '@voxanne/safe-call';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { preferredType } from '../platform/negotiation.ts';
import { within } from '../platform/within.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { onboardingFacts } from './onboarding.queries.ts';
import { describeOnboarding } from './onboarding.ts';
import { PROBE_DEADLINE_MS, type ProbeOptions } from './probes.ts';
import { reportHealth, toMarkdown } from './report.ts';
import { resetBreaker } from './reset-breaker.ts';

export interface HealthRouteOptions extends ProbeOptions {
  mode: 'sandbox' | 'live';
  signUp: SignUpMode;
  version: string;
  /** Who keeps the accounts, whether mails can leave, and where the sandbox shows them. */
  accounts: { kept_by: 'voxanne' | 'supabase'; sends_email: boolean; mailbox_url?: string };
  isReady: () => Promise<boolean>;
  tenantResolver: TenantResolver;
  optionalTenantResolver: TenantResolver;
}

export function registerHealthRoutes(server: HttpServer, options: HealthRouteOptions): void {
  const { database, clock, resilience, tenantResolver, version } = options;
  const tags = ['health'];

  server.get(
    '/health',
    {
      schema: {
        tags,
        operationId: 'getHealth',
        security: [],
        summary: 'Whether the process is alive',
        description: 'Checks only this process; it doesn’t ask any other service, not even the database.',
        response: { 200: z.object({ status: z.literal('ok'), version: z.string(), uptime_s: z.number() }) },
      },
    },
    async () => ({ status: 'ok' as const, version, uptime_s: Math.round(process.uptime() * 10) / 10 }),
  );

  server.get(
    '/ready',
    {
      config: {
        described: { answers: { 200: { description: 'Ready', content: { 'application/json': Ready } } } },
      },
      schema: {
        tags,
        operationId: 'getReadiness',
        security: [],
        summary: 'Ready for traffic: database and migrations',
        description: '503 while it starts or stops, or while the database is unavailable.',
      },
    },
    async () => {
      const ready = await within(PROBE_DEADLINE_MS, options.isReady()).catch(() => false);
      if (ready) return { status: 'ready' };
      throw new AppError({
        code: 'NOT_READY',
        status: 503,
        detail:
          'Not ready: it’s starting or stopping, or can’t reach its database. Try again in a few seconds.',
        retryable: true,
      });
    },
  );

  server.get(
    '/api/mode',
    {
      schema: {
        tags,
        operationId: 'getMode',
        security: [],
        summary: 'Whether the providers are real, and who can sign up',
        description:
          '`sandbox`: the built-in stand-ins. `live`: Google, Twilio and Vapi. `accounts` says who keeps passwords and second factors, whether email can be sent, and in the sandbox where it’s shown.',
        response: { 200: Mode },
      },
    },
    async () => ({ mode: options.mode, version, sign_up: options.signUp, accounts: options.accounts }),
  );

  server.get(
    '/api/health/integrations',
    {
      config: {
        described: {
          answers: {
            200: {
              description: 'The report',
              content: { 'application/json': HealthIntegrations, 'text/markdown': z.string() },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'getIntegrationHealth',
        security: [{}, { bearer: [] }, { session: [] }],
        summary: 'Can the receptionist answer?',
        description:
          'The status of each part, and what to do about it. `Accept: text/markdown` gives the same as prose. If you are signed in, it also covers your clinic.',
        response: { 200: HealthIntegrations },
      },
    },
    async (request, reply) => {
      // Who asks can itself fail when the database is away, and this page must say so rather than fail too.
      await within(PROBE_DEADLINE_MS, options.optionalTenantResolver(request)).catch(() => undefined);
      const report = await reportHealth(options, request.tenant?.orgId ?? null);
      const type = preferredType(request, reply, ['application/json', 'text/markdown']);
      if (type === 'application/json') return report;
      return reply
        .type('text/markdown; charset=utf-8')
        .serializer((payload: unknown) => String(payload))
        .send(toMarkdown(report) as never);
    },
  );

  server.get(
    '/api/circuit-breakers',
    {
      onRequest: [tenantResolver, requireRight('clinic.read')],
      schema: {
        tags,
        operationId: 'listCircuitBreakers',
        summary: 'This clinic’s breakers that aren’t closed',
        description:
          'A breaker opens when a service has failed several times in a row; work waits until it closes.',
        response: { 200: CircuitBreakerList },
      },
    },
    async (request) => {
      const { orgId } = tenantOf(request);
      const mine = resilience
        .getCircuitBreakerStatus()
        .filter((breaker) => breaker.level === 'service' || breaker.key === orgId);
      return { data: mine.map(present) };
    },
  );

  server.post(
    '/api/circuit-breakers/reset',
    {
      onRequest: [tenantResolver, requireRight('breakers.reset')],
      schema: {
        tags,
        operationId: 'resetCircuitBreaker',
        summary: 'Close one of this clinic’s breakers now instead of waiting for its probe',
        description: 'Only the operator can close the breaker of a whole service.',
        body: CircuitBreakerReset,
        response: { 200: CircuitBreaker },
      },
    },
    async (request) => {
      const { orgId } = tenantOf(request);
      const { name } = request.body;
      const breaker = resetBreaker(options, orgId, name);
      request.log.info({ service: name, org_id: orgId }, '[SafeCall] Circuit breaker reset by its owner');
      return present(breaker);
    },
  );

  server.get(
    '/api/onboarding',
    {
      onRequest: [tenantResolver, requireRight('clinic.read')],
      schema: {
        tags: ['onboarding'],
        operationId: 'getOnboarding',
        summary: 'The five setup steps and when they were done',
        description:
          'How far along the clinic’s setup is: account, calendar, receptionist, first booking, first text.',
        response: { 200: Onboarding },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return describeOnboarding(
        await database.withTenant(tenant, (db) => onboardingFacts(db, tenant.orgId)),
        clock.now(),
      );
    },
  );
}

const present = (breaker: CircuitBreakerStatus) => ({
  name: breaker.name,
  level: breaker.level === 'key' ? ('organization' as const) : ('service' as const),
  state: breaker.state,
  failures: breaker.failures,
  opened_at: breaker.openedAt?.toISOString() ?? null,
  next_attempt_at: breaker.nextAttemptAt?.toISOString() ?? null,
});
