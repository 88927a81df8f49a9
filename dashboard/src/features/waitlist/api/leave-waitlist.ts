import { useMutation } from '@tanstack/react-query';
import type { WaitlistEntry } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const leaveWaitlist = ({ id }: WaitlistEntry) =>
  request(NoContent, `/api/waitlist/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const useLeaveWaitlist = (config: MutationConfig<typeof leaveWaitlist> = {}) =>
  useMutation({ ...config, mutationFn: leaveWaitlist, meta: { changes: ['waitlist.updated'] } });
