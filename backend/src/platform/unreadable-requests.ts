import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AppError } from './errors.ts';
import { problemOf, sendProblem } from './problem.ts';

type AnyServer = Pick<FastifyInstance, 'server' | 'addHook'>;

const FAILURES: Record<string, AppError> = {
  HPE_HEADER_OVERFLOW: new AppError({
    code: 'HEADERS_TOO_LARGE',
    status: 431,
    detail: 'The request headers are larger than 16 kB. Send fewer or shorter ones, especially cookies.',
  }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new AppError({
    code: 'BODY_TOO_LARGE',
    status: 413,
    detail: 'The chunks of the body have too many extensions. Send plain chunks.',
  }),
  ERR_HTTP_REQUEST_TIMEOUT: new AppError({
    code: 'REQUEST_TIMEOUT',
    status: 408,
    detail: 'The whole request didn’t arrive in time. Send it again.',
    retryable: true,
  }),
};
const MALFORMED = new AppError({
  code: 'MALFORMED_REQUEST',
  status: 400,
  detail: 'The request isn’t valid HTTP/1.1. Check the client, or the proxy in between.',
});
const UNKNOWN_EXPECTATION = new AppError({
  code: 'EXPECTATION_FAILED',
  status: 417,
  detail: 'The header Expect asks for something other than 100-continue. Leave it out.',
});

/** For what the parser of Node refuses: no request exists yet, so the answer is written to the socket. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // If the client hung up, or part of an answer was sent, nothing more is sent.
  const begun = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent;
  if (error.code === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const failure = FAILURES[error.code ?? ''] ?? MALFORMED;
  const { head, body } = rawAnswer(failure);
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n${lines.join('')}connection: close\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

function rawAnswer(failure: AppError) {
  const requestId = randomUUID();
  const body = JSON.stringify(problemOf(failure, requestId));
  const head = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  return { head, body };
}

/** What Node would answer with an empty body: a missing Host, and an unknown Expect. */
export function answerBareRefusals(server: AnyServer): void {
  server.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { head, body } = rawAnswer(UNKNOWN_EXPECTATION);
    response.writeHead(UNKNOWN_EXPECTATION.status, head).end(body);
  });
  server.addHook('onRequest', async (request, reply) => {
    if (request.raw.httpVersion !== '1.1' || request.headers.host !== undefined) return;
    reply.header('connection', 'close');
    return sendProblem(
      reply,
      request,
      new AppError({
        code: 'HOST_MISSING',
        status: 400,
        detail: 'An HTTP/1.1 request needs a Host header. Add it.',
      }),
    );
  });
}

/** A body in an unsupported encoding, such as gzip: refused before any of it is read. */
export function refuseEncodedBodies(server: AnyServer): void {
  server.addHook('onRequest', async (request, reply) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase();
    if (coding === undefined || coding === '' || coding === 'identity') return;
    reply.header('accept-encoding', 'identity');
    return sendProblem(
      reply,
      request,
      new AppError({
        code: 'UNSUPPORTED_CONTENT_ENCODING',
        status: 415,
        detail: 'The body is compressed. Send it uncompressed, without Content-Encoding.',
      }),
    );
  });
}
