import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import {
  registerSimulatorRoutes,
  registerVapiIntegrationRoutes,
  registerVapiRoutes,
} from './assistant/index.ts';
import { registerBookingRoutes, registerPatientRoutes } from './booking/index.ts';
import { registerCalendarRoutes, registerGoogleWebhooks, testCalendar } from './calendar/index.ts';
import { registerIntegrationRoutes } from './connections/index.ts';
import { registerDeliveryRoutes, registerOutgoingRoutes } from './deliveries/index.ts';
import type { Dependencies } from './dependencies.ts';
import { answers, queueFacts, registerHealthRoutes } from './health/index.ts';
import { registerMessageRoutes, registerSmsRoutes, registerTwilioWebhooks } from './messaging/index.ts';
import { AppError } from './platform/errors.ts';
import { createHttpServer, type HttpServer, sendProblem } from './platform/http.ts';
import { registerOrganizationRoutes } from './tenancy/index.ts';
import { DRY_RUNNABLE, webhookHandlers } from './worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Every route there is, in the order of the rooms. */
export async function createApp(
  dependencies: Dependencies,
  options: { isServing: () => boolean },
): Promise<HttpServer> {
  const { config, log, database, clock, tenants, connections, resilience, messaging } = dependencies;
  const { tenantResolver, optionalTenantResolver } = tenants;
  const server = createHttpServer({ log, trustProxyHops: config.trustProxyHops });
  await describeApi(server);
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', reply.getHeader('referrer-policy') ?? 'same-origin');
    reply.header('x-frame-options', 'DENY');
    if (request.url.startsWith('/api/'))
      reply.header('cache-control', reply.getHeader('cache-control') ?? 'no-store');
  });

  dependencies.identity.registerRoutes(server);
  registerOrganizationRoutes(server, { database, tenantResolver });
  dependencies.liveEvents.registerRoutes(server);
  registerDeliveryRoutes(server, {
    database,
    handlers: webhookHandlers(dependencies),
    dryRunnable: DRY_RUNNABLE,
    tenantResolver,
  });
  registerOutgoingRoutes(server, { database, tenantResolver });
  registerIntegrationRoutes(server, { config, database, clock, tenantResolver });
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
  registerMessageRoutes(server, { database, tenantResolver });
  registerTwilioWebhooks(server, { messaging, inbox: dependencies.inbox });
  registerGoogleWebhooks(server, { database, inbox: dependencies.inbox });
  registerBookingRoutes(server, { context: dependencies.booking, tenantResolver });
  registerPatientRoutes(server, { context: dependencies.patients, tenantResolver });
  registerVapiRoutes(server, {
    inbox: dependencies.inbox,
    database,
    connections,
    tools: dependencies.tools,
    log,
    authenticate: dependencies.authenticateVapi,
  });
  registerVapiIntegrationRoutes(server, {
    connections,
    provisioning: dependencies.provisioning,
    publicUrl: config.publicUrl,
    tenantResolver,
  });
  if (config.mode === 'sandbox') {
    registerSimulatorRoutes(server, { database, sandbox: dependencies.sandbox, tenantResolver });
  }
  registerHealthRoutes(server, {
    mode: config.mode,
    version,
    database,
    connections,
    resilience,
    clock,
    twilio: () => messaging.twilioHealth(),
    redis: () => dependencies.redis?.state() ?? 'none',
    queue: (orgId) => database.withService((db) => queueFacts(db, orgId)),
    isReady: async () => {
      if (!options.isServing()) return false;
      return database.withService(answers).then(
        () => true,
        () => false,
      );
    },
    tenantResolver,
    optionalTenantResolver,
  });
  await serveDashboard(server, config.publicUrl);
  return server;
}

async function describeApi(server: HttpServer): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Voxanne',
        version,
        description:
          'The back office of an AI phone receptionist. Sign up, take a token from GET /api/auth/token, send it as Authorization: Bearer. Errors are RFC 9457 problem documents.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withProblems(jsonSchemaTransformObject(document)),
  });
  server.get('/api/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  serveReference(server);
}

