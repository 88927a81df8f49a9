import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

const REPAIRED = '[TenantResolver] Resolved missing org_id via database';

describe('whose request it is', () => {
  let db: TestDatabase;
  let scene: TestApp;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, { clock });
  });
  beforeEach(() => {
    // What was remembered of a person in an earlier test is over.
    clock.advance(60_000);
    scene.lines.length = 0;
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  type Person = Awaited<ReturnType<TestApp['signUp']>>;
  const me = (headers: Record<string, string>) => scene.app.inject({ url: '/api/me', headers });
  const repairs = () => scene.lines.filter(({ msg }) => msg === REPAIRED);
  /** A token made while the person's organization is not on it, as GoTrue makes one before the trigger's stamp is read. */
  const tokenWithoutOrganization = async ({ userId, cookie }: Person): Promise<string> => {
    await db.owner.query('alter table auth.users disable trigger on_auth_user_org_id_kept');
    const { rows } = await db.owner.query('select raw_app_meta_data as kept from auth.users where id = $1', [
      userId,
    ]);
    const put = (data: object) =>
      db.owner.query('update auth.users set raw_app_meta_data = $2 where id = $1', [
        userId,
        JSON.stringify(data),
      ]);
    await put({});
    const answer = await scene.app.inject({ url: '/api/auth/token', headers: { cookie } });
    await put(rows[0].kept);
    await db.owner.query('alter table auth.users enable trigger on_auth_user_org_id_kept');
    return answer.json().token;
  };
  const join = (userId: string, orgId: string, role = 'staff') =>
    db.owner.query(
      `insert into public.profiles (user_id, org_id, role, created_at) values ($1, $2, $3, now() + interval '1 hour')`,
      [userId, orgId, role],
    );
  const leave = (userId: string, orgId: string) =>
    db.owner.query('delete from public.profiles where user_id = $1 and org_id = $2', [userId, orgId]);

  test('is what the token says, and nothing is logged about it', async () => {
    const ann = await scene.signUp();
    expect((await me(ann.bearer)).json()).toMatchObject({
      org_id: ann.orgId,
      org_source: 'jwt',
      role: 'owner',
    });
    expect(repairs()).toEqual([]);
  });

  test('is found in the profiles where the token does not say: the request works, and the log says so', async () => {
    const ann = await scene.signUp();
    const authorization = `Bearer ${await tokenWithoutOrganization(ann)}`;
    expect((await me({ authorization })).json()).toMatchObject({
      user_id: ann.userId,
      org_id: ann.orgId,
      org_source: 'database',
    });
    expect(repairs()).toMatchObject([{ level: 'info', reason: 'missing', repairs: 1 }]);
    for (const identity of [ann.email, ann.userId, ann.orgId])
      expect(JSON.stringify(repairs())).not.toContain(identity);
  });

  test('is the first clinic of a person who has several and says none', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    await join(ann.userId, bob.orgId);
    clock.advance(60_000);
    const authorization = `Bearer ${await tokenWithoutOrganization(ann)}`;
    expect((await me({ authorization })).json()).toMatchObject({ org_id: ann.orgId, role: 'owner' });
  });

  test('is no one’s for a person without any clinic: a 403 that says what to do', async () => {
    const ann = await scene.signUp();
    await leave(ann.userId, ann.orgId);
    clock.advance(60_000);
    for (const headers of [ann.bearer, { cookie: ann.cookie }]) {
      const answer = await me(headers);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'NO_ORGANIZATION' });
      expect(answer.json().detail).toContain('Ask the owner');
    }
  });

  test('is the other clinic of a person who was removed from the one that the token still names, with one query', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    await join(ann.userId, bob.orgId);
    await leave(ann.userId, ann.orgId);
    clock.advance(60_000);
    const asked = vi.spyOn(scene.dependencies.database, 'serviceStatement');
    const answers = [await me(ann.bearer), await me(ann.bearer)];
    const queries = asked.mock.calls.filter(([query]) =>
      JSON.stringify(query.toOperationNode()).includes('from profiles'),
    ).length;
    asked.mockRestore();
    for (const answer of answers)
      expect(answer.json()).toMatchObject({ org_id: bob.orgId, role: 'staff', org_source: 'database' });
    expect(queries).toBe(1);
    expect(repairs()).toMatchObject([{ reason: 'not_a_member' }, { reason: 'not_a_member' }]);
  });

  test('is never a clinic of others, whatever the account’s own data says', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    for (const orgId of [bob.orgId, randomUUID()]) {
      await db.owner.query(
        `update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('org_id', $2::text) where id = $1`,
        [ann.userId, orgId],
      );
      expect((await me({ cookie: ann.cookie })).json()).toMatchObject({ org_id: ann.orgId, role: 'owner' });
    }
  });

  test('is compared with what a page says it shows, and nothing is changed where they differ', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    const rename = (clinic: string) =>
      scene.app.inject({
        method: 'PATCH',
        url: '/api/organization',
        headers: { ...ann.bearer, 'x-clinic-id': clinic },
        payload: { name: 'Renamed by a page' },
      });
    for (const clinic of [bob.orgId, 'nonsense', '']) {
      const answer = await rename(clinic);
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'CLINIC_CHANGED']);
    }
    expect((await rename(ann.orgId)).statusCode).toBe(200);
    const { rows } = await db.owner.query(
      `select id from public.organizations where name = 'Renamed by a page'`,
    );
    expect(rows).toEqual([{ id: ann.orgId }]);
  });

  test('changes within thirty seconds of a removal', async () => {
    const ann = await scene.signUp();
    expect((await me(ann.bearer)).statusCode).toBe(200);
    await leave(ann.userId, ann.orgId);
    clock.advance(30_000);
    expect((await me(ann.bearer)).statusCode).toBe(403);
  });

  test('changes at once for a person who was let in: "no clinic" is not remembered', async () => {
    const ann = await scene.signUp();
    await leave(ann.userId, ann.orgId);
    clock.advance(60_000);
    expect((await me(ann.bearer)).statusCode).toBe(403);
    await join(ann.userId, ann.orgId, 'admin');
    expect((await me(ann.bearer)).json()).toMatchObject({ role: 'admin' });
  });

  test('is never what a header, a query or a body claims', async () => {
    const [ann, bob] = [await scene.signUp({ organization_name: 'Ann’s' }), await scene.signUp()];
    const claims = { 'x-org-id': bob.orgId, 'x-organization-id': bob.orgId, 'org-id': bob.orgId };
    const asked = await scene.app.inject({
      url: `/api/me?org_id=${bob.orgId}`,
      headers: { ...ann.bearer, ...claims },
    });
    expect(asked.json()).toMatchObject({ org_id: ann.orgId });
    const patched = await scene.app.inject({
      method: 'PATCH',
      url: `/api/organization?org_id=${bob.orgId}`,
      headers: { ...ann.bearer, ...claims },
      payload: { name: 'Renamed', org_id: bob.orgId },
    });
    expect(patched.statusCode).toBe(400);
    const { rows } = await db.owner.query(`select id from public.organizations where name = 'Renamed'`);
    expect(rows).toEqual([]);
  });

  test('a signed-in person whose account was deleted is no one anymore', async () => {
    const ann = await scene.signUp();
    await db.owner.query('delete from auth.users where id = $1', [ann.userId]);
    clock.advance(60_000);
    expect((await me(ann.bearer)).statusCode).toBe(401);
    expect((await me({ cookie: ann.cookie })).statusCode).toBe(401);
  });

  test('strangers are asked to sign in', async () => {
    const answer = await me({});
    expect(answer.statusCode).toBe(401);
    expect(answer.json().code).toBe('NOT_SIGNED_IN');
  });

  test('routes that answer strangers, too, know who is signed in, and are not stopped by a bad token', async () => {
    const report = async (headers: Record<string, string>) =>
      JSON.stringify((await scene.app.inject({ url: '/api/health/integrations', headers })).json());
    const stranger = 'No authenticated user or org_id';
    const ann = await scene.signUp();
    expect(await report(ann.bearer)).not.toContain(stranger);
    for (const headers of [
      {},
      { authorization: 'Bearer nonsense' },
      { authorization: `Bearer ${randomUUID()}` },
    ]) {
      expect(await report(headers as Record<string, string>)).toContain(stranger);
    }
  });
});
