import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, startSandbox } from '@voxanne/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVapiClient } from './vapi.client.ts';
import { createVapiKeyCheck } from './vapi-key.ts';

// The vendor's SDK against the stand-in: which answers mean "your key is wrong" is theirs to say.
const stateDir = mkdtempSync(join(tmpdir(), 'voxanne-vapi-key-'));
const config = { ...readConfig({}), port: 0, stateDir };
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeAll(async () => {
  sandbox = await startSandbox(config);
});
afterAll(async () => {
  await sandbox.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const refuses = (apiKey: string, baseUrl = `${sandbox.url}/vapi`) =>
  createVapiKeyCheck({
    vapi: createVapiClient({ vapi: { apiKey, baseUrl } }),
    clock: { now: () => new Date() },
  })();

test('a key that Vapi takes is fine, a wrong one is refused', async () => {
  expect(await refuses(config.vapi.apiKey)).toBe(false);
  expect(await refuses('another-key')).toBe(true);
});

test('while Vapi is away nothing is known about the key', async () => {
  expect(await refuses(config.vapi.apiKey, 'http://127.0.0.1:9')).toBe(false);
});
