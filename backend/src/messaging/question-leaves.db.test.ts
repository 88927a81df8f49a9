import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RetryLater } from '../deliveries/index.ts';
import type { TestOrganization } from '../testing/index.ts';
import { askWhichClinic } from './ask-which-clinic.ts';
import { createScene, OURS, type Scene } from './testing.ts';

describe('a question to a patient which clinic they mean', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let patients = 0;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization();
  });
  afterEach(async () => {
    await scene.heal();
    await scene.owner.query('delete from app_private.clinic_questions');
  });
  afterAll(() => scene.close());

  const aQuestion = async (ageSeconds = 0) => {
    patients += 1;
    const patient = `+1555124${1_000 + patients}`;
    const { rows } = await scene.owner.query(
      `insert into app_private.clinic_questions (patient, receiver, channel, clinics, names, body, asked_at)
       values ($1, $2, 'sms', array[$3]::uuid[], array['Elm'], 'Which one?', now() - $4 * interval '1 second')
       returning id`,
      [patient, OURS, clinic.orgId, ageSeconds],
    );
    return { id: String(rows[0].id), patient };
  };
  const refuse = (code = 21606) => scene.fault('status', { match: 'Messages', status: 400, code });
  /** As another process sees it. */
  const health = (orgId: string | null) => scene.build().twilioHealth(orgId);

  test.each([20404, 21606, 21703])(
    'that Twilio refuses for our sender (%d) turns health red, until it leaves',
    async (code) => {
      await refuse(code);
      const { context } = scene.build();
      const { id, patient } = await aQuestion();
      await expect(askWhichClinic(context, id)).rejects.toThrow(RetryLater);
      for (const who of [null, clinic.orgId])
        expect(await health(who)).toMatchObject({ fault: { code: String(code) } });
      await scene.heal();
      await askWhichClinic(context, id);
      await expect.poll(() => scene.phone(patient)).toHaveLength(1);
      expect(await health(null)).toMatchObject({ fault: null });
    },
  );

  test('that waits counts for the deployment, and for no clinic', async () => {
    await aQuestion(90);
    expect(await health(null)).toMatchObject({ fault: null, waiting: 1 });
    expect(await health(clinic.orgId)).toMatchObject({ waiting: 0, oldestWaitingSeconds: 0 });
  });

  test('that was answered, left or can never leave does not', async () => {
    for (const change of [
      `status = 'failed'`,
      `status = 'sent'`,
      `chosen_org_id = clinics[1], chosen_at = now()`,
    ]) {
      const { id } = await aQuestion(90);
      await scene.owner.query(`update app_private.clinic_questions set ${change} where id = $1`, [id]);
    }
    expect(await health(null)).toMatchObject({ fault: null, waiting: 0 });
  });

  test('waits without asking Twilio after three refusals of our sender, and a text that leaves lets it go', async () => {
    await refuse();
    const { context } = scene.build();
    for (let n = 0; n < 3; n += 1)
      await expect(askWhichClinic(context, (await aQuestion()).id)).rejects.toThrow(RetryLater);
    expect(context.senderGate.waitMs(null)).toBeGreaterThan(0);
    await scene.heal();
    const { id, patient } = await aQuestion();
    await expect(askWhichClinic(context, id)).rejects.toThrow(RetryLater);
    expect(await scene.created(patient)).toEqual([]);
    context.senderGate.accepted(null);
    await askWhichClinic(context, id);
    await expect.poll(() => scene.phone(patient)).toHaveLength(1);
  });

  test('that is taken opens the gate for texts', async () => {
    const { context } = scene.build();
    for (let n = 0; n < 2; n += 1) context.senderGate.refused(null, 'sender');
    await askWhichClinic(context, (await aQuestion()).id);
    context.senderGate.refused(null, 'sender');
    expect(context.senderGate.waitMs(null)).toBe(0);
  });
});
