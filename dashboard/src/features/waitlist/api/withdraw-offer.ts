import { useMutation } from '@tanstack/react-query';
import { WaitlistEntry } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const withdrawOffer = ({ id }: WaitlistEntry) =>
  request(WaitlistEntry, `/api/waitlist/${encodeURIComponent(id)}/offer/withdraw`, { method: 'POST' });

export const useWithdrawOffer = (config: MutationConfig<typeof withdrawOffer> = {}) =>
  useMutation({
    ...config,
    mutationFn: withdrawOffer,
    meta: { changes: ['waitlist.updated', 'appointment.updated'] },
  });
