import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseControl } from '../core/control.ts';
import { Problem } from '../core/problem.ts';
import { Call } from './call.ts';
import { newCallId } from './ids.ts';
import { playCall } from './play.ts';
import { script } from './script.ts';
import type { CallRecord } from './state.ts';
import { findLine, type Line } from './switchboard.ts';
import type { VapiWorld } from './world.ts';

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'give it as +15551234567');
const callBody = z
  .object({
    org_id: z.string().min(1).optional(),
    to: number.optional(),
    from: number.default('+12125550123'),
    script: script.default({}),
  })
  .refine(({ org_id, to }) => org_id || to, { message: 'give "org_id" or "to"', path: ['org_id'] });
const callParams = z.object({ id: z.string() });

export interface CallsInProgress {
  /** aborted when everything is forgotten or the stand-in closes */
  signal(): AbortSignal;
  add(playing: Promise<void>): void;
}

/** Someone dials the clinic. */
export function vapiControl(app: FastifyInstance, world: VapiWorld, inProgress: CallsInProgress): void {
  app.post('/call', async (request) => {
    const { org_id, to, from, script } = parseControl(callBody, request.body);
    const signal = inProgress.signal();
    const line = await findLine(world, { org_id, to }, signal);
    const record = newRecord(line, { to, from, now: world.config.now() });
    world.ledger.record({ type: 'call', call: record });
    inProgress.add(playCall(world, new Call(world, line, record, signal), script));
    return { call_id: record.call_id };
  });

  app.get('/calls', async () => ({ data: world.state.newestCalls() }));

  app.get('/calls/:id', async (request) => {
    const { id } = callParams.parse(request.params);
    const call = world.state.calls.get(id);
    if (!call) throw new Problem(404, 'CALL_NOT_FOUND', `The sandbox has no call "${id}".`);
    return call;
  });
}

function newRecord(
  { phoneNumber, orgId }: Line,
  { to, from, now }: { to: string | undefined; from: string; now: number },
): CallRecord {
  return {
    call_id: newCallId(now),
    status: 'ringing',
    from,
    to: to ?? phoneNumber.number ?? '',
    org_id: orgId ?? null,
    assistant_id: null,
    phone_number_id: phoneNumber.id,
    started_at: new Date(now).toISOString(),
    ended_at: null,
    ended_reason: null,
    transferred_to: null,
    transcript: [],
    tool_calls: [],
    requests: [],
  };
}