/**
 * The reference page lives in an instance of its own, made on the first visit: its plug-in weighs 23 MB, and most
 * processes never show it.
 */
function serveReference(server: HttpServer): void {
  const load = async () => {
    const [{ default: Fastify }, { default: scalar }] = await Promise.all([
      import('fastify'),
      import('@scalar/fastify-api-reference'),
    ]);
    // A constant, because the plug-in's type knows only some of the settings that its page reads.
    const configuration = {
      title: 'Voxanne API',
      url: '/api/openapi.json',
      // Without these the page talks to its vendor.
      withDefaultFonts: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never' as const,
      telemetry: false,
      hideClientButton: true,
    };
    const reference = Fastify();
    await reference.register(scalar, { routePrefix: '/docs', configuration });
    return reference;
  };
  let loaded: ReturnType<typeof load> | undefined;
  for (const url of ['/docs', '/docs/*']) {
    server.get(url, { schema: { hide: true } }, async (request, reply) => {
      loaded ??= load();
      const page = await (await loaded).inject({ method: 'GET', url: request.url });
      const { location, 'content-type': type } = page.headers;
      if (typeof location === 'string') reply.header('location', location);
      return reply
        .code(page.statusCode)
        .type(String(type ?? 'text/plain'))
        .send(page.rawPayload);
    });
  }
}

type ApiDocument = ReturnType<typeof jsonSchemaTransformObject>;

/** Every operation can answer a problem document; said once here instead of in every route. */
function withProblems(document: ApiDocument): ApiDocument {
  const problem = {
    description: 'What went wrong, why, and what to do (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations ?? {})) {
      const { responses } = operation as { responses?: Record<string, unknown> };
      if (responses) responses.default = problem;
    }
  }
  return document;
}

const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
// The reference page has an inline script of its own, and may talk to us only.
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'";
const LOOPBACK = new Set(['localhost', '127.0.0.1']);

async function serveDashboard(server: HttpServer, publicUrl: string): Promise<void> {
  const dist = join(root, 'dashboard', 'dist');
  const built = existsSync(join(dist, 'index.html'));
  server.addHook('onSend', async (request, reply) => {
    const isPage = reply.getHeader('content-type')?.toString().startsWith('text/html');
    if (isPage && !reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', request.url.startsWith('/docs') ? DOCS_POLICY : PAGE_POLICY);
    }
  });
  const home = new URL(publicUrl);
  server.addHook('onRequest', async (request, reply) => {
    // 127.0.0.1 and localhost are one machine and two cookie jars; Google sends people back to PUBLIC_URL.
    const { hostname } = request;
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html');
    // Probes get JSON there, people the page of the same name.
    if (built && page && request.url.split('?')[0] === '/health') {
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    }
    if (
      page &&
      hostname !== home.hostname &&
      LOOPBACK.has(hostname) &&
      LOOPBACK.has(home.hostname) &&
      !request.url.startsWith('/api/')
    ) {
      // Part by part: read as a whole, "//evil.example" would be an address of its own.
      const target = new URL(home);
      const [path = '/', ...query] = request.url.split('?');
      target.pathname = path;
      target.search = query.join('?');
      return reply.redirect(target.toString(), 307);
    }
  });
  if (built) {
    await server.register(fastifyStatic, {
      root: dist,
      wildcard: false,
      index: false,
      setHeaders: (reply, path) => {
        reply.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    const belongsToPages = !['/api/', '/assets/', '/docs'].some((prefix) => request.url.startsWith(prefix));
    if (page && belongsToPages && built)
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    const detail =
      belongsToPages && page
        ? 'The dashboard has not been built. Start Voxanne with "npm start", which builds it.'
        : `There is nothing at ${request.method} ${request.url.split('?')[0]}. GET /docs lists every route.`;
    return sendProblem(reply, request, new AppError({ code: 'NOT_FOUND', status: 404, detail }));
  });
}
