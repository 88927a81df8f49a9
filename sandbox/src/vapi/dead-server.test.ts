import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { aBackOffice, aCall, anAssistant, clientOf, org, type Running } from './testing.ts';

const nowhere = 'http://127.0.0.1:9/nobody';
const destination = { type: 'number', number: '+14155550100', message: 'One moment.' } as const;
const ending = (oneOf: string[], action: object) => ({
  on: 'call.ending',
  filters: [{ type: 'oneOf', key: 'call.endedReason', oneOf }],
  do: action,
});

const aNumber = (sandbox: Running, changes: object) =>
  clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', server: { url: nowhere }, ...changes } as never);

describe('a number whose server does not say who answers', () => {
  it('says what its hook says', async () => {
    const sandbox = await aSandbox();
    const hooks = [ending(['assistant-request-failed'], { type: 'say', exact: 'Please call later.' })];
    const { number } = (await aNumber(sandbox, { hooks })) as { number: string };
    expect(await aCall(sandbox, { to: number })).toMatchObject({
      ended_reason: 'assistant-request-failed',
      transcript: [{ text: 'Please call later.' }],
      transferred_to: null,
    });
  });

  it('puts through by the first hook whose filter fits, before the fallback', async () => {
    const sandbox = await aSandbox();
    const hooks = [
      ending(['assistant-request-returned-error'], { type: 'say', exact: 'Not this one.' }),
      ending(['assistant-request-returned-error', 'assistant-request-failed'], {
        type: 'transfer',
        destination,
      }),
    ];
    const fallbackDestination = { ...destination, number: '+14155550199' };
    const { number } = (await aNumber(sandbox, { hooks, fallbackDestination })) as { number: string };
    expect(await aCall(sandbox, { to: number })).toMatchObject({
      transferred_to: destination.number,
      transcript: [{ text: 'One moment.' }],
    });
  });

  it('goes to the fallback when no hook fits, silently if the message is empty', async () => {
    const sandbox = await aSandbox();
    const hooks = [ending(['assistant-request-returned-error'], { type: 'say', exact: 'Not this one.' })];
    const fallbackDestination = { ...destination, message: '' };
    const { number } = (await aNumber(sandbox, { hooks, fallbackDestination })) as { number: string };
    expect(await aCall(sandbox, { to: number })).toMatchObject({
      transferred_to: destination.number,
      transcript: [],
    });
  });

  it('hangs up when nothing is set', async () => {
    const sandbox = await aSandbox();
    const { number } = (await aNumber(sandbox, {})) as { number: string };
    expect(await aCall(sandbox, { to: number })).toMatchObject({ transferred_to: null, transcript: [] });
  });

  it('forgets a fallback that is set to null, and keeps one that is left out', async () => {
    const client = clientOf(await aSandbox());
    const made = await client.phoneNumbers.create({ provider: 'vapi', fallbackDestination: destination });
    const renamed = await client.phoneNumbers.update({
      id: made.id,
      body: { provider: 'vapi', name: 'Desk' },
    });
    expect(renamed).toMatchObject({ fallbackDestination: destination });
    const body = { provider: 'vapi', fallbackDestination: null } as never;
    expect((await client.phoneNumbers.update({ id: made.id, body })).fallbackDestination).toBeNull();
  });

  it('refuses what Vapi has no meaning for', async () => {
    const sandbox = await aSandbox();
    const refused = { statusCode: 400 };
    await expect(
      aNumber(sandbox, { fallbackDestination: { type: 'number', number: '555 0100' } }),
    ).rejects.toMatchObject(refused);
    await expect(
      aNumber(sandbox, { hooks: [ending(['pipeline-error'], { type: 'say', exact: 'x' })] }),
    ).rejects.toMatchObject(refused);
    await expect(
      aNumber(sandbox, { server: { url: nowhere, backoffPlan: { type: 'linear' } } }),
    ).rejects.toMatchObject(refused);
  });
});

it('a tool whose server fails says so in its own words', async () => {
  const sandbox = await aSandbox();
  const office = await aBackOffice();
  const failed = { type: 'request-failed', content: 'I cannot look that up right now.' };
  const tool = {
    type: 'function',
    function: { name: 'checkAvailability' },
    server: { url: nowhere },
    messages: [failed],
  };
  const { id } = await anAssistant(
    sandbox,
    { url: office.url },
    {
      model: { provider: 'openai', model: 'gpt-4o', tools: [tool] },
    },
  );
  await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });
  const { transcript } = await aCall(sandbox, { org_id: org });
  expect(transcript.at(-2)).toMatchObject({ text: 'I cannot look that up right now.' });
});
