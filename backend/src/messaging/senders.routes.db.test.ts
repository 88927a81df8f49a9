import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

const TOKEN = 'the-token-of-the-operator';
const SHARED = '+15005550006';
const PATH = '/api/operator/senders';
const ONE = '+15550100201';
const TWO = '+15550100202';

describe('the operator gives clinics numbers of their own', () => {
  let db: TestDatabase;
  let app: TestApp;
  let url: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { env: { OPERATOR_TOKEN: TOKEN, TWILIO_FROM_NUMBER: SHARED } });
    await app.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => db.owner.query('delete from senders'));
  afterAll(async () => {
    await app.close();
    await db.close();
  });
  const send = (method: 'GET' | 'PUT' | 'DELETE', payload?: object, { query = '', token = TOKEN } = {}) =>
    app.app.inject({
      method,
      url: `${PATH}${query}`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload ? { payload } : {}),
    });
  const set = (org_id: string, address: string) => send('PUT', { org_id, address });
  const remove = (address: string) =>
    send('DELETE', undefined, { query: `?address=${encodeURIComponent(address)}` });
  const list = async () =>
    (await send('GET')).json().data.map(({ org_id, address }: Record<string, string>) => [org_id, address]);
  const audit = async (orgId: string) =>
    (
      await db.owner.query(
        `select action, actor_type, actor_id, object_id, before, after from audit_log
         where org_id = $1 and object_type = 'sender' order by id`,
        [orgId],
      )
    ).rows;
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const program = fileURLToPath(new URL('../../../cli/voxanne.mjs', import.meta.url));
      const env = { PATH: process.env.PATH, VX_TOKEN: TOKEN };
      execFile(process.execPath, [program, ...args, '--url', url], { env }, (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });

  test('no one else may give out numbers', async () => {
    const ann = await app.signUp();
    for (const token of ['', ann.token, `${TOKEN}x`]) {
      for (const answer of [
        await send('GET', undefined, { token }),
        await send('PUT', { org_id: ann.orgId, address: ONE }, { token }),
        await send('DELETE', undefined, { token, query: `?address=${encodeURIComponent(ONE)}` }),
      ])
        expect([answer.statusCode, answer.json().code]).toEqual([401, 'OPERATOR_REQUIRED']);
    }
    expect(await list()).toEqual([]);
  });

  test('a clinic cannot claim, change or give back a number in the database either', async () => {
    const ann = await app.signUp();
    await set(ann.orgId, ONE);
    const tenant = { orgId: ann.orgId, userId: ann.userId } as never;
    const { database } = app.dependencies;
    for (const statement of [
      sql`insert into senders (org_id, address) values (${ann.orgId}, ${TWO})`,
      sql`update senders set address = ${TWO}`,
      sql`delete from senders`,
      sql`select app_private.set_sender(${ann.orgId}, ${TWO}, '{}')`,
      sql`select app_private.remove_sender(${ONE})`,
    ])
      await expect(database.withTenant(tenant, (d) => statement.execute(d))).rejects.toMatchObject({
        code: '42501',
      });
    const bob = await app.signUp();
    const bobs = { orgId: bob.orgId, userId: bob.userId } as never;
    const seen = (as: never) => database.withTenant(as, (d) => sql`select address from senders`.execute(d));
    expect((await seen(tenant)).rows).toEqual([{ address: ONE }]);
    expect((await seen(bobs)).rows).toEqual([]);
  });

  test('one to each, audited, and a new one takes the place of the old', async () => {
    const ann = await app.signUp();
    const made = await set(ann.orgId, ONE);
    expect([made.statusCode, made.json()]).toMatchObject([200, { org_id: ann.orgId, address: ONE }]);
    expect((await set(ann.orgId, ONE)).statusCode).toBe(200);
    expect((await set(ann.orgId, TWO)).statusCode).toBe(200);
    expect(await list()).toEqual([[ann.orgId, TWO]]);
    expect((await remove(ONE)).json().code).toBe('SENDER_NOT_FOUND');
    expect((await remove(TWO)).json()).toEqual({ org_id: ann.orgId, address: TWO });
    expect(await list()).toEqual([]);
    const by = { actor_type: 'system', actor_id: 'operator' };
    expect(await audit(ann.orgId)).toEqual([
      { ...by, action: 'sender.set', object_id: ONE, before: null, after: { address: ONE } },
      { ...by, action: 'sender.set', object_id: TWO, before: { address: ONE }, after: { address: TWO } },
      { ...by, action: 'sender.removed', object_id: TWO, before: { address: TWO }, after: null },
    ]);
  });

  test.each([
    ['the number of the deployment', SHARED, 409, 'SENDER_IS_SHARED'],
    ['words', 'our number', 400, 'VALIDATION_FAILED'],
    ['a number without its country', '5550100201', 400, 'VALIDATION_FAILED'],
    ['a WhatsApp address', `whatsapp:${ONE}`, 400, 'VALIDATION_FAILED'],
    ['a line break', `${ONE}\n`, 400, 'VALIDATION_FAILED'],
    ['a number that is too long', '+1234567890123456', 400, 'VALIDATION_FAILED'],
  ])('but not %s', async (_, address, status, code) => {
    const ann = await app.signUp();
    const answer = await set(ann.orgId, address);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(await list()).toEqual([]);
  });

  test('a clinic that doesn’t exist gets no number', async () => {
    const answer = await set('00000000-0000-4000-8000-000000000000', ONE);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'CLINIC_NOT_FOUND']);
  });

  test('a number that is given to many clinics at once is one’s', async () => {
    const clinics = await Promise.all(Array.from({ length: 4 }, () => app.signUp()));
    const answers = await Promise.all(clinics.flatMap(({ orgId }) => [set(orgId, ONE), set(orgId, ONE)]));
    const won = answers.filter(({ statusCode }) => statusCode === 200);
    expect(new Set(won.map((answer) => answer.json().org_id)).size).toBe(1);
    for (const answer of answers.filter(({ statusCode }) => statusCode !== 200))
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'SENDER_TAKEN']);
    expect((await list()).map(([, address]: string[]) => address)).toEqual([ONE]);
    const rows = (await Promise.all(clinics.map(({ orgId }) => audit(orgId)))).flat();
    expect(rows).toHaveLength(1);
  });

  test('a clinic that is given many numbers at once has one of them', async () => {
    const ann = await app.signUp();
    await Promise.all([ONE, TWO, ONE, TWO].map((address) => set(ann.orgId, address)));
    expect(await list()).toHaveLength(1);
  });

  test('the clinic sees it among its integrations', async () => {
    const ann = await app.signUp();
    const twilio = async () => {
      const answer = await app.app.inject({
        url: '/api/integrations',
        headers: { authorization: `Bearer ${ann.token}` },
      });
      return answer.json().data.find(({ provider }: { provider: string }) => provider === 'twilio');
    };
    expect(await twilio()).toMatchObject({ account: SHARED });
    await set(ann.orgId, ONE);
    expect(await twilio()).toMatchObject({ account: ONE });
    await remove(ONE);
    expect(await twilio()).toMatchObject({ account: SHARED });
  });

  test('from the command line', async () => {
    const ann = await app.signUp();
    expect(await run('senders', 'list')).toMatchObject({
      code: 0,
      out: 'All clinics text from the shared sender.\n',
    });
    expect(await run('senders', 'set', ann.orgId, '+1 (555) 010-0201')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`texts from ${ONE}.`),
    });
    expect(await run('senders', 'list')).toMatchObject({ code: 0, out: expect.stringContaining(ONE) });
    expect(JSON.parse((await run('senders', 'list', '--json')).out).data).toMatchObject([
      { org_id: ann.orgId, address: ONE },
    ]);
    expect(await run('senders', 'set', ann.orgId)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Give a clinic and a number'),
    });
    expect(await run('senders', 'set', ann.orgId, 'nonsense')).toMatchObject({ code: 2 });
    expect(await run('senders', 'set', ann.orgId, SHARED)).toMatchObject({
      code: 1,
      err: expect.stringContaining('TWILIO_FROM_NUMBER'),
    });
    expect(await run('senders', 'remove')).toMatchObject({ code: 2 });
    expect(await run('senders', 'remove', ONE)).toMatchObject({ code: 0 });
    expect(await run('senders', 'remove', ONE)).toMatchObject({ code: 1 });
  });
});
