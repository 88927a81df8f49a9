import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { setSignUpMode } from './owner-links.queries.ts';
import { createTeamScene, newAddress, type Person, type TeamScene } from './testing.ts';

describe('the clinics of a person', () => {
  let scene: TeamScene;
  let ann: Person;
  beforeAll(async () => {
    scene = await createTeamScene();
  });
  beforeEach(async () => {
    scene.clock.set(new Date());
    await mode('open');
    ann = await scene.app.signUp({ organization_name: 'Bright Smiles', time_zone: 'Europe/Berlin' });
  });
  afterAll(() => scene.close());

  const mode = (name: string) => scene.app.dependencies.database.serviceStatement(setSignUpMode(name));
  const bySession = (person: Person): Person => ({ ...person, bearer: { cookie: person.cookie } as never });
  const create = (who: Person, fields: Record<string, string> = {}) =>
    scene.post('/api/organizations', who, { name: 'Second Clinic', ...fields });
  const mine = async (who: Person) => (await scene.ask('GET', '/api/organizations', who)).body.data;

  test('are listed with the role in each, and which one is active', async () => {
    const bob = await scene.app.signUp({ organization_name: 'Bob’s' });
    const { token } = await scene.invited(bob, 'staff', ann.email);
    await scene.post('/api/invitations/accept', ann, { token });
    expect(await mine(ann)).toEqual([
      { id: ann.orgId, name: 'Bright Smiles', time_zone: 'Europe/Berlin', role: 'owner', is_active: true },
      { id: bob.orgId, name: 'Bob’s', time_zone: 'UTC', role: 'staff', is_active: false },
    ]);
    const active = (await mine(bySession(ann))).filter(({ is_active }: { is_active: boolean }) => is_active);
    expect(active).toMatchObject([{ id: bob.orgId }]);
    expect((await scene.ask('GET', '/api/organizations', null)).status).toBe(401);
  });

  test('get one more, with its services, which is the one of the next token; the old token keeps its own', async () => {
    const made = await create(ann, { time_zone: 'America/New_York', public_phone: '+1 415 555 0132' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Second Clinic', role: 'owner', is_active: true },
    });
    const next = await scene.again(ann);
    expect((await scene.ask('GET', '/api/me', next)).body).toMatchObject({
      org_id: made.body.id,
      org_source: 'jwt',
    });
    expect((await scene.ask('GET', '/api/organization', next)).body).toMatchObject({
      public_phone: '+14155550132',
      country: 'US',
    });
    expect((await scene.ask('GET', '/api/services', next)).body.data).toHaveLength(2);
    expect((await scene.ask('GET', '/api/me', ann)).body.org_id).toBe(ann.orgId);
    const { rows } = await scene.db.owner.query(
      `select action, actor_id from public.audit_log where org_id = $1 order by id`,
      [made.body.id],
    );
    expect(rows[0]).toEqual({ action: 'organization.created', actor_id: ann.userId });
  });

  test('are switched: the session at once, back again, and never to one of others', async () => {
    const second = (await create(ann)).body.id;
    const session = bySession(ann);
    const activate = (id: string) => scene.post(`/api/organizations/${id}/activate`, session);
    expect((await scene.ask('GET', '/api/me', session)).body.org_id).toBe(second);
    expect(await activate(ann.orgId)).toEqual({ status: 200, body: { org_id: ann.orgId } });
    expect((await scene.ask('GET', '/api/me', session)).body.org_id).toBe(ann.orgId);
    const bob = await scene.app.signUp();
    const [foreign, absent] = [await activate(bob.orgId), await activate(randomUUID())];
    const known = ({ request_id: _, ...rest }: Record<string, unknown>) => rest;
    expect(foreign).toMatchObject({ status: 404, body: { code: 'ORG_NOT_FOUND' } });
    expect(known(foreign.body)).toEqual(known(absent.body));
    expect((await scene.ask('GET', '/api/me', session)).body.org_id).toBe(ann.orgId);
  });

  test('are at most five new ones a day, also when they are asked for at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(ann)));
    // The sign-up's own counts as the first of them.
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(answers.find(({ status }) => status !== 201)).toMatchObject({
      status: 409,
      body: { code: 'TOO_MANY_CLINICS', detail: expect.stringContaining('tomorrow') },
    });
  });

  test.each([
    ['name', { name: ' ' }],
    ['time_zone', { time_zone: 'Mars/Olympus' }],
    ['phone', { phone: 'call me' }],
    ['invitation', { invitation: 'x' }],
    ['org_id', { org_id: randomUUID() }],
  ])('are not created with a faulty %s, and nothing is left of it', async (_field, fields) => {
    expect((await create(ann, fields as Record<string, string>)).status).toBe(400);
    expect(await mine(ann)).toHaveLength(1);
  });

  describe('where sign-up is by invitation', () => {
    test('are created by owners, and refused to members and to people without a clinic, in words', async () => {
      const bob = await scene.join(ann, 'admin');
      await mode('invited');
      expect((await create(ann)).status).toBe(201);
      expect(await create(bob)).toMatchObject({ status: 403, body: { code: 'INVITATION_REQUIRED' } });
      await scene.db.owner.query('delete from public.profiles where user_id = $1', [bob.userId]);
      scene.believedIsOver();
      expect((await create(bob)).body.detail).toContain('Ask them for one');
    });

    test('are created with the operator’s link, once, by someone who has an account', async () => {
      const bob = await scene.join(ann, 'staff');
      await mode('invited');
      const operator = { bearer: { authorization: `Bearer ${scene.app.config.operatorToken}` } } as Person;
      const { body } = await scene.post('/api/operator/owner-links', operator, { email: bob.email });
      const invitation = new URL(body.url).hash.slice(1);
      expect((await create(ann, { invitation })).body.code).toBe('OWNER_LINK_FOR_ANOTHER');
      const [one, other] = await Promise.all([create(bob, { invitation }), create(bob, { invitation })]);
      expect([one.status, other.status].toSorted()).toEqual([201, 409]);
      expect(await mine(bob)).toHaveLength(2);
    });
  });

  test('is a clinic that is gone while one is signed in: a sentence, at once and later, and no 500', async () => {
    const second = (await create(ann)).body.id;
    const [old, here] = [ann, await scene.again(ann)];
    await scene.ask('GET', '/api/me', here);
    await scene.db.owner.query('delete from public.organizations where id = $1', [second]);
    for (const url of ['/api/me', '/api/organization', '/api/availability?service_type=consultation']) {
      const answer = await scene.ask('GET', url, here);
      expect(answer.status, `${url} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    }
    expect((await scene.ask('GET', '/api/me', here)).body).toMatchObject({
      code: 'NOT_A_MEMBER',
      detail: expect.stringContaining('Reload'),
    });
    scene.believedIsOver();
    expect((await scene.ask('GET', '/api/me', here)).body).toMatchObject({ org_id: old.orgId });
  });
});

describe('someone whose sign-up made no clinic', () => {
  let db: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db);
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  const signUpWithoutClinic = async (broken: string) => {
    const email = newAddress();
    await db.owner.query(`alter table ${broken} add constraint broken check (false) not valid`);
    const answer = await app.post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Ann' });
    await db.owner.query(`alter table ${broken} drop constraint broken`);
    expect(answer.statusCode).toBe(200);
    const headers = { cookie: app.cookieOf(answer), origin: app.config.publicUrl };
    return { email, headers };
  };
  const me = async (headers: Record<string, string>) =>
    (await app.app.inject({ url: '/api/me', headers })).json();

  test.each(['public.organizations', 'public.profiles'])(
    '(%s failed) creates it later, and finds no empty one beside it',
    async (broken) => {
      const { email, headers } = await signUpWithoutClinic(broken);
      expect(await me(headers)).toMatchObject({
        code: 'NO_ORGANIZATION',
        detail: expect.stringContaining('create a clinic'),
      });
      expect((await app.app.inject({ url: '/api/organizations', headers })).json().data).toEqual([]);
      const made = await app.post('/api/organizations', { name: 'Late Clinic' }, headers);
      expect(made.statusCode).toBe(201);
      expect(await me(headers)).toMatchObject({
        org_id: made.json().id,
        role: 'owner',
        organization: { name: 'Late Clinic' },
      });
      const { rows } = await db.owner.query(
        `select count(*)::int as empty from public.organizations o
         where not exists (select 1 from public.profiles p where p.org_id = o.id)`,
      );
      expect(rows).toEqual([{ empty: 0 }]);
      expect(email).toContain('@');
    },
  );

  test('does it as well who had an account before there were clinics', async () => {
    const ann = await app.signUp();
    await db.owner.query('alter table auth.users disable trigger on_auth_user_org_id_kept');
    await db.owner.query(`update auth.users set raw_app_meta_data = '{}' where id = $1`, [ann.userId]);
    await db.owner.query('alter table auth.users enable trigger on_auth_user_org_id_kept');
    await db.owner.query('delete from public.organizations where id = $1', [ann.orgId]);
    const headers = { cookie: ann.cookie, origin: app.config.publicUrl };
    const made = await app.post('/api/organizations', { name: 'Old Friend' }, headers);
    expect(made.statusCode).toBe(201);
    expect(await me(headers)).toMatchObject({ role: 'owner' });
  });

  test('does not get back a clinic that its last member left', async () => {
    const ann = await app.signUp({ organization_name: 'Left behind' });
    await db.owner.query('delete from public.profiles where org_id = $1', [ann.orgId]);
    const headers = { cookie: ann.cookie, origin: app.config.publicUrl };
    const made = await app.post('/api/organizations', { name: 'New start' }, headers);
    expect(made.statusCode).toBe(201);
    expect(made.json().id).not.toBe(ann.orgId);
  });
});
