import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsFolder } from './testing.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

const LIVE = {
  VOXANNE_MODE: 'live',
  PUBLIC_URL: 'https://clinic.example',
  AUTH_SECRET: randomBytes(32).toString('base64'),
  ENCRYPTION_KEYS: key('k1'),
  OPERATOR_TOKEN: randomBytes(24).toString('base64'),
  GOOGLE_CLIENT_ID: 'client.apps.googleusercontent.com',
  GOOGLE_CLIENT_SECRET: 'google-secret',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_FROM_NUMBER: '+14155550100',
  VAPI_API_KEY: 'vapi-key',
};

let root: string;
let load: ReturnType<typeof settingsFolder>['load'];
let faults: ReturnType<typeof settingsFolder>['faults'];
let remove: () => void;
beforeEach(() => {
  ({ root, load, faults, remove } = settingsFolder());
});
afterEach(() => remove());

describe('in live mode', () => {
  test('are complete with real credentials, and then lead to the real providers', () => {
    const config = load(LIVE);
    expect(config.google.tokenUrl).toBe('https://oauth2.googleapis.com/token');
    expect(config.vapi.baseUrl).toBe('https://api.vapi.ai');
    expect(config.twilio).not.toHaveProperty('baseUrl');
  });

  test('name every credential that is missing', () => {
    const found = faults({ VOXANNE_MODE: 'live' });
    const { VOXANNE_MODE, TWILIO_FROM_NUMBER, ...credentials } = LIVE;
    for (const name of Object.keys(credentials))
      expect(found).toContain(`  - ${name}: required in live mode.`);
    expect(found.join('\n')).toContain('TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID');
  });

  test.each([
    'http://clinic.example',
    'http://192.168.1.20:3001',
    'http://localhost.evil',
    'http://127.0.0.1.nip.io',
    'HTTP://CLINIC.EXAMPLE',
    'http://0.0.0.0:3001',
    'http://praxis-müller.de',
  ])('want https: not %s', (PUBLIC_URL) => {
    expect(faults({ ...LIVE, PUBLIC_URL })).toEqual([
      expect.stringMatching(/^ {2}- PUBLIC_URL: must begin with https:\/\//),
    ]);
  });

  test.each([
    'http://localhost:3001',
    'http://127.0.0.1:3001',
    'http://[::1]:3001',
    'http://voxanne.localhost',
    'https://clinic.example:8443',
    'HTTPS://Clinic.Example/',
  ])('take %s', (PUBLIC_URL) => {
    expect(load({ ...LIVE, PUBLIC_URL }).publicUrl).toBe(new URL(PUBLIC_URL).origin);
  });

  test('name a public address that is malformed once, as malformed', () => {
    for (const PUBLIC_URL of ['clinic.example', 'http://clinic.example/app', 'https://u:p@clinic.example']) {
      expect(faults({ ...LIVE, PUBLIC_URL })).toEqual([expect.stringMatching(/^ {2}- PUBLIC_URL: /)]);
    }
  });

  test.each([
    'GOOGLE_OAUTH_AUTH_URL',
    'GOOGLE_OAUTH_TOKEN_URL',
    'GOOGLE_OAUTH_REVOKE_URL',
    'GOOGLE_API_ROOT_URL',
    'TWILIO_API_BASE_URL',
    'VAPI_API_BASE_URL',
    'SUPABASE_URL',
  ])('send no credentials in clear, and none to the stand-ins: %s', (name) => {
    for (const at of ['http://api.example.com', 'http://10.0.0.8:8080/x', 'http://localhost.evil']) {
      expect(faults({ ...LIVE, [name]: at }), at).toEqual([
        expect.stringContaining(`${name}: must begin with https`),
      ]);
    }
    for (const at of ['http://127.0.0.1:3002/twilio', 'http://localhost:3002', 'https://[::1]:3002/vapi']) {
      expect(faults({ ...LIVE, [name]: at }), at).toEqual([expect.stringContaining('points to the sandbox')]);
    }
    const elsewhere = { SANDBOX_URL: 'http://standins:3002', [name]: 'http://standins:3002/google' };
    expect(faults({ ...LIVE, ...elsewhere }).join()).toContain('points to the sandbox');
    for (const at of ['https://api.example.com', 'http://127.0.0.1:4010/emulator']) {
      expect(faults({ ...LIVE, [name]: at }), at).toEqual([]);
    }
  });

  test('want credentials of their own, not the sandbox’s', () => {
    const sandbox = {
      GOOGLE_CLIENT_ID: 'sandbox.apps.googleusercontent.com',
      GOOGLE_CLIENT_SECRET: 'sandbox-google-secret',
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000005a9d',
      TWILIO_AUTH_TOKEN: 'sandbox-twilio-auth-token',
      TWILIO_FROM_NUMBER: '+15005550006',
      VAPI_API_KEY: 'sandbox-vapi-key',
    };
    for (const [name, value] of Object.entries(sandbox)) {
      expect(faults({ ...LIVE, [name]: value })).toEqual([
        expect.stringContaining(`${name}: is the sandbox’s`),
      ]);
    }
  });

  test('want secrets that cannot be guessed', () => {
    for (const [name, value] of [
      ['AUTH_SECRET', 'a'.repeat(40)],
      ['AUTH_SECRET', 'changeme'.repeat(5)],
      ['OPERATOR_TOKEN', 'o'.repeat(20)],
      ['OPERATOR_TOKEN', '1234567890123456'],
      ['OPERATOR_TOKEN', `${randomBytes(24).toString('base64')},1234567890123456`],
      ['SUPABASE_JWT_SECRET', 'super-secret-jwt-token-with-at-least-32-characters-long'],
    ] as const) {
      const found = faults({ ...LIVE, [name]: value });
      expect(found).toEqual([expect.stringMatching(new RegExp(`${name}: .* can be guessed`))]);
      expect(found.join()).not.toContain(value);
    }
    for (const bytes of [
      new Uint8Array(32),
      new Uint8Array(32).fill(0x41),
      Uint8Array.from({ length: 32 }, (_, at) => at),
      Uint8Array.from({ length: 32 }, (_, at) => 255 - at),
    ]) {
      const weak = Buffer.from(bytes).toString('base64');
      for (const keys of [`k1:${weak}`, `${key('k2')}, k1:${weak}`]) {
        const found = faults({ ...LIVE, ENCRYPTION_KEYS: keys });
        expect(found).toEqual([expect.stringMatching(/ENCRYPTION_KEYS: the key "k1" is .* can be guessed/)]);
        expect(found.join()).not.toContain(weak);
      }
    }
    expect(faults({ ...LIVE, OPERATOR_TOKEN: LIVE.AUTH_SECRET }).join()).toContain('same as AUTH_SECRET');
  });

  test('say when the proxy in front is not counted', () => {
    expect(load(LIVE).warnings).toEqual([expect.stringContaining('TRUST_PROXY_HOPS')]);
    expect(load({ ...LIVE, TRUST_PROXY_HOPS: '1' }).warnings).toEqual([]);
    expect(load({ ...LIVE, PUBLIC_URL: 'http://localhost:3001' }).warnings).toEqual([]);
  });

  test('let ten new clinics a day have what costs money, unless another number is set', () => {
    expect(load(LIVE).newClinicsPerDay).toBe(10);
    expect(load({ ...LIVE, NEW_CLINICS_PER_DAY: '0' }).newClinicsPerDay).toBe(0);
    expect(load().newClinicsPerDay).toBeUndefined();
    for (const NEW_CLINICS_PER_DAY of ['-1', 'none', '1.5', '1e3'])
      expect(faults({ ...LIVE, NEW_CLINICS_PER_DAY })).toHaveLength(1);
  });

  test('do not ask for the word of a sandbox that others can reach', () => {
    expect(load({ ...LIVE, HOST: '0.0.0.0', TRUST_PROXY_HOPS: '1' }).warnings).toEqual([]);
  });

  test('need something to check the tokens of AUTH_MODE=supabase with', () => {
    expect(faults({ ...LIVE, AUTH_MODE: 'supabase' })).toEqual([
      '  - SUPABASE_URL or SUPABASE_JWT_SECRET: one of them is required with AUTH_MODE=supabase.',
    ]);
  });

  test('never make their own secret', () => {
    expect(faults({ VOXANNE_MODE: 'live' })).not.toHaveLength(0);
    expect(() => statSync(join(root, '.voxanne'))).toThrow('ENOENT');
  });
});
