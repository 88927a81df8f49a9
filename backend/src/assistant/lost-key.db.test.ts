import { createSafeCall } from '@voxanne/safe-call';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnections } from '../connections/index.ts';
import { systemClock } from '../platform/clock.ts';
import { createKeyring, randomToken } from '../platform/crypto.ts';
import { silentLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createProvisioning } from './provision.ts';
import { createVapiClient } from './vapi.client.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test('a lost encryption key gives the receptionist one new secret, also when two ask at once, and Vapi gets it; the old one works until then', async () => {
  const { orgId } = await db.createOrganization();
  const provisioningWith = (keyId: string) => {
    const keyring = createKeyring([{ id: keyId, key: Buffer.alloc(32, keyId) }]);
    const connections = createConnections({ database: db.database, keyring });
    const provisioning = createProvisioning({
      database: db.database,
      connections,
      // Never asked here: writing to Vapi is the worker's, later.
      vapi: createVapiClient({ vapi: { apiKey: randomToken(), baseUrl: 'http://127.0.0.1:9' } }),
      resilience: createSafeCall(),
      clock: systemClock,
      publicUrl: 'https://clinic.example',
      tools: [],
      log: silentLogger,
    });
    return { connections, provisioning };
  };
  const { secret: before } = await provisioningWith('k1').provisioning.secretOf(orgId);
  await db.owner.query(`update public.outbox set status = 'completed' where org_id = $1`, [orgId]);

  const { connections, provisioning } = provisioningWith('k2');
  const [{ secret: after, previousUntil }, again] = await Promise.all([
    provisioning.secretOf(orgId),
    provisioning.secretOf(orgId),
  ]);

  expect(after).not.toBe(before);
  expect(again.secret).toBe(after);
  expect(previousUntil?.getTime()).toBeGreaterThan(Date.now());
  expect(await connections.shared.whose('vapi', after)).toBe(orgId);
  expect(await connections.shared.whose('vapi', before)).toBe(orgId);
  const { rows } = await db.owner.query('select topic, status from public.outbox where org_id = $1', [orgId]);
  expect(rows).toEqual([{ topic: 'assistant.provision', status: 'pending' }]);
});
