import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

/** In everything that a stranger sends here; it must never be in a log. */
export const MARK = 'zqxstranger';

const MEGABYTE = 1_048_576;
const PIECE = 16_384;

/** A request that costs its sender nothing. */
export interface WorstRequest {
  name: string;
  headers: Record<string, string>;
  /** Appended to the address. */
  query?: string;
  /** What is sent as a body, piece by piece until the other side has had enough. */
  body?: string | Buffer;
  /** Sent in chunks, so that no one knows how long it will be. */
  chunked?: boolean;
  /** Announces more than it sends. */
  unfinished?: boolean;
}

const repeat = (text: (index: number) => string, until: number, between: string): string => {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < until; index += 1) {
    const part = text(index);
    parts.push(part);
    length += part.length + between.length;
  }
  return parts.join(between);
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const names = (index: number) => index.toString(36);

/** Bodies of a megabyte and announcements of more, in the shapes that have stopped servers. */
export function worstBodies(): WorstRequest[] {
  const manyKeys = `{${repeat((index) => `"${names(index)}":0`, MEGABYTE, ',')}}`;
  return [
    { name: 'a form of names', headers: FORM, body: repeat(names, MEGABYTE, '&') },
    { name: 'a form of one name', headers: FORM, body: repeat(() => 'a', MEGABYTE, '&') },
    { name: 'a form of nothing', headers: FORM, body: '&'.repeat(MEGABYTE) },
    { name: 'a form of percent signs', headers: FORM, body: `${MARK}=${'%'.repeat(MEGABYTE)}` },
    { name: 'a small form of many names', headers: FORM, body: repeat(names, 4_000, '&') },
    { name: 'brackets', headers: JSON_TYPE, body: '['.repeat(MEGABYTE) },
    { name: 'a few brackets', headers: JSON_TYPE, body: `${'['.repeat(1_000)}${']'.repeat(1_000)}` },
    { name: 'nested objects', headers: JSON_TYPE, body: '{"a":'.repeat(700) },
    { name: 'an object of many names', headers: JSON_TYPE, body: manyKeys },
    { name: 'a list of zeros', headers: JSON_TYPE, body: `[${repeat(() => '0', MEGABYTE, ',')}]` },
    { name: 'a small list of zeros', headers: JSON_TYPE, body: `[${repeat(() => '0', 2_000, ',')}]` },
    { name: 'one long text', headers: JSON_TYPE, body: `{"${MARK}":"${'x'.repeat(MEGABYTE)}"}` },
    { name: 'a prototype', headers: JSON_TYPE, body: `{"__proto__":{"role":"${MARK}"}}` },
    { name: 'a name twice', headers: JSON_TYPE, body: `{"email":"${MARK}","email":"${MARK}"}` },
    { name: 'text that is no JSON', headers: JSON_TYPE, body: `{"${MARK}` },
    { name: 'another type', headers: { 'content-type': `text/${MARK}` }, body: 'x'.repeat(MEGABYTE) },
    { name: 'no type', headers: {}, body: 'x'.repeat(MEGABYTE) },
    {
      name: 'parts',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: repeat(() => '--b\r\n\r\n', MEGABYTE, ''),
    },
    {
      name: 'a bomb',
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(64 * MEGABYTE, '[')),
    },
    { name: 'chunks without an end', headers: JSON_TYPE, chunked: true, body: 'x'.repeat(4 * MEGABYTE) },
    { name: 'chunks of a form', headers: FORM, chunked: true, body: repeat(names, 2 * MEGABYTE, '&') },
    {
      name: 'a terabyte',
      headers: { ...JSON_TYPE, 'content-length': '1099511627776' },
      body: '{',
      unfinished: true,
    },
    {
      name: 'one byte of a hundred',
      headers: { ...JSON_TYPE, 'content-length': '100' },
      body: '{',
      unfinished: true,
    },
    {
      name: 'one byte of a form',
      headers: { ...FORM, 'content-length': '100' },
      body: 'a',
      unfinished: true,
    },
  ];
}

