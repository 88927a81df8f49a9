import type { FastifyRequest } from 'fastify';
import { AppError } from './errors.ts';
import { limitsOf, type RequestLimits, tooDeep, tooManyFields } from './request-limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Counts what a JSON document holds, in one pass over its bytes and without building anything: `JSON.parse` of
 * 30 kB of brackets is quick, and whatever walks the result afterwards runs out of stack.
 * @throws {AppError} TOO_DEEP, TOO_MANY_FIELDS (413), at the byte where it is known.
 */
export function measureJson(raw: Buffer, limits: Pick<RequestLimits, 'fields' | 'depth'>): number {
  let fields = 0;
  let depth = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at] as number;
    if (byte === QUOTE) {
      at = endOfString(raw, at + 1);
    } else if (byte === COMMA) {
      fields += 1;
    } else if (OPEN.has(byte)) {
      depth += 1;
      fields += 1;
      if (depth > limits.depth) throw tooDeep(limits.depth);
    } else if (CLOSE.has(byte)) {
      depth -= 1;
    }
    if (fields > limits.fields) throw tooManyFields(limits.fields);
  }
  return fields;
}

function endOfString(raw: Buffer, from: number): number {
  for (let at = from; at < raw.length; at += 1) {
    const byte = raw[at];
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at;
  }
  return raw.length;
}

/**
 * Checks a JSON body against the limits of its route, and counts it.
 * @throws {AppError} as {@link measureJson}.
 */
export function measureBody(request: FastifyRequest, raw: Buffer): void {
  request.server.intake.fields += measureJson(raw, limitsOf(request));
}

/**
 * The value of a JSON body, within the limits of its route.
 * @throws {AppError} MALFORMED_JSON, VALIDATION_FAILED (400), and as {@link measureJson}.
 */
export function takeJson(request: FastifyRequest, raw: Buffer): unknown {
  measureBody(request, raw);
  const text = raw.toString('utf8');
  try {
    // Each key costs a call only where the name could be there, in whichever way its underlines are written.
    return JSON.parse(text, /(?:_|\\u005f){2}/i.test(text) ? refusePrototype : undefined) as unknown;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError({
      code: 'MALFORMED_JSON',
      status: 400,
      detail: 'The body isn’t valid JSON. Check the quotes and commas, and that it is complete.',
    });
  }
}

/** A field of this name becomes the prototype of whatever it is copied to, and is then no field that a schema sees. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value;
  throw new AppError({
    code: 'VALIDATION_FAILED',
    status: 400,
    detail: 'The body isn’t valid. __proto__: unknown field',
    extra: { errors: [{ path: '__proto__', message: 'unknown field' }] },
  });
}

export type Form = Record<string, string | string[]>;

/**
 * The fields of a form body in one pass: a name that repeats has all its values, in their order.
 * @throws {AppError} TOO_MANY_FIELDS (413), before the first one is decoded.
 */
export function takeForm(request: FastifyRequest, raw: Buffer): Form {
  const { fields: most } = limitsOf(request);
  let fields = 1;
  for (let at = raw.indexOf('&'); at !== -1; at = raw.indexOf('&', at + 1)) {
    fields += 1;
    if (fields > most) throw tooManyFields(most);
  }
  request.server.intake.fields += fields;
  // Without a prototype: "constructor" and "__proto__" are names like any other.
  const form = Object.create(null) as Form;
  for (const [name, value] of new URLSearchParams(raw.toString('utf8'))) {
    const before = form[name];
    if (before === undefined) form[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else form[name] = [before, value];
  }
  return form;
}
