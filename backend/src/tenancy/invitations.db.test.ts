import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTeamScene, newAddress, type Person, type TeamScene } from './testing.ts';

describe('an invitation', () => {
  let scene: TeamScene;
  let ann: Person;
  beforeAll(async () => {
    scene = await createTeamScene();
  });
  beforeEach(async () => {
    scene.clock.set(new Date());
    ann = await scene.app.signUp({ organization_name: 'Bright Smiles' });
  });
  afterAll(() => scene.close());

  describe('grows by invitations:', () => {
    test('a new account joins with its link, and gets no clinic of its own', async () => {
      const before = await scene.db.owner.query('select count(*)::int as n from public.organizations');
      const invitation = await scene.invited(ann, 'staff');
      expect(invitation.url).toMatch(/\/join#[\w-]{43}$/);
      const facts = await scene.post('/api/invitations/look-up', null, { token: invitation.token });
      expect(facts.body).toMatchObject({
        organization_name: 'Bright Smiles',
        email: invitation.email,
        role: 'staff',
      });
      const bob = await scene.app.signUp({ email: invitation.email, invitation: invitation.token });
      expect(bob.orgId).toBe(ann.orgId);
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'owner', [bob.userId]: 'staff' });
      const after = await scene.db.owner.query('select count(*)::int as n from public.organizations');
      expect(after.rows).toEqual(before.rows);
      expect(await scene.audit(ann)).toMatchObject([
        {
          action: 'invitation.created',
          actor_id: ann.userId,
          object_id: invitation.id,
          after: { role: 'staff' },
        },
        { action: 'member.added', actor_id: bob.userId, object_id: bob.userId, after: { role: 'staff' } },
      ]);
      const { rows } = await scene.db.owner.query(
        'select raw_user_meta_data::text as meta from auth.users where id = $1',
        [bob.userId],
      );
      expect(rows[0].meta).not.toContain(invitation.token);
    });

    test('an account that there is joins too, and its next token is for the new clinic', async () => {
      const email = newAddress();
      const bob = await scene.app.signUp({ email });
      const { token } = await scene.invited(
        ann,
        'admin',
        email.toUpperCase().replace('@CLINIC.EXAMPLE', '@clinic.example'),
      );
      expect(await scene.post('/api/invitations/accept', bob, { token })).toEqual({
        status: 200,
        body: { org_id: ann.orgId },
      });
      // At once, although a moment ago the answer was another clinic.
      const now = await scene.again(bob);
      expect((await scene.ask('GET', '/api/me', now)).body).toMatchObject({
        org_id: ann.orgId,
        role: 'admin',
      });
      expect((await scene.post('/api/invitations/accept', bob, { token })).status).toBe(200);
      expect((await scene.audit(ann)).filter(({ action }) => action === 'member.added')).toHaveLength(1);
    });

    test('and an account without a clinic', async () => {
      const email = newAddress();
      const bob = await scene.app.signUp({ email });
      await scene.db.owner.query('delete from public.profiles where user_id = $1', [bob.userId]);
      scene.believedIsOver();
      expect((await scene.ask('GET', '/api/me', bob)).body.code).toBe('NO_ORGANIZATION');
      const { token } = await scene.invited(ann, 'staff', email);
      expect((await scene.post('/api/invitations/accept', bob, { token })).status).toBe(200);
      expect((await scene.ask('GET', '/api/me', await scene.again(bob))).body).toMatchObject({
        role: 'staff',
      });
    });

    test('they are listed while they are open or have expired, and end when they are withdrawn', async () => {
      const [first, second] = [await scene.invited(ann, 'staff'), await scene.invited(ann, 'auditor')];
      await scene.db.owner.query(`update public.invitations set expires_at = now() where id = $1`, [
        first.id,
      ]);
      const { body } = await scene.ask('GET', '/api/invitations', ann);
      expect(body.data).toMatchObject([
        { id: second.id, role: 'auditor', status: 'open', invited_by: ann.userId },
        { id: first.id, role: 'staff', status: 'expired' },
      ]);
      expect(JSON.stringify(body)).not.toContain(second.token);
      for (let times = 0; times < 2; times += 1) {
        expect((await scene.ask('DELETE', `/api/invitations/${second.id}`, ann)).status).toBe(204);
      }
      expect((await scene.ask('GET', '/api/invitations', ann)).body.data).toHaveLength(1);
      expect((await scene.audit(ann)).filter(({ action }) => action === 'invitation.withdrawn')).toHaveLength(
        1,
      );
    });

    test('of one address the newest link is good, and the earlier one is not', async () => {
      const email = newAddress();
      const [first, second] = [
        await scene.invited(ann, 'staff', email),
        await scene.invited(ann, 'admin', email),
      ];
      const look = (token: string) => scene.post('/api/invitations/look-up', null, { token });
      expect((await look(first.token)).body.code).toBe('INVITATION_WITHDRAWN');
      expect((await look(second.token)).body).toMatchObject({ role: 'admin' });
    });

    test('the database keeps no link, and our server reads not even its hash', async () => {
      const { id, token } = await scene.invited(ann, 'staff');
      const { rows } = await scene.db.owner.query(
        'select i::text as row from public.invitations i where id = $1',
        [id],
      );
      expect(rows[0].row).not.toContain(token);
      const columns = await scene.db.owner.query(
        `select has_column_privilege('voxanne_tenant', 'public.invitations', 'token_hash', 'select') as reads`,
      );
      expect(columns.rows).toEqual([{ reads: false }]);
    });
  });

  describe('a link that is no good says why and what to do, and changes nothing:', () => {
    const refused = async (token: string, email: string, code: string, status: number, words: RegExp) => {
      const bob = await scene.app.signUp({ email });
      const before = await scene.roles(ann);
      const counts = async () =>
        (await scene.db.owner.query('select count(*)::int as users from auth.users')).rows[0].users;
      const users = await counts();
      const tries = [
        await scene.post('/api/invitations/accept', bob, { token }),
        // Signing up with it makes no account and no clinic.
        await scene.post('/api/auth/sign-up/email', null, {
          email: newAddress(),
          password: 'correct horse battery',
          name: 'Eve',
          invitation: token,
        }),
      ];
      expect(tries[0]).toMatchObject({ status, body: { code } });
      expect(tries[0]?.body.detail).toMatch(words);
      expect([401, 403, 404, 409, 410]).toContain(tries[1]?.status);
      expect(await counts()).toBe(users);
      expect(await scene.roles(ann)).toEqual(before);
      expect((await scene.ask('GET', '/api/me', bob)).body.org_id).toBe(bob.orgId);
    };

    test('one that expired', async () => {
      const { id, email, token } = await scene.invited(ann, 'staff');
      await scene.db.owner.query('update public.invitations set expires_at = now() where id = $1', [id]);
      await refused(token, email, 'INVITATION_EXPIRED', 410, /expired\. Ask the clinic for a new one/);
    });

    test('one that was withdrawn', async () => {
      const { id, email, token } = await scene.invited(ann, 'staff');
      await scene.ask('DELETE', `/api/invitations/${id}`, ann);
      await refused(token, email, 'INVITATION_WITHDRAWN', 410, /withdrawn\. Ask the clinic/);
    });

    test('one that was used', async () => {
      const { email, token } = await scene.invited(ann, 'staff');
      await scene.app.signUp({ email, invitation: token });
      await refused(token, newAddress(), 'INVITATION_USED', 409, /already used\. Sign in/);
    });

    test('one for another address', async () => {
      const { token } = await scene.invited(ann, 'staff');
      await refused(
        token,
        newAddress(),
        'INVITATION_FOR_ANOTHER',
        403,
        /different email address\. Use that address/,
      );
    });

    test('one that never was', async () => {
      await refused('x'.repeat(43), newAddress(), 'INVITATION_NOT_FOUND', 404, /doesn’t work\. Make sure/);
    });

    test('no one accepts without being signed in', async () => {
      const { token } = await scene.invited(ann, 'staff');
      expect(await scene.post('/api/invitations/accept', null, { token })).toMatchObject({
        status: 401,
        body: { code: 'NOT_SIGNED_IN' },
      });
    });
  });

  test.each([
    [{ email: 'bob@clinic.example', role: 'member' }, 'role'],
    [{ email: 'bob@clinic.example', role: 'operator' }, 'role'],
    [{ email: 'bob@clinic.example' }, 'role'],
    [{ email: 'bob', role: 'staff' }, 'email'],
  ])('an invitation of %j is refused by name', async (body, path) => {
    const answer = await scene.post('/api/invitations', ann, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect((await scene.ask('GET', '/api/invitations', ann)).body.data).toEqual([]);
  });

  test('a member is not invited again, and a clinic has at most 100 invitations', async () => {
    const bob = await scene.join(ann, 'staff');
    expect((await scene.post('/api/invitations', ann, { email: bob.email, role: 'admin' })).body.code).toBe(
      'ALREADY_A_MEMBER',
    );
    await scene.db.owner.query(
      `insert into public.invitations (org_id, email, role, token_hash, invited_by)
       select $1::uuid, n || '@clinic.example', 'staff', sha256(convert_to($1::uuid::text || n, 'UTF8')), $2 from generate_series(1, 100) n`,
      [ann.orgId, ann.userId],
    );
    expect(
      (await scene.post('/api/invitations', ann, { email: newAddress(), role: 'staff' })).body,
    ).toMatchObject({
      code: 'TOO_MANY_INVITATIONS',
      status: 409,
    });
  });
});
