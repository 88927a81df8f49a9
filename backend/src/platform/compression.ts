import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { HttpServer } from './http.ts';
import { routeKind } from './route-kind.ts';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Below this the headers weigh more than what is saved. */
const WORTH_IT_BYTES = 2_048;
const TEXTUAL = /^(?:text\/|application\/(?:json|problem\+json)\b)/;

// Its types know the first argument only.
type Encodings = (available: readonly string[], options: { preferred: readonly string[] }) => string[];

/** The best encoding a client accepts; `identity` if it names none, or refuses the others with `q=0`. */
export function negotiateEncoding(acceptEncoding: string | string[] | undefined): string {
  if (acceptEncoding === undefined) return 'identity';
  const negotiator = new Negotiator({ headers: { 'accept-encoding': String(acceptEncoding) } });
  const encodings = (negotiator.encodings as Encodings).bind(negotiator);
  return encodings(['br', 'gzip', 'identity'], { preferred: ['br', 'gzip'] })[0] ?? 'identity';
}

/** Fast levels: an answer is made once and sent once. */
export async function pack(bytes: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === 'br') {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return brotli(bytes, { params });
  }
  return encoding === 'gzip' ? zip(bytes, { level: 6 }) : bytes;
}

/**
 * Compresses large answers to clients' reads. Not compressed: what acts, streams, is small or secret, and every page
 * behind a link: what a stranger chose next to a secret, compressed, reveals the secret by its length.
 */
export function compressAnswers(server: HttpServer): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { routeOptions } = request;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads || request.is404 || routeOptions.config.secret) return payload;
    if (routeKind({ url: routeOptions.url ?? '', config: routeOptions.config }) !== 'client') return payload;
    const type = String(reply.getHeader('content-type') ?? '');
    if (!TEXTUAL.test(type) || reply.hasHeader('content-encoding')) return payload;
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const bytes = Buffer.from(payload);
    if (bytes.length < WORTH_IT_BYTES) return payload;
    addVary(reply, 'accept-encoding');
    const encoding = negotiateEncoding(request.headers['accept-encoding']);
    if (encoding === 'identity') return payload;
    reply.header('content-encoding', encoding);
    reply.removeHeader('content-length');
    return pack(bytes, encoding);
  });
}

/** Adds a name to `Vary` and keeps what is there. */
export function addVary(
  reply: { getHeader(name: string): unknown; header(name: string, value: string): unknown },
  name: string,
): void {
  const said = String(reply.getHeader('vary') ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
  if (!said.includes(name) && !said.includes('*')) reply.header('vary', [...said, name].join(', '));
}
