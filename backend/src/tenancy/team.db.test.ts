import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Role } from '@voxanne/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTeamScene, newAddress, type Person, type TeamScene } from './testing.ts';

describe('the team of a clinic', () => {
  let scene: TeamScene;
  let ann: Person;
  beforeAll(async () => {
    scene = await createTeamScene();
    await scene.app.app.listen({ port: 0, host: '127.0.0.1' });
  });
  beforeEach(async () => {
    scene.clock.set(new Date());
    ann = await scene.app.signUp({ organization_name: 'Bright Smiles' });
  });
  afterAll(() => scene.close());

  describe('owners are the owners’ business:', () => {
    test('an admin manages everyone else, and neither makes, changes nor invites an owner', async () => {
      const [bob, cleo] = [await scene.join(ann, 'admin'), await scene.join(ann, 'staff')];
      const change = (of: Person, role: Role) =>
        scene.ask('PATCH', `/api/members/${of.userId}`, bob, { role });
      expect((await change(cleo, 'auditor')).body).toMatchObject({ user_id: cleo.userId, role: 'auditor' });
      for (const answer of [
        await change(cleo, 'owner'),
        await change(bob, 'owner'),
        await change(ann, 'staff'),
        await scene.ask('DELETE', `/api/members/${ann.userId}`, bob),
        await scene.post('/api/invitations', bob, { email: newAddress(), role: 'owner' }),
        await scene.post('/api/members/hand-over', bob, { user_id: bob.userId }),
      ]) {
        expect(answer).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
      }
      const forOwner = await scene.invited(ann, 'owner');
      expect((await scene.ask('DELETE', `/api/invitations/${forOwner.id}`, bob)).body.code).toBe(
        'OWNER_REQUIRED',
      );
      const replaced = await scene.post('/api/invitations', bob, { email: forOwner.email, role: 'staff' });
      expect(replaced.body.code).toBe('OWNER_REQUIRED');
      expect(await scene.roles(ann)).toEqual({
        [ann.userId]: 'owner',
        [bob.userId]: 'admin',
        [cleo.userId]: 'auditor',
      });
    });

    test('the last one can neither leave, nor be removed, nor step down', async () => {
      const bob = await scene.join(ann, 'admin');
      for (const answer of [
        await scene.post('/api/members/leave', ann),
        await scene.ask('DELETE', `/api/members/${ann.userId}`, ann),
        await scene.ask('PATCH', `/api/members/${ann.userId}`, ann, { role: 'admin' }),
      ]) {
        expect(answer).toMatchObject({ status: 409, body: { code: 'LAST_OWNER' } });
        expect(answer.body.detail).toMatch(/hand over the clinic/);
      }
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'owner', [bob.userId]: 'admin' });
    });

    test('of two who leave at the same moment one stays', async () => {
      const bob = await scene.join(ann, 'owner');
      const left = await Promise.all([
        scene.post('/api/members/leave', ann),
        scene.post('/api/members/leave', bob),
      ]);
      expect(left.map(({ status }) => status).toSorted()).toEqual([204, 409]);
      const { rows } = await scene.db.owner.query('select role from public.profiles where org_id = $1', [
        ann.orgId,
      ]);
      expect(rows).toEqual([{ role: 'owner' }]);
    });

    test('handing over makes the other an owner and oneself an admin, in one step', async () => {
      const bob = await scene.join(ann, 'staff');
      expect((await scene.ask('GET', '/api/me', ann)).body.role).toBe('owner');
      expect((await scene.post('/api/members/hand-over', ann, { user_id: bob.userId })).status).toBe(204);
      // Their pages read it again when they hear of it, which is at once.
      expect((await scene.ask('GET', '/api/me', ann)).body.role).toBe('admin');
      expect((await scene.ask('GET', '/api/me', bob)).body.role).toBe('owner');
      scene.believedIsOver();
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'admin', [bob.userId]: 'owner' });
      expect((await scene.post('/api/members/leave', ann)).status).toBe(204);
      expect((await scene.audit(ann)).slice(-3)).toMatchObject([
        {
          action: 'member.role_changed',
          object_id: bob.userId,
          before: { role: 'staff' },
          after: { role: 'owner' },
        },
        {
          action: 'member.role_changed',
          object_id: ann.userId,
          before: { role: 'owner' },
          after: { role: 'admin' },
        },
        { action: 'member.left', object_id: ann.userId, before: { role: 'admin' }, after: null },
      ]);
    });

    test('a clinic is handed over to another member, and to no one else', async () => {
      const stranger = await scene.app.signUp();
      for (const user_id of [stranger.userId, randomUUID()]) {
        expect((await scene.post('/api/members/hand-over', ann, { user_id })).body.code).toBe(
          'MEMBER_NOT_FOUND',
        );
      }
      expect((await scene.post('/api/members/hand-over', ann, { user_id: ann.userId })).body.code).toBe(
        'ALREADY_OWNER',
      );
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'owner' });
    });
  });

  describe('who is removed', () => {
    test('loses access within five seconds, open streams included, and their invitations end', async () => {
      const bob = await scene.join(ann, 'admin');
      const theirs = await scene.invited(bob, 'staff');
      const url = `http://127.0.0.1:${(scene.app.app.server.address() as AddressInfo).port}/api/events`;
      const stream = await fetch(url, { headers: bob.bearer });
      const reader = stream.body!.getReader();
      await reader.read();
      expect((await scene.ask('DELETE', `/api/members/${bob.userId}`, ann)).status).toBe(204);
      scene.believedIsOver();
      expect((await scene.ask('GET', '/api/me', bob)).status).toBe(403);
      for (;;) if ((await reader.read()).done) break;
      const { body } = await scene.post('/api/invitations/look-up', null, { token: theirs.token });
      expect(body.code).toBe('INVITATION_WITHDRAWN');
      expect(await scene.roles(ann)).toEqual({ [ann.userId]: 'owner' });
    });

    test('goes on in another clinic of theirs', async () => {
      const email = newAddress();
      const bob = await scene.app.signUp({ email });
      const { token } = await scene.invited(ann, 'staff', email);
      await scene.post('/api/invitations/accept', bob, { token });
      const here = await scene.again(bob);
      expect((await scene.post('/api/members/leave', here)).status).toBe(204);
      scene.believedIsOver();
      expect((await scene.ask('GET', '/api/me', await scene.again(here))).body).toMatchObject({
        org_id: bob.orgId,
        role: 'owner',
      });
    });

    test('and who became staff: their invitations end too', async () => {
      const bob = await scene.join(ann, 'admin');
      const theirs = await scene.invited(bob, 'admin');
      await scene.ask('PATCH', `/api/members/${bob.userId}`, ann, { role: 'staff' });
      const { body } = await scene.post('/api/invitations/look-up', null, { token: theirs.token });
      expect(body.code).toBe('INVITATION_WITHDRAWN');
    });
  });

  test('of another clinic does not exist: the same answer as for no one', async () => {
    const stranger = await scene.app.signUp();
    const foreign = await scene.invited(stranger, 'staff');
    const same = async (
      method: 'PATCH' | 'DELETE',
      url: (id: string) => string,
      id: string,
      body?: object,
    ) => {
      const [theirs, absent] = [
        await scene.ask(method, url(id), ann, body),
        await scene.ask(method, url(randomUUID()), ann, body),
      ];
      expect(theirs.status).toBe(404);
      const known = ({ request_id: _, ...rest }: Record<string, unknown>) => rest;
      expect(known(theirs.body)).toEqual(known(absent.body));
    };
    await same('PATCH', (id) => `/api/members/${id}`, stranger.userId, { role: 'staff' });
    await same('DELETE', (id) => `/api/members/${id}`, stranger.userId);
    await same('DELETE', (id) => `/api/invitations/${id}`, foreign.id);
    expect((await scene.ask('GET', '/api/me', stranger)).body.role).toBe('owner');
  });

  test('is seen by all, and invitations by those who make them', async () => {
    for (const role of ['admin', 'staff', 'auditor'] as const) {
      const one = await scene.join(ann, role);
      expect((await scene.ask('GET', '/api/members', one)).status).toBe(200);
      expect((await scene.ask('GET', '/api/invitations', one)).status).toBe(role === 'admin' ? 200 : 403);
      expect((await scene.ask('PATCH', `/api/members/${one.userId}`, one, { role: 'owner' })).status).toBe(
        403,
      );
    }
  });
});
