import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../core/problem.ts';
import type { Assistant, PhoneNumber, Server, Stored } from './schemas.ts';
import { orgId } from './state.ts';
import type { VapiWorld } from './world.ts';

export interface Dialled {
  org_id?: string | undefined;
  to?: string | undefined;
}

/** Where a call arrives. Without an assistant, the number's server is asked who answers. */
export interface Line {
  phoneNumber: Stored<PhoneNumber>;
  server: Server | undefined;
  assistant: Stored<Assistant> | undefined;
  orgId: string | undefined;
}

const lookEveryMs = 50;

/** An organization that has just signed up gets its assistant from a worker: give it a moment. */
export async function findLine(world: VapiWorld, dialled: Dialled, signal: AbortSignal): Promise<Line> {
  const timeoutMs = world.config.pace.assistantTimeoutMs;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const line = lookUp(world, dialled);
    if (line) return line;
    if (performance.now() > deadline) {
      const who = dialled.org_id ? `organization ${dialled.org_id}` : `number ${dialled.to}`;
      const detail = `No one answered for ${who}: none of their assistants showed up within ${timeoutMs / 1_000} seconds.`;
      throw new Problem(404, 'ASSISTANT_NOT_FOUND', detail);
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}

function lookUp({ state }: VapiWorld, { org_id, to }: Dialled): Line | undefined {
  const { assistants, phoneNumbers } = state;
  const ofOrg = org_id ? assistants.findLast((one) => one.metadata?.org_id === org_id) : undefined;
  if (org_id && !ofOrg) return undefined;
  const dialledNumber = to ? phoneNumbers.findLast((one) => one.number === to) : undefined;
  const phoneNumber = dialledNumber ?? (ofOrg && phoneNumbers.findLast((one) => belongsTo(one, ofOrg)));

  if (phoneNumber) {
    const assistant = assistants.find(({ id }) => id === phoneNumber.assistantId);
    const server = phoneNumber.server ?? ofOrg?.server ?? undefined;
    if (!assistant && !server) return undefined;
    return { phoneNumber, server, assistant, orgId: org_id ?? orgOf(assistant) };
  }
  if (!ofOrg) return undefined;
  // An assistant that has no number yet can be called anyway, on one that asks its own server.
  const at = ofOrg.createdAt;
  const borrowed = { id: ofOrg.id, orgId, createdAt: at, updatedAt: at, provider: 'vapi' as const };
  const number = to ?? '+15550100000';
  return {
    phoneNumber: { ...borrowed, number, status: 'active' },
    server: ofOrg.server ?? undefined,
    assistant: ofOrg.server ? undefined : ofOrg,
    orgId: org_id,
  };
}

/** A number leads to its assistant, or to the same server with the same proof, which then names one. */
function belongsTo({ assistantId, server }: PhoneNumber, assistant: Stored<Assistant>): boolean {
  if (assistantId) return assistantId === assistant.id;
  const proofOf = (given: Server | null | undefined) => JSON.stringify([given?.secret, given?.headers]);
  return Boolean(server?.url) && proofOf(server) === proofOf(assistant.server);
}

function orgOf(assistant: Assistant | undefined): string | undefined {
  const id = assistant?.metadata?.org_id;
  return typeof id === 'string' ? id : undefined;
}
