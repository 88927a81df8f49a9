import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene } from '../booking/testing.ts';
import type { TestOrganization } from '../testing/index.ts';
import { leaveTask } from './leave-task.ts';

describe('tasks', () => {
  let scene: BookingScene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.createOrganization();
    scene.signIn(clinic);
  });
  afterAll(() => scene.close());

  const leave = async (message: string, urgent = false, organization = clinic) =>
    (
      await leaveTask(
        scene.context,
        { ...organization.scope, userId: null },
        {
          name: 'Maria Lopez',
          phone: '+14155550132',
          call: { from: '+14155550132', to: null },
          message,
          urgent,
        },
        { callId: `call-${message}`, requestId: 'test' },
      )
    ).taskId;
  const list = async (query = '') => (await scene.get(`/api/tasks?${query}`)).body;
  const messages = async (query = '') =>
    (await list(query)).data.map(({ message }: { message: string }) => message);
  const act = (id: string, verb: 'close' | 'reopen') => scene.post(`/api/tasks/${id}/${verb}`);

  test('are listed urgent first, then in the order in which they came, page by page', async () => {
    await leave('first');
    await leave('second');
    await leave('urgent', true);
    await leave('urgent too', true);
    const expected = ['urgent', 'urgent too', 'first', 'second'];
    expect(await messages()).toEqual(expected);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { message: string }[]; next_cursor: string | null } = await list(
        `limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.data.map(({ message }) => message));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(expected);
  });

  test('are closed and opened again, once each however often it is asked for, and both are in the audit log', async () => {
    const id = await leave('call back');
    for (const _again of [1, 2]) {
      expect(await act(id, 'close')).toMatchObject({
        status: 200,
        body: { id, status: 'closed', closed_at: expect.any(String) },
      });
    }
    expect(await messages()).toEqual([]);
    expect(await messages('status=closed')).toEqual(['call back']);
    for (const _again of [1, 2]) {
      expect((await act(id, 'reopen')).body).toMatchObject({ id, status: 'open', closed_at: null });
    }
    expect(await messages()).toEqual(['call back']);
    expect((await scene.audit(id)).map(({ action, actor_type }) => [action, actor_type])).toEqual([
      ['task.created', 'agent'],
      ['task.closed', 'user'],
      ['task.reopened', 'user'],
    ]);
  });

  test('closed at the same time by two people are closed once', async () => {
    const id = await leave('call back');
    const both = await Promise.all([act(id, 'close'), act(id, 'close')]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await scene.audit(id)).map(({ action }) => action)).toEqual(['task.created', 'task.closed']);
  });

  test('are heard of on the screens without a word of the patient', async () => {
    const id = await leave('call back');
    await act(id, 'close');
    const { rows } = await scene.owner.query(
      `select type, data from public.events where org_id = $1 and type = 'task.updated' order by id`,
      [clinic.orgId],
    );
    expect(rows).toEqual([
      { type: 'task.updated', data: { task_id: id } },
      { type: 'task.updated', data: { task_id: id } },
    ]);
  });

  test('another clinic’s tasks are not there', async () => {
    const theirs = await leave('secret', false, await scene.createOrganization());
    expect(await messages()).toEqual([]);
    for (const id of [theirs, randomUUID()]) {
      for (const verb of ['close', 'reopen'] as const) {
        expect(await act(id, verb)).toMatchObject({ status: 404, body: { code: 'TASK_NOT_FOUND' } });
      }
    }
    const { rows } = await scene.owner.query('select closed_at from public.tasks where id = $1', [theirs]);
    expect(rows).toEqual([{ closed_at: null }]);
  });
});
