import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

describe('the session cookie', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  const cookieAt = async (publicUrl: string) => {
    const app: TestApp = await createTestApp(db, {
      env: { PUBLIC_URL: publicUrl, VOXANNE_PUBLIC_SANDBOX: 'yes' },
    });
    try {
      const answer = await app.post('/api/auth/sign-up/email', {
        email: `${crypto.randomUUID()}@example.com`,
        password: 'correct horse battery',
        name: 'Ann',
      });
      expect(answer.statusCode).toBe(200);
      return String(answer.headers['set-cookie']);
    } finally {
      await app.close();
    }
  };

  test.each(['https://clinic.example', 'HTTPS://Clinic.Example/', 'https://clinic.example:8443'])(
    'is for https alone where the public address is: %s',
    async (publicUrl) => {
      const cookie = await cookieAt(publicUrl);
      expect(cookie).toMatch(/__Secure-/);
      expect(cookie).toMatch(/; Secure/i);
      expect(cookie).toMatch(/; HttpOnly/i);
    },
  );

  test('works without on this machine', async () => {
    expect(await cookieAt('http://localhost:3001')).not.toMatch(/Secure/i);
  });
});
