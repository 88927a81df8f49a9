import { measureJson } from '../platform/read-body.ts';

// JSON in a text of the message, so not counted with the message.
const LIMITS = { fields: 2_000, depth: 20 };
/** A text may hold JSON that holds JSON; no one was seen to go further. */
const MAX_ENCODINGS = 3;
const WRAPPERS = new Set(['arguments', 'parameters', 'input', 'args']);
/** What a model or a template writes where it has nothing. */
const NOTHING = /^(?:null|undefined|none|nil|n\/a|\{\{.*\}\})?$/i;

/**
 * The arguments of a tool call as one flat object, in whatever shape a model sent them: as JSON text (also of JSON
 * text), in a list of one, in their own object, with names such as `slot_id`, with "null" for nothing. What
 * cannot be read stays as it is, for the tool to refuse.
 * @param storable leaves out what PostgreSQL cannot keep.
 */
export function readArguments(given: unknown, storable: (key: string, value: unknown) => unknown): unknown {
  const value = unwrapped(given, storable, MAX_ENCODINGS);
  if (value === null || value === undefined) return {};
  if (!isObject(value)) return value;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const one = single(field);
    return isNothing(one) ? [] : [[camelCase(name), one] as const];
  });
  // Of two spellings of one name the first counts.
  return Object.fromEntries(fields.reverse());
}

function unwrapped(
  given: unknown,
  storable: Parameters<typeof readArguments>[1],
  encodings: number,
): unknown {
  const value = single(given);
  if (typeof value === 'string') {
    if (NOTHING.test(value.trim())) return undefined;
    if (encodings === 0) return value;
    try {
      measureJson(Buffer.from(value), LIMITS);
      return unwrapped(JSON.parse(value, storable), storable, encodings - 1);
    } catch {
      return value;
    }
  }
  if (!isObject(value)) return value;
  const [only, ...others] = Object.entries(value);
  return only && others.length === 0 && WRAPPERS.has(only[0])
    ? unwrapped(only[1], storable, encodings)
    : value;
}

const single = (value: unknown): unknown => (Array.isArray(value) && value.length <= 1 ? value[0] : value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && NOTHING.test(value.trim()));

const camelCase = (name: string): string =>
  name.replace(/[_-]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
