import { join } from 'node:path';
import { readConfig } from '@voxanne/sandbox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsFolder } from './testing.ts';

let root: string;
let load: ReturnType<typeof settingsFolder>['load'];
let faults: ReturnType<typeof settingsFolder>['faults'];
let remove: () => void;
beforeEach(() => {
  ({ root, load, faults, remove } = settingsFolder());
});
afterEach(() => remove());

describe('a sandbox that others can reach', () => {
  const OPEN: Record<string, string>[] = [
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.168.1.20' },
    { HOST: 'voxanne.internal' },
    { PUBLIC_URL: 'https://clinic.example' },
    { PUBLIC_URL: 'http://192.168.1.20:3001' },
    { PUBLIC_URL: 'http://localhost.evil:3001' },
    { HOST: '0.0.0.0', PUBLIC_URL: 'http://localhost:3001' },
  ];
  test.each(OPEN)('needs its own word: %o', (env) => {
    expect(faults(env)).toEqual([
      expect.stringMatching(/^ {2}- VOXANNE_PUBLIC_SANDBOX: others can reach this sandbox/),
    ]);
    expect(faults({ ...env, VOXANNE_PUBLIC_SANDBOX: 'no' })).toHaveLength(1);
    const { warnings } = load({ ...env, VOXANNE_PUBLIC_SANDBOX: 'yes' });
    expect(warnings).toEqual([expect.stringContaining('Don’t enter real patients')]);
  });

  test('in a container, published to this machine alone, needs none; at a public address it does', () => {
    const env = { HOST: '0.0.0.0', VOXANNE_PUBLIC_SANDBOX: 'container' };
    expect(faults({ ...env, PUBLIC_URL: 'http://localhost:3001' })).toEqual([]);
    expect(load(env).warnings).toEqual([]);
    expect(faults({ ...env, PUBLIC_URL: 'https://clinic.example' })).toEqual([
      expect.stringContaining('(PUBLIC_URL=https://clinic.example)'),
    ]);
  });

  test('says which setting opens it, and takes no other word', () => {
    expect(faults({ HOST: '0.0.0.0', PUBLIC_URL: 'https://clinic.example' }).join()).toContain(
      '(HOST=0.0.0.0, PUBLIC_URL=https://clinic.example)',
    );
    expect(faults({ VOXANNE_PUBLIC_SANDBOX: 'true' })).toEqual([
      expect.stringMatching(/^ {2}- VOXANNE_PUBLIC_SANDBOX: /),
    ]);
  });

  test.each([
    {},
    { HOST: '127.0.0.1' },
    { HOST: '::1' },
    { HOST: 'localhost' },
    { PUBLIC_URL: 'http://[::1]:3001' },
    { PUBLIC_URL: 'https://voxanne.localhost' },
  ] as Record<string, string>[])('is not this: %o', (env) => {
    expect(load(env).warnings).toEqual([]);
  });
});

describe('the credentials of the stand-ins', () => {
  const of = ({ google, twilio, vapi }: ReturnType<typeof load>) => [
    google.clientSecret,
    twilio.authToken,
    vapi.apiKey,
  ];

  test('are of this data directory alone, the same after a restart, and each its own', () => {
    const first = of(load());
    expect(of(load())).toEqual(first);
    const other = of(load({ VOXANNE_DATA_DIR: 'other' }));
    expect(new Set([...first, ...other]).size).toBe(6);
    for (const secret of first) expect(secret).toMatch(/^[0-9a-f]{32}$/);
  });

  test('are the same for processes with one AUTH_SECRET, whatever their directories', () => {
    const AUTH_SECRET = 'one-secret-of-several-processes-of-a-trial';
    expect(of(load({ AUTH_SECRET }))).toEqual(of(load({ AUTH_SECRET, VOXANNE_DATA_DIR: 'other' })));
  });

  test('are those that the stand-ins find by themselves, from the setting and from the directory', () => {
    const { google, twilio, vapi } = load();
    const found = readConfig({ VOXANNE_DATA_DIR: join(root, '.voxanne') });
    expect(found).toMatchObject({
      google: { clientId: google.clientId, clientSecret: google.clientSecret },
      twilio: { accountSid: twilio.accountSid, authToken: twilio.authToken },
      vapi: { apiKey: vapi.apiKey },
      isForThisRun: false,
    });
    const AUTH_SECRET = 'one-secret-of-several-processes-of-a-trial';
    expect(readConfig({ AUTH_SECRET }).vapi.apiKey).toBe(load({ AUTH_SECRET }).vapi.apiKey);
    expect(readConfig({ VOXANNE_DATA_DIR: join(root, 'nowhere') })).toMatchObject({ isForThisRun: true });
  });

  test('give way to what is set', () => {
    expect(load({ TWILIO_AUTH_TOKEN: 'mine' }).twilio.authToken).toBe('mine');
    expect(readConfig({ TWILIO_AUTH_TOKEN: 'mine' }).twilio.authToken).toBe('mine');
  });
});
