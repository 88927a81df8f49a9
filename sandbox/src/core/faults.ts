import { z } from 'zod';
import { Problem } from './problem.ts';
import { type Provider, providers } from './providers.ts';

const requestKinds = [
  'latency',
  'status',
  'rate_limit',
  'timeout',
  'reset',
  'drop_after_commit',
  'malformed',
  'invalid_grant',
  'revoke',
] as const;
const callbackKinds = ['duplicate_callback', 'reorder_callback', 'late_callback', 'bad_signature'] as const;
const kinds = [...requestKinds, ...callbackKinds] as const;

export type FaultKind = (typeof kinds)[number];

const missing: Partial<Record<Provider, readonly FaultKind[]>> = {
  google: callbackKinds,
  twilio: ['invalid_grant'],
  vapi: ['invalid_grant', 'reorder_callback'],
  mail: ['rate_limit', 'malformed', 'invalid_grant', 'revoke', ...callbackKinds],
};

const faultInput = z.object({
  provider: z.enum(providers),
  kind: z.enum(kinds),
  match: z.string().min(1).optional(),
  times: z.int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  latency_ms: z.number().min(0).max(600_000).optional(),
  status: z.int().min(400).max(599).optional(),
  retry_after_s: z.number().min(0).optional(),
  code: z.union([z.string(), z.number()]).optional(),
});

export interface Fault extends z.infer<typeof faultInput> {
  id: number;
  /** how often it has struck */
  hits: number;
}

/** The faults that are switched on. Kept in memory: a restart begins with a healthy world. */
export class FaultBoard {
  readonly #random: () => number;
  #faults: Fault[] = [];
  #lastId = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  put(input: unknown): Fault {
    const parsed = faultInput.safeParse(input);
    if (!parsed.success) throw new Problem(400, 'INVALID_FAULT', sentence(parsed.error));
    const { provider, kind } = parsed.data;
    if (missing[provider]?.includes(kind)) {
      throw new Problem(400, 'INVALID_FAULT', `The ${provider} stand-in has no fault of the kind "${kind}".`);
    }
    // Revoking is an act, not a condition: without a number it happens once, or no reconnection could last.
    const times = parsed.data.times ?? (kind === 'revoke' && provider === 'google' ? 1 : undefined);
    this.#lastId += 1;
    const fault: Fault = { ...parsed.data, ...(times && { times }), id: this.#lastId, hits: 0 };
    this.#faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The faults that strike this request ("METHOD path"), each counted as used. */
  strike(provider: Provider, target: string, wanted: readonly FaultKind[]): Fault[] {
    const struck = this.#faults.filter(
      (fault) =>
        fault.provider === provider &&
        wanted.includes(fault.kind) &&
        target.includes(fault.match ?? '') &&
        (fault.times ?? Number.POSITIVE_INFINITY) > fault.hits &&
        this.#random() < (fault.probability ?? 1),
    );
    for (const fault of struck) fault.hits += 1;
    this.#faults = this.#faults.filter((fault) => (fault.times ?? Number.POSITIVE_INFINITY) > fault.hits);
    return struck;
  }
}

export const faultsOfRequests: readonly FaultKind[] = requestKinds;
export const faultsOfCallbacks: readonly FaultKind[] = callbackKinds;

function sentence(error: z.ZodError): string {
  const issue = error.issues[0];
  const field = issue?.path.join('.') ?? '';
  if (field === 'kind') return `The field "kind" must be one of: ${kinds.join(', ')}.`;
  if (field === 'provider') return `The field "provider" must be one of: ${providers.join(', ')}.`;
  return field ? `The field "${field}" isn’t valid: ${issue?.message}.` : 'The body must be a JSON object.';
}
