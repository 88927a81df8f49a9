import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const leaveClinic = () => request(NoContent, '/api/members/leave', { method: 'POST', body: {} });

/** It names no change: nothing of the clinic is read after it. */
export const useLeaveClinic = (config: MutationConfig<typeof leaveClinic> = {}) =>
  useMutation({ ...config, mutationFn: leaveClinic });
