import { useMutation } from '@tanstack/react-query';
import { WaitlistEntry } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const acceptOffer = ({ id }: WaitlistEntry) =>
  request(WaitlistEntry, `/api/waitlist/${encodeURIComponent(id)}/offer/accept`, { method: 'POST' });

export const useAcceptOffer = (config: MutationConfig<typeof acceptOffer> = {}) =>
  useMutation({
    ...config,
    mutationFn: acceptOffer,
    meta: { changes: ['waitlist.updated', 'appointment.booked'] },
  });