/** Requests without a body, that are long in another place. */
export function worstHeads(): WorstRequest[] {
  return [
    { name: 'thousands of parameters', headers: {}, query: `?${repeat(names, 12_000, '&')}` },
    {
      name: 'one parameter, thousands of times',
      headers: {},
      query: `?${repeat(() => 'from', 12_000, '&')}`,
    },
    { name: 'a percent sign', headers: {}, query: `?${MARK}=%` },
    { name: 'brackets in the query', headers: {}, query: `?${'a[__proto__]'.repeat(600)}=1` },
    { name: 'what it would like', headers: { accept: repeat((at) => `a/${at};q=0.${at}`, 12_000, ',') } },
    { name: 'cookies', headers: { cookie: `voxanne${repeat((at) => `a${at}=${MARK}`, 12_000, '; ')}` } },
    { name: 'spaces in cookies', headers: { cookie: `voxanne;${' '.repeat(12_000)}x` } },
    { name: 'ranges', headers: { range: `bytes=${repeat((at) => `${at}-${at}`, 12_000, ',')}` } },
    { name: 'tags', headers: { 'if-none-match': repeat((at) => `"${at}"`, 12_000, ', ') } },
    { name: 'a bearer', headers: { authorization: `Bearer ${'a.'.repeat(6_000)}` } },
    { name: 'spaces after Bearer', headers: { authorization: `Bearer ${' '.repeat(12_000)}\u00a0` } },
    { name: 'languages', headers: { 'accept-language': repeat((at) => `x-${at}`, 12_000, ',') } },
    { name: 'encodings', headers: { 'accept-encoding': repeat(() => 'br;q=0', 12_000, ',') } },
    { name: 'hops', headers: { 'x-forwarded-for': repeat(() => '192.0.2.1', 12_000, ',') } },
    { name: 'a page elsewhere', headers: { origin: `https://${MARK}.example`, referer: `https://${MARK}/` } },
    { name: 'a key', headers: { 'idempotency-key': 'x'.repeat(12_000), 'last-event-id': '9'.repeat(300) } },
  ];
}

/** What looks like a proof at first sight. */
const PLAUSIBLE: Record<string, string> = {
  'x-twilio-signature': `${'A'.repeat(27)}=`,
  'x-signature': 'a'.repeat(64),
  'x-timestamp': '1',
  'x-goog-channel-id': MARK,
  'x-goog-channel-token': MARK,
  'x-goog-resource-id': MARK,
  cookie: `voxanne.session_token=${MARK}`,
};

/** The same request with what looks like a proof at first sight. */
export const withPlausibleProof = (worst: WorstRequest): WorstRequest => ({
  ...worst,
  name: `${worst.name}, with what looks like a proof`,
  headers: { ...PLAUSIBLE, ...worst.headers },
});

/** The same request with a made-up signature for a clinic that exists, of that moment or of long ago. */
export const signedFor = (worst: WorstRequest, orgId: string, at: Date): WorstRequest => ({
  ...worst,
  name: `${worst.name}, with a signature of ${at.toISOString()} for a clinic`,
  headers: { ...PLAUSIBLE, 'x-timestamp': String(Math.floor(at.getTime() / 1_000)), ...worst.headers },
  query: `?org=${orgId}`,
});

export interface Outcome {
  /** Null when the connection was cut without an answer. */
  status: number | null;
  /** Bytes that the client got rid of. */
  sent: number;
  /** The client's end of the connection, by which a server tells it apart. */
  port: number;
}

/** Sends one over its own connection, byte for byte. `waiting` is called as long as nothing comes back. */
export async function sendWorst(
  port: number,
  route: { method: string; path: string },
  worst: WorstRequest,
  waiting: () => void = () => undefined,
): Promise<Outcome> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const local = socket.localPort ?? 0;
  let answer = '';
  let over = false;
  socket.setEncoding('latin1').on('data', (text: string) => {
    if (answer.length < 100) answer += text;
  });
  socket.on('error', () => {
    over = true;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(() => {
    over = true;
  });
  const body = Buffer.from(worst.body ?? '');
  const headers: Record<string, string> = {
    host: '127.0.0.1',
    ...(worst.chunked ? { 'transfer-encoding': 'chunked' } : {}),
    ...(body.length > 0 && !worst.chunked ? { 'content-length': String(body.length) } : {}),
    ...worst.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const write = async (bytes: string | Buffer): Promise<void> => {
    if (over || socket.destroyed) return;
    if (socket.write(bytes)) return;
    await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
  };
  await write(`${route.method} ${route.path}${worst.query ?? ''} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let sent = 0;
  for (; sent < body.length && !over && answer === ''; sent += PIECE) {
    const piece = body.subarray(sent, sent + PIECE);
    if (worst.chunked) await write(`${piece.length.toString(16)}\r\n`);
    await write(piece);
    if (worst.chunked) await write('\r\n');
    // So that an answer is seen that came in the meantime.
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (!over && answer === '') {
    waiting();
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), closed]);
  }
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  socket.destroy();
  await closed;
  return {
    status: status === undefined ? null : Number(status),
    sent: Math.min(sent, body.length),
    port: local,
  };
}
