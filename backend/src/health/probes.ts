import type { IntegrationHealth } from '@voxanne/contract';
import type { CircuitBreakerStatus, SafeCallInstance } from '@voxanne/safe-call';
import { type Connections, googleStatus } from '../connections/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { DiskSpace } from '../platform/disk.ts';
import type { ListenerState } from '../platform/listener.ts';
import type { RedisState } from '../platform/redis.ts';
import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { findOrganization } from '../tenancy/index.ts';
import { mayMakeTemporaryObjects, unsyncedAppointments } from './health.queries.ts';
import type { QueueFacts } from './queue.queries.ts';
import type { ReceptionistFacts } from './vapi.queries.ts';

export interface TwilioFacts {
  configured: boolean;
  message: string;
  /** Why no text can leave until a person changes a setting. */
  fault: { code: string; reason: string } | null;
  /** Texts that should have left by now. */
  waiting: number;
  oldestWaitingSeconds: number;
}

export interface ProbeOptions {
  database: Database;
  connections: Connections;
  resilience: SafeCallInstance;
  clock: Clock;
  /** Of one organization, or of the deployment. */
  twilio: (orgId: OrgId | null) => Promise<TwilioFacts>;
  /** Whether Vapi refuses the key of the deployment. */
  vapiRefusesKey: () => Promise<boolean>;
  /** What Vapi has of a clinic's receptionist. */
  receptionist: (orgId: OrgId) => Promise<ReceptionistFacts>;
  /** Of the built-in database; undefined where the database is someone else's. */
  disk: () => Promise<DiskSpace | undefined>;
  redis: () => RedisState | 'none';
  /** Whether notifications of the database arrive. */
  listening: () => ListenerState;
  /** Of one organization, or of all. */
  queue: (orgId: OrgId | null) => Promise<QueueFacts>;
}

/** One entry of the report, and whether its being degraded leaves the whole healthy. */
export type Probe = IntegrationHealth & { harmless?: boolean };

export const PROBE_DEADLINE_MS = 2_000;

/** A second line of defense is missing, but nothing is open: the status stays. */
const TEMPORARY =
  'Every login can create temporary objects in this database, and Voxanne isn’t allowed to change that; see the README for the command its owner should run.';

/** PostgreSQL stops when its disk is full. By then it is too late to make room at leisure. */
const LOW_DISK_BYTES = 2 * 1024 ** 3;
const FULL_DISK_BYTES = 256 * 1024 ** 2;

export async function probeDatabase({ database, disk }: ProbeOptions): Promise<Probe> {
  const started = performance.now();
  try {
    const temporary = await within(PROBE_DEADLINE_MS, database.withService(mayMakeTemporaryObjects));
    const latencyMs = Math.round(performance.now() - started);
    const space = await within(PROBE_DEADLINE_MS, disk()).catch(() => undefined);
    const details = { latencyMs, ...(space && { diskFreeBytes: space.freeBytes }) };
    if (space && space.freeBytes < LOW_DISK_BYTES) {
      return {
        name: 'Database',
        status: space.freeBytes < FULL_DISK_BYTES ? 'critical' : 'degraded',
        message: `PostgreSQL connection active, but its disk has only ${Math.floor(space.freeBytes / 1024 ** 2)} MB left`,
        details,
      };
    }
    return {
      name: 'Database',
      status: 'healthy',
      message: temporary ? `PostgreSQL connection active. ${TEMPORARY}` : 'PostgreSQL connection active',
      details,
    };
  } catch {
    return {
      name: 'Database',
      status: 'critical',
      message: 'PostgreSQL isn’t responding; nothing can be booked until it does',
      details: {},
    };
  }
}

export async function probeCalendar(options: ProbeOptions, orgId: OrgId | null): Promise<Probe> {
  const entry = (status: Probe['status'], message: string, rest: Partial<Probe> = {}): Probe => ({
    name: 'Google Calendar',
    status,
    message,
    details: {},
    ...rest,
  });
  if (orgId === null) return entry('degraded', 'No authenticated user or org_id', { harmless: true });
  try {
    const [connection, { unsynced, wanted }] = await within(
      PROBE_DEADLINE_MS,
      Promise.all([
        options.connections.find(orgId, 'google'),
        options.database.withService(async (db) => ({
          unsynced: await unsyncedAppointments(db, orgId),
          wanted: (await findOrganization(db, orgId)).uses_google_calendar,
        })),
      ]),
    );
    const now = options.clock.now();
    const status = googleStatus(
      connection && { status: connection.status, expires_at: connection.expiresAt },
      now,
    );
    const details = { status, account: connection?.account ?? null };
    const left = Math.round(((connection?.expiresAt?.getTime() ?? 0) - now.getTime()) / 1_000);
    if (unsynced > 0 && (status === 'connected' || status === 'expiring')) {
      const what = unsynced === 1 ? '1 upcoming appointment is' : `${unsynced} upcoming appointments are`;
      return entry('degraded', `${what} not in Google Calendar`, {
        details: { ...details, unsyncedAppointments: unsynced },
      });
    }
    if (status === 'degraded' && connection?.status === 'connected') {
      const minutes = Math.round(-left / 60);
      return entry(
        'degraded',
        `Google Calendar token expired ${minutes} minutes ago and couldn’t be renewed`,
        { details: { ...details, expiresInSeconds: 0 } },
      );
    }
    switch (status) {
      case 'not_linked':
        if (!wanted) {
          return entry('healthy', 'Google Calendar not used (optional)', {
            details: { ...details, status: 'not_used' },
          });
        }
        return entry('degraded', 'Google Calendar not linked', { details, harmless: true });
      case 'connected':
        return entry('healthy', 'Google Calendar connected', { details });
      case 'expiring':
        return entry('degraded', 'Google Calendar token expiring soon', {
          details: { ...details, expiresInSeconds: Math.max(0, left) },
          harmless: true,
        });
      default:
        return entry('degraded', `Google Calendar needs attention: ${status.replaceAll('_', ' ')}`, {
          details,
        });
    }
  } catch {
    return entry(
      'degraded',
      'We can’t read the state of Google Calendar, because the database isn’t responding',
    );
  }
}

/** What is holding calls: the breaker of the whole service, or the clinic's. */
export function openBreaker(
  resilience: ProbeOptions['resilience'],
  name: string,
  orgId: OrgId | null,
): CircuitBreakerStatus | undefined {
  const levels = orgId === null ? [undefined] : [undefined, orgId];
  return levels
    .map((key) => resilience.getCircuitBreakerStatus(name, key))
    .find(({ state }) => state !== 'closed');
}

export function probeBreakers({ resilience }: ProbeOptions, orgId: OrgId | null): Probe {
  // A clinic sees its own breakers and those of a service as a whole, never another clinic's.
  const open = resilience
    .getCircuitBreakerStatus()
    .filter(
      (breaker) => breaker.state !== 'closed' && (breaker.level === 'service' || breaker.key === orgId),
    );
  if (open.length === 0) {
    return {
      name: 'Circuit Breakers',
      status: 'healthy',
      message: 'All circuit breakers closed',
      details: { open: [] },
    };
  }
  const names = [...new Set(open.map((breaker) => breaker.name))];
  return {
    name: 'Circuit Breakers',
    status: 'degraded',
    message: `${names.length === 1 ? 'One circuit breaker is' : `${names.length} circuit breakers are`} not closed: ${names.join(', ')}`,
    details: {
      open: names,
      own: open.filter(({ level }) => level === 'key').map(({ name }) => name),
      nextAttemptAt: open.map((breaker) => breaker.nextAttemptAt).find(Boolean) ?? null,
    },
  };
}
