import { z } from 'zod';
import { Timestamp } from './common.ts';
import { singleLine } from './text.ts';

export const Ready = z.object({ status: z.literal('ready') }).meta({ id: 'Ready' });

export const HealthStatus = z.enum(['healthy', 'degraded', 'critical']);
export type HealthStatus = z.infer<typeof HealthStatus>;

export const IntegrationHealth = z.object({
  name: z.string(),
  status: HealthStatus,
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type IntegrationHealth = z.infer<typeof IntegrationHealth>;

export const HealthAction = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  problem: z.string(),
  evidence: z.array(z.string()),
  method: z.string().nullable(),
  path: z.string().nullable(),
  body: z.record(z.string(), z.unknown()).nullable().describe('The request body; null: none'),
  cli: z.string().nullable(),
  requires_human: z.boolean(),
  verify: z.object({ method: z.string(), path: z.string() }).describe('What to check afterwards'),
});
export type HealthAction = z.infer<typeof HealthAction>;

export const HealthIntegrations = z
  .object({
    status: HealthStatus,
    timestamp: Timestamp,
    elapsedMs: z.number(),
    integrations: z.array(IntegrationHealth),
    summary: z.object({ healthy: z.int(), degraded: z.int(), critical: z.int() }),
    recommendations: z.array(z.string()),
    actions: z.array(HealthAction),
  })
  .meta({ id: 'HealthIntegrations' });
export type HealthIntegrations = z.infer<typeof HealthIntegrations>;

export const CircuitBreaker = z
  .object({
    name: z.string(),
    /** The clinic's own breaker, or that of the whole service, which opens when several clinics cannot reach it. */
    level: z.enum(['organization', 'service']),
    state: z.enum(['closed', 'open', 'half_open']),
    failures: z.int(),
    opened_at: Timestamp.nullable(),
    next_attempt_at: Timestamp.nullable(),
  })
  .meta({ id: 'CircuitBreaker' });
/** `org_id` is accepted and not believed: an owner resets the own organization's breaker. */
export const CircuitBreakerReset = z
  .strictObject({ name: singleLine(80).min(1), org_id: singleLine(64).optional() })
  .meta({ id: 'CircuitBreakerReset' });

export const CircuitBreakerList = z
  .object({ data: z.array(CircuitBreaker) })
  .meta({ id: 'CircuitBreakerList' });
