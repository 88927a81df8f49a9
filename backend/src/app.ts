import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyCookie from '@fastify/cookie';
import { describeApi } from './app/api-document.ts';
import { serveDashboard } from './app/dashboard-pages.ts';
import { limitStrangers } from './app/limit-strangers.ts';
import { serveReference } from './app/reference-page.ts';
import { sendSecurityHeaders } from './app/security-headers.ts';
import {
  registerAdmissionRoutes,
  registerSimulatorRoutes,
  registerVapiIntegrationRoutes,
  registerVapiRoutes,
} from './assistant/index.ts';
import { registerAvailabilityRoutes } from './availability/index.ts';
import { appointmentsOf, registerBookingRoutes } from './booking/index.ts';
import { registerCalendarRoutes, registerGoogleWebhooks, testCalendar } from './calendar/index.ts';
import { registerIntegrationRoutes } from './connections/index.ts';
import { registerContactRoutes, searchNumbers } from './contacts/index.ts';
import { registerDeliveryRoutes, registerOutgoingRoutes } from './deliveries/index.ts';
import type { Dependencies } from './dependencies.ts';
import { ping, queueFacts, receptionistFacts, registerHealthRoutes } from './health/index.ts';
import {
  registerMessageRoutes,
  registerSenderRoutes,
  registerSmsRoutes,
  registerTwilioWebhooks,
} from './messaging/index.ts';
import { registerPatientRoutes } from './patients/index.ts';
import { addressOf } from './platform/address-of.ts';
import { compressAnswers } from './platform/compression.ts';
import { allowOrigins } from './platform/cors.ts';
import { deriveKey } from './platform/crypto.ts';
import { diskSpace } from './platform/disk.ts';
import { createHttpServer, type HttpServer } from './platform/http.ts';
import { answerOtherMethods } from './platform/http-methods.ts';
import { refuseUnknownQueries } from './platform/known-queries.ts';
import type { ListenerState } from './platform/listener.ts';
import { createProviderCap } from './platform/rate-limits/provider-cap.ts';
import type { Schedule } from './platform/request-limits.ts';
import { answerBareRefusals, refuseEncodedBodies } from './platform/unreadable-requests.ts';
import { registerScheduleRoutes } from './schedule/index.ts';
import { registerTaskRoutes } from './tasks/index.ts';
import {
  nameChanges,
  refuseRoutesWithoutRight,
  registerApiKeyRoutes,
  registerInvitationRoutes,
  registerMemberRoutes,
  registerOrganizationRoutes,
  registerOwnClinicRoutes,
  registerOwnerLinkRoutes,
} from './tenancy/index.ts';
import { registerWaitlistRoutes } from './waitlist/index.ts';
import { DRY_RUNNABLE, webhookHandlers } from './worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const hasOwnDatabase = ({ database }: Dependencies['config']): boolean =>
  database.url === undefined && database.migrationUrl === undefined && database.runtimeUrl === undefined;

