import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { createScene, type Scene } from './testing.ts';

describe('the messages API', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let other: TestOrganization;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization();
    other = await scene.createOrganization({ name: 'Other', country: 'DE', timeZone: 'Europe/Berlin' });
    for (let n = 1; n <= 20; n += 1) await scene.knows(clinic, `+155512370${String(n).padStart(2, '0')}`);
    await scene.knows(other, '+4930901820');
    await scene.knows(other, '+15551237003');
  });
  beforeEach(() => scene.signIn(clinic));
  afterAll(() => scene.close());

  const post = async (path: string, payload: object, key?: string) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const answer = await scene.server.inject({ method: 'POST', url: path, payload, headers });
    return { status: answer.statusCode, body: answer.json() };
  };
  const get = async (path: string) => {
    const answer = await scene.server.inject({ method: 'GET', url: path });
    return { status: answer.statusCode, body: answer.json() };
  };

  test('a text is accepted as queued, with the number as it is dialled in the clinic’s country', async () => {
    const { status, body } = await post('/api/sms', { to: '(555) 123-7001', body: 'Hello' });
    expect(status).toBe(202);
    expect(body).toEqual({ message_id: expect.any(String), status: 'queued' });
    expect(await scene.message(body.message_id)).toMatchObject({
      to_address: '+15551237001',
      kind: 'direct',
    });
    const { rows } = await scene.owner.query('select topic from outbox where key = $1', [body.message_id]);
    expect(rows).toEqual([{ topic: 'message.send' }]);

    scene.signIn(other);
    const german = await post('/api/sms', { to: '030 901820', body: 'Hallo' });
    expect((await scene.message(german.body.message_id)).to_address).toBe('+4930901820');
  });

  test.each([
    [{ to: 'nobody', body: 'Hello' }, 400, 'INVALID_PHONE'],
    [{ to: '+15551237002', body: ' ' }, 400, 'VALIDATION_FAILED'],
    [{ to: '+15551237002', body: 'x'.repeat(1_601) }, 400, 'VALIDATION_FAILED'],
    [{ to: '+15551237002' }, 400, 'VALIDATION_FAILED'],
    [{ to: '+15551237002', body: 'Hello', channel: 'whatsapp' }, 422, 'CHANNEL_NOT_CONFIGURED'],
  ])('%j is refused with words, and nothing is written', async (text, status, code) => {
    const refused = await post('/api/sms', text);
    expect(refused).toMatchObject({ status, body: { code, detail: expect.any(String) } });
    expect((await get('/api/messages?to=%2B15551237002')).body.data).toEqual([]);
  });

  test('the same Idempotency-Key is the same text, for racing requests too; with other words it is refused', async () => {
    const text = { to: '+15551237003', body: 'Hello' };
    const racing = await Promise.all(Array.from({ length: 8 }, () => post('/api/sms', text, 'key-1')));
    expect(new Set(racing.map(({ body }) => body.message_id)).size).toBe(1);
    expect(racing.every(({ status }) => status === 202)).toBe(true);
    expect(await post('/api/sms', { ...text, body: 'Bye' }, 'key-1')).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    scene.signIn(other);
    const theirs = await post('/api/sms', text, 'key-1');
    expect(theirs.body.message_id).not.toBe(racing[0]!.body.message_id);
  });

  test('a text that was cut in the middle of an emoji is accepted, and is itself again with the same key', async () => {
    const text = { to: '+15551237006', body: 'Hello \ud83d' };
    const first = await post('/api/sms', text, 'key-cut');
    expect(first.status).toBe(202);
    expect((await scene.message(first.body.message_id)).body).toBe('Hello \ufffd');
    expect(await post('/api/sms', text, 'key-cut')).toEqual(first);
    expect((await post('/api/sms', text)).status).toBe(202);
  });

  test('a batch answers each item by itself', async () => {
    const messages = [
      { to: '+15551237004', body: 'One' },
      { to: 'nobody', body: 'Two' },
      { to: '+15551237005', body: 'Three' },
    ];
    const { status, body } = await post('/api/sms/batch', { messages }, 'batch-1');
    expect(status).toBe(202);
    expect(body.results).toEqual([
      { success: true, message_id: expect.any(String), status: 'queued' },
      { success: false, error: 'INVALID_PHONE', message: expect.any(String) },
      { success: true, message_id: expect.any(String), status: 'queued' },
    ]);
    expect((await post('/api/sms/batch', { messages }, 'batch-1')).body).toEqual(body);
    expect((await post('/api/sms/batch', { messages: [] })).status).toBe(400);
  });

  test('the list is newest first, in pages that lose and repeat nothing, and only one’s own', async () => {
    const mine = await scene.createOrganization();
    await scene.knows(mine, '+15551237010');
    scene.signIn(mine);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1)
      ids.unshift((await post('/api/sms', { to: '+15551237010', body: `Text ${n}` })).body.message_id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { id: string }[]; next_cursor: string | null } = (
        await get(`/api/messages?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      ).body;
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids);
    expect((await get('/api/messages?cursor=nonsense')).body).toMatchObject({ code: 'INVALID_CURSOR' });
    scene.signIn(await scene.createOrganization());
    expect((await get('/api/messages')).body).toEqual({ data: [], next_cursor: null, total: 0 });
  });

  test('the list can be narrowed to a number, however it is written', async () => {
    const { body } = await post('/api/sms', { to: '+15551237011', body: 'Hello' });
    for (const to of ['%2B15551237011', '+15551237011', '(555)%20123-7011'])
      expect((await get(`/api/messages?to=${to}`)).body.data).toMatchObject([
        { id: body.message_id, to: '+15551237011', channel: 'sms', attempts: 0, provider_id: null },
      ]);
  });

  test('one text shows its timeline, and does not exist for another clinic', async () => {
    const { body } = await post('/api/sms', { to: '+15551237012', body: 'Hello' });
    const shown = await get(`/api/messages/${body.message_id}`);
    expect(shown.body).toMatchObject({
      id: body.message_id,
      body: 'Hello',
      timeline: [{ status: 'queued', detail: null }],
    });
    scene.signIn(other);
    expect(await get(`/api/messages/${body.message_id}`)).toMatchObject({
      status: 404,
      body: { code: 'MESSAGE_NOT_FOUND' },
    });
  });
});
