import { type Integration, IntegrationList } from '@voxanne/contract';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import type { OrgId } from '../platform/tenant.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { visibleConnections } from './connections.queries.ts';

export interface IntegrationRouteOptions {
  config: Config;
  database: Database;
  clock: Clock;
  tenantResolver: TenantResolver;
  /** Where an organization's texts are sent from, and why none can be sent; null while they can. */
  texting: (orgId: OrgId) => Promise<Texting>;
}

interface Texting {
  ownNumber: string | null;
  fault: { reason: string } | null;
}

/** Refreshed in the background well before this; shorter means the refresh has not succeeded yet. */
const EXPIRING_WITHIN_MS = 5 * 60_000;
/** A process that was asleep renews a token within this time of waking up; later, renewing it does not succeed. */
const OVERDUE_AFTER_MS = 5 * 60_000;

export function registerIntegrationRoutes(server: HttpServer, options: IntegrationRouteOptions): void {
  const { config, database, clock, tenantResolver } = options;
  server.get(
    '/api/integrations',
    {
      onRequest: [tenantResolver, requireRight('clinic.read')],
      schema: {
        tags: ['integrations'],
        operationId: 'listIntegrations',
        summary: 'The clinic’s connections',
        description: 'One entry each for Google Calendar, Twilio and Vapi, with its status in words.',
        response: { 200: IntegrationList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const [rows, texting] = await Promise.all([
        database.withTenant(tenant, visibleConnections),
        options.texting(tenant.orgId),
      ]);
      const google = rows.find((row) => row.provider === 'google');
      const vapi = rows.find((row) => row.provider === 'vapi');
      return {
        data: [describeGoogle(google, clock.now()), describeTwilio(config, texting), describeVapi(vapi)],
      };
    },
  );
}

interface Row {
  status: string;
  account: string | null;
  expires_at: Date | null;
  connected_at: Date;
  error_message: string | null;
}

const GOOGLE_MESSAGES: Record<Integration['status'], string> = {
  not_linked: 'Google Calendar isn’t linked. Bookings are saved here and go to the calendar once it is.',
  connected: 'Google Calendar is linked.',
  expiring: 'Google Calendar is linked. The access token will be renewed on the next use.',
  refreshing: 'Google Calendar is linked. The access token is being renewed.',
  degraded:
    'Google Calendar is linked, but Google isn’t responding the way it should. Voxanne will keep trying.',
  reconnect_required:
    'Google no longer accepts Voxanne’s permission. Link the calendar again; bookings are waiting and nothing is lost.',
  insufficient_scope:
    'Voxanne doesn’t have permission to add events. Link the calendar again and leave every box checked.',
  revoked:
    'Voxanne’s permission was removed in Google. Link the calendar again; bookings are waiting and nothing is lost.',
};

function describeGoogle(row: Row | undefined, now: Date): Integration {
  const status = googleStatus(row, now);
  return {
    provider: 'google',
    status,
    account: row?.account ?? null,
    expires_at: row?.expires_at?.toISOString() ?? null,
    connected_at: row?.connected_at.toISOString() ?? null,
    message: GOOGLE_MESSAGES[status],
  };
}

/** The status that people see: absent means not linked, and a linked calendar can never look like that. */
export function googleStatus(
  row: Pick<Row, 'status' | 'expires_at'> | undefined,
  now: Date,
): Integration['status'] {
  if (!row) return 'not_linked';
  if (row.status === 'connected' && row.expires_at) {
    const left = row.expires_at.getTime() - now.getTime();
    if (left < -OVERDUE_AFTER_MS) return 'degraded';
    if (left < EXPIRING_WITHIN_MS) return 'expiring';
  }
  return row.status as Integration['status'];
}

function describeTwilio(config: Config, { ownNumber, fault }: Texting): Integration {
  return {
    provider: 'twilio',
    status: fault ? 'degraded' : 'connected',
    account: ownNumber ?? config.twilio.from ?? config.twilio.messagingServiceSid ?? null,
    expires_at: null,
    connected_at: null,
    message: fault
      ? `No texts can be sent. ${fault.reason}`
      : config.mode === 'sandbox'
        ? 'Texts go to the simulated phone on the Setup page.'
        : ownNumber === null
          ? 'Texts are sent from the deployment’s own number.'
          : 'Texts are sent from the clinic’s own number.',
  };
}

function describeVapi(row: Row | undefined): Integration {
  const ready = row?.account != null;
  // The number; where Vapi gave none, the assistant's id.
  const hasNumber = row?.account?.startsWith('+') === true;
  return {
    provider: 'vapi',
    status: ready && hasNumber ? 'connected' : row ? 'degraded' : 'not_linked',
    account: row?.account ?? null,
    expires_at: null,
    connected_at: ready ? row.connected_at.toISOString() : null,
    message: ready
      ? hasNumber
        ? 'The receptionist answers the phone.'
        : 'The receptionist is set up, but Vapi hasn’t given it a phone number yet, so no one can call it.'
      : (row?.error_message ?? 'The receptionist is being set up; this takes a few seconds.'),
  };
}
