import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { addressOf } from '../platform/address-of.ts';
import { AppError } from '../platform/errors.ts';
import { type HttpServer, sendProblem } from '../platform/http.ts';

const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
// The reference page has an inline script of its own, and may talk to us only.
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'";
const LOOPBACK = new Set(['localhost', '127.0.0.1']);

/** The built dashboard, and the answer where there is nothing. `dist` is where the build puts it. */
export async function serveDashboard(
  server: HttpServer,
  { publicUrl, dist }: { publicUrl: string; dist: string },
): Promise<void> {
  const built = existsSync(join(dist, 'index.html'));
  server.addHook('onSend', async (request, reply) => {
    const isPage = reply.getHeader('content-type')?.toString().startsWith('text/html');
    if (isPage && !reply.hasHeader('content-security-policy')) {
      reply.header(
        'content-security-policy',
        addressOf(request).startsWith('/docs') ? DOCS_POLICY : PAGE_POLICY,
      );
    }
  });
  const home = new URL(publicUrl);
  server.addHook('onRequest', async (request, reply) => {
    // 127.0.0.1 and localhost are one machine and two cookie jars; Google sends people back to PUBLIC_URL.
    const { hostname } = request;
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html');
    // Probes get JSON there, people the page of the same name.
    if (built && page && addressOf(request) === '/health') {
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    }
    if (
      page &&
      hostname !== home.hostname &&
      LOOPBACK.has(hostname) &&
      LOOPBACK.has(home.hostname) &&
      !addressOf(request).startsWith('/api/')
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
    const address = addressOf(request);
    const belongsToPages = !['/api/', '/assets/', '/docs'].some((prefix) => address.startsWith(prefix));
    if (page && belongsToPages && built)
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    const detail =
      belongsToPages && page
        ? 'The dashboard has not been built. Start Voxanne with "npm start", which builds it.'
        : `There is nothing at ${request.method} ${request.url.split('?')[0]}. GET /docs lists every route.`;
    return sendProblem(reply, request, new AppError({ code: 'NOT_FOUND', status: 404, detail }));
  });
}
