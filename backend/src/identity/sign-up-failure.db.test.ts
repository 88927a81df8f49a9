import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

/** Everything that a process can print with. */
function eavesdrop() {
  const heard: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      heard.push(String(chunk));
      return true;
    }),
  );
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    vi
      .spyOn(console, level)
      .mockImplementation((...words) => void heard.push(words.map(String).join(' ') + JSON.stringify(words))),
  );
  return {
    heard,
    stop: () => {
      for (const spy of [...spies, ...consoles]) spy.mockRestore();
    },
  };
}

describe('a database that fails in the middle of a sign-up', () => {
  let db: TestDatabase;
  let scene: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
    await scene.signUp();
  });
  afterEach(async () => {
    await db.owner.query(`
      alter table auth.ba_accounts drop constraint if exists broken;
      alter table auth.users drop constraint if exists broken;
      alter table auth.ba_sessions drop constraint if exists broken`);
    scene.lines.length = 0;
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  test.each(['auth.ba_accounts', 'auth.users', 'auth.ba_sessions'])(
    '(%s) is answered in words, leaves nothing behind, and prints neither hash nor address',
    async (table) => {
      const email = `canary-${table.slice(5)}@example.com`;
      const organization_name = `Canary ${table}`;
      await db.owner.query(`alter table ${table} add constraint broken check (false) not valid`);
      const ear = eavesdrop();
      const answer = await scene
        .post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Canary', organization_name })
        .finally(ear.stop);

      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'IDENTITY_UNAVAILABLE', retryable: true });
      const told = [answer.body, ...ear.heard, JSON.stringify(scene.lines)].join('\n').toLowerCase();
      for (const secret of ['canary', PASSWORD, 'failing row', 'insert into'])
        expect(told).not.toContain(secret);
      // A hash of scrypt: 16 bytes of salt, a colon, 64 bytes.
      expect(told).not.toMatch(/[0-9a-f]{32}:[0-9a-f]{64}/);
      expect(scene.lines.filter(({ level }) => level === 'error')).not.toEqual([]);

      const { rows } = await db.owner.query(
        `select 1 from auth.users where email = $1 union all select 1 from public.organizations where name = $2`,
        [email, organization_name],
      );
      expect(rows).toEqual([]);
    },
  );

  test('is over when it is over: the same address signs up', async () => {
    await db.owner.query('alter table auth.ba_accounts add constraint broken check (false) not valid');
    const email = 'later@example.com';
    const attempt = () => scene.post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Ann' });
    const ear = eavesdrop();
    expect((await attempt().finally(ear.stop)).statusCode).toBe(503);
    await db.owner.query('alter table auth.ba_accounts drop constraint broken');
    expect((await attempt()).statusCode).toBe(200);
  });
});
