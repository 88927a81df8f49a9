import { useMutation } from '@tanstack/react-query';
import { ReplayResult } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface Replay {
  id: string;
  dryRun: boolean;
}

const replayDelivery = ({ id, dryRun }: Replay) =>
  request(ReplayResult, `/api/webhooks/deliveries/${id}/replay`, {
    method: 'POST',
    body: { dry_run: dryRun },
  });

export const useReplayDelivery = (config: MutationConfig<typeof replayDelivery> = {}) =>
  useMutation({ ...config, mutationFn: replayDelivery, meta: { changes: ['delivery.replayed'] } });
