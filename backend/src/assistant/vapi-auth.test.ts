import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { Connections } from '../connections/index.ts';
import { hmacSha256Hex } from '../platform/crypto.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createVapiAuth } from './vapi-auth.ts';

const NOW = '2026-11-18T15:00:00.000Z';
const seconds = Date.parse(NOW) / 1_000;
const org = 'b0a7c1a0-0000-4000-8000-00000000000a';
const body = Buffer.from('{"message":{"type":"hang"}}');

/** Two clinics; the second is only there to be mistaken for. */
const secrets: Record<string, string> = {
  [org]: 'secret-of-mine',
  'b0a7c1a0-0000-4000-8000-00000000000b': 'secret-of-theirs',
};
const connections = {
  shared: {
    whose: async (_provider: string, secret: string) =>
      Object.keys(secrets).find((id) => secrets[id] === secret),
    good: async (id: string) => (secrets[id] ? [secrets[id], 'the-one-before-it'] : []),
  },
} as unknown as Connections;
const authenticate = createVapiAuth({ connections, clock: fixedClock(NOW) });
const ask = (headers: object, query: object = {}, raw = body) =>
  authenticate({ headers, query } as unknown as FastifyRequest)
    .then((prove) => prove(raw))
    .then(
      ({ orgId, signature }) => `${orgId} by ${signature}`,
      (error: { code: string; status: number }) => `${error.status} ${error.code}`,
    );
/** As far as it is decided before the body. */
const askBefore = (headers: object, query: object = {}) =>
  authenticate({ headers, query } as unknown as FastifyRequest).then(
    () => 'read on',
    (error: { code: string; status: number }) => `${error.status} ${error.code}`,
  );
const signed = (timestamp: string, change: { secret?: string; raw?: Buffer } = {}) => ({
  'x-timestamp': timestamp,
  'x-signature': hmacSha256Hex(
    change.secret ?? 'secret-of-mine',
    Buffer.concat([Buffer.from(`${timestamp}.`), change.raw ?? body]),
  ),
});
const REFUSED = '401 INVALID_VAPI_SECRET';

describe('a message of Vapi', () => {
  test('is known by its shared secret, in either header', async () => {
    expect(await ask({ 'x-vapi-secret': 'secret-of-mine' })).toBe(`${org} by secret`);
    expect(await ask({ authorization: 'Bearer secret-of-mine' })).toBe(`${org} by bearer`);
    expect(await ask({ authorization: 'bearer secret-of-mine' })).toBe(`${org} by bearer`);
  });

  test('belongs to the clinic of the secret, whatever the address says', async () => {
    expect(await ask({ 'x-vapi-secret': 'secret-of-mine' }, { org: Object.keys(secrets)[1] })).toBe(
      `${org} by secret`,
    );
  });

  test.each([
    ['nothing', {}],
    ['an empty secret', { 'x-vapi-secret': '' }],
    ['a wrong secret', { 'x-vapi-secret': 'guess' }],
    ['a secret twice', { 'x-vapi-secret': ['secret-of-mine', 'guess'] }],
    ['a wrong bearer', { authorization: 'Bearer guess' }],
    ['another scheme', { authorization: 'Basic secret-of-mine' }],
    ['a signature without a clinic', signed(String(seconds))],
  ])('with %s is refused', async (_what, headers) => {
    expect(await ask(headers)).toBe(REFUSED);
  });

  test.each([
    ['seconds', String(seconds)],
    ['fractions of a second', String(seconds + 0.5)],
    ['milliseconds', String(seconds * 1_000)],
    ['ISO', NOW],
    ['ISO with an offset', '2026-11-18T10:00:00-05:00'],
    ['almost five minutes ago', String(seconds - 299)],
    ['a clock that is ahead', String(seconds + 299)],
  ])('is known by the HMAC of its body at a time in %s', async (_unit, timestamp) => {
    expect(await ask(signed(timestamp), { org })).toBe(`${org} by hmac`);
  });

  test('may carry the name of the algorithm, and the clinic in capitals', async () => {
    const headers = signed(String(seconds));
    expect(await ask({ ...headers, 'x-signature': `sha256=${headers['x-signature']}` }, { org })).toBe(
      `${org} by hmac`,
    );
    expect(await ask(headers, { org: org.toUpperCase() })).toBe(`${org} by hmac`);
  });

  test('may be signed with the secret before the newest while that is good', async () => {
    expect(await ask(signed(String(seconds), { secret: 'the-one-before-it' }), { org })).toBe(
      `${org} by hmac`,
    );
  });

  test.each([
    ['an old timestamp', signed(String(seconds - 301))],
    ['a timestamp of the future', signed(String(seconds + 301))],
    ['an old timestamp in milliseconds', signed(String((seconds - 301) * 1_000))],
    ['an old timestamp in ISO', signed('2026-11-18T14:54:00Z')],
    ['a timestamp that is none', signed('yesterday')],
    ['an empty timestamp', signed('')],
    ['no timestamp', { 'x-signature': signed(String(seconds))['x-signature'] }],
    [
      'a fresh timestamp over an old signature',
      { ...signed(String(seconds - 301)), 'x-timestamp': String(seconds) },
    ],
    ['another body', signed(String(seconds), { raw: Buffer.from('{}') })],
    ['another secret', signed(String(seconds), { secret: 'secret-of-theirs' })],
    ['half a signature', { ...signed(String(seconds)), 'x-signature': 'abcdef' }],
    ['an empty signature', { ...signed(String(seconds)), 'x-signature': '' }],
  ])('with %s is refused', async (_what, headers) => {
    expect(await ask(headers, { org })).toBe(REFUSED);
  });

  test.each([
    [{}],
    [{ org: 'b0a7c1a0-0000-4000-8000-0000000000ff' }],
    [{ org: 'mine' }],
    [{ org: [org, org] }],
  ])('signed for %j is refused', async (query) => {
    expect(await ask(signed(String(seconds)), query)).toBe(REFUSED);
  });

  test.each<[string, object, object]>([
    ['nothing', {}, {}],
    ['a wrong secret', { 'x-vapi-secret': 'guess' }, {}],
    ['a wrong bearer', { authorization: 'Bearer guess' }, {}],
    ['an old timestamp', signed(String(seconds - 301)), { org }],
    ['no timestamp', { 'x-signature': signed(String(seconds))['x-signature'] }, { org }],
    ['half a signature', { ...signed(String(seconds)), 'x-signature': 'abcdef' }, { org }],
    ['a signature that is none', { ...signed(String(seconds)), 'x-signature': 'z'.repeat(64) }, { org }],
    ['no clinic', signed(String(seconds)), {}],
    ['a clinic that nobody knows', signed(String(seconds)), { org: 'b0a7c1a0-0000-4000-8000-0000000000ff' }],
  ])('with %s is refused before its body is read', async (_what, headers, query) => {
    expect(await askBefore(headers, query)).toBe(REFUSED);
  });
});
