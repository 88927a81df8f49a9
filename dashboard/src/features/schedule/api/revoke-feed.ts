import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const revokeFeed = (providerId: string) =>
  request(NoContent, `/api/providers/${providerId}/feed`, { method: 'DELETE' });

export const useRevokeFeed = (config: MutationConfig<typeof revokeFeed> = {}) =>
  useMutation({ ...config, mutationFn: revokeFeed });
