import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createIdentity } from './index.ts';
import { createPasswordHashing } from './password-hashing.ts';

const HOME = 'http://localhost:3001';
const ELSEWHERE = 'https://evil.example';

describe('strangers at the sign-in', () => {
  let db: TestDatabase;
  let scene: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
  });
  beforeEach(() => {
    scene.lines.length = 0;
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  test('dozens at once have two passwords hashed at a time; beyond the queue they get a 429 that says when', async () => {
    const { config, database, log, mailer, rateLimits } = scene.dependencies;
    const ends: (() => void)[] = [];
    let hashing = 0;
    let most = 0;
    const hash = async () => {
      hashing += 1;
      most = Math.max(most, hashing);
      await new Promise<void>((resolve) => ends.push(resolve));
      hashing -= 1;
      return 'salt:key';
    };
    const bounded = createPasswordHashing(async () => ({ hash, verify: async () => false }), { waiting: 4 });
    const identity = createIdentity({
      config,
      log,
      clock: systemClock,
      database,
      mailer,
      rateLimits,
      admitSignUp: async () => undefined,
      hashing: bounded,
    });
    const crowd = await createTestApp(db, { replace: { identity } });
    let answered = 0;
    const asked = Array.from({ length: 12 }, async (_, index) => {
      const account = { email: `x${index}@example.com`, password: PASSWORD };
      const answer = await (index % 2 === 0
        ? crowd.post('/api/auth/sign-in/email', account)
        : crowd.post('/api/auth/sign-up/email', { ...account, name: 'X' }));
      answered += 1;
      return answer;
    });
    // Six come at once behind a full queue; only then may a hash end.
    await expect.poll(() => [answered, ends.length], { timeout: 90_000 }).toEqual([6, 2]);
    // A sign-up takes a database connection for the time of its hash: those who wait have none.
    await expect.poll(() => database.pool.totalCount - database.pool.idleCount).toBeLessThanOrEqual(2);
    while (answered < 12) {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answers = await Promise.all(asked);
    expect(most).toBe(2);
    expect(bounded.counts()).toEqual({ running: 0, waiting: 0, maxHashing: 2, refused: 6 });
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused).toHaveLength(6);
    for (const answer of refused) {
      expect(answer.headers).toMatchObject({
        'retry-after': '2',
        'content-type': expect.stringContaining('application/problem+json'),
      });
      expect(answer.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, retryable: true });
    }
    await crowd.close();
  });

  test.each([
    ['Origin', { origin: 'https://evil.example/Maria Lopez' }],
    ['Referer', { referer: 'https://evil.example/?q=Maria+Lopez' }],
    ['Origin with a line of its own', { origin: 'https://evil.example Maria Lopez' }],
    ['Referer and Origin', { origin: 'null', referer: 'https://evil.example/Maria-Lopez' }],
    ['fetch metadata', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'Maria Lopez' }],
    ['User-Agent', { 'user-agent': 'Maria Lopez', origin: ELSEWHERE }],
  ])('write nothing of their choice into the log by %s', async (_name, headers) => {
    const { cookie } = await scene.signUp();
    scene.lines.length = 0;
    for (const url of ['/api/auth/sign-in/email', '/api/auth/sign-up/email', '/api/auth/sign-out']) {
      await scene.post(
        url,
        { email: 'maria.lopez@example.com', password: PASSWORD, name: 'Maria Lopez' },
        { cookie, ...headers },
      );
    }
    const written = JSON.stringify(scene.lines).toLowerCase();
    expect(written).not.toMatch(/maria|lopez|evil/);
  });

  test.each([
    '/api/auth/sign-in/email/',
    '/%61pi/auth/sign-in/email',
    '/api/%61uth/sign%2din/email',
    `${ELSEWHERE}/api/auth/sign-in/email`,
    '/api/auth/sign-in/email?org_id=x',
  ])('reach the issuer by its own address, however they spell it: %s', async (url) => {
    const { email } = await scene.signUp();
    const answer = await scene.post(url, { email, password: PASSWORD });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  describe('a session’s cookie', () => {
    let cookie: string;
    beforeAll(async () => {
      ({ cookie } = await scene.signUp());
    });
    const act = (headers: Record<string, string>) =>
      scene.app.inject({
        method: 'PATCH',
        url: '/api/organization',
        payload: { name: 'Of the page' },
        headers: { cookie, ...headers },
      });

    test.each<[string, Record<string, string>]>([
      ['a foreign Origin', { origin: ELSEWHERE }],
      ['no origin at all', { origin: 'null' }],
      ['a foreign Referer alone', { referer: `${ELSEWHERE}/page` }],
      ['a Referer that is no address', { referer: 'localhost' }],
      ['a Referer that begins as ours', { referer: `${HOME}.evil.example/` }],
      ['our Origin and a foreign Referer', { origin: HOME, referer: `${ELSEWHERE}/` }],
      ['our Origin from another site', { origin: HOME, 'sec-fetch-site': 'cross-site' }],
      ['our Origin from a sister site', { origin: HOME, 'sec-fetch-site': 'same-site' }],
      ['our Referer from another site', { referer: `${HOME}/`, 'sec-fetch-site': 'cross-site' }],
      ['a word no browser says', { 'sec-fetch-site': 'elsewhere' }],
    ])('does nothing for %s', async (_name, headers) => {
      const answer = await act(headers);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'INVALID_ORIGIN' });
    });

    test.each<[string, Record<string, string>]>([
      ['our Origin from another site', { origin: HOME, 'sec-fetch-site': 'cross-site' }],
      ['our Origin from a sister site', { origin: HOME, 'sec-fetch-site': 'same-site' }],
      ['our Origin and a foreign Referer', { origin: HOME, referer: `${ELSEWHERE}/` }],
      ['a foreign Referer alone', { referer: `${ELSEWHERE}/page` }],
      ['a word no browser says', { 'sec-fetch-site': 'elsewhere' }],
    ])('signs no one in, up or out for %s', async (_name, headers) => {
      const { cookie: kept, email } = await scene.signUp();
      const account = { email, password: PASSWORD, name: 'Ann' };
      for (const door of ['sign-out', 'sign-in/email', 'sign-up/email']) {
        const body =
          door === 'sign-out' ? {} : door === 'sign-up/email' ? account : { email, password: PASSWORD };
        const answer = await scene.post(`/api/auth/${door}`, body, { cookie: kept, ...headers });
        expect([door, answer.statusCode, answer.json().code]).toEqual([door, 403, 'INVALID_ORIGIN']);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
      const me = await scene.app.inject({ url: '/api/me', headers: { cookie: kept } });
      expect(me.statusCode).toBe(200);
    });

    test.each<[string, Record<string, string>]>([
      ['our page', { origin: HOME, referer: `${HOME}/setup`, 'sec-fetch-site': 'same-origin' }],
      ['our page without a Referer', { origin: HOME }],
      ['our page that sends a Referer only', { referer: `${HOME}/setup` }],
      ['a program', {}],
    ])('works for %s', async (_name, headers) => {
      expect((await act(headers)).statusCode).toBe(200);
    });
  });
});
