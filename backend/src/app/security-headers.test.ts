import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../platform/http.ts';
import { silentLogger } from '../platform/logger.ts';
import { routeKind } from '../platform/route-kind.ts';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';
import { sendSecurityHeaders } from './security-headers.ts';

const ELSEWHERE = 'https://evil.example';
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

describe('a browser', () => {
  let scene: TestApp;
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE);
  });
  afterAll(() => scene.close());

  test.each(['/', '/health', '/api/me', '/api/nothing', '/api/mode', '/docs', '/a/x', '/robots.txt'])(
    'is asked at %s to guess no types, to frame nothing and to run no inline script',
    async (url) => {
      const { headers } = await scene.app.inject({ url, headers: { accept: 'text/html' } });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': expect.stringMatching(/^(same-origin|no-referrer)$/),
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toMatch(/default-src '(self|none)'/);
      expect(policy.match(/script-src [^;]*/)?.[0] ?? "script-src 'self'").toBe("script-src 'self'");
      // On this machine there may be no https to go back to.
      expect(headers['strict-transport-security']).toBeUndefined();
    },
  );

  test('that read the reference page may load its scripts, although the page has no origin', async () => {
    const script = await scene.app.inject('/docs/start.js');
    expect(script.headers['cross-origin-resource-policy']).toBe('cross-origin');
    const other = await scene.app.inject('/health');
    expect(other.headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test('stays with https in live mode, at this host alone', async () => {
    const strictAt = async (mode: 'sandbox' | 'live', publicUrl: string) => {
      const server = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
      await sendSecurityHeaders(server, { mode, publicUrl });
      server.get('/', async () => 'here');
      const { headers } = await server.inject('/');
      await server.close();
      return headers['strict-transport-security'];
    };
    expect(await strictAt('live', 'https://voxanne.example.com')).toBe('max-age=31536000');
    expect(await strictAt('live', 'http://localhost:3001')).toBeUndefined();
    expect(await strictAt('sandbox', 'https://trial.example.com')).toBeUndefined();
  });

  test('cannot be made to act by a page of elsewhere, at any route', async () => {
    const answers: [string, number, string][] = [];
    for (const route of scene.app.registeredRoutes) {
      const method = [route.method].flat().find((one) => !SAFE.includes(one));
      if (method === undefined || routeKind(route) !== 'client') continue;
      const url = route.url.replace(/:\w+/g, 'x');
      const answer = await scene.app.inject({
        method: method as 'POST',
        url,
        headers: { origin: ELSEWHERE, cookie: 'voxanne.session_token=x' },
        payload: {},
      });
      answers.push([`${method} ${route.url}`, answer.statusCode, answer.json().code]);
    }
    expect(answers.length).toBeGreaterThan(30);
    expect(answers.filter(([, status, code]) => status !== 403 || code !== 'INVALID_ORIGIN')).toEqual([]);
  });

  test('may send a token from anywhere: what it proves came from no cookie', async () => {
    const headers = { origin: ELSEWHERE, authorization: 'Bearer not-a-token' };
    const answer = await scene.app.inject({
      method: 'PATCH',
      url: '/api/organization',
      headers,
      payload: {},
    });
    expect(answer.json().code).toBe('INVALID_TOKEN');
  });
});
