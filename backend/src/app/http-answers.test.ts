import { readdirSync, readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routeKind } from '../platform/route-kind.ts';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';
import { askRaw } from '../testing/raw-request.ts';
import { PAGES } from './dashboard-pages.ts';

const PARTNER = 'https://reports.example.com';
const ID = '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10';

describe('HTTP', () => {
  let scene: TestApp;
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE, {
      env: { CORS_ORIGINS: `${PARTNER}, https://desk.example.com/` },
    });
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => scene.close());

  const raw = (text: string) => askRaw(scene.app, text);

  describe('a method that an address does not know', () => {
    test.each([
      ['PUT', '/api/appointments', 'POST, GET, HEAD, OPTIONS'],
      ['DELETE', '/api/appointments', 'POST, GET, HEAD, OPTIONS'],
      ['POST', '/api/me', 'GET, HEAD, OPTIONS'],
      ['GET', '/api/sms', 'POST, OPTIONS'],
      ['PATCH', '/a/whatever', 'GET, HEAD, POST, OPTIONS'],
      ['DELETE', '/health', 'GET, HEAD, OPTIONS'],
      ['POST', '/', 'GET, HEAD, OPTIONS'],
      ['PUT', `/api/appointments/${ID}/cancel`, 'POST, OPTIONS'],
      ['GET', '/api/webhooks/twilio/status', 'POST, OPTIONS'],
    ])('is 405: %s %s', async (method, url, allow) => {
      const payload = method === 'GET' ? {} : { payload: 'x', headers: { 'content-type': 'text/odd' } };
      const answer = await scene.app.inject({ method: method as 'PUT', url, ...payload });
      expect(answer.statusCode).toBe(405);
      expect(new Set(String(answer.headers.allow).split(', '))).toEqual(new Set(allow.split(', ')));
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject({
        code: 'METHOD_NOT_ALLOWED',
        status: 405,
        title: expect.any(String),
      });
    });

    test.each(['TRACE', 'PROPFIND', 'LINK'])('is 405 for %s, too', async (method) => {
      const answer = await raw(`${method} /api/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 405 [\s\S]*\r\nallow: GET, HEAD, OPTIONS\r\n/i);
    });

    test('is still 404 where there is nothing at all', async () => {
      for (const method of ['GET', 'PUT', 'OPTIONS'] as const) {
        const answer = await scene.app.inject({ method, url: '/api/nothing' });
        expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
      }
    });

    test('is never a head of what acts or streams', async () => {
      for (const url of ['/api/integrations/google/callback', '/api/events']) {
        const answer = await scene.app.inject({ method: 'HEAD', url });
        expect([answer.statusCode, answer.headers.allow, answer.body]).toEqual([405, 'GET, OPTIONS', '']);
      }
    });
  });

  test('OPTIONS says what there is, on every address', async () => {
    for (const { url } of scene.app.registeredRoutes) {
      const answer = await scene.app.inject({ method: 'OPTIONS', url: url.replace(/:\w+/g, ID) });
      expect([url, answer.statusCode, answer.body]).toEqual([url, 204, '']);
      expect(answer.headers.allow, url).toContain('OPTIONS');
    }
  });

  describe('a page of another origin', () => {
    const preflight = (url: string, origin: string, method = 'POST') =>
      scene.app.inject({
        method: 'OPTIONS',
        url,
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization',
        },
      });

    test('that is named may ask with a token, never with the cookie', async () => {
      for (const origin of [PARTNER, 'https://desk.example.com']) {
        const asked = await preflight('/api/appointments', origin);
        expect(asked.statusCode).toBe(204);
        expect(asked.headers).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-methods': expect.stringContaining('POST'),
          'access-control-allow-headers': expect.stringContaining('authorization'),
          'access-control-max-age': '600',
          vary: expect.stringContaining('origin'),
        });
        const answer = await scene.app.inject({ url: '/api/me', headers: { origin } });
        // A refusal can be read as well.
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['access-control-allow-origin']).toBe(origin);
        for (const { headers } of [asked, answer]) {
          expect(headers['access-control-allow-credentials']).toBeUndefined();
        }
      }
    });

    test.each([
      'https://evil.example',
      'https://reports.example.com.evil.example',
      'https://evil-reports.example.com',
      'http://reports.example.com',
      'https://reports.example.com:8443',
      'https://reports.example.com/',
      'null',
    ])('that is not named may not: %s', async (origin) => {
      for (const answer of [
        await preflight('/api/appointments', origin),
        await scene.app.inject({ url: '/api/me', headers: { origin } }),
      ]) {
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(answer.headers.vary).toContain('origin');
      }
    });

    test('has nothing to ask of what is not for clients', async () => {
      for (const url of [
        '/api/webhooks/twilio/status',
        '/api/vapi/webhook',
        '/a/x',
        '/api/integrations/google/callback',
        '/',
      ]) {
        const answer = await preflight(url, PARTNER);
        expect([url, answer.headers['access-control-allow-origin']]).toEqual([url, undefined]);
      }
    });
  });

  describe('a name in the query that is not known', () => {
    const KINDS = ['client', 'callback', 'webhook', 'page', 'file'] as const;
    test('is refused on every route for clients, and on no other', async () => {
      const seen = new Set<string>();
      for (const route of scene.app.registeredRoutes.filter(({ method }) => method !== 'HEAD')) {
        const checks = [route.onRequest ?? []].flat();
        const checksQuery = checks.some((check) => check.name === 'checkQuery');
        const kind = routeKind(route);
        seen.add(kind);
        expect([route.url, checksQuery]).toEqual([route.url, kind === 'client']);
      }
      expect(seen).toEqual(new Set(KINDS));
    });

    test.each([
      ['/api/mode?form=2026-12-01', 'form', 'This address takes no query parameters.'],
      ['/api/health/integrations?org=x&org_id=y', 'org', 'This address takes no query parameters.'],
      ['/api/auth/jwks?a=1&b=2', 'a', 'This address takes no query parameters.'],
    ])('is 400 with the name and the known names: %s', async (url, name, known) => {
      const answer = await scene.app.inject(url);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({
        code: 'UNKNOWN_PARAMETER',
        errors: expect.arrayContaining([expect.objectContaining({ path: name })]),
      });
      expect(answer.json().detail).toContain(known);
      expect(answer.json().detail).toContain(name);
    });

    test('says nothing to a stranger: without proof it is 401 first', async () => {
      expect((await scene.app.inject('/api/appointments?form=x')).statusCode).toBe(401);
    });

    test.each([
      '/health?_=1',
      '/ready?x=1',
      '/robots.txt?x=1',
      '/api/openapi.json?v=2',
      '/docs?x=1',
      '/?utm_source=x',
    ])('is no matter elsewhere: %s', async (url) => {
      expect((await scene.app.inject(url)).json?.call).toBeTypeOf('function');
      const answer = await scene.app.inject(url);
      expect(answer.body).not.toContain('UNKNOWN_PARAMETER');
    });
  });

  describe('what a caller likes to read', () => {
    const typeOf = async (url: string, accept?: string) => {
      const answer = await scene.app.inject({ url, headers: accept === undefined ? {} : { accept } });
      return [answer.headers['content-type']?.split(';')[0], answer.headers.vary];
    };
    const JSON_TYPE = 'application/json';

    test.each([
      ['text/markdown', 'text/markdown'],
      ['text/markdown;q=0', JSON_TYPE],
      ['text/markdown;q=0, */*', JSON_TYPE],
      ['text/markdown;q=0.1, application/json;q=0.9', JSON_TYPE],
      ['text/markdown;q=0.9, application/json;q=0.1', 'text/markdown'],
      ['text/*', 'text/markdown'],
      ['*/*', JSON_TYPE],
      [undefined, JSON_TYPE],
      ['image/png', JSON_TYPE],
      ['TEXT/MARKDOWN', 'text/markdown'],
    ])('counts by its weight: health with %s is %s', async (accept, type) => {
      const [got, vary] = await typeOf('/api/health/integrations', accept);
      expect(got).toBe(type);
      expect(vary).toContain('accept');
    });

    test.each(PAGES)(
      '%s is a page for clients that take anything, as link previews and monitors do',
      async (url) => {
        for (const method of ['GET', 'HEAD'] as const) {
          for (const accept of ['*/*', 'text/html', 'text/html,application/xhtml+xml,*/*;q=0.8', undefined]) {
            const answer = await scene.app.inject({
              method,
              url,
              headers: { host: 'localhost:3001', ...(accept ? { accept } : {}) },
            });
            const said = method === 'GET' ? answer.body : '';
            // Without a build it says so; either way it is the page that was meant.
            if (answer.statusCode !== 200) expect(said).toMatch(/^$|dashboard hasn’t been built/);
            else expect(answer.headers['content-type']).toContain('text/html');
            expect(answer.headers.vary).toContain('accept');
          }
          const json = await scene.app.inject({ method, url, headers: { accept: 'application/json' } });
          expect(json.headers['content-type']).toContain('application/problem+json');
        }
      },
    );

    test('the pages are those of the dashboard', () => {
      const folder = new URL('../../../dashboard/src/routes/', import.meta.url);
      const found = readdirSync(folder).flatMap((file) => {
        const paths = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/path: '(\/[a-z-]*)'/g)];
        return paths.map(([, path = '']) =>
          file === 'settings.ts' && path !== '/settings' ? `/settings${path}`.replace(/\/$/, '') : path,
        );
      });
      expect([...new Set(found)].sort()).toEqual([...PAGES, '/health'].sort());
    });
  });

  describe('large answers', () => {
    test.each([
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const)(
      'the API document comes as %s, with a tag of its own, and not at all to who has it',
      async (coding, open) => {
        const url = '/api/openapi.json';
        const plain = await scene.app.inject(url);
        const answer = await scene.app.inject({ url, headers: { 'accept-encoding': coding } });
        expect(answer.headers).toMatchObject({
          'content-encoding': coding,
          vary: 'accept-encoding',
          'cache-control': 'public, no-cache',
        });
        expect(open(answer.rawPayload).toString()).toBe(plain.body);
        expect(answer.rawPayload.length * 5).toBeLessThan(plain.rawPayload.length);
        expect(answer.headers.etag).toMatch(/^"[\w-]+"$/);
        expect(answer.headers.etag).not.toBe(plain.headers.etag);
        const again = await scene.app.inject({
          url,
          headers: { 'accept-encoding': coding, 'if-none-match': `"x", ${answer.headers.etag}` },
        });
        expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', answer.headers.etag]);
      },
    );

    test.each([
      ['gzip;q=0', undefined],
      ['identity', undefined],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip;q=1, br;q=0.1', 'gzip'],
      ['*', 'br'],
      ['zstd', undefined],
    ])('Accept-Encoding: %s is answered with %s', async (accepted, coding) => {
      const headers = { 'accept-encoding': accepted };
      const answer = await scene.app.inject({ url: '/api/openapi.json', headers });
      expect(answer.headers['content-encoding']).toBe(coding);
    });

    test('a small answer, and one that holds a secret, is left alone', async () => {
      const headers = { 'accept-encoding': 'br, gzip' };
      for (const url of ['/health', '/api/mode', '/api/auth/token']) {
        const answer = await scene.app.inject({ url, headers });
        expect([url, answer.headers['content-encoding']]).toEqual([url, undefined]);
      }
      const secret = scene.app.registeredRoutes.filter(({ config }) => config?.secret).map(({ url }) => url);
      expect(new Set(secret)).toEqual(
        new Set([
          '/api/auth/sign-up/email',
          '/api/auth/sign-in/email',
          '/api/auth/token',
          '/api/auth/get-session',
          '/api/auth/two-factor/enable',
          '/api/auth/two-factor/generate-backup-codes',
          '/api/providers/:id/feed',
          '/api/integrations/vapi/rotate-secret',
          '/api/invitations',
          '/api/operator/owner-links',
        ]),
      );
    });
  });

  test('search engines are asked to stay out', async () => {
    const answer = await scene.app.inject('/robots.txt');
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.body).toBe('User-agent: *\nDisallow: /\n');
  });

  test('the reference page has no origin, says its language, and its script has no eval', async () => {
    const page = await scene.app.inject('/docs');
    expect(page.body).toContain('<html lang="en">');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toMatch(/^sandbox allow-scripts allow-popups;/);
    expect(policy).not.toContain('allow-same-origin');
    expect(policy).not.toContain('unsafe-eval');
    expect(policy.match(/script-src [^;]*/)?.[0]).toBe("script-src 'self'");
    for (const rule of [
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "default-src 'none'",
    ]) {
      expect(policy).toContain(rule);
    }
    for (const url of ['/docs/storage.js', '/docs/start.js', '/docs/reference.js']) {
      const script = await scene.app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
      expect([script.statusCode, script.headers['content-type']]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
  });
});
