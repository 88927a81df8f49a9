import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { type Mailbox, openMailbox } from '../testing/mailbox.ts';

describe('the address of an account', () => {
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

  const address = () => `${crypto.randomUUID()}@example.com`;
  const mailsTo = async (email: string) => {
    await scene.dependencies.mailer.idle();
    return mailbox.to(email);
  };
  const linkTo = async (email: string) =>
    (await mailsTo(email)).at(-1)?.text.match(/http:\/\/localhost:3001\/verify-email#(\S+)/)?.[1] ?? '';
  const verify = (token: string, headers = {}) => scene.post('/api/auth/verify-email', { token }, headers);
  const account = async (cookie: string) =>
    (await scene.app.inject({ url: '/api/auth/account', headers: { cookie } })).json();
  const change = (cookie: string, email: string, password = PASSWORD) =>
    scene.post('/api/auth/change-email', { email, password }, { cookie });

  test('is confirmed by the link that the sign-up sends, and keeps no one out until then', async () => {
    const { email, cookie } = await scene.signUp();
    expect(await account(cookie)).toMatchObject({ email, email_verified: false, second_factor: false });
    const token = await linkTo(email);
    expect((await verify(token)).json()).toEqual({ email });
    expect(await account(cookie)).toMatchObject({ email_verified: true });
    const again = await scene.post('/api/auth/send-verification-email', {}, { cookie });
    expect(again.json()).toMatchObject({ status: 409, code: 'ALREADY_VERIFIED' });
  });

  test('is confirmed by no link that was edited or isn’t one', async () => {
    const { email, cookie } = await scene.signUp();
    const token = await linkTo(email);
    const [head, body, signature] = token.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ email, exp: 4_102_444_800 })).toString('base64url');
    for (const other of [
      'nonsense',
      `${head}.${forged}.${signature}`,
      `${head}.${body}.`,
      scene.config.auth.secret,
    ]) {
      expect((await verify(other)).json(), other).toMatchObject({ status: 400, code: 'LINK_NOT_VALID' });
    }
    expect(await account(cookie)).toMatchObject({ email_verified: false });
    expect((await scene.post('/api/auth/send-verification-email', {})).statusCode).toBe(401);
  });

  test('changes when the new one is confirmed, the old one hears of it, and the team sees it', async () => {
    const { email, cookie } = await scene.signUp();
    const wanted = address();
    expect((await change(cookie, wanted, 'not my password')).json()).toMatchObject({
      code: 'WRONG_PASSWORD',
    });
    expect((await change(cookie, email)).json()).toMatchObject({ code: 'SAME_EMAIL' });
    expect((await change(cookie, wanted)).statusCode).toBe(202);
    const token = await linkTo(wanted);
    expect(await account(cookie)).toMatchObject({ email });

    // The link went to an address that wasn't theirs yet: it signs no one in.
    const stranger = await verify(token);
    expect([stranger.statusCode, stranger.cookies]).toEqual([401, []]);
    const { cookie: bob } = await scene.signUp();
    expect((await verify(token, { cookie: bob })).json()).toMatchObject({
      status: 403,
      code: 'OTHER_ACCOUNT',
    });

    expect((await verify(token, { cookie })).json()).toEqual({ email: wanted });
    expect(await account(cookie)).toMatchObject({ email: wanted, email_verified: true });
    const [note] = (await mailsTo(email)).slice(-1);
    expect(note).toMatchObject({ subject: 'Your email address was changed' });
    expect(note?.text).toContain(wanted);
    const members = await scene.app.inject({ url: '/api/members', headers: { cookie } });
    expect(members.json().data).toMatchObject([{ email: wanted }]);
    expect((await verify(token, { cookie })).statusCode).toBe(403);
    const signIn = (who: string) => scene.post('/api/auth/sign-in/email', { email: who, password: PASSWORD });
    expect([(await signIn(email)).statusCode, (await signIn(wanted)).statusCode]).toEqual([401, 200]);
  });

  test('doesn’t become one that has an account, and no one learns that it has', async () => {
    const { cookie } = await scene.signUp();
    const taken = (await scene.signUp()).email;
    await mailsTo(taken);
    const before = (await mailsTo(taken)).length;
    expect((await change(cookie, taken)).body).toBe((await change(cookie, address())).body);
    expect(await mailsTo(taken)).toHaveLength(before);

    const wanted = address();
    await change(cookie, wanted);
    const token = await linkTo(wanted);
    await scene.signUp({ email: wanted });
    const late = await verify(token, { cookie });
    expect(late.json()).toMatchObject({ status: 409, code: 'EMAIL_TAKEN' });
    expect(await account(cookie)).not.toMatchObject({ email: wanted });
  });

  test('is no place for a link that someone typed as their name', async () => {
    const email = address();
    await scene.signUp({ email, name: 'Win at https://evil.example/now' });
    const text = (await mailsTo(email)).at(-1)?.text ?? '';
    expect(text).toContain('Hello Win at');
    expect(text).not.toContain('evil.example');
  });
});
