import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StartupError } from './errors.ts';
import { settingsFolder } from './testing.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

describe('the settings', () => {
  let root: string;
  let load: ReturnType<typeof settingsFolder>['load'];
  let faults: ReturnType<typeof settingsFolder>['faults'];
  let remove: () => void;
  beforeEach(() => {
    ({ root, load, faults, remove } = settingsFolder());
  });
  afterEach(() => remove());

  test('need not be given: without any, everything points at the stand-ins of this machine', () => {
    const config = load();
    expect(config).toMatchObject({
      mode: 'sandbox',
      role: 'all',
      host: '127.0.0.1',
      port: 3001,
      publicUrl: 'http://localhost:3001',
      dataDir: join(root, '.voxanne'),
      sandboxPort: 3002,
      database: { embeddedPort: 54_329 },
      trustProxyHops: 0,
    });
    expect(config.database).not.toHaveProperty('url');
    const standIns = [config.google.tokenUrl, config.google.apiRootUrl, config.twilio.baseUrl];
    for (const url of [...standIns, config.vapi.baseUrl])
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:3002\//);
  });

  test('move the stand-ins’ addresses with SANDBOX_PORT and the public address with PORT', () => {
    const config = load({ PORT: '4001', SANDBOX_PORT: '4002' });
    expect(config.publicUrl).toBe('http://localhost:4001');
    expect(config.google.authUrl).toBe('http://127.0.0.1:4002/google/o/oauth2/v2/auth');
  });

  test('stand-ins that run elsewhere are asked there, but a browser finds them on its own machine', () => {
    expect(load()).toMatchObject({ sandboxUrl: 'http://127.0.0.1:3002', sandboxElsewhere: false });
    const config = load({ SANDBOX_URL: 'http://standins:3002' });
    expect(config).toMatchObject({ sandboxUrl: 'http://standins:3002', sandboxElsewhere: true });
    expect(config.twilio.baseUrl).toBe('http://standins:3002/twilio');
    expect(config.google.tokenUrl).toBe('http://standins:3002/google/token');
    expect(config.google.authUrl).toBe('http://127.0.0.1:3002/google/o/oauth2/v2/auth');
  });

  test('a worker needs a database that others write to', () => {
    expect(faults({ VOXANNE_ROLE: 'worker' })).toEqual([expect.stringContaining('the same DATABASE_URL')]);
    expect(load({ VOXANNE_ROLE: 'worker', DATABASE_URL: 'postgres://u@h/d' }).role).toBe('worker');
    expect(load({ VOXANNE_ROLE: 'web' }).role).toBe('web');
  });

  test('a public address loses its slash at the end, an address of Google’s API has exactly one', () => {
    const config = load({
      PUBLIC_URL: 'https://clinic.example/',
      VOXANNE_PUBLIC_SANDBOX: 'yes',
      GOOGLE_API_ROOT_URL: 'https://g.example//',
    });
    expect(config.publicUrl).toBe('https://clinic.example');
    expect(config.google.apiRootUrl).toBe('https://g.example/');
  });

  test('a runtime login alone is a fault: it may not migrate, and the built-in database would be another one', () => {
    const url = 'postgres://ours:mine@h/d';
    expect(faults({ DATABASE_RUNTIME_URL: url })).toEqual([
      expect.stringMatching(/DATABASE_RUNTIME_URL: .* alone.*DATABASE_MIGRATION_URL/),
    ]);
    expect(load({ DATABASE_RUNTIME_URL: url, DATABASE_MIGRATION_URL: url }).database.url).toBeUndefined();
  });

  test('a database address that can’t be read is reported without its password', () => {
    expect(faults({ DATABASE_URL: 'postgres://admin:hunter2#x@h:5432/d' })).toEqual([
      expect.stringMatching(/DATABASE_URL: is not a valid address(?!.*hunter2)/),
    ]);
  });

  test('every fault is listed at once, with what to do about it', () => {
    const told = faults({
      PORT: 'eighty',
      VOXANNE_MODE: 'production',
      DATABASE_URL: 'mysql://localhost/x',
      REDIS_URL: 'localhost:6379',
      AUTH_SECRET: 'short',
      TWILIO_FROM_NUMBER: '555 0100',
      VOXANNE_COLOUR: 'blue',
    });
    for (const name of [
      'PORT',
      'VOXANNE_MODE',
      'DATABASE_URL',
      'REDIS_URL',
      'AUTH_SECRET',
      'TWILIO_FROM_NUMBER',
      'VOXANNE_COLOUR',
    ]) {
      expect(
        told.some((line) => line.startsWith(`  - ${name}: `)),
        name,
      ).toBe(true);
    }
    expect(told).toHaveLength(7);
  });

  test('faults of different kinds are listed together too: a bad value, a missing credential, a bad key', () => {
    const told = faults({ VOXANNE_MODE: 'live', PORT: '0', ENCRYPTION_KEYS: 'k1:tooshort' }).join('\n');
    expect(told).toContain('PORT: ');
    expect(told).toContain('AUTH_SECRET: required in live mode');
    expect(told).toContain('ENCRYPTION_KEYS: "k1"');
  });

  test('a fault never repeats the value of a secret', () => {
    const canary = `k1:${'canary'.repeat(3)}`;
    const told = faults({ AUTH_SECRET: 'canary-short', ENCRYPTION_KEYS: canary, OPERATOR_TOKEN: 'canary' });
    told.push(...faults({ REDIS_URL: 'http://:canary@redis:6379' }));
    told.push(...faults({ ENCRYPTION_KEYS: 'canaryWithoutAName=' }), ...faults({ OPERATOR_TOKEN: 'canary' }));
    expect(told).toHaveLength(6);
    expect(told.join('\n')).not.toContain('canary');
  });

  test('names beginning with VOXANNE_ that don’t exist are faults, others are ignored', () => {
    expect(faults({ VOXANNE_MOD: 'live' })).toEqual([
      '  - VOXANNE_MOD: no such setting exists. Did you mean VOXANNE_MODE? .env.example lists every name.',
    ]);
    for (const [slip, meant] of [
      ['VOXANNE_DATADIR', 'VOXANNE_DATA_DIR'],
      ['VOXANNE_ROLES', 'VOXANNE_ROLE'],
      ['VOXANNE_PUBLICSANDBOX', 'VOXANNE_PUBLIC_SANDBOX'],
      ['VOXANNE_REDIS_URL', 'REDIS_URL'],
      ['VOXANNE_PORT', 'PORT'],
    ] as const) {
      expect(faults({ [slip]: 'x' }).join()).toContain(`Did you mean ${meant}?`);
    }
    expect(faults({ VOXANNE_WEATHER: 'x' }).join()).not.toContain('Did you mean');
    expect(faults({ SOMETHING_ELSE: 'x' })).toEqual([]);
  });

  test('an empty value means "not set"', () => {
    expect(load({ PORT: '', DATABASE_URL: '', VOXANNE_TYPO: '' }).port).toBe(3001);
  });

  test('the file .env is read, and the environment has the last word', () => {
    writeFileSync(join(root, '.env'), 'PORT=4100\nSANDBOX_PORT=4200\nLOG_LEVEL=\n');
    expect(load({ PORT: '4300' })).toMatchObject({ port: 4300, sandboxPort: 4200, logLevel: 'info' });
  });

  test('Redis is optional, with or without TLS, and its address is written as a URL', () => {
    expect(load()).not.toHaveProperty('redisUrl');
    for (const url of ['redis://127.0.0.1:6379', 'rediss://user:secret@redis.example:6380/2'])
      expect(load({ REDIS_URL: url }).redisUrl).toBe(url);
    for (const url of ['redis', 'http://redis:6379', 'redis://', 'redis://redis:port'])
      expect(faults({ REDIS_URL: url })).toEqual([
        '  - REDIS_URL: must begin with redis:// or, with TLS, rediss://, such as redis://127.0.0.1:6379',
      ]);
  });

  test('numbers are whole numbers in digits, within what they can be', () => {
    for (const TRUST_PROXY_HOPS of ['-1', '11', '1.5', '0x1', '1e0', ' 1', 'one', 'true', 'Infinity'])
      expect(faults({ TRUST_PROXY_HOPS })).toEqual([
        expect.stringContaining('TRUST_PROXY_HOPS: must be a whole'),
      ]);
    for (const PORT of ['0', '65536', '0x50', '3001.5', '1e3'])
      expect(faults({ PORT })).toEqual([
        expect.stringContaining('PORT: must be a whole number from 1 to 65535'),
      ]);
    expect([
      load({ TRUST_PROXY_HOPS: '0' }).trustProxyHops,
      load({ TRUST_PROXY_HOPS: '10' }).trustProxyHops,
    ]).toEqual([0, 10]);
  });

  test('AUTH_MODE=supabase needs something to check tokens with', () => {
    expect(faults({ AUTH_MODE: 'supabase' })).toEqual([
      '  - SUPABASE_URL or SUPABASE_JWT_SECRET: one of them is required with AUTH_MODE=supabase.',
    ]);
    expect(load({ AUTH_MODE: 'supabase', SUPABASE_URL: 'https://x.supabase.co' }).auth.mode).toBe('supabase');
  });

  describe('the encryption keys', () => {
    test('keep their order: the first one encrypts', () => {
      const { encryptionKeys } = load({ ENCRYPTION_KEYS: `${key('k2')}, ${key('k1')}` });
      expect(encryptionKeys.map(({ id }) => id)).toEqual(['k2', 'k1']);
      for (const entry of encryptionKeys) expect(entry.key).toHaveLength(32);
    });

    test.each(['nonsense', 'k1:', `k1:${randomBytes(16).toString('base64')}`, `k 1:${key('').slice(1)}`])(
      'are refused when one is not a name and 32 bytes',
      (text) => {
        expect(faults({ ENCRYPTION_KEYS: text }).join()).toContain('openssl rand -base64 32');
      },
    );

    test('are refused when two have one name: what the hidden one sealed could not be opened', () => {
      expect(faults({ ENCRYPTION_KEYS: `${key('k1')},${key('k1')}` }).join()).toContain(
        '"k1" is listed twice',
      );
    });
  });

  describe('the secrets of a sandbox', () => {
    test('are the same for processes that start at the same moment', async () => {
      const script = `import { loadConfig } from ${JSON.stringify(new URL('./config.ts', import.meta.url).href)};
        process.stdout.write(loadConfig(process.env, process.argv[1]).auth.secret);`;
      const starts = Array.from({ length: 6 }, () =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, root]),
      );
      const secrets = (await Promise.all(starts)).map(({ stdout }) => stdout);
      expect(secrets[0]).toHaveLength(43);
      expect(new Set(secrets).size).toBe(1);
    });

    const secrets = () => {
      const { auth, operatorToken, encryptionKeys } = load();
      return { auth: auth.secret, operatorToken, keys: encryptionKeys.map(({ id, key }) => [id, `${key}`]) };
    };

    test('are made once and survive a restart, readable by their owner only', () => {
      const first = secrets();
      expect(secrets()).toEqual(first);
      expect(first.auth.length).toBeGreaterThanOrEqual(32);
      expect(statSync(join(root, '.voxanne', 'secrets.json')).mode & 0o777).toBe(0o600);
    });

    test('give way to what is set, and come back when it is unset', () => {
      const first = secrets();
      expect(load({ AUTH_SECRET: 'b'.repeat(32) }).auth.secret).toBe('b'.repeat(32));
      expect(load({ AUTH_SECRET: 'b'.repeat(32) }).operatorToken).toBe(first.operatorToken);
      expect(secrets()).toEqual(first);
    });

    test('a directory that cannot be used is said in words, with the command that fixes it', () => {
      writeFileSync(join(root, 'taken'), 'a file, not a directory');
      const attempt = () => load({ VOXANNE_DATA_DIR: 'taken' });
      expect(attempt).toThrow(StartupError);
      expect(attempt).toThrow(/data directory .*taken can’t be used.*\n.*VOXANNE_DATA_DIR/);
    });

    test('a damaged file of secrets is never replaced: what it sealed would be lost', () => {
      mkdirSync(join(root, '.voxanne'));
      writeFileSync(join(root, '.voxanne', 'secrets.json'), '{"AUTH_SECRET":"x"');
      expect(() => load()).toThrow(/secrets\.json is damaged/);
      expect(() => load()).toThrow(StartupError);
    });
  });
});