/** Every route there is, in the order of the rooms. */
export async function createApp(
  dependencies: Dependencies,
  options: { isServing: () => boolean; listening: () => ListenerState; schedule?: Schedule },
): Promise<HttpServer> {
  const { config, log, database, clock, tenants, connections, resilience, messaging, strangers } =
    dependencies;
  const { tenantResolver, optionalTenantResolver, personResolver } = tenants;
  const server = createHttpServer({
    log,
    trustProxyHops: config.trustProxyHops,
    countStranger: strangers.count,
    ...(options.schedule ? { schedule: options.schedule } : {}),
  });
  await sendSecurityHeaders(server, config);
  await server.register(fastifyCookie);
  allowOrigins(server, config.corsOrigins);
  limitStrangers(server, { strangers, countSignedIn: tenants.countSignedIn });
  answerOtherMethods(server);
  answerBareRefusals(server);
  refuseEncodedBodies(server);
  refuseUnknownQueries(server);
  compressAnswers(server);
  await describeApi(server, { version, publicUrl: config.publicUrl, now: () => clock.now() });
  serveReference(server);
  refuseRoutesWithoutRight(server, tenantResolver);
  server.addHook('onSend', async (request, reply) => {
    if (addressOf(request).startsWith('/api/'))
      reply.header('cache-control', reply.getHeader('cache-control') ?? 'no-store');
  });
  nameChanges(server);

  dependencies.identity.registerRoutes(server);
  registerOrganizationRoutes(server, {
    database,
    tenantResolver,
    requestsPerHour: config.rateLimits.orgPerHour,
  });
  const team = { database, publicUrl: config.publicUrl, tenantResolver, personResolver };
  registerMemberRoutes(server, team);
  registerInvitationRoutes(server, team);
  registerOwnClinicRoutes(server, { database, personResolver });
  registerOwnerLinkRoutes(server, { ...config, database });
  registerApiKeyRoutes(server, {
    database,
    clock,
    config,
    tenantResolver,
    onChange: dependencies.identity.forgetApiKeys,
  });
  dependencies.liveEvents.registerRoutes(server);
  registerDeliveryRoutes(server, {
    database,
    handlers: webhookHandlers(dependencies),
    dryRunnable: DRY_RUNNABLE,
    tenantResolver,
  });
  registerOutgoingRoutes(server, { database, tenantResolver });
  registerIntegrationRoutes(server, {
    config,
    database,
    clock,
    tenantResolver,
    texting: messaging.twilioHealth,
  });
  registerCalendarRoutes(server, {
    publicUrl: config.publicUrl,
    link: dependencies.linkCalendar,
    test: (orgId) =>
      testCalendar(
        { connections, google: dependencies.google, tokens: dependencies.calendarTokens, resilience, clock },
        orgId,
      ),
    tenantResolver,
    optionalTenantResolver,
  });
  registerSmsRoutes(server, { messaging, database, tenantResolver });
  registerMessageRoutes(server, { database, tenantResolver, searchNumbers });
  const cap = (name: string) => createProviderCap(name, config.rateLimits.providerPerMinute);
  registerTwilioWebhooks(server, { messaging, inbox: dependencies.inbox, cap: cap('texts') });
  registerGoogleWebhooks(server, {
    database,
    clock,
    inbox: dependencies.inbox,
    cap: cap('calendar'),
    isRefused: strangers.isRefused,
  });
  registerContactRoutes(server, {
    database,
    clock,
    cursorKey: deriveKey(config.auth.secret, 'cursors'),
    tenantResolver,
    appointmentsOf,
  });
  registerScheduleRoutes(server, { context: dependencies.booking, tenantResolver });
  registerBookingRoutes(server, { context: dependencies.booking, tenantResolver });
  registerTaskRoutes(server, { context: dependencies.booking, tenantResolver });
  registerAvailabilityRoutes(server, { context: dependencies.booking, tenantResolver });
  registerPatientRoutes(server, { context: dependencies.patients, tenantResolver });
  registerWaitlistRoutes(server, { context: dependencies.booking, tenantResolver });
  registerVapiRoutes(server, {
    inbox: dependencies.inbox,
    database,
    connections,
    tools: dependencies.tools,
    log,
    authenticate: dependencies.authenticateVapi,
    caps: { calls: cap('calls'), messages: cap('messages') },
  });
  registerVapiIntegrationRoutes(server, {
    connections,
    provisioning: dependencies.provisioning,
    publicUrl: config.publicUrl,
    tenantResolver,
  });
  registerAdmissionRoutes(server, {
    admission: dependencies.admission,
    operatorToken: config.operatorToken,
  });
  registerSenderRoutes(server, { messaging, database, operatorToken: config.operatorToken });
  if (config.mode === 'sandbox') {
    registerSimulatorRoutes(server, { database, sandbox: dependencies.sandbox, tenantResolver });
  }
  registerHealthRoutes(server, {
    mode: config.mode,
    signUp: config.signUp,
    version,
    accounts: {
      kept_by: config.auth.mode === 'local' ? 'voxanne' : 'supabase',
      sends_email: dependencies.mailer.canSend,
      ...(config.mail?.proxy
        ? { mailbox_url: `http://localhost:${config.sandboxPort}/_sandbox/mailbox` }
        : {}),
    },
    database,
    connections,
    resilience,
    clock,
    twilio: messaging.twilioHealth,
    vapiRefusesKey: dependencies.vapiRefusesKey,
    receptionist: (orgId) => database.withService((db) => receptionistFacts(db, orgId)),
    disk: async () => (hasOwnDatabase(config) ? diskSpace(config.dataDir) : undefined),
    redis: () => dependencies.redis?.state() ?? 'none',
    listening: options.listening,
    queue: (orgId) => database.withService((db) => queueFacts(db, orgId)),
    isReady: async () => {
      if (!options.isServing()) return false;
      return database.withService(ping).then(
        () => true,
        () => false,
      );
    },
    tenantResolver,
    optionalTenantResolver,
  });
  await serveDashboard(server, { publicUrl: config.publicUrl, dist: join(root, 'dashboard', 'dist') });
  return server;
}
