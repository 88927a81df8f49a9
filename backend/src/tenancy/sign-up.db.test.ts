import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { setSignUpMode } from './owner-links.queries.ts';
import { firstOwnerWords } from './owner-links.ts';
import { newAddress } from './testing.ts';

const TOKEN = 'the-token-of-the-operator';
const OPERATOR = { authorization: `Bearer ${TOKEN}` };

describe('signing up', () => {
  let db: TestDatabase;
  const apps = new Map<string, TestApp>();
  beforeAll(async () => {
    db = await createTestDatabase();
    for (const mode of ['open', 'invited', 'closed']) {
      apps.set(mode, await createTestApp(db, { env: { SIGN_UP: mode, OPERATOR_TOKEN: TOKEN } }));
    }
  });
  afterAll(async () => {
    for (const app of apps.values()) await app.close();
    await db.close();
  });

  const appIn = async (mode: string): Promise<TestApp> => {
    const app = apps.get(mode);
    if (!app) throw new Error(`No app for ${mode}.`);
    await app.dependencies.database.serviceStatement(setSignUpMode(mode));
    return app;
  };
  const signUp = async (app: TestApp, fields: Record<string, string> = {}) => {
    const body = { email: newAddress(), password: PASSWORD, name: 'Ann Owner', ...fields };
    const answer = await app.post('/api/auth/sign-up/email', body);
    return { status: answer.statusCode, code: answer.json().code, detail: answer.json().detail, body };
  };
  const link = async (app: TestApp, email?: string) => {
    const answer = await app.post('/api/operator/owner-links', email ? { email } : {}, OPERATOR);
    const token = new URL(answer.json().url).hash.slice(1);
    return { status: answer.statusCode, ...answer.json(), token } as { token: string; expires_at: string };
  };
  const count = async (table: string) =>
    (await db.owner.query(`select count(*)::int as n from ${table}`)).rows[0].n;

  test.each([
    ['open', 200, undefined],
    ['invited', 403, 'INVITATION_REQUIRED'],
    ['closed', 403, 'SIGN_UP_CLOSED'],
  ])(
    'without a link, where it is %s, is answered %d in words, and a refusal leaves nothing',
    async (mode, status, code) => {
      const app = await appIn(mode);
      expect((await app.app.inject('/api/mode')).json()).toMatchObject({ mode: 'sandbox', sign_up: mode });
      const before = [await count('auth.users'), await count('public.organizations')];
      const answer = await signUp(app);
      expect(answer).toMatchObject({ status, code });
      if (status === 200) return;
      expect(answer.detail).toMatch(/ask the people who run this service/);
      expect([await count('auth.users'), await count('public.organizations')]).toEqual(before);
    },
  );

  test('with an invitation works where it is invited, and not where it is closed', async () => {
    const open = await appIn('open');
    const ann = await open.signUp();
    const invite = async () => {
      const email = newAddress();
      const answer = await open.post('/api/invitations', { email, role: 'staff' }, ann.bearer);
      return { email, invitation: new URL(answer.json().url).hash.slice(1) };
    };
    const invited = await appIn('invited');
    const bob = await invited.signUp(await invite());
    expect(bob.orgId).toBe(ann.orgId);
    const closed = await appIn('closed');
    const late = await invite();
    expect(await signUp(closed, late)).toMatchObject({ status: 403, code: 'SIGN_UP_CLOSED' });
    // The link is still good: someone who has an account joins with it in every mode.
    const { rows } = await db.owner.query('select accepted_at from public.invitations where email = $1', [
      late.email,
    ]);
    expect(rows).toEqual([{ accepted_at: null }]);
  });

  describe('with a link of the operator', () => {
    test('makes one clinic, once, whose receptionist waits for no one', async () => {
      const app = await appIn('invited');
      const { token } = await link(app);
      const ann = await app.signUp({ invitation: token, organization_name: 'Bright Smiles' });
      const me = await app.app.inject({ url: '/api/me', headers: ann.bearer });
      expect(me.json()).toMatchObject({ role: 'owner', organization: { name: 'Bright Smiles' } });
      const admitted = await db.owner.query(
        'select admitted_by from app_private.clinic_admissions where org_id = $1',
        [ann.orgId],
      );
      expect(admitted.rows).toEqual([{ admitted_by: 'operator' }]);
      expect(await signUp(app, { invitation: token })).toMatchObject({
        status: 409,
        code: 'OWNER_LINK_USED',
      });
      const { rows } = await db.owner.query(
        `select after ? 'owner_link_id' as named from public.audit_log where org_id = $1 and action = 'organization.created'`,
        [ann.orgId],
      );
      expect(rows).toEqual([{ named: true }]);
      const kept = await db.owner.query(
        'select raw_user_meta_data::text as meta from auth.users where id = $1',
        [ann.userId],
      );
      expect(kept.rows[0].meta).not.toContain(token);
    });

    test('that two open at once lets one of them in', async () => {
      const app = await appIn('invited');
      const { token } = await link(app);
      const answers = await Promise.all([
        signUp(app, { invitation: token }),
        signUp(app, { invitation: token }),
      ]);
      // The other may have an account by then, and never a clinic.
      const { rows } = await db.owner.query(
        `select count(*)::int as clinics from auth.users u join public.profiles p on p.user_id = u.id where u.email = any ($1)`,
        [answers.map(({ body }) => body.email)],
      );
      expect(rows).toEqual([{ clinics: 1 }]);
    });

    test('for an address works for that address alone', async () => {
      const app = await appIn('invited');
      const email = newAddress();
      const { token } = await link(app, email.toUpperCase());
      const look = await app.post('/api/owner-links/look-up', { token });
      expect(look.json()).toMatchObject({ email });
      expect(await signUp(app, { invitation: token })).toMatchObject({
        status: 403,
        code: 'OWNER_LINK_FOR_ANOTHER',
      });
      expect(await signUp(app, { invitation: token, email })).toMatchObject({ status: 200 });
    });

    test('ends when a newer one is made for the same, and when its time is over', async () => {
      const app = await appIn('invited');
      const email = newAddress();
      const [first, forAddress] = [await link(app), await link(app, email)];
      const second = await link(app);
      expect(await signUp(app, { invitation: first.token })).toMatchObject({
        status: 410,
        code: 'OWNER_LINK_REPLACED',
      });
      await db.owner.query(
        `update app_private.owner_links set expires_at = clock_timestamp() where ended_at is null`,
      );
      expect(await signUp(app, { invitation: second.token })).toMatchObject({
        status: 410,
        code: 'OWNER_LINK_EXPIRED',
      });
      expect(await signUp(app, { invitation: forAddress.token, email })).toMatchObject({
        code: 'OWNER_LINK_EXPIRED',
      });
    });

    test('is made by the operator alone, and not where sign-up is closed', async () => {
      const app = await appIn('invited');
      const ann = await (await appIn('open')).signUp();
      for (const headers of [{}, ann.bearer, { authorization: `Bearer ${TOKEN}x` }]) {
        const answer = await app.post('/api/operator/owner-links', {}, headers as Record<string, string>);
        expect([answer.statusCode, answer.json().code]).toEqual([401, 'OPERATOR_REQUIRED']);
      }
      const closed = await (await appIn('closed')).post('/api/operator/owner-links', {}, OPERATOR);
      expect([closed.statusCode, closed.json().code]).toEqual([409, 'SIGN_UP_CLOSED']);
    });

    test('is never kept as such', async () => {
      const { token } = await link(await appIn('invited'));
      const { rows } = await db.owner.query('select l::text as row from app_private.owner_links l');
      expect(JSON.stringify(rows)).not.toContain(token);
    });
  });

  test.each(['invited', 'closed'])(
    'at another service, where it is %s, brings no clinic without a link',
    async (mode) => {
      await appIn(mode);
      const { rows } = await db.owner.query('insert into auth.users (email) values ($1) returning org_id', [
        newAddress(),
      ]);
      expect(rows).toEqual([{ org_id: null }]);
    },
  );

  test('an account that made none, because the database failed, is made anyway, and its link stays good', async () => {
    const app = await appIn('invited');
    const { token } = await link(app);
    await db.owner.query('alter table public.organizations add constraint broken check (false) not valid');
    const answer = await signUp(app, { invitation: token });
    await db.owner.query('alter table public.organizations drop constraint broken');
    expect(answer.status).toBe(200);
    expect((await app.post('/api/owner-links/look-up', { token })).statusCode).toBe(200);
  });

  describe('from the command line', () => {
    let url: string;
    beforeAll(async () => {
      const app = await appIn('invited');
      await app.app.listen({ host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
    });
    const run = (token: string, ...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const program = fileURLToPath(new URL('../../../cli/voxanne.mjs', import.meta.url));
        const env = { PATH: process.env.PATH, VX_TOKEN: token };
        execFile(process.execPath, [program, ...args, '--url', url], { env }, (error, out, err) =>
          resolve({ code: Number(error?.code ?? 0), out, err }),
        );
      });

    test('the operator gets a link, for anyone or for one address', async () => {
      const anyone = await run(TOKEN, 'owner', 'invite');
      expect(anyone).toMatchObject({
        code: 0,
        out: expect.stringMatching(/Send this link to the new owner.*\n.*\/sign-up#/),
      });
      const email = newAddress();
      const one = await run(TOKEN, 'owner', 'invite', '--email', email, '--json');
      expect(JSON.parse(one.out)).toMatchObject({ email, url: expect.stringContaining('/sign-up#') });
      expect((await run('wrong', 'owner', 'invite')).code).toBe(1);
      expect((await run('', 'owner', 'invite')).err).toContain('OPERATOR_TOKEN');
    });
  });
});

describe('the first owner of a deployment', () => {
  let db: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { env: { SIGN_UP: 'invited' } });
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });
  afterEach(() =>
    db.owner.query(`update app_private.owner_links set created_at = created_at - interval '1 minute'`),
  );
  const words = () =>
    firstOwnerWords({ database: app.dependencies.database, publicUrl: app.config.publicUrl });
  const tokenIn = (text: string | undefined) => /#([\w-]+)/.exec(text ?? '')?.[1] ?? '';

  test('gets a link from the start, another from the next one, and none once they are there', async () => {
    const [first, second] = await Promise.all([words(), words()]);
    // Of processes that start together one prints it.
    expect([tokenIn(first), tokenIn(second)].filter(Boolean)).toHaveLength(1);
    expect(first).toMatch(/no owner yet/);
    await db.owner.query(`update app_private.owner_links set created_at = created_at - interval '1 minute'`);
    const again = tokenIn(await words());
    const old = tokenIn(first) || tokenIn(second);
    const look = async (token: string) => (await app.post('/api/owner-links/look-up', { token })).json().code;
    expect([await look(old), await look(again)]).toEqual(['OWNER_LINK_REPLACED', undefined]);
    await app.signUp({ email: `${randomUUID()}@clinic.example`, invitation: again });
    expect(await words()).toBeUndefined();
  });
});
