import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRuleScene, type RuleClinic, type RuleScene } from './testing.ts';

describe('the services of a clinic', () => {
  let scene: RuleScene;
  let clinic: RuleClinic;
  beforeAll(async () => {
    scene = await createRuleScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
  });
  afterAll(() => scene.close());

  const list = async (query = '') => (await clinic.get(`/api/services${query}`)).body.data;
  const idOf = async (slug: string): Promise<string> =>
    (await list()).find((one: { slug: string }) => one.slug === slug).id;
  const newProvider = async (name: string): Promise<string> =>
    (await clinic.post('/api/providers', { name })).body.id;

  test('are listed with all their rules', async () => {
    expect((await list())[0]).toEqual({
      id: expect.any(String),
      name: 'Consultation',
      slug: 'consultation',
      duration_minutes: 30,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      capacity: 1,
      min_notice_minutes: 0,
      horizon_days: null,
      slot_step_minutes: 15,
      provider_ids: [],
      active: true,
    });
  });

  test('grow by one that has what was given, a slug of its name, and plain rules otherwise', async () => {
    const { last } = await clinic.events();
    const answer = await clinic.post('/api/services', {
      name: '  Zähne & Bleaching ',
      duration_minutes: 60,
      buffer_after_minutes: 10,
      capacity: 4,
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: 'Zähne & Bleaching',
      slug: 'zahne-bleaching',
      duration_minutes: 60,
      buffer_before_minutes: 0,
      buffer_after_minutes: 10,
      capacity: 4,
      slot_step_minutes: 15,
      active: true,
      notices: [],
    });
    const { notices: _, ...service } = answer.body;
    expect(await list()).toContainEqual(service);
    const { id, ...after } = service;
    expect(await clinic.audit(id)).toEqual([
      {
        action: 'service.created',
        actor_type: 'user',
        actor_id: clinic.userId,
        object_type: 'service',
        before: null,
        after,
        request_id: answer.requestId,
      },
    ]);
    expect((await clinic.events(last)).types).toEqual(['service.updated']);
  });

  test('change in what was given and nothing else, keep their slug, and are written down', async () => {
    const id = await idOf('consultation');
    const [before] = await list();
    const answer = await clinic.patch(`/api/services/${id}`, {
      name: 'First visit',
      min_notice_minutes: 120,
      duration_minutes: before.duration_minutes,
    });
    expect(answer.body).toEqual({
      ...before,
      name: 'First visit',
      min_notice_minutes: 120,
      notices: [],
    });
    expect(await clinic.audit(id)).toMatchObject([
      {
        action: 'service.changed',
        before: { name: 'Consultation', min_notice_minutes: 0 },
        after: { name: 'First visit', min_notice_minutes: 120 },
      },
    ]);
  });

  test('that are changed to what they are stay silent', async () => {
    const id = await idOf('consultation');
    const { last } = await clinic.events();
    expect(
      (await clinic.patch(`/api/services/${id}`, { duration_minutes: 30, provider_ids: [] })).status,
    ).toBe(200);
    expect(await clinic.audit(id)).toEqual([]);
    expect((await clinic.events(last)).types).toEqual([]);
  });

  test('are offered by whom the clinic chose; no one chosen means everyone', async () => {
    const id = await idOf('consultation');
    const [ben, cyd] = [await newProvider('Dr. Ben'), await newProvider('Dr. Cyd')];
    const chosen = [ben, cyd].sort();
    const { last } = await clinic.events();
    const answer = await clinic.patch(`/api/services/${id}`, { provider_ids: [cyd, ben, cyd] });
    expect(answer.body.provider_ids).toEqual(chosen);
    expect((await clinic.events(last)).types).toEqual(['service.updated']);
    expect((await clinic.patch(`/api/services/${id}`, { provider_ids: [cyd] })).body.provider_ids).toEqual([
      cyd,
    ]);
    expect((await clinic.patch(`/api/services/${id}`, { provider_ids: [] })).body.provider_ids).toEqual([]);
    expect((await clinic.audit(id)).map(({ before, after }) => [before, after])).toEqual([
      [{ provider_ids: [] }, { provider_ids: chosen }],
      [{ provider_ids: chosen }, { provider_ids: [cyd] }],
      [{ provider_ids: [cyd] }, { provider_ids: [] }],
    ]);
  });

  test('cannot be offered by someone of another clinic', async () => {
    const stranger = (await (await scene.clinic()).get('/api/providers')).body.data[0].id;
    const answer = await clinic.patch(`/api/services/${await idOf('consultation')}`, {
      provider_ids: [stranger],
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'PROVIDER_NOT_FOUND', errors: [{ path: 'provider_ids.0' }] },
    });
  });

  test('say when no one could book them', async () => {
    const id = await idOf('follow-up');
    const ben = await newProvider('Dr. Ben');
    await clinic.patch(`/api/services/${id}`, { provider_ids: [ben] });
    const off = await clinic.patch(`/api/providers/${ben}`, { active: false });
    expect(off.body.notices).toEqual(['No other provider offers Follow-up, so it has no free times now.']);
    const { notices } = (
      await clinic.patch(`/api/services/${id}`, { horizon_days: 400, min_notice_minutes: 43_200 })
    ).body;
    expect(notices).toEqual([
      'No one who offers it can be booked right now, so it has no free times.',
      'The clinic only takes bookings 365 days ahead, so that limit applies instead of the 400 days given here.',
    ]);
    expect((await clinic.patch(`/api/services/${id}`, { horizon_days: 3 })).body.notices.at(-1)).toBe(
      'It has no free times, because it needs more notice than the number of days it can be booked ahead.',
    );
  });

  test('have names and slugs that no one confuses', async () => {
    const make = (name: string, slug?: string) =>
      clinic.post('/api/services', { name, duration_minutes: 20, ...(slug && { slug }) });
    expect(await make('CONSULTATION')).toMatchObject({ status: 409, body: { code: 'NAME_TAKEN' } });
    expect(await make('Follow up')).toMatchObject({
      status: 409,
      body: {
        code: 'SLUG_TAKEN',
        detail: expect.stringContaining('the service Follow-up'),
        errors: [{ path: 'name' }],
      },
    });
    expect(await make('Follow up', 'second-look')).toMatchObject({
      status: 201,
      body: { slug: 'second-look' },
    });
    expect(await make('Anything', 'second-look')).toMatchObject({
      status: 409,
      body: { code: 'SLUG_TAKEN' },
    });
    expect(await make('針灸')).toMatchObject({ status: 201, body: { name: '針灸', slug: 'service' } });
    const rename = await clinic.patch(`/api/services/${await idOf('service')}`, { name: 'consultation' });
    expect(rename).toMatchObject({ status: 409, body: { code: 'NAME_TAKEN' } });
  });

  test('that are made twice at the same moment are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        clinic.post('/api/services', { name: 'Check-up', duration_minutes: 20 }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  test('that are deleted are gone from every list, and what is booked stays', async () => {
    const id = await idOf('follow-up');
    const appointment = await clinic.book('2026-11-23T14:00:00Z', { service: 'follow-up' });
    await clinic.book('2026-11-24T14:00:00Z', { service: 'follow-up' });
    const { last } = await clinic.events();
    expect((await clinic.remove(`/api/services/${id}`)).body).toEqual({
      success: true,
      id,
      appointments: 2,
      until: '2026-11-24T14:00:00.000Z',
      notices: ['2 appointments are still coming up. They stay as they are.'],
    });
    expect((await list()).map(({ slug }: { slug: string }) => slug)).toEqual(['consultation']);
    expect(await clinic.appointment(appointment)).toMatchObject({ status: 'confirmed' });
    expect(await clinic.audit(id)).toMatchObject([
      { action: 'service.deleted', before: { name: 'Follow-up', slug: 'follow-up' }, after: null },
    ]);
    expect((await clinic.events(last)).types).toEqual(['service.updated']);
    expect((await clinic.remove(`/api/services/${id}`)).status).toBe(404);
    expect((await clinic.patch(`/api/services/${id}`, { name: 'Again' })).status).toBe(404);
    const free = await clinic.get('/api/availability?service_type=follow-up');
    expect(free.body.code).toBe('UNKNOWN_SERVICE');
    // The name is free again; the slug is not, because appointments carry it.
    const again = await clinic.post('/api/services', { name: 'Follow-up', duration_minutes: 15 });
    expect(again.body).toMatchObject({ name: 'Follow-up', slug: 'follow-up-2' });
  });

  test('never run out: the last one that can be booked can’t go, not even when two go at once', async () => {
    const [one, two] = [await idOf('consultation'), await idOf('follow-up')];
    const answers = await Promise.all([
      clinic.remove(`/api/services/${one}`),
      clinic.remove(`/api/services/${two}`),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [left] = await list();
    expect(await clinic.patch(`/api/services/${left.id}`, { active: false })).toMatchObject({
      status: 409,
      body: { code: 'LAST_SERVICE' },
    });
    expect(await list('?active=true')).toHaveLength(1);
  });

  test('that are switched off are kept, for settings alone', async () => {
    const id = await idOf('follow-up');
    await clinic.patch(`/api/services/${id}`, { active: false });
    expect((await list('?active=true')).map(({ slug }: { slug: string }) => slug)).toEqual(['consultation']);
    expect((await list('?active=false')).map(({ slug }: { slug: string }) => slug)).toEqual(['follow-up']);
    expect(await list()).toHaveLength(2);
  });

  test.each([
    ['name', { name: '  ' }],
    ['name', { name: '\u200b\u202e' }],
    ['name', { name: 'x'.repeat(81) }],
    ['duration_minutes', { duration_minutes: 4 }],
    ['duration_minutes', { duration_minutes: 481 }],
    ['duration_minutes', { duration_minutes: 30.5 }],
    ['duration_minutes', { duration_minutes: '30' }],
    ['buffer_before_minutes', { buffer_before_minutes: -1 }],
    ['buffer_after_minutes', { buffer_after_minutes: 121 }],
    ['capacity', { capacity: 0 }],
    ['capacity', { capacity: 101 }],
    ['min_notice_minutes', { min_notice_minutes: 43_201 }],
    ['horizon_days', { horizon_days: 0 }],
    ['horizon_days', { horizon_days: 1_096 }],
    ['slot_step_minutes', { slot_step_minutes: 0 }],
    ['provider_ids.0', { provider_ids: ['me'] }],
    ['active', { active: 'yes' }],
    ['', { org_id: crypto.randomUUID() }],
    ['', { slug: 'other' }],
  ])('refuse a wrong %s by its name and change nothing (%#)', async (path, patch) => {
    const before = await list();
    const answer = await clinic.patch(`/api/services/${before[0].id}`, patch);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path }]);
    expect(await list()).toEqual(before);
    expect(await clinic.audit(before[0].id)).toEqual([]);
  });

  test.each([
    ['name', { duration_minutes: 30 }],
    ['duration_minutes', { name: 'Whitening' }],
    ['slug', { name: 'Whitening', duration_minutes: 30, slug: 'Not a slug' }],
  ])('ask for a missing or wrong %s of a new one', async (path, body) => {
    const answer = await clinic.post('/api/services', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test('are read by staff, and changed by owners and admins', async () => {
    const id = await idOf('consultation');
    await clinic.become('staff');
    expect((await clinic.get('/api/services')).status).toBe(200);
    for (const answer of [
      await clinic.post('/api/services', { name: 'Whitening', duration_minutes: 30 }),
      await clinic.patch(`/api/services/${id}`, { capacity: 2 }),
      await clinic.remove(`/api/services/${id}`),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
    }
    await clinic.become('admin');
    expect((await clinic.patch(`/api/services/${id}`, { capacity: 2 })).status).toBe(200);
  });

  test('another clinic’s services don’t exist', async () => {
    const theirs = (await (await scene.clinic()).get('/api/services')).body.data[0].id;
    expect(await clinic.patch(`/api/services/${theirs}`, { capacity: 2 })).toMatchObject({
      status: 404,
      body: { code: 'SERVICE_NOT_FOUND' },
    });
    expect((await clinic.remove(`/api/services/${theirs}`)).status).toBe(404);
    expect(await list()).not.toContainEqual(expect.objectContaining({ id: theirs }));
  });

  test('go with the clinic that goes', async () => {
    const id = await idOf('consultation');
    await clinic.patch(`/api/services/${id}`, { provider_ids: [await newProvider('Dr. Ben')] });
    await clinic.post('/api/time-off', {
      title: 'Off',
      starts_local: '2026-12-24',
      ends_local: '2026-12-24',
    });
    await scene.db.owner.query('delete from public.organizations where id = $1', [clinic.orgId]);
    const { rows } = await scene.db.owner.query(
      `select id from public.services where org_id = $1 union all select id from public.providers where org_id = $1
       union all select id from public.time_off where org_id = $1`,
      [clinic.orgId],
    );
    expect(rows).toEqual([]);
  });

  test('are what the receptionist offers: it hears of each change', async () => {
    const id = await idOf('consultation');
    expect(
      await clinic.receptionistIsTold(() => clinic.patch(`/api/services/${id}`, { name: 'First visit' })),
    ).toBe(true);
    expect(await clinic.receptionistIsTold(() => clinic.patch(`/api/services/${id}`, { capacity: 2 }))).toBe(
      false,
    );
    expect(
      await clinic.receptionistIsTold(() =>
        clinic.post('/api/services', { name: 'Whitening', duration_minutes: 30 }),
      ),
    ).toBe(true);
    expect(await clinic.receptionistIsTold(() => clinic.remove(`/api/services/${id}`))).toBe(true);
  });
});
