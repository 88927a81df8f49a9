import { useMutation } from '@tanstack/react-query';
import { Organization } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const setSecondFactorRule = (required: boolean) =>
  request(Organization, '/api/organization/second-factor', { method: 'PUT', body: { required } });

export const useSetSecondFactorRule = (config: MutationConfig<typeof setSecondFactorRule> = {}) =>
  useMutation({ ...config, mutationFn: setSecondFactorRule, meta: { changes: ['organization.updated'] } });
