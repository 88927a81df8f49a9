import { z } from 'zod';
import {
  type Assistant,
  assistant,
  type PhoneNumber,
  phoneNumber,
  type ResourceKind,
  type Stored,
  storedResource,
  type Tool,
  tool,
} from './schemas.ts';

export const orgId = '5a9d0b0c-0000-4000-8000-000000000001';

export const callRecord = z.object({
  call_id: z.string(),
  status: z.enum(['queued', 'ringing', 'in-progress', 'ended']),
  from: z.string(),
  to: z.string(),
  org_id: z.string().nullable(),
  assistant_id: z.string().nullable(),
  phone_number_id: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  ended_reason: z.string().nullable(),
  /** the number a caller was put through to */
  transferred_to: z.string().nullable().default(null),
  transcript: z.array(z.object({ role: z.enum(['assistant', 'user']), text: z.string(), at: z.string() })),
  tool_calls: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      arguments: z.record(z.string(), z.unknown()),
      result: z.string().nullable(),
      error: z.string().nullable(),
      status_code: z.number().nullable(),
      ms: z.number(),
      at: z.string(),
    }),
  ),
  requests: z.array(z.object({ type: z.string(), status_code: z.number().nullable(), ms: z.number() })),
});
export type CallRecord = z.infer<typeof callRecord>;

const kind = z.enum(['assistant', 'tool', 'phone-number']);

export const vapiEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stored'), kind, resource: storedResource }),
  z.object({ type: z.literal('deleted'), kind, id: z.string() }),
  z.object({ type: z.literal('call'), call: callRecord }),
]);
export type VapiEntry = z.infer<typeof vapiEntry>;

/** What Vapi knows, on one page. Built from the ledger only. */
export class VapiState {
  readonly #resources = new Map<ResourceKind, Map<string, Stored>>();
  readonly calls = new Map<string, CallRecord>();

  apply(entry: VapiEntry): void {
    if (entry.type === 'call') this.calls.set(entry.call.call_id, entry.call);
    if (entry.type === 'stored') this.resources(entry.kind).set(entry.resource.id, entry.resource);
    if (entry.type === 'deleted') this.resources(entry.kind).delete(entry.id);
  }

  resources(kind: ResourceKind): Map<string, Stored> {
    const known = this.#resources.get(kind) ?? new Map<string, Stored>();
    this.#resources.set(kind, known);
    return known;
  }

  get assistants(): Stored<Assistant>[] {
    return [...this.resources('assistant').values()].map((one) => ({ ...one, ...assistant.parse(one) }));
  }

  get phoneNumbers(): Stored<PhoneNumber>[] {
    return [...this.resources('phone-number').values()].map((one) => ({ ...one, ...phoneNumber.parse(one) }));
  }

  /** The tools an assistant carries itself, then those it names. */
  toolsOf({ model }: Assistant): Tool[] {
    const named = (model?.toolIds ?? []).map((id) => this.resources('tool').get(id)).filter(Boolean);
    return [...(model?.tools ?? []), ...named.map((one) => tool.parse(one))];
  }

  newestCalls(): CallRecord[] {
    return [...this.calls.values()].reverse();
  }

  /** A call that was playing when the process died is over, and says so. */
  hangUp(): void {
    for (const call of this.calls.values()) {
      if (call.status === 'ended') continue;
      call.status = 'ended';
      call.ended_reason = 'worker-shutdown';
      call.ended_at = call.started_at;
    }
  }

  clear(): void {
    this.#resources.clear();
    this.calls.clear();
  }
}
