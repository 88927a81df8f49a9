import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { type Mailbox, openMailbox } from '../testing/mailbox.ts';
import { totpOf } from '../testing/totp.ts';

describe('two-step sign-in', () => {
  let db: TestDatabase;
  let mailbox: Mailbox;
  let scene: TestApp;
  beforeAll(async () => {
    mailbox = await openMailbox();
    db = await createTestDatabase();
    scene = await createTestApp(db, { env: mailbox.env });
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
    await mailbox.close();
  });

  const auth = (path: string, body: object, cookie = '') =>
    scene.post(`/api/auth/${path}`, body, cookie ? { cookie } : {});
  const signIn = (email: string) => auth('sign-in/email', { email, password: PASSWORD });
  const get = (url: string, headers: Record<string, string>) => scene.app.inject({ url, headers });
  const status = async (headers: Record<string, string>) => (await get('/api/me', headers)).statusCode;
  const subjects = async (email: string) => {
    await scene.dependencies.mailer.idle();
    return (await mailbox.to(email)).map(({ subject }) => subject);
  };
  const enroll = async () => {
    const person = await scene.signUp();
    const setup = (await auth('two-factor/enable', { password: PASSWORD }, person.cookie)).json();
    const confirmed = await auth('two-factor/verify-totp', { code: totpOf(setup.secret) }, person.cookie);
    expect(confirmed.statusCode).toBe(200);
    return {
      ...person,
      cookie: scene.cookieOf(confirmed),
      old: person,
      secret: setup.secret as string,
      codes: setup.recovery_codes as string[],
    };
  };
  /** The password was right, and a code is asked for. */
  const halfWay = async (email: string) => {
    const answer = await signIn(email);
    expect(answer.json()).toEqual({ second_factor_required: true });
    return scene.cookieOf(answer);
  };
  const wrong = (secret: string) => String((Number(totpOf(secret)) + 123_457) % 1_000_000).padStart(6, '0');

  test('is on once a code of the app was entered; sessions that never took it end, this one goes on', async () => {
    const person = await scene.signUp();
    const elsewhere = scene.cookieOf(await signIn(person.email));
    expect((await auth('two-factor/enable', { password: 'wrong' }, person.cookie)).json()).toMatchObject({
      status: 400,
      code: 'WRONG_PASSWORD',
    });
    const setup = (await auth('two-factor/enable', { password: PASSWORD }, person.cookie)).json();
    expect(setup.totp_uri).toMatch(/^otpauth:\/\/totp\/Voxanne/);
    expect(setup.recovery_codes).toHaveLength(10);
    const account = async (cookie: string) => (await get('/api/auth/account', { cookie })).json();
    expect(await account(person.cookie)).toMatchObject({ second_factor: false });
    const bad = await auth('two-factor/verify-totp', { code: wrong(setup.secret) }, person.cookie);
    expect(bad.json()).toMatchObject({ status: 400, code: 'INVALID_CODE' });

    const good = await auth('two-factor/verify-totp', { code: totpOf(setup.secret) }, person.cookie);
    const cookie = scene.cookieOf(good);
    expect(await account(cookie)).toMatchObject({ second_factor: true, recovery_codes_left: 10 });
    expect([
      await status({ cookie }),
      await status({ cookie: elsewhere }),
      await status(person.bearer),
    ]).toEqual([200, 401, 401]);
    expect((await subjects(person.email)).at(-1)).toBe('Two-step sign-in is on');
  });

  test('asks for the code after the password, and gives no session before it', async () => {
    const person = await enroll();
    const cookie = await halfWay(person.email);
    expect(await status({ cookie })).toBe(401);
    expect((await get('/api/auth/token', { cookie })).statusCode).toBe(401);
    const passed = await auth('two-factor/verify-totp', { code: totpOf(person.secret) }, cookie);
    expect(passed.json()).toMatchObject({ user: { email: person.email } });
    expect(passed.body).not.toContain('"token"');
    const inside = scene.cookieOf(passed);
    expect(await status({ cookie: inside })).toBe(200);
    // Once passed, the same answer of the first step leads nowhere.
    expect(
      (await auth('two-factor/verify-totp', { code: totpOf(person.secret) }, cookie)).json(),
    ).toMatchObject({
      status: 401,
      code: 'SIGN_IN_AGAIN',
    });
  });

  test('takes each recovery code once, and tells the person', async () => {
    const person = await enroll();
    const [code = ''] = person.codes;
    const use = async () => auth('two-factor/verify-backup-code', { code }, await halfWay(person.email));
    expect((await use()).statusCode).toBe(200);
    expect((await use()).json()).toMatchObject({ status: 400, code: 'INVALID_RECOVERY_CODE' });
    await scene.dependencies.mailer.idle();
    const mail = (await mailbox.to(person.email)).at(-1);
    expect(mail).toMatchObject({ subject: 'A recovery code was used' });
    expect(mail?.text).toContain('9 codes are left');
    expect(mail?.text).not.toContain(code);
  });

  test('replaces the recovery codes for someone who knows the password', async () => {
    const person = await enroll();
    const renewed = await auth('two-factor/generate-backup-codes', { password: PASSWORD }, person.cookie);
    const { recovery_codes: fresh } = renewed.json();
    expect(fresh).toHaveLength(10);
    const use = async (code: string) =>
      (await auth('two-factor/verify-backup-code', { code }, await halfWay(person.email))).statusCode;
    expect([await use(person.codes[0] ?? ''), await use(fresh[0])]).toEqual([400, 200]);
  });

  test('ends a sign-in after five wrong codes, and holds codes for a while after ten', async () => {
    const person = await enroll();
    const guess = (cookie: string, code: string) => auth('two-factor/verify-totp', { code }, cookie);
    for (let round = 0; round < 2; round += 1) {
      const cookie = await halfWay(person.email);
      for (let n = 0; n < 5; n += 1) {
        expect((await guess(cookie, wrong(person.secret))).json().code).toBe('INVALID_CODE');
      }
      const right = await guess(cookie, totpOf(person.secret));
      expect(right.statusCode).toBeOneOf([400, 429]);
    }
    const locked = await guess(await halfWay(person.email), totpOf(person.secret));
    expect(locked.json()).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
    expect(locked.headers['retry-after']).toBe('900');
  });

  test('isn’t passed by a reset password, nor by a link that confirms an address', async () => {
    const person = await enroll();
    await auth('request-password-reset', { email: person.email });
    await scene.dependencies.mailer.idle();
    const link = (await mailbox.to(person.email)).at(-1)?.text.match(/reset-password#(\S+)/)?.[1];
    const reset = await auth('reset-password', { token: link, password: 'three unrelated lanterns' });
    expect([reset.statusCode, reset.cookies]).toEqual([200, []]);
    const next = await auth('sign-in/email', { email: person.email, password: 'three unrelated lanterns' });
    expect(next.json()).toEqual({ second_factor_required: true });
  });

  test('keeps no key and no code readable in the database, and none in a log', async () => {
    const person = await enroll();
    const { rows } = await db.owner.query('select * from auth.ba_two_factors where "userId" = $1', [
      person.userId,
    ]);
    expect(rows).toHaveLength(1);
    const kept = JSON.stringify([rows, scene.lines]);
    for (const secret of [person.secret, ...person.codes]) expect(kept).not.toContain(secret);
  });

  test('is turned off with the password, and then one step is enough', async () => {
    const person = await enroll();
    const off = await auth('two-factor/disable', { password: PASSWORD }, person.cookie);
    expect(off.statusCode).toBe(200);
    expect((await subjects(person.email)).at(-1)).toBe('Two-step sign-in is off');
    expect((await signIn(person.email)).json()).toMatchObject({ user: { email: person.email } });
  });

  describe('that a clinic requires', () => {
    const require = (headers: Record<string, string>, required = true) =>
      scene.app.inject({
        method: 'PUT',
        url: '/api/organization/second-factor',
        headers,
        payload: { required },
      });

    test('is asked of the owner first', async () => {
      const owner = await scene.signUp();
      expect((await require(owner.bearer)).json()).toMatchObject({
        status: 409,
        code: 'SECOND_FACTOR_FIRST',
      });
    });

    test('keeps out members whose sign-in took one step, by cookie and by token, until they set it up', async () => {
      const owner = await enroll();
      const member = await scene.signUp();
      await db.owner.query('delete from profiles where user_id = $1', [member.userId]);
      await db.owner.query(
        `insert into profiles (user_id, org_id, email, role) values ($1, $2, $3, 'admin')`,
        [member.userId, owner.orgId, member.email],
      );
      await db.owner.query(
        `update auth.users set raw_app_meta_data = jsonb_build_object('org_id', $2::text) where id = $1`,
        [member.userId, owner.orgId],
      );
      expect((await require({ cookie: member.cookie })).json().code).toBe('OWNER_REQUIRED');
      const on = await require({ cookie: owner.cookie });
      expect(on.json()).toMatchObject({ require_second_factor: true });

      await expect.poll(() => status({ cookie: member.cookie }), { timeout: 20_000 }).toBe(403);
      const { token } = (await get('/api/auth/token', { cookie: member.cookie })).json();
      const ways: Record<string, string>[] = [
        { cookie: member.cookie },
        { authorization: `Bearer ${token}` },
      ];
      for (const headers of ways) {
        for (const url of ['/api/me', '/api/contacts', '/api/organization', '/api/members']) {
          expect((await get(url, headers)).json(), url).toMatchObject({
            status: 403,
            code: 'SECOND_FACTOR_REQUIRED',
          });
        }
      }
      expect(await status({ cookie: owner.cookie })).toBe(200);
      const { token: both } = (await get('/api/auth/token', { cookie: owner.cookie })).json();
      expect(await status({ authorization: `Bearer ${both}` })).toBe(200);

      const setup = (await auth('two-factor/enable', { password: PASSWORD }, member.cookie)).json();
      const done = await auth('two-factor/verify-totp', { code: totpOf(setup.secret) }, member.cookie);
      expect(await status({ cookie: scene.cookieOf(done) })).toBe(200);

      const { rows } = await db.owner.query(
        `select actor_id, after from audit_log where org_id = $1 and action = 'organization.second_factor'`,
        [owner.orgId],
      );
      expect(rows).toEqual([{ actor_id: owner.userId, after: { required: true } }]);
    });

    test('keeps them out of the database’s own API, too', async () => {
      const owner = await enroll();
      await require({ cookie: owner.cookie });
      const rowsAs = async (aal: string | undefined) => {
        const claims = {
          sub: owner.userId,
          role: 'authenticated',
          app_metadata: { org_id: owner.orgId },
          aal,
        };
        const client = await db.owner.connect();
        try {
          await client.query('begin');
          await client.query('set local role authenticated');
          await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
          return (await client.query('select id, name from organizations')).rowCount;
        } finally {
          await client.query('rollback');
          client.release();
        }
      };
      expect([await rowsAs('aal2'), await rowsAs('aal1'), await rowsAs(undefined)]).toEqual([1, 0, 0]);
    });
  });
});
