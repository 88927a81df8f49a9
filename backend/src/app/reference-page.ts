import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { negotiateEncoding, pack } from '../platform/compression.ts';
import type { HttpServer } from '../platform/http.ts';

/**
 * A page without its own origin: the browser sends it no cookie and lets it keep nothing, so whatever its script
 * does, it does as a stranger. It may read the API document, and nothing else is allowed to it.
 */
const POLICY =
  "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const SCRIPT = 'text/javascript; charset=utf-8';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Voxanne API</title>
  </head>
  <body>
    <div id="app"></div>
    <noscript>This page needs a script. The same is in <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
    <script src="/docs/storage.js"></script>
    <script src="/docs/reference.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** A page without an origin has no storage, but the script expects one: this one lasts as long as the page. */
const STORAGE = `for (const name of ['localStorage', 'sessionStorage']) {
  const kept = new Map();
  const value = {
    getItem: (key) => kept.get(String(key)) ?? null,
    setItem: (key, text) => void kept.set(String(key), String(text)),
    removeItem: (key) => void kept.delete(String(key)),
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
  Object.defineProperty(window, name, { value });
}
`;

const START = `Scalar.createApiReference('#app', ${JSON.stringify({
  url: '/api/openapi.json',
  // Without these the page talks to its vendor.
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  telemetry: false,
  // It has no origin, so that a request from it would be refused.
  hideClientButton: true,
  hideTestRequestButton: true,
  persistAuth: false,
})});
`;

/** The API document for people, at `/docs`. Its script weighs 3.5 MB, so it is read on the first visit. */
export function serveReference(server: HttpServer): void {
  const files: Record<string, { type: string; read: () => Promise<Buffer> }> = {
    '/docs': { type: 'text/html; charset=utf-8', read: async () => Buffer.from(PAGE) },
    '/docs/storage.js': { type: SCRIPT, read: async () => Buffer.from(STORAGE) },
    '/docs/start.js': { type: SCRIPT, read: async () => Buffer.from(START) },
    '/docs/reference.js': { type: SCRIPT, read: () => readFile(scriptFile()) },
  };
  const packed = new Map<string, Promise<Buffer>>();
  for (const [url, { type, read }] of Object.entries(files)) {
    server.get(url, { schema: { hide: true } }, async (request, reply) => {
      const encoding = negotiateEncoding(request.headers['accept-encoding']);
      const key = `${encoding} ${url}`;
      const bytes = packed.get(key) ?? read().then((file) => pack(file, encoding));
      packed.set(key, bytes);
      reply.headers({
        vary: 'accept-encoding',
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        // To a page without an origin its own scripts come from elsewhere.
        'cross-origin-resource-policy': 'cross-origin',
      });
      if (encoding !== 'identity') reply.header('content-encoding', encoding);
      return reply.type(type).send(await bytes);
    });
  }
}

function scriptFile(): string {
  const require = createRequire(import.meta.url);
  return require.resolve('@scalar/fastify-api-reference').replace(/[^/\\]+$/, 'js/standalone.js');
}
