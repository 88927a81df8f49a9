import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AssistantScene, createAssistantScene } from './testing.ts';

let scene: AssistantScene;
beforeAll(async () => {
  scene = await createAssistantScene();
});
afterAll(() => scene.close());

const askAbout = async (clinic: Awaited<ReturnType<AssistantScene['clinic']>>) => {
  const { body } = await scene.post(
    '/api/vapi/tools/getClinicInfo',
    { toolCallId: crypto.randomUUID(), tool: { arguments: {} } },
    { 'x-vapi-secret': clinic.secret },
  );
  return body.results[0].result as string;
};

test('getClinicInfo gives the hours without their breaks, and the days on which the whole clinic is closed', async () => {
  const clinic = await scene.clinic();
  expect(JSON.parse(await askAbout(clinic))).toMatchObject({ closed_days: [] });
  await scene.owner.query(
    `update public.providers set working_hours = '{"1":[["09:00","17:00"]]}', breaks = '{"1":[["12:00","13:00"]]}'
     where org_id = $1`,
    [clinic.orgId],
  );
  await scene.owner.query(
    `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local) values
       ($1, null, 'Christmas', '2026-12-23T13:00', '2026-12-27'),
       ($1, null, 'A meeting', '2026-11-20T13:00', '2026-11-20T17:00'),
       ($1, null, 'Over', '2026-11-02', '2026-11-03'),
       ($1, (select id from public.providers where org_id = $1 limit 1), 'Away', '2026-12-01', '2026-12-03')`,
    [clinic.orgId],
  );
  const told = await askAbout(clinic);
  expect(JSON.parse(told)).toMatchObject({
    opening_hours: {
      'Main provider': {
        1: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
      },
    },
    closed_days: [{ from: '2026-12-24', to: '2026-12-26' }],
  });
  // Why it is closed is nobody's business.
  expect(told).not.toContain('Christmas');
});
