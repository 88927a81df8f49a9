import { useMutation } from '@tanstack/react-query';
import { type BulkReplayRequest, BulkReplayResult, type BulkResendRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const filter = { status: 'dead_letter' } as const;

const replayIncoming = (body: BulkReplayRequest) =>
  request(BulkReplayResult, '/api/webhooks/deliveries/replay', { method: 'POST', body });
const replayOutgoing = (body: BulkResendRequest) =>
  request(BulkReplayResult, '/api/outgoing/replay', { method: 'POST', body });

const countDeadLetters = () =>
  Promise.all([replayIncoming({ filter, dry_run: true }), replayOutgoing({ filter, dry_run: true })]);

/** How many of both lists would be replayed. */
export const useCountDeadLetters = (config: MutationConfig<typeof countDeadLetters> = {}) =>
  useMutation({ ...config, mutationFn: countDeadLetters });

async function replayDeadLetters(lists: { incoming: boolean; outgoing: boolean }) {
  const done = [];
  if (lists.incoming) done.push(await replayIncoming({ filter }));
  if (lists.outgoing) done.push(await replayOutgoing({ filter }));
  return done;
}

export const useReplayDeadLetters = (config: MutationConfig<typeof replayDeadLetters> = {}) =>
  useMutation({ ...config, mutationFn: replayDeadLetters, meta: { changes: ['delivery.replayed'] } });
