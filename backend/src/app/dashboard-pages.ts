import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from '../platform/address-of.ts';
import { AppError } from '../platform/errors.ts';
import { type HttpServer, sendProblem } from '../platform/http.ts';
import { preferredType, wantsPage } from '../platform/negotiation.ts';
import { isLoopbackHost } from '../platform/settings/addresses.ts';

/** The pages of the dashboard by their first address; `/health` is JSON for programs, and has its own rule. */
export const PAGES = [
  '/',
  '/calendar',
  '/create-clinic',
  '/deliveries',
  '/join',
  '/messages',
  '/patients',
  '/settings',
  '/settings/api-keys',
  '/settings/hours',
  '/settings/providers',
  '/settings/services',
  '/settings/team',
  '/settings/security',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/two-step-sign-in',
  '/settings/time-off',
  '/setup',
  '/sign-in',
  '/sign-up',
];

/** Nothing here is for search engines: a back office, and pages of patients. */
const ROBOTS = 'User-agent: *\nDisallow: /\n';

/** The built dashboard, and the answer where there is nothing. `dist` is where the build puts it. */
export async function serveDashboard(
  server: HttpServer,
  { publicUrl, dist }: { publicUrl: string; dist: string },
): Promise<void> {
  const built = existsSync(join(dist, 'index.html'));
  const sendPage = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (built) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return sendProblem(reply, request, notBuilt());
  };
  const home = new URL(publicUrl);
  server.addHook('onRequest', async (request, reply) => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const address = addressOf(request);
    // A webhook or an API call is never a page, whatever its Accept header says.
    if (!reads || address.startsWith('/api/') || !request.headers.accept?.includes('text/html')) return;
    if (!wantsPage(request, reply)) return;
    // Probes get JSON there, people the page of the same name.
    if (built && address === '/health') return sendPage(request, reply);
    // 127.0.0.1 and localhost are one machine and two cookie jars; Google sends people back to PUBLIC_URL.
    const { hostname } = request;
    if (hostname !== home.hostname && isLoopbackHost(hostname) && isLoopbackHost(home.hostname)) {
      // Part by part: read as a whole, "//evil.example" would be its own address.
      const target = new URL(home);
      const [path = '/', ...query] = request.url.split('?');
      target.pathname = path;
      target.search = query.join('?');
      return reply.redirect(target.toString(), 307);
    }
  });
  for (const url of PAGES) {
    server.get(url, { schema: { hide: true } }, async (request, reply) => {
      if (preferredType(request, reply, ['text/html', 'application/json']) === 'text/html') {
        return sendPage(request, reply);
      }
      return sendProblem(reply, request, nothingAt(request));
    });
  }
  server.get('/robots.txt', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=86400').type('text/plain; charset=utf-8').send(ROBOTS),
  );
  if (built) await serveFiles(server, dist);
  server.setNotFoundHandler((request, reply) => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const address = addressOf(request);
    const belongsToPages = !['/api/', '/assets/', '/docs'].some((prefix) => address.startsWith(prefix));
    if (reads && belongsToPages && !namesFile(address) && wantsPage(request, reply))
      return sendPage(request, reply);
    return sendProblem(reply, request, nothingAt(request));
  });
}

/**
 * No page has a name like `.env`, `.git` or `wp-login.php`. A scanner that gets a 200 there comes back, and a report of
 * leaked files follows.
 */
const namesFile = (address: string): boolean =>
  address.split(/[/\\]/).some((part) => /^\.|\.(?!html?$)[a-z0-9_~-]{1,10}$/i.test(part));

/** The build has made Brotli and gzip versions of the files that are worth it; their names aren't addresses. */
async function serveFiles(server: HttpServer, dist: string): Promise<void> {
  await server.register(fastifyStatic, {
    root: dist,
    wildcard: false,
    index: false,
    preCompressed: true,
    globIgnore: ['**/*.br', '**/*.gz', 'index.html'],
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}

const nothingAt = (request: FastifyRequest) =>
  new AppError({
    code: 'NOT_FOUND',
    status: 404,
    detail: `There’s nothing at ${request.method} ${request.url.split('?')[0]}. GET /docs lists every route.`,
  });

const notBuilt = () =>
  new AppError({
    code: 'NOT_FOUND',
    status: 404,
    detail: 'The dashboard hasn’t been built yet. Start Voxanne with "npm start", which builds it.',
  });
