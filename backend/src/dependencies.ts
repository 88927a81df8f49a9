import {
  type BreakerStore,
  createRedisStore,
  createSafeCall,
  type SafeCallInstance,
} from '@voxanne/safe-call';
import { createStrangerLimit, type StrangerLimit } from './app/limit-strangers.ts';
import {
  type Admission,
  createAdmission,
  createProvisioning,
  createSandboxClient,
  createTools,
  createVapiAuth,
  createVapiClient,
  createVapiKeyCheck,
  type Provisioning,
} from './assistant/index.ts';
import type { BookingContext } from './booking/index.ts';
import {
  type CalendarTokens,
  createCalendarTokens,
  createGoogleClient,
  createLinkCalendar,
  type GoogleClient,
  type LinkCalendar,
} from './calendar/index.ts';
import { type Connections, createConnections, createOAuthStates } from './connections/index.ts';
import { type Carrier, createCarrier, createInbox, type Inbox } from './deliveries/index.ts';
import { createIdentity, type IdentityService } from './identity/index.ts';
import { createMessaging, type Messaging } from './messaging/index.ts';
import { createPatientLinks, type PatientContext } from './patients/index.ts';
import { createBreakerStore } from './platform/breaker-store/breaker-store.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createKeyring, deriveKey } from './platform/crypto.ts';
import { createDatabase, type Database } from './platform/database.ts';
import { listen } from './platform/listener.ts';
import type { Logger } from './platform/logger.ts';
import { createMailer, type Mailer } from './platform/mailer/mailer.ts';
import { createRateLimits, type RateLimits } from './platform/rate-limits/rate-limits.ts';
import { connectRedis, type RedisConnections } from './platform/redis.ts';
import {
  admitSignUp,
  createLiveEvents,
  createTenantResolvers,
  type LiveEvents,
  orgRateLimit,
  type TenantResolvers,
} from './tenancy/index.ts';

/** Everything, built once and in one place. A test overrides what it names. */
export interface Dependencies {
  config: Config;
  clock: Clock;
  log: Logger;
  database: Database;
  listenUrls: string[];
  resilience: SafeCallInstance;
  mailer: Mailer;
  rateLimits: RateLimits;
  identity: IdentityService;
  strangers: StrangerLimit;
  tenants: TenantResolvers;
  liveEvents: LiveEvents;
  inbox: Inbox;
  /** Present where Redis is configured. */
  carrier?: Carrier;
  redis?: RedisConnections;
  connections: Connections;
  google: GoogleClient;
  calendarTokens: CalendarTokens;
  linkCalendar: LinkCalendar;
  messaging: Messaging;
  booking: BookingContext;
  patients: PatientContext;
  tools: ReturnType<typeof createTools>;
  provisioning: Provisioning;
  vapiRefusesKey: () => Promise<boolean>;
  admission: Admission;
  authenticateVapi: ReturnType<typeof createVapiAuth>;
  sandbox: ReturnType<typeof createSandboxClient>;
  close(): Promise<void>;
}

export interface DependencyOptions {
  config: Config;
  runtimeUrl: string;
  /** Where notifications may arrive, best first. Default: on the runtime login's way. */
  listenUrls?: string[];
  log: Logger;
  clock?: Clock;
}

const MAX_CONNECTIONS = 10;

