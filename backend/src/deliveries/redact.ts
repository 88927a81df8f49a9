import { visibleLine } from '@voxanne/contract';

const SECRET_NAME =
  /secret|passw|token|api[-_]?key|credential|authorization|cookie|private[-_]?key|^auth$|^bearer$|signature/i;
// Our own words for "which tool call" and the like must stay readable.
const MASK = '[removed]';

/**
 * What a provider sent, without its secrets: Vapi payloads have contained Twilio tokens and tool secrets. By the
 * name of the field, at any depth; values are never looked at.
 */
export function redactPayload(value: Record<string, unknown>): Record<string, unknown> {
  return redact(value) as Record<string, unknown>;
}

function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toJSON();
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) && inner !== null ? MASK : redact(inner),
    ]),
  );
}

const MAX_HEADER_LENGTH = 200;
// Who asked and from where is worth keeping; an unknown header could hold anything.
const PLAIN_HEADERS = new Set([
  'content-type',
  'content-length',
  'user-agent',
  'x-request-id',
  'x-call-id',
  'x-timestamp',
  'x-goog-channel-id',
  'x-goog-message-number',
  'x-goog-resource-state',
  'x-goog-channel-expiration',
  'i-twilio-idempotency-token',
]);

/** Headers for the delivery log: those that are known to be harmless in full, the others by name only. */
export function maskHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(', ') : value;
      return [[name, PLAIN_HEADERS.has(name) ? visibleLine(text).slice(0, MAX_HEADER_LENGTH) : MASK]];
    }),
  );
}
