import Fastify, { type FastifyInstance } from 'fastify';
import { parseBodies } from './body.ts';
import { type ControlOptions, controlRoutes } from './control.ts';
import { interfere } from './interference.ts';

/** Google's client keeps the origin of a `rootUrl` and drops its path, so its calls arrive without /google. */
const lostPrefix = '/calendar/v3/';

export interface ServerOptions extends ControlOptions {
  /** resolves when the state of earlier runs is in memory */
  opened: Promise<void>;
  now: () => number;
}

export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1_200 },
    rewriteUrl: ({ url = '/' }) => (url.startsWith(lostPrefix) ? `/google${url}` : url),
  });
  parseBodies(app);
  app.addHook('onRequest', () => options.opened);
  interfere(app, options);
  for (const standIn of options.standIns) {
    app.register(async (scope) => standIn.routes(scope), { prefix: `/${standIn.provider}` });
  }
  // Node closes a CONNECT that no one listens for.
  app.server.on('connect', async (request, socket) => {
    socket.on('error', () => socket.destroy());
    await options.opened;
    const standIn = options.standIns.find(
      ({ provider, tunnel }) => tunnel && request.url?.startsWith(`${provider}.`),
    );
    if (standIn?.tunnel) standIn.tunnel(request, socket);
    else socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  app.register(async (scope) => controlRoutes(scope, options), { prefix: '/_sandbox' });
  return app;
}
