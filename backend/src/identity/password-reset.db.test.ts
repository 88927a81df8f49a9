import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { type Mailbox, openMailbox } from '../testing/mailbox.ts';

const NEW_PASSWORD = 'three unrelated lanterns';

describe('a forgotten password', () => {
  let db: TestDatabase;
  let mailbox: Mailbox;
  let scene: TestApp;
  beforeAll(async () => {
    mailbox = await openMailbox();
    db = await createTestDatabase();
    scene = await createTestApp(db, { env: mailbox.env });
  });
  beforeEach(() => {
    scene.lines.length = 0;
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
    await mailbox.close();
  });

  const requestReset = (email: string) => scene.post('/api/auth/request-password-reset', { email });
  const reset = (token: string, password = NEW_PASSWORD) =>
    scene.post('/api/auth/reset-password', { token, password });
  const signIn = (email: string, password: string) =>
    scene.post('/api/auth/sign-in/email', { email, password });
  const me = async (headers: Record<string, string>) =>
    (await scene.app.inject({ url: '/api/me', headers })).statusCode;
  const mailsTo = async (email: string) => {
    await scene.dependencies.mailer.idle();
    return mailbox.to(email);
  };
  const linkFor = async (email: string) => {
    expect((await requestReset(email)).statusCode).toBe(202);
    const mail = (await mailsTo(email)).at(-1);
    expect(mail?.subject).toBe('Choose a new password');
    return mail?.text.match(/http:\/\/localhost:3001\/reset-password#(\S+)/)?.[1] ?? '';
  };

  test('is replaced by the link in the email, which ends every session and every token', async () => {
    const ann = await scene.signUp();
    const elsewhere = scene.cookieOf(await signIn(ann.email, PASSWORD));
    expect([await me({ cookie: ann.cookie }), await me({ cookie: elsewhere }), await me(ann.bearer)]).toEqual(
      [200, 200, 200],
    );

    expect((await reset(await linkFor(ann.email))).json()).toEqual({ status: true });

    expect([await me({ cookie: ann.cookie }), await me({ cookie: elsewhere }), await me(ann.bearer)]).toEqual(
      [401, 401, 401],
    );
    expect((await signIn(ann.email, PASSWORD)).statusCode).toBe(401);
    expect((await signIn(ann.email, NEW_PASSWORD)).statusCode).toBe(200);
    expect((await mailsTo(ann.email)).at(-1)?.subject).toBe('Your password was changed');
  });

  test('gets one new password from a link, also when two people open it at once', async () => {
    const { email } = await scene.signUp();
    const token = await linkFor(email);
    const passwords = ['first of the two lamps', 'second of the two lamps'];
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 400]);
    const ins = await Promise.all(passwords.map((password) => signIn(email, password)));
    expect(ins.map(({ statusCode }) => statusCode)).toEqual(
      answers.map((one) => (one.statusCode === 200 ? 200 : 401)),
    );
    const again = await reset(token, 'a third password for it');
    expect(again.statusCode).toBe(400);
    expect(again.json()).toMatchObject({ code: 'LINK_NOT_VALID' });
    expect(again.json().detail).toContain('Ask for a new link');
  });

  test('makes every other link for the account worthless', async () => {
    const { email } = await scene.signUp();
    const older = await linkFor(email);
    const newer = await linkFor(email);
    expect((await reset(older)).statusCode).toBe(200);
    expect((await reset(newer, 'another password of mine')).statusCode).toBe(400);
    expect((await signIn(email, NEW_PASSWORD)).statusCode).toBe(200);
  });

  test('keeps the link when the new password is refused', async () => {
    const { email } = await scene.signUp();
    const token = await linkFor(email);
    const weak = await reset(token, 'password1');
    expect(weak.json()).toMatchObject({ status: 400, code: 'WEAK_PASSWORD' });
    expect((await reset(token, email)).json()).toMatchObject({ code: 'WEAK_PASSWORD' });
    expect((await reset(token)).statusCode).toBe(200);
  });

  test('is out of reach with a link that has expired, was never given, or was edited', async () => {
    const { email } = await scene.signUp();
    const token = await linkFor(email);
    for (const other of [`${token}x`, token.slice(1), 'nonsense', '%', email]) {
      expect((await reset(other)).json().code, other).toBe('LINK_NOT_VALID');
    }
    await db.owner.query(`update auth.ba_verifications set "expiresAt" = now() - interval '1 second'`);
    expect((await reset(token)).json().code).toBe('LINK_NOT_VALID');
    expect((await signIn(email, PASSWORD)).statusCode).toBe(200);
  });

  test('changes nothing where the database fails half way', async () => {
    const ann = await scene.signUp();
    const token = await linkFor(ann.email);
    await db.owner.query(
      `create function auth.fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger fail before delete on auth.ba_sessions for each row execute function auth.fail()`,
    );
    const answer = await reset(token);
    await db.owner.query('drop trigger fail on auth.ba_sessions; drop function auth.fail()');
    expect(answer.statusCode).toBeGreaterThanOrEqual(500);
    expect((await signIn(ann.email, PASSWORD)).statusCode).toBe(200);
    expect((await reset(token)).statusCode).toBe(200);
  });

  test('answers the same for an address that no one has, and writes to no one', async () => {
    const { email } = await scene.signUp();
    const words = (answer: Awaited<ReturnType<typeof requestReset>>) => [answer.statusCode, answer.body];
    const unknown = `${crypto.randomUUID()}@example.com`;
    expect(words(await requestReset(unknown))).toEqual(words(await requestReset(email)));
    expect(await mailsTo(unknown)).toEqual([]);
    for (let n = 0; n < 4; n += 1) await requestReset(unknown);
    for (let n = 0; n < 4; n += 1) await requestReset(email);
    const [one, other] = [await requestReset(unknown), await requestReset(email)];
    expect([one.statusCode, other.statusCode]).toEqual([429, 429]);
    expect(one.json().detail).toBe(other.json().detail);
    expect(one.headers['retry-after']).toBeDefined();
  });

  test('leaves no link and no address in a log, and no link in the database', async () => {
    const email = 'canary-reset@example.com';
    await scene.signUp({ email });
    const token = await linkFor(email);
    const { rows } = await db.owner.query('select * from auth.ba_verifications');
    expect(rows).not.toEqual([]);
    expect(JSON.stringify(rows)).not.toContain(token);
    await reset(token);
    await mailsTo(email);
    expect(JSON.stringify(scene.lines)).not.toMatch(/canary|reset-password#/);
    expect(JSON.stringify(scene.lines)).not.toContain(token);
  });

  test('confirms the address, because the link was read there', async () => {
    const { email, cookie } = await scene.signUp();
    const account = async (headers: Record<string, string>) =>
      (await scene.app.inject({ url: '/api/auth/account', headers })).json();
    expect(await account({ cookie })).toMatchObject({ email, email_verified: false });
    await reset(await linkFor(email));
    const inside = scene.cookieOf(await signIn(email, NEW_PASSWORD));
    expect(await account({ cookie: inside })).toMatchObject({ email, email_verified: true });
  });

  test('without a mail server is answered with what to do instead', async () => {
    const mute = await createTestApp(db);
    try {
      const answer = await mute.post('/api/auth/request-password-reset', { email: 'ann@example.com' });
      expect(answer.json()).toMatchObject({ status: 409, code: 'NO_MAILER' });
      expect(answer.json().detail).toContain('SMTP_URL');
      expect((await mute.signUp()).cookie).toContain('voxanne');
    } finally {
      await mute.close();
    }
  });

  test('waits for a mail server that is slow or refuses, and no answer waits with it', async () => {
    const { email } = await scene.signUp();
    await scene.dependencies.mailer.idle();
    await mailbox.fault('status', { status: 451, times: 1 });
    expect((await requestReset(email)).statusCode).toBe(202);
    expect((await mailsTo(email)).at(-1)?.subject).toBe('Choose a new password');
  });
});
