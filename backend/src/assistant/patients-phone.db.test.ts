import { beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

const CALLER = '+14155550132';
const OWNER = '+12125550100';
const LINE = '+12125550177';
const BOOK = { name: 'Maria Lopez', serviceType: 'consultation', appointmentDate: '2026-11-23' };

describe('the phone of a patient who calls', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let times: string[];
  let lastId = 0;
  beforeEachCall(
    (now) => {
      ({ scene, clinic } = now);
    },
    { phone: OWNER },
  );
  beforeEach(async () => {
    await scene.connections.addDetails(clinic.orgId, 'vapi', { phone_number: LINE });
    times = ['09:00', '09:30', '10:00', '10:30'];
  });

  const call = async (phone: string | null, from: string | null, to: string | null = LINE) => {
    lastId += 1;
    const given = { ...BOOK, appointmentTime: times.shift(), phone };
    const { body } = await scene.post(
      '/api/vapi/tools/bookClinicAppointment',
      {
        message: {
          type: 'tool-calls',
          toolCallList: [{ id: `phone-${lastId}`, name: 'bookClinicAppointment', arguments: given }],
          call: { id: `call-${lastId}` },
          ...(from && { customer: { number: from } }),
          ...(to && { phoneNumber: { number: to } }),
        },
      },
      { 'x-vapi-secret': clinic.secret },
    );
    return (body.results[0].result ?? body.results[0].error) as string;
  };
  const patients = async () =>
    (
      await scene.owner.query(
        `select phone, phone_source, phone_verified_at is not null as verified, phone_raw
         from public.leads where org_id = $1 order by phone`,
        [clinic.orgId],
      )
    ).rows;

  test.each([
    ['the line that was called', LINE],
    ['the line, as it is said', 'two one two, five five five, oh one seven seven'],
    ['the owner’s number, which was never said', OWNER],
  ])('is the number of the call when the model gives %s', async (_what, said) => {
    expect(await call(said, CALLER)).toContain('You’re booked');
    expect(await patients()).toEqual([
      { phone: CALLER, phone_source: 'caller_id', verified: true, phone_raw: null },
    ]);
  });

  test('is not the number that was called, also where the clinic brought it along', async () => {
    expect(await call('+12125550188', CALLER, '+12125550188')).toContain('You’re booked');
    expect(await patients()).toMatchObject([{ phone: CALLER }]);
  });

  test.each([LINE, OWNER])('is asked for when the call is withheld and the model gives %s', async (said) => {
    const answer = await call(said, null);
    expect(answer).toContain('That’s the clinic’s own number. Ask for the patient’s number.');
    expect(await patients()).toEqual([]);
  });

  test('is the owner’s when the owner calls, to try it', async () => {
    expect(await call(null, OWNER)).toContain('You’re booked');
    expect(await call(OWNER, OWNER)).toContain('You’re booked');
    expect(await patients()).toMatchObject([{ phone: OWNER, phone_source: 'caller_id' }]);
  });

  test('is known to be theirs when they call from it, and only said to be theirs when not', async () => {
    await call('415 555 0199', CALLER);
    expect(await patients()).toMatchObject([
      { phone: '+14155550199', phone_source: 'spoken', verified: false },
    ]);
    await call(null, '+14155550199');
    const known = [{ phone: '+14155550199', phone_source: 'caller_id', verified: true }];
    expect(await patients()).toMatchObject(known);
    await call('415 555 0199', CALLER);
    expect(await patients()).toMatchObject(known);
  });

  test('stays the staff’s word when someone else says the same number', async () => {
    await call('415 555 0199', CALLER);
    await scene.owner.query(`update public.leads set phone_source = 'staff' where org_id = $1`, [
      clinic.orgId,
    ]);
    await call('415 555 0199', CALLER);
    expect(await patients()).toMatchObject([{ phone_source: 'staff', verified: false }]);
  });
});
