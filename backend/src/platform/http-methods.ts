import type { RouteOptions } from 'fastify';
import Router, { type HTTPMethod } from 'find-my-way';
import { AppError } from './errors.ts';
import { type HttpServer, sendProblem } from './http.ts';

export interface KnownRoute {
  method: string;
  url: string;
  config?: RouteOptions['config'] | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The routes that answer at this address, one a method. */
    routesAt(url: string): KnownRoute[];
  }
}

/**
 * An address that exists, but not for this method: OPTIONS lists the methods (204), anything else is 405, both with
 * `Allow`. Before a body is read, and before anyone is asked who they are.
 */
export function answerOtherMethods(server: HttpServer): void {
  const methods = new Set<HTTPMethod>();
  const router = Router({ ignoreTrailingSlash: true });
  server.decorate('routesAt', (url: string) => {
    const path = url.replace(/^https?:\/\/[^/?#]*/i, '').split('?')[0] || '/';
    return [...methods].flatMap((method) => (router.find(method, path)?.store as KnownRoute) ?? []);
  });
  server.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) {
      const route = { method: one, url, config };
      methods.add(one as HTTPMethod);
      router.on(one as HTTPMethod, url, () => undefined, route);
    }
  });
  server.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const there = server.routesAt(request.url).map(({ method }) => method);
    if (there.length === 0) return;
    reply.header('allow', [...there, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return sendProblem(
      reply,
      request,
      new AppError({
        code: 'METHOD_NOT_ALLOWED',
        status: 405,
        detail: `${request.method} isn’t supported at this address. Supported methods: ${there.join(', ')}.`,
      }),
    );
  });
}
