import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { bringsBody } from './brings-body.ts';
import { AppError } from './errors.ts';

/** What one request may contain. */
export interface RequestLimits {
  /** Bytes of its body. */
  bytes: number;
  /** Fields of a form; members of all objects and items of all lists of a JSON document together. */
  fields: number;
  /** How deep a JSON document may be nested. */
  depth: number;
  /** Until its body must have arrived. */
  seconds: number;
}

/** For a route that sets no limits and also answers unauthenticated callers. */
export const FOR_STRANGERS: RequestLimits = { bytes: 4_096, fields: 64, depth: 6, seconds: 10 };
/** For a route that sets no limits and refuses unauthenticated callers before it reads the body. */
const FOR_MEMBERS: RequestLimits = { bytes: 65_536, fields: 5_000, depth: 20, seconds: 20 };

/** What has been taken in so far. */
export interface Intake {
  bytes: number;
  fields: number;
}

/** Runs something later; call the result to cancel it. */
export type Schedule = (milliseconds: number, work: () => void) => () => void;

export const scheduleForReal: Schedule = (milliseconds, work) => {
  const timer = setTimeout(work, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts of what all requests brought, refused ones included. */
    intake: Intake;
  }
  interface FastifyContextConfig {
    /** For a route that needs other limits than those for strangers, or for members behind `refusesStrangers`. */
    limits?: Partial<RequestLimits>;
    /** Set for a route behind `refusesStrangers`, and for webhooks: whoever proves nothing there is answered 401. */
    asksForProof?: boolean;
  }
}

const refusing = new WeakSet<object>();

/**
 * Marks an `onRequest` hook that lets no one past without a proof: a session, a token, a secret. Only its routes get
 * members' limits. A hook that also lets strangers through, or only looks at the form of a proof, is not marked.
 */
export function refusesStrangers<Hook extends object>(hook: Hook): Hook {
  refusing.add(hook);
  return hook;
}

/** Gives a route the limits that it did not name. */
export function limitRoute(route: RouteOptions): void {
  const isRefusing = [route.onRequest ?? []].flat().some((hook) => refusing.has(hook));
  const limits = { ...(isRefusing ? FOR_MEMBERS : FOR_STRANGERS), ...route.config?.limits };
  const asksForProof = isRefusing || route.config?.kind === 'webhook';
  route.config = { ...route.config, limits, asksForProof };
  route.bodyLimit = limits.bytes;
}

export const limitsOf = (request: FastifyRequest): RequestLimits => ({
  ...FOR_STRANGERS,
  ...request.routeOptions.config.limits,
});

/** Undefined for a request that was not sent over a connection. */
const isUnfinished = (request: FastifyRequest): boolean =>
  request.raw.complete === false && bringsBody(request.headers);

/** Ends a body that does not arrive in time with a 408. */
export function limitTime(request: FastifyRequest, schedule: Schedule): void {
  if (!isUnfinished(request)) return;
  const { raw } = request;
  const { seconds } = limitsOf(request);
  const callOff = schedule(seconds * 1_000, () => {
    // The reader of the body takes this for a failure of the stream, and answers. Without a reader no one is waiting.
    if (raw.listenerCount('error') > 0) raw.emit('error', tooSlow(seconds));
  });
  whenOver(raw, callOff);
}

// Read and thrown away, so that a client still gets the answer: a connection that is cut while it sends loses it.
const DISCARDED_BYTES = 131_072;
const DISCARDING_MS = 2_000;

/** The rest of a body that no one will read: a little is discarded; for more the connection is closed. */
export function discardRest(request: FastifyRequest, reply: FastifyReply, schedule: Schedule): void {
  if (!isUnfinished(request)) return;
  const { raw } = request;
  const cut = () => raw.socket.destroy();
  // With it the connection would be cut as soon as the answer is out, which is before the client has read it.
  reply.removeHeader('connection');
  let discarded = 0;
  raw.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED_BYTES) cut();
  });
  whenOver(raw, schedule(DISCARDING_MS, cut));
}

/** Once the body has come to its end, or its connection has. */
function whenOver(raw: IncomingMessage, work: () => void): void {
  const { socket } = raw;
  raw.once('end', over);
  socket.once('close', over);
  function over() {
    socket.off('close', over);
    work();
  }
}

const inWords = (bytes: number): string =>
  bytes >= 1_048_576 ? `${Math.floor(bytes / 1_048_576)} MB` : `${Math.floor(bytes / 1_024)} kB`;

export const bodyTooLarge = (bytes: number) =>
  new AppError({
    code: 'BODY_TOO_LARGE',
    status: 413,
    detail: `The body is larger than the ${inWords(bytes)} this address accepts. Send less at a time.`,
  });

export const tooManyFields = (fields: number) =>
  new AppError({
    code: 'TOO_MANY_FIELDS',
    status: 413,
    detail: `The body has more than the ${fields} fields and list items this address accepts. Send less at a time.`,
  });

export const tooDeep = (depth: number) =>
  new AppError({
    code: 'TOO_DEEP',
    status: 413,
    detail: `The body is nested deeper than the ${depth} levels this address accepts. Send it with less nesting.`,
  });

const tooSlow = (seconds: number) =>
  new AppError({
    code: 'REQUEST_TIMEOUT',
    status: 408,
    detail: `The body didn’t arrive within ${seconds} seconds. Nothing was changed; send it again.`,
    retryable: true,
  });
