import { VapiClient } from '@vapi-ai/server-sdk';
import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { clientOf, org } from './testing.ts';

describe('the Vapi API', () => {
  it('keeps an assistant as it was given, changes whole fields, and forgets it when asked', async () => {
    const client = clientOf(await aSandbox());

    const made = await client.assistants.create({
      name: 'Desk',
      server: { url: 'https://clinic.example/a', timeoutSeconds: 10 },
      metadata: { org_id: org },
    });
    expect(made).toMatchObject({ name: 'Desk', metadata: { org_id: org }, id: expect.any(String) });
    const changed = await client.assistants.update({
      id: made.id,
      server: { url: 'https://clinic.example/b' },
    });
    expect(changed).toMatchObject({ name: 'Desk', server: { url: 'https://clinic.example/b' } });
    expect(changed.server).not.toHaveProperty('timeoutSeconds');
    expect(await client.assistants.list()).toHaveLength(1);
    await client.assistants.delete({ id: made.id });
    await expect(client.assistants.get({ id: made.id })).rejects.toMatchObject({ statusCode: 404 });
  });

  it('gives each Vapi number its own number', async () => {
    const client = clientOf(await aSandbox());

    const one = await client.phoneNumbers.create({ provider: 'vapi' });
    const two = await client.phoneNumbers.create({ provider: 'vapi' });

    expect([one, two]).toMatchObject([{ number: '+15550100100' }, { number: '+15550100101' }]);
    const moved = await client.phoneNumbers.update({
      id: one.id,
      body: { provider: 'vapi', assistantId: 'another' },
    });
    expect(moved).toMatchObject({ number: '+15550100100', assistantId: 'another' });
  });

  it('refuses a wrong key and a name that is too long, in its own words', async () => {
    const sandbox = await aSandbox();
    const stranger = new VapiClient({
      token: 'no',
      baseUrl: `${sandbox.url}/vapi`,
      maxRetries: 0,
    });

    await expect(stranger.assistants.list()).rejects.toMatchObject({ statusCode: 401 });
    const long = clientOf(sandbox).assistants.create({ name: 'x'.repeat(41) });
    await expect(long).rejects.toMatchObject({
      statusCode: 400,
      body: { error: 'Bad Request', statusCode: 400 },
    });
  });
});
