import { Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { createSecretFilter } from './hide-secrets.ts';
import { createLogger } from './logger.ts';
import { settingsFolder } from './testing.ts';

const folder = settingsFolder();
afterAll(() => folder.remove());

const SECRETS = {
  AUTH_SECRET: 'auth-secret-of-more-than-32-characters',
  OPERATOR_TOKEN: 'operator-token-of-ours',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  GOOGLE_CLIENT_SECRET: 'google-client-secret',
  TWILIO_AUTH_TOKEN: 'twilio-auth-token',
  VAPI_API_KEY: 'vapi-private-key',
};
const filter = createSecretFilter(
  folder.load({
    ...SECRETS,
    DATABASE_URL: 'postgres://ann:hunter2%2Fhunter2@db.example/voxanne',
    REDIS_URL: 'redis://:redis-password@cache.example',
  }),
);

test.each([...Object.values(SECRETS), 'hunter2%2Fhunter2', 'hunter2/hunter2', 'redis-password'])(
  'a crash that names it does not print %s',
  (secret) => {
    const bare = secret.replace(/^k1:/, '');
    expect(filter(`Error: could not use ${bare}, twice ${bare}`)).toBe(
      'Error: could not use [hidden], twice [hidden]',
    );
  },
);

test('other words stay', () => {
  expect(filter('connect ECONNREFUSED 127.0.0.1:5432')).toBe('connect ECONNREFUSED 127.0.0.1:5432');
});

test('nor is it in the log line of a crash', () => {
  let written = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const err = new Error('Invalid URL: redis://:redis-password@cache.example');
  createLogger('info', sink, filter).fatal({ err }, '[Process] Uncaught exception');
  expect(written).toContain('Uncaught exception');
  expect(written).not.toContain('redis-password');
});
