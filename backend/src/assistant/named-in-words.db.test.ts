import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, createAssistantScene } from './testing.ts';

/** Wednesday, November 18, 10:00 in New York. */
describe('a provider who is named among the words for day and time', () => {
  let scene: AssistantScene;
  let use: ReturnType<AssistantScene['caller']>;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  beforeEach(async () => {
    const clinic = await scene.clinic();
    await scene.owner.query('delete from public.providers where org_id = $1', [clinic.orgId]);
    await scene.owner.query('insert into public.providers (org_id, name) select $1, unnest($2::text[])', [
      clinic.orgId,
      ['Dr. Adam Abel', 'Dr. Ann Lee', 'Dr. Joanne Leeds'],
    ]);
    use = scene.caller(clinic.secret);
  });
  afterAll(() => scene.close());

  const book = (given: object) =>
    use('bookClinicAppointment', { name: 'Ana Ruiz', serviceType: 'consultation', ...given });

  test.each([
    'with Dr. Lee on Thursday at 2 pm',
    'Thursday at 2 pm with Ann Lee',
    'Thursday at 2 pm with doctor Lee please',
  ])('%s is with that provider', async (dateText) => {
    expect(await book({ dateText })).toMatchObject({
      ok: true,
      said: expect.stringContaining('with Dr. Ann Lee'),
    });
  });

  test.each([
    ['Thursday at 2 pm with Dr. Smith', {}],
    ['Thursday at 2 pm with Dr. Lee or Dr. Leeds', {}],
    ['Thursday at 2 pm but not with Dr. Lee', {}],
    ['Thursday at 2 pm with Dr. Lee', { providerName: 'Dr. Leeds' }],
  ])('%s (%j) is asked about', async (dateText, more) => {
    expect((await book({ dateText, ...more })).ok).toBe(false);
  });

  test('who is named is the one whose free times are said', async () => {
    const { said } = await use('checkAvailability', {
      serviceType: 'consultation',
      dateText: 'with Dr. Leeds on Thursday at 2',
    });
    expect(JSON.parse(said).provider_name).toBe('Dr. Joanne Leeds');
  });

  test.each(['Thursday at 2 pm with the doctor', 'Thursday at 2 pm'])('%s names no one', async (dateText) => {
    expect((await book({ dateText })).ok).toBe(true);
  });
});
