import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';

describe('an address that isn’t a page', () => {
  let scene: TestApp;
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE);
  });
  afterAll(() => scene.close());
  const open = (url: string) =>
    scene.app.inject({ url, headers: { host: 'localhost:3001', accept: 'text/html,*/*;q=0.8' } });

  test.each([
    '/.env',
    '/.env.local',
    '/%2eenv',
    '/.git/config',
    '/.aws/credentials',
    '/.well-known/security.txt',
    '/settings/.env',
    '/wp-login.php',
    '/WP-LOGIN.PHP',
    '/wp-admin/setup.php/x',
    '/admin/login.aspx',
    '/cgi-bin/test.cgi',
    '/backup.sql',
    '/site.tar.gz',
    '/package.json',
    '/prod.env',
    '/index.php?x=1',
    '/config.php~',
  ])('is nowhere, for a browser, too: %s', async (url) => {
    const answer = await open(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  // Without a build the answer is a 404 that says so; either way it is the dashboard that answers.
  test.each(['/typo', '/patients/nobody', '/settings/v1.', '/index.html', '/a.b.c d'])(
    'and is no file is left to the dashboard: %s',
    async (url) => {
      const answer = await open(encodeURI(url));
      const isPage = answer.statusCode === 200 && answer.headers['content-type']?.toString().includes('html');
      expect(isPage || answer.json().detail).toSatisfy(
        (said: unknown) => said === true || String(said).includes('hasn’t been built'),
      );
    },
  );
});
