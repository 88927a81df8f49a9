import { useMutation } from '@tanstack/react-query';
import { WaitlistEntry, type WaitlistRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const joinWaitlist = (body: WaitlistRequest) =>
  request(WaitlistEntry, '/api/waitlist', { method: 'POST', body });

export const useJoinWaitlist = (config: MutationConfig<typeof joinWaitlist> = {}) =>
  useMutation({ ...config, mutationFn: joinWaitlist, meta: { changes: ['waitlist.updated'] } });
