import type { HttpServer } from '../platform/http.ts';

/**
 * The reference page lives in an instance of its own, made on the first visit: its plug-in weighs 23 MB, and most
 * processes never show it.
 */
export function serveReference(server: HttpServer): void {
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
