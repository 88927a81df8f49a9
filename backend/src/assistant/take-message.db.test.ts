import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall, CALLER } from './testing.ts';

const MESSAGE = { name: 'maria lopez', message: 'Please call back about my prescription.' };

describe('a message for the clinic', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let use: ReturnType<AssistantScene['caller']>;
  beforeEachCall((now) => {
    ({ scene, clinic, use } = now);
  });

  const leave = (given: object, asked = {}) => use('takeMessage', { ...MESSAGE, ...given }, asked);
  const tasks = async () =>
    (
      await scene.owner.query(
        'select name, phone, message, urgent, call_id, closed_at from public.tasks where org_id = $1 order by created_at',
        [clinic.orgId],
      )
    ).rows;

  test('becomes a task under the number of the call, and the caller hears that someone calls back', async () => {
    const { said } = await leave({});
    expect(said).toContain('I’ve passed that on. Someone from the clinic will call you back.');
    expect(await tasks()).toEqual([
      {
        name: 'Maria Lopez',
        phone: CALLER,
        message: MESSAGE.message,
        urgent: false,
        call_id: 'c-1',
        closed_at: null,
      },
    ]);
    const { rows } = await scene.owner.query(
      `select actor_type, actor_id, action, after from public.audit_log where org_id = $1 and object_type = 'task'`,
      [clinic.orgId],
    );
    expect(rows).toEqual([
      {
        actor_type: 'agent',
        actor_id: 'c-1',
        action: 'task.created',
        after: { kind: 'message', urgent: false },
      },
    ]);
  });

  test.each([
    [true, true],
    ['yes', true],
    ['Yes, please', true],
    ['no', false],
    ['', false],
    [null, false],
    ['false', false],
  ])('is urgent when the caller says so (%j: %s)', async (urgent, expected) => {
    const { said } = await leave({ urgent });
    expect(said.includes('urgent')).toBe(expected);
    expect(await tasks()).toMatchObject([{ urgent: expected }]);
  });

  test('is kept under the number that the caller gives, however it is said', async () => {
    await leave({ phone: 'four one five, five five five, oh one nine nine' });
    await leave({ phone: 'the same number', message: 'Another one.' });
    expect(await tasks()).toMatchObject([{ phone: '+14155550199' }, { phone: CALLER }]);
  });

  test('is one task however often it is sent in a call, and however the model writes it again', async () => {
    await leave({}, { id: 'a' });
    await leave({}, { id: 'a' });
    await leave({}, { id: 'b' });
    const { ok } = await leave({ message: 'please call back about my prescription' }, { id: 'c' });
    expect(ok).toBe(true);
    expect(await tasks()).toHaveLength(1);
    await Promise.all(['d', 'e', 'f'].map((id) => leave({ message: 'And about the bill.' }, { id })));
    expect(await tasks()).toHaveLength(2);
    await leave({}, { callId: 'c-2' });
    expect(await tasks()).toHaveLength(3);
  });

  test.each([
    ['no name', { name: '' }, /first and last name/],
    ['no message', { message: ' ' }, /Ask what the clinic should know/],
    ['a message without a word', { message: '...' }, /Ask what the clinic should know/],
    ['a number that is none', { phone: '12' }, /can’t be called or texted/],
    ['no end', { message: 'a'.repeat(2_001) }, /longer than 2000 characters/],
  ])('with %s is asked about, and nothing is kept', async (_what, given, expected) => {
    const { ok, said } = await leave(given);
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringMatching(expected) });
    expect(await tasks()).toEqual([]);
  });

  test('from a withheld number is asked where to call back', async () => {
    const hidden = scene.caller(clinic.secret, { from: null });
    expect(await hidden('takeMessage', MESSAGE)).toMatchObject({ ok: false });
    expect((await hidden('takeMessage', { ...MESSAGE, phone: '(415) 555-0199' })).ok).toBe(true);
    expect(await tasks()).toMatchObject([{ phone: '+14155550199' }]);
  });

  test('is taken five times in a call, and in words no more', async () => {
    for (let n = 0; n < 5; n += 1) expect((await leave({ message: `Message ${n}` })).ok).toBe(true);
    const { ok, said } = await leave({ message: 'One more' });
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringContaining('No more messages') });
    expect((await leave({ message: 'Message 1' })).ok).toBe(true);
    expect(await tasks()).toHaveLength(5);
    expect((await leave({}, { callId: 'c-2' })).ok).toBe(true);
  });

  test('is refused when 500 wait already', async () => {
    await scene.owner.query(
      `insert into public.tasks (org_id, name, phone, message, call_id, repeat_key)
       select $1, 'A', '+14155550132', 'B', 'call-' || n, n::text from generate_series(1, 500) as n`,
      [clinic.orgId],
    );
    expect(await leave({})).toMatchObject({ ok: false, said: expect.stringContaining('No more messages') });
  });
});
