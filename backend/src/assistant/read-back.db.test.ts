import { beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall, CALLER } from './testing.ts';

const WHO = { name: 'Maria Lopez' };
const MONDAY = { appointmentDate: '2026-11-23' };
const TO_TEN = { ...WHO, ...MONDAY, appointmentTime: '10:00' };
const TO_ELEVEN = { ...WHO, ...MONDAY, appointmentTime: '11:00' };

describe('a change by voice', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let use: ReturnType<AssistantScene['caller']>;
  let id: string;
  beforeEachCall((now) => {
    ({ scene, clinic, use } = now);
  });
  beforeEach(async () => {
    id = await book('09:00');
  });

  const book = async (appointmentTime: string) => {
    await use('bookClinicAppointment', { ...WHO, ...MONDAY, serviceType: 'consultation', appointmentTime });
    const { rows } = await scene.owner.query(
      'select id from public.appointments where org_id = $1 order by created_at desc limit 1',
      [clinic.orgId],
    );
    return rows[0].id;
  };
  const row = async (of = id) =>
    (
      await scene.owner.query('select status, scheduled_at, version from public.appointments where id = $1', [
        of,
      ])
    ).rows[0];
  const tokenIn = (said: string) => /\(confirmToken: (\w+)\)$/.exec(said)?.[1] ?? 'none';
  const cancel = (given: object = {}, asked: { id?: string; callId?: string } = {}) =>
    use('cancelAppointment', { ...WHO, ...given }, asked);
  const move = (given: object, asked: { id?: string; callId?: string } = {}) =>
    use('rescheduleAppointment', given, asked);
  const inOneMessage = async (calls: { id: string; name: string; arguments: object }[]) => {
    const { body } = await scene.post(
      '/api/vapi/webhook',
      {
        message: {
          type: 'tool-calls',
          toolCallList: calls,
          call: { id: 'c-1' },
          customer: { number: CALLER },
        },
      },
      { 'x-vapi-secret': clinic.secret },
    );
    return body.results.map((one: { result?: string; error?: string }) => one.result ?? one.error);
  };
  /** The short form has no call: the token alone holds the two steps together. */
  const short = async (tool: string, given: object, toolCallId: string) =>
    (
      await scene.post(
        `/api/vapi/tools/${tool}`,
        { toolCallId, tool: { arguments: given }, customer: { number: CALLER } },
        { 'x-vapi-secret': clinic.secret },
      )
    ).body;

  describe('is not made by a yes to a question that was never asked', () => {
    test.each<[string, object]>([
      ['at once', {}],
      ['with a token that nobody gave out', { confirmToken: '0123456789abcdef' }],
      ['with an empty token', { confirmToken: '' }],
    ])('%s', async (_how, more) => {
      const { said } = await cancel({ confirmed: 'yes', ...more });
      expect(said).toContain('Nothing has been canceled yet. Ask: would you like me to cancel');
      expect((await move({ ...TO_TEN, confirmed: true, ...more })).said).toContain(
        'Nothing has been changed yet. Ask: would you like me to move',
      );
      expect(await row()).toMatchObject({ status: 'confirmed', version: 1 });
    });

    test('not even to a recent question in another call', async () => {
      await cancel({}, { callId: 'c-2' });
      await cancel({ confirmed: 'yes' }, { callId: 'c-3' });
      expect(await row()).toMatchObject({ status: 'confirmed' });
    });

    test('about another time', async () => {
      await move(TO_TEN);
      expect((await move({ ...TO_ELEVEN, confirmed: 'yes' })).said).toContain(
        'to Monday, November 23 at 11:00 AM',
      );
      expect(await row()).toMatchObject({ version: 1 });
    });

    test('about another appointment, or the other change', async () => {
      const other = await book('13:00');
      const { said } = await cancel({ appointmentId: other });
      await cancel({ appointmentId: id, confirmed: 'yes', confirmToken: tokenIn(said) });
      await move({ ...TO_TEN, appointmentId: other, confirmed: 'yes', confirmToken: tokenIn(said) });
      expect(await row()).toMatchObject({ status: 'confirmed', version: 1 });
      expect(await row(other)).toMatchObject({ status: 'confirmed', version: 1 });
    });

    test('with a token that is not the one of the question, though it was asked in this call', async () => {
      await cancel();
      await cancel({ confirmed: 'yes', confirmToken: '0123456789abcdef' });
      await move(TO_TEN);
      await move({ ...TO_TEN, confirmed: 'yes', confirmToken: '0123456789abcdef' });
      expect(await row()).toMatchObject({ status: 'confirmed', version: 1 });
    });

    test.each([
      ['cancelAppointment', WHO],
      ['rescheduleAppointment', TO_TEN],
    ])('in the same breath as the question: %s', async (tool, given) => {
      const breath = [{}, { confirmed: 'yes' }, { confirmed: 'yes', notes: 'again' }, { confirmed: true }];
      const answers = await inOneMessage(
        breath.map((more, index) => ({ id: `b-${index}`, name: tool, arguments: { ...given, ...more } })),
      );
      expect(answers).toEqual(
        breath.map(() => expect.stringMatching(/^Nothing has been (canceled|changed) yet/)),
      );
      await Promise.all(
        breath.map((more) => use(tool, { ...given, ...more, confirmed: 'yes' }, { callId: 'c-2' })),
      );
      expect(await row()).toMatchObject({ status: 'confirmed', version: 1 });
    });

    test('about a time from which the appointment was moved since', async () => {
      const asked = await cancel();
      const moved = await move(TO_TEN);
      await scene.owner.query(
        `update public.appointments set scheduled_at = scheduled_at + interval '5 hours',
           busy_from = busy_from + interval '5 hours', busy_to = busy_to + interval '5 hours' where id = $1`,
        [id],
      );
      const { said } = await cancel({ confirmed: 'yes', confirmToken: tokenIn(asked.said) });
      expect(said).toMatch(/^Nothing has been canceled yet. Ask: .* Monday, November 23 at 2:00 PM/);
      await move({ ...TO_TEN, confirmed: 'yes', confirmToken: tokenIn(moved.said) });
      expect(await row()).toMatchObject({ status: 'confirmed' });
      expect((await row()).scheduled_at.toISOString()).toBe('2026-11-23T19:00:00.000Z');
    });

    test('an hour ago', async () => {
      const { said } = await cancel();
      await scene.owner.query("update public.read_backs set created_at = now() - interval '61 minutes'");
      await cancel({ confirmed: 'yes', confirmToken: tokenIn(said) });
      expect(await row()).toMatchObject({ status: 'confirmed' });
    });
  });

  test('is made within the call in which it was read back', async () => {
    await cancel();
    expect((await cancel({ confirmed: 'Yes, please.' })).said).toContain('has been canceled');
    expect(await row()).toMatchObject({ status: 'cancelled' });
  });

  test('is made with its token, which is at the end of the line and in the data, once', async () => {
    const asked = await short('cancelAppointment', WHO, 'a');
    expect(asked.confirmToken).toBe(tokenIn(asked.results[0].result));
    const { confirmToken } = asked;
    const first = await short('cancelAppointment', { ...WHO, confirmed: 'yes', confirmToken }, 'b');
    expect(first).toMatchObject({ success: true, status: 'cancelled' });
    // The desk takes it back: the same token isn't a yes to cancel it a second time.
    await scene.owner.query(`update public.appointments set status = 'confirmed' where id = $1`, [id]);
    const again = await short('cancelAppointment', { ...WHO, confirmed: 'yes', confirmToken }, 'c');
    expect(again.results[0].result).toContain('Nothing has been canceled yet');
    expect(await row()).toMatchObject({ status: 'confirmed' });
  });

  test('that is confirmed twice at once is made once', async () => {
    const { said } = await move(TO_TEN);
    const given = { ...TO_TEN, confirmed: 'yes', confirmToken: tokenIn(said) };
    const both = await Promise.all([move(given, { id: 'x' }), move(given, { id: 'y' })]);
    expect(both.some((answer) => answer.said.includes('10:00 AM'))).toBe(true);
    expect(await row()).toMatchObject({ version: 2 });
  });

  test('needs no second time in its second step', async () => {
    await move(TO_TEN);
    expect((await move({ ...WHO, confirmed: 'yes' })).said).toContain('10:00 AM');
    expect((await row()).scheduled_at.toISOString()).toBe('2026-11-23T15:00:00.000Z');
  });

  test('to a time that cannot be had is refused before it is read back', async () => {
    await scene.caller(clinic.secret, { from: '+14155550199', callId: 'c-9' })('bookClinicAppointment', {
      ...MONDAY,
      name: 'Ana Ruiz',
      serviceType: 'consultation',
      appointmentTime: '10:00',
    });
    const { ok, said } = await move(TO_TEN);
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringContaining('taken') });
    expect(await row()).toMatchObject({ version: 1 });
  });

  test.each(['no', 'No, leave it.', false])('with %j is not made', async (confirmed) => {
    await cancel();
    expect((await cancel({ confirmed })).said).toContain(
      'Okay, I haven’t canceled anything. The appointment on Monday',
    );
    await move(TO_TEN);
    expect((await move({ ...TO_TEN, confirmed })).said).toContain('The appointment is still on Monday');
    expect(await row()).toMatchObject({ status: 'confirmed', version: 1 });
  });

  test.each(['yes, but the other one', 'yes, wait', 'the caller thinks so'])(
    'with %j is asked about again',
    async (confirmed) => {
      await cancel();
      expect((await cancel({ confirmed })).said).toContain('Nothing has been canceled yet. Ask:');
      expect(await row()).toMatchObject({ status: 'confirmed' });
    },
  );

  describe('that is asked for again in the same call gets its first answer', () => {
    test('when it was cancelled, with another id for the tool call and with or without the yes', async () => {
      await cancel();
      const { said } = await cancel({ confirmed: 'yes' });
      for (const given of [{ confirmed: 'yes' }, {}, { confirmed: 'yes', appointmentId: id }]) {
        expect(await cancel(given)).toMatchObject({ ok: true, said });
      }
      expect((await cancel({ confirmed: 'yes' }, { callId: 'c-2' })).ok).toBe(false);
      expect((await use('cancelAppointment', { name: 'Ana Ruiz', confirmed: 'yes' })).ok).toBe(false);
    });

    test('when it was moved', async () => {
      await move(TO_TEN);
      const { said } = await move({ ...TO_TEN, confirmed: 'yes' });
      expect((await move({ ...TO_TEN, confirmed: 'yes' })).said).toBe(said);
      expect(await row()).toMatchObject({ version: 2 });
    });
  });
});