export async function createDependencies({
  config,
  runtimeUrl,
  listenUrls = [runtimeUrl],
  log,
  clock = systemClock,
}: DependencyOptions): Promise<Dependencies> {
  const database = createDatabase({
    url: runtimeUrl,
    maxConnections: MAX_CONNECTIONS,
    onError: (err) => log.warn({ err }, '[Database] A connection broke'),
  });
  const { redisUrl } = config;
  const redis = redisUrl === undefined ? undefined : await connectRedis({ url: redisUrl, log });
  // Processes with the same secret belong together: several deployments may share one Redis.
  const prefix = `voxanne-${deriveKey(config.auth.secret, 'names in Redis').toString('hex').slice(0, 12)}`;
  const carrier = redisUrl === undefined ? undefined : createCarrier({ redisUrl, log, prefix });
  const keyring = createKeyring(config.encryptionKeys);
  const resilience = createSafeCall({
    store: redis ? sharedByRedis(redis, prefix) : sharedByPostgres({ database, listenUrls, log }),
  });
  logBreakers(resilience, log);
  const rateLimits = createRateLimits({
    database,
    redis,
    prefix,
    key: deriveKey(config.auth.secret, 'rate limits'),
    log,
  });
  const mailer = createMailer({ settings: config.mail, resilience, log });
  const strangers = createStrangerLimit({
    rateLimits,
    perAddress: config.rateLimits.addressPer15Minutes,
  });
  const identity = createIdentity({
    config,
    database,
    mailer,
    rateLimits,
    clock,
    log,
    admitSignUp: (token, email) => admitSignUp({ database, mode: config.signUp }, token, email),
    isRefused: strangers.isRefused,
  });
  const tenants = createTenantResolvers({
    identity,
    database,
    clock,
    log,
    orgRateLimit: orgRateLimit({ rateLimits, requestsPerHour: config.rateLimits.orgPerHour }),
  });
  const connections = createConnections({ database, keyring, clock });
  const google = createGoogleClient(config);
  const calendarTokens = createCalendarTokens({ connections, google, resilience, clock, log });
  const oauthStates = createOAuthStates({ database, keyring, clock });
  const messaging = createMessaging({
    database,
    config,
    log,
    clock,
    safeCalls: resilience,
    clinicOrderKey: deriveKey(config.auth.secret, 'order of clinics'),
  });
  const booking: BookingContext = {
    database,
    clock,
    log,
    slotKey: deriveKey(config.auth.secret, 'slot ids'),
  };
  const patients: PatientContext = {
    ...booking,
    publicUrl: config.publicUrl,
    links: createPatientLinks({
      key: deriveKey(config.auth.secret, 'patient links'),
      publicUrl: config.publicUrl,
    }),
  };
  const tools = createTools(booking);
  const admission = createAdmission({
    database,
    connections,
    perDay: config.newClinicsPerDay,
    needsEmail: config.mode === 'live',
  });
  const vapi = createVapiClient(config);
  const provisioning = createProvisioning({
    database,
    connections,
    vapi,
    resilience,
    clock,
    publicUrl: config.publicUrl,
    tools: Object.values(tools),
    mayProvision: admission.mayProvision,
    log,
  });
  return {
    config,
    clock,
    log,
    database,
    listenUrls,
    resilience,
    mailer,
    rateLimits,
    identity,
    strangers,
    tenants,
    inbox: createInbox({ database, log, carrier }),
    ...(carrier ? { carrier } : {}),
    ...(redis ? { redis } : {}),
    liveEvents: createLiveEvents({ database, tenantResolver: tenants.tenantResolver }),
    connections,
    google,
    calendarTokens,
    linkCalendar: createLinkCalendar({ connections, oauthStates, google, resilience, log }),
    messaging,
    booking,
    patients,
    tools,
    provisioning,
    vapiRefusesKey: createVapiKeyCheck({ vapi, clock }),
    admission,
    authenticateVapi: createVapiAuth({ connections, clock, isRefused: strangers.isRefused }),
    sandbox: createSandboxClient(config.sandboxUrl),
    async close() {
      messaging.close();
      await mailer.close();
      await carrier?.close();
      await resilience.close();
      await redis?.close();
      await database.close();
    },
  };
}

const sharedByRedis = ({ client, subscriber }: RedisConnections, prefix: string): BreakerStore =>
  createRedisStore({ client, subscriber, prefix: `{${prefix}:breakers}:` });

const sharedByPostgres = ({
  database,
  listenUrls,
  log,
}: Pick<Dependencies, 'database' | 'listenUrls' | 'log'>): BreakerStore =>
  createBreakerStore({
    pool: database.pool,
    listen: (channel, onNotify) =>
      listen({ url: listenUrls, channels: [channel], onNotify: (_, payload) => onNotify(payload), log }),
  });

function logBreakers(resilience: SafeCallInstance, log: Logger): void {
  resilience.on('open', ({ name, key, kind, retryAfterMs }) =>
    log.warn(
      { service: name, org_id: key, kind, retry_after_ms: retryAfterMs },
      `[SafeCall] Circuit breaker opened for ${name}`,
    ),
  );
  resilience.on('close', ({ name, key }) =>
    log.info({ service: name, org_id: key }, `[SafeCall] Circuit breaker closed for ${name}`),
  );
  resilience.on('token_refreshed', ({ name, key }) =>
    log.info({ service: name, org_id: key }, `[SafeCall] Token refreshed for ${name}`),
  );
  resilience.on('store', ({ available, error }) =>
    available
      ? log.info('[SafeCall] Circuit breakers are shared again')
      : log.warn({ err: error }, '[SafeCall] Circuit breakers are not shared for now: their store is down'),
  );
}
