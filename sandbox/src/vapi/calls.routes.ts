import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { VapiError } from './errors.ts';
import { type CallRecord, orgId, type VapiState } from './state.ts';

const idParams = z.object({ id: z.string() });
const listQuery = z.object({
  limit: z.coerce.number().int().min(0).max(1_000).catch(100),
  assistantId: z.string().optional(),
  phoneNumberId: z.string().optional(),
});

export function callRoutes(app: FastifyInstance, state: VapiState): void {
  app.get('/call', async (request) => {
    const { limit, assistantId, phoneNumberId } = listQuery.parse(request.query);
    return state
      .newestCalls()
      .filter((call) => !assistantId || call.assistant_id === assistantId)
      .filter((call) => !phoneNumberId || call.phone_number_id === phoneNumberId)
      .slice(0, limit)
      .map(callResource);
  });

  app.get('/call/:id', async (request) => {
    const call = state.calls.get(idParams.parse(request.params).id);
    if (!call) throw new VapiError(404, ["Couldn't get call. Key or id is invalid."]);
    return callResource(call);
  });
}

function callResource(call: CallRecord) {
  const transcript = call.transcript.map(({ role, text }) => `${role === 'user' ? 'User' : 'AI'}: ${text}`);
  return {
    id: call.call_id,
    orgId,
    type: 'inboundPhoneCall',
    status: call.status,
    createdAt: call.started_at,
    updatedAt: call.ended_at ?? call.started_at,
    startedAt: call.started_at,
    ...(call.ended_at && { endedAt: call.ended_at, endedReason: call.ended_reason }),
    assistantId: call.assistant_id,
    phoneNumberId: call.phone_number_id,
    phoneCallProvider: 'vapi',
    customer: { number: call.from },
    cost: 0,
    artifact: { transcript: transcript.join('\n') },
  };
}
