import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInbox } from '../deliveries/index.ts';
import { silentLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { runTool } from './run-tool.ts';
import { defineTool } from './tools/tool.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test('a tool call id that comes again with other arguments is not answered with the first one’s answer', async () => {
  const { orgId } = await db.createOrganization();
  const work = defineTool({
    name: 'echo',
    description: 'says what it was given',
    parameters: { type: 'object', properties: {}, required: [] },
    arguments: z.object({ name: z.string() }),
    run: async ({ name }) => ({ say: name }),
  });
  const echo = { ...work, nowLocal: async () => 'ten o’clock' };
  const inbox = createInbox({ database: db.database, log: silentLogger });
  const options = { inbox, tools: { echo }, log: silentLogger };
  const arrival = { signature: 'secret' as const, headers: {}, requestId: 'r1' };
  const call = {
    orgId,
    callId: null,
    callerNumber: null,
    calledNumber: null,
    requestId: 'r1',
    arrivedAt: new Date(),
    arrival,
  };
  const ask = (name: string) =>
    runTool(options, { id: 't1', key: 't1', name: 'echo', arguments: { name } }, call);

  expect(await ask('Al')).toMatchObject({ ok: true, say: 'Al (At the clinic it is ten o’clock.)' });
  expect(await ask('Bo')).toMatchObject({ ok: true, say: 'Bo (At the clinic it is ten o’clock.)' });
  expect(await ask('Al')).toMatchObject({ ok: true, say: 'Al (At the clinic it is ten o’clock.)' });
  const { rows } = await db.owner.query(
    'select count(*)::int as events from public.processed_webhook_events where org_id = $1',
    [orgId],
  );
  expect(rows).toEqual([{ events: 2 }]);
});

test('the caller hears what was done even when the clinic’s clock can’t be read', async () => {
  const { orgId } = await db.createOrganization();
  const work = defineTool({
    name: 'work',
    description: 'works',
    parameters: { type: 'object', properties: {}, required: [] },
    arguments: z.object({}),
    run: async () => ({ say: 'Done.' }),
  });
  const tools = { work: { ...work, nowLocal: () => Promise.reject(new Error('no connection')) } };
  const inbox = createInbox({ database: db.database, log: silentLogger });
  const arrival = { signature: 'secret' as const, headers: {}, requestId: 'r1' };
  const call = {
    orgId,
    callId: null,
    callerNumber: null,
    calledNumber: null,
    requestId: 'r1',
    arrivedAt: new Date(),
    arrival,
  };
  const toolCall = { id: 't1', key: 't1', name: 'work', arguments: {} };
  expect(await runTool({ inbox, tools, log: silentLogger }, toolCall, call)).toEqual({
    ok: true,
    say: 'Done.',
  });
});
