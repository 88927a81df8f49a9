import { useMutation } from '@tanstack/react-query';
import { ProviderFeed } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const makeFeed = (providerId: string) =>
  request(ProviderFeed, `/api/providers/${providerId}/feed`, { method: 'POST' });

/** It names no change: the address is in the answer alone. */
export const useMakeFeed = (config: MutationConfig<typeof makeFeed> = {}) =>
  useMutation({ ...config, mutationFn: makeFeed });
