import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMayText } from '../messaging/may-text.ts';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createAdmission, WAITS, WAITS_FOR_EMAIL } from './admission.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';

describe('new clinics', () => {
  let scene: AssistantScene;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  afterEach(() => scene.owner.query('delete from app_private.clinic_admissions'));
  afterAll(() => scene.close());

  const gate = (perDay: number | undefined) =>
    createAdmission({ database: scene.database, connections: scene.connections, perDay });
  const clinics = async (count: number, address?: string) => {
    const made = [];
    for (let i = 0; i < count; i += 1) {
      const clinic = await scene.clinic();
      if (address !== undefined) {
        await scene.owner.query(
          `insert into auth.ba_sessions ("expiresAt", token, "updatedAt", "ipAddress", "userId")
           select now(), gen_random_uuid()::text, now(), $2, user_id from public.profiles where org_id = $1`,
          [clinic.orgId, address],
        );
      }
      made.push(clinic.orgId);
    }
    return made;
  };
  const ask = async (orgIds: Awaited<ReturnType<typeof clinics>>, perDay: number | undefined) => {
    const answers = [];
    for (const orgId of orgIds) answers.push(await gate(perDay).mayProvision(orgId));
    return answers;
  };
  const verify = (orgId: string) =>
    scene.owner.query(
      `update auth.users u set email_verified = true from public.profiles p where p.user_id = u.id and p.org_id = $1`,
      [orgId],
    );
  const dayPasses = () =>
    scene.owner.query(
      `update app_private.clinic_admissions set admitted_at = admitted_at - interval '25 hours'`,
    );

  test('are all let in where there is no limit', async () => {
    expect(await ask(await clinics(4), undefined)).toEqual([true, true, true, true]);
  });

  test('are let in up to the limit, each forever, and the rest the next day in their order', async () => {
    const all = await clinics(5);
    expect(await ask(all, 2)).toEqual([true, true, false, false, false]);
    expect(await ask(all, 2)).toEqual([true, true, false, false, false]);
    await dayPasses();
    // The last one asks first, and still waits for those before it.
    expect(await ask(all.toReversed(), 2)).toEqual([false, true, true, true, true]);
  });

  test('that ask at once share the last place once', async () => {
    const all = await clinics(8);
    const answers = await Promise.all(all.map((orgId) => gate(3).mayProvision(orgId)));
    expect(answers.filter(Boolean)).toHaveLength(3);
  });

  test.each([
    ['an address', '203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['the network of a customer with IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'],
  ])('of %s are three a day, and do not stand in the way of others', async (_what, one, same, other) => {
    const flood = [...(await clinics(3, one)), ...(await clinics(3, same))];
    expect(await ask(flood, 10)).toEqual([true, true, true, false, false, false]);
    expect(await ask(await clinics(2, other), 10)).toEqual([true, true]);
    expect(await ask(await clinics(1), 10)).toEqual([true]);
  });

  test('clinics from an unreadable address count toward the daily limit only', async () => {
    expect(await ask(await clinics(4, 'unknown'), 10)).toEqual([true, true, true, true]);
  });

  test('keep no address after the day', async () => {
    const [first, second] = await clinics(2, '203.0.113.9');
    await ask([first as never], 10);
    await dayPasses();
    await ask([second as never], 10);
    const { rows } = await scene.owner.query(
      'select address from app_private.clinic_admissions where org_id = $1',
      [first],
    );
    expect(rows).toEqual([{ address: null }]);
  });

  test('wait in live mode until an owner’s email address is verified, and keep no one else from the day’s places', async () => {
    const [first, second] = (await clinics(2)) as [never, never];
    const live = createAdmission({ ...scene, perDay: 1, needsEmail: true });
    expect([await live.mayProvision(first), await live.mayProvision(second)]).toEqual([false, false]);
    expect(await scene.connections.find(first, 'vapi')).toMatchObject({ errorMessage: WAITS_FOR_EMAIL });
    await verify(second);
    expect(await live.mayProvision(second)).toBe(true);
    await verify(first);
    expect(await live.mayProvision(first)).toBe(false);
    expect(await scene.connections.find(first, 'vapi')).toMatchObject({ errorMessage: WAITS });
  });

  test('text no one in live mode until an owner’s address is verified or the operator says yes', async () => {
    const [byEmail, byOperator] = (await clinics(2)) as [never, never];
    const may = createMayText(scene.database, 'live');
    expect([await may(byEmail), await may(byOperator)]).toEqual([false, false]);
    await verify(byEmail);
    await gate(0).admit(byOperator, 'a-request');
    expect([await may(byEmail), await may(byOperator)]).toEqual([true, true]);
    expect(await createMayText(scene.database, 'sandbox')(byEmail)).toBe(true);
  });

  test('wait with a sentence and cost nothing, until the operator says yes', async () => {
    const [orgId] = await clinics(1);
    if (orgId === undefined) throw new Error('no clinic');
    const admission = gate(0);
    const provisioning = scene.build({ mayProvision: admission.mayProvision });
    const job = { id: orgId, org_id: orgId, topic: 'assistant.provision', payload: {}, attempts: 1 } as never;
    await expect(provisioning.handler(job)).rejects.toMatchObject({
      name: 'RetryLater',
      message: WAITS,
      delayMs: 600_000,
    });
    // Neither does another way to the same end.
    await provisioning.rotateSecret(orgId);
    const atVapi = await scene.control('GET', '/requests?provider=vapi');
    expect(JSON.stringify(atVapi)).not.toContain(orgId);
    expect(await scene.connections.find(orgId, 'vapi')).toMatchObject({
      status: 'degraded',
      errorMessage: WAITS,
    });

    const waiting = () => admission.list({ status: 'waiting' }, { limit: 50 });
    expect((await waiting()).map((row) => row.id)).toEqual([orgId]);
    expect(await admission.admit(orgId, 'a-request')).toBe(true);
    expect(await admission.admit(orgId, 'a-request')).toBe(false);
    expect(await waiting()).toEqual([]);
    const { rows: said } = await scene.owner.query(
      `select actor_type, actor_id from public.audit_log where org_id = $1 and action = 'organization.admitted'`,
      [orgId],
    );
    expect(said).toEqual([{ actor_type: 'system', actor_id: 'operator' }]);
    const { rows } = await scene.owner.query(
      `select status from public.outbox where org_id = $1 and topic = 'assistant.provision' and run_at <= now()`,
      [orgId],
    );
    expect(rows).toEqual([{ status: 'pending' }]);
    await provisioning.handler(job);
    expect(await scene.connections.find(orgId, 'vapi')).toMatchObject({
      status: 'connected',
      errorMessage: null,
    });
    expect((await scene.atVapi(orgId)).numbers).toHaveLength(1);
    // What it has already is kept up to date, whatever the limit.
    await scene.owner.query('delete from app_private.clinic_admissions');
    await provisioning.provision(orgId);
  });
});

describe('the operator', () => {
  const TOKEN = 'the-token-of-the-operator';
  let db: TestDatabase;
  let app: TestApp;
  let url: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { env: { NEW_CLINICS_PER_DAY: '0', OPERATOR_TOKEN: TOKEN } });
    await app.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });
  const send = (method: 'GET' | 'POST', path: string, authorization?: string) =>
    app.app.inject({ method, url: path, headers: authorization === undefined ? {} : { authorization } });
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const program = fileURLToPath(new URL('../../../cli/voxanne.mjs', import.meta.url));
      const env = { PATH: process.env.PATH, VX_TOKEN: TOKEN };
      execFile(process.execPath, [program, ...args, '--url', url], { env }, (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });

  test('alone sees who waits and lets them in', async () => {
    const ann = await app.signUp();
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${ann.token}`,
      `Bearer ${TOKEN}x`,
      TOKEN,
    ]) {
      for (const [method, path] of [
        ['GET', '/api/operator/clinics'],
        ['POST', `/api/operator/clinics/${ann.orgId}/admit`],
      ] as const) {
        const answer = await send(method, path, authorization);
        expect(answer.statusCode, `${method} ${authorization}`).toBe(401);
        expect(answer.json().code).toBe('OPERATOR_REQUIRED');
      }
    }
    await app.dependencies.admission.mayProvision(ann.orgId as never);
    const listed = await send('GET', '/api/operator/clinics', `Bearer ${TOKEN}`);
    expect(listed.json().data).toMatchObject([{ org_id: ann.orgId, email: expect.stringContaining('@') }]);
    const admit = () => send('POST', `/api/operator/clinics/${ann.orgId}/admit`, `Bearer ${TOKEN}`);
    expect((await admit()).json()).toEqual({ org_id: ann.orgId, admitted: true });
    const again = await admit();
    expect([again.statusCode, again.json().code]).toEqual([404, 'CLINIC_NOT_WAITING']);
  });

  test('sees all clinics page by page, and sets how many requests their programs have', async () => {
    const ann = await app.signUp();
    const list = async (query: string) =>
      (await send('GET', `/api/operator/clinics?status=all&limit=1${query}`, `Bearer ${TOKEN}`)).json();
    const found: Record<string, unknown>[] = [];
    let page = await list('');
    for (;;) {
      found.push(...page.data);
      if (page.next_cursor === null) break;
      page = await list(`&cursor=${page.next_cursor}`);
    }
    expect(found.length).toBeGreaterThan(1);
    expect(found.at(-1)).toMatchObject({
      org_id: ann.orgId,
      members: 1,
      email_verified: false,
      requests_per_hour: null,
    });
    const limit = (id: string, requests_per_hour: unknown) =>
      app.app.inject({
        method: 'PATCH',
        url: `/api/operator/clinics/${id}`,
        headers: { authorization: `Bearer ${TOKEN}` },
        payload: { requests_per_hour },
      });
    expect((await limit(ann.orgId, 50)).json()).toEqual({ requests_per_hour: 50 });
    for (const faulty of [0, -1, 1_000_000, '5', undefined])
      expect((await limit(ann.orgId, faulty)).statusCode).toBe(400);
    expect((await limit(ann.userId, 50)).json().code).toBe('CLINIC_NOT_FOUND');
    const { rows } = await db.owner.query(
      `select actor_id, before, after from public.audit_log where org_id = $1 and action = 'organization.limit_set'`,
      [ann.orgId],
    );
    expect(rows).toEqual([
      { actor_id: 'operator', before: { requests_per_hour: null }, after: { requests_per_hour: 50 } },
    ]);
    expect((await run('clinics')).out).toMatch(new RegExp(`${ann.orgId}.*50`));
    expect(await run('clinics', 'limit', ann.orgId, 'default')).toMatchObject({ code: 0 });
    expect((await run('clinics', 'limit', ann.orgId, 'many')).code).toBe(2);
  });

  test('has two tokens while one is rotated', async () => {
    const both = await createTestApp(db, { env: { OPERATOR_TOKEN: `${TOKEN}, ${TOKEN}-of-before` } });
    const status = async (token: string) =>
      (await both.app.inject({ url: '/api/operator/clinics', headers: { authorization: `Bearer ${token}` } }))
        .statusCode;
    expect([await status(TOKEN), await status(`${TOKEN}-of-before`)]).toEqual([200, 200]);
    expect([await status(`${TOKEN}, ${TOKEN}-of-before`), await status(''), await status(',')]).toEqual([
      401, 401, 401,
    ]);
    await both.close();
  });

  test('does the same from the command line', async () => {
    expect((await run('clinics', 'waiting')).out).toBe('No clinics are waiting.\n');
    const ann = await app.signUp();
    await app.dependencies.admission.mayProvision(ann.orgId as never);
    expect((await run('clinics', 'waiting')).out).toContain(ann.orgId);
    expect(await run('clinics', 'admit')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Which clinic?'),
    });
    expect(await run('clinics', 'admit', ann.orgId)).toMatchObject({
      code: 0,
      out: 'Its receptionist is being set up.\n',
    });
    expect(await run('clinics', 'admit', ann.orgId)).toMatchObject({
      code: 1,
      err: expect.stringContaining('No clinic with that id is waiting'),
    });
  });

  test('is announced to the clinic on its setup page', async () => {
    const ann = await app.signUp();
    await app.dependencies.provisioning.secretOf(ann.orgId as never);
    await app.dependencies.admission.mayProvision(ann.orgId as never);
    const answer = await send('GET', '/api/onboarding', `Bearer ${ann.token}`);
    const step = answer.json().steps.find(({ id }: { id: string }) => id === 'receptionist');
    expect(step).toMatchObject({ detail: WAITS });
  });
});
