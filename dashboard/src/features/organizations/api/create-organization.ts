import { useMutation } from '@tanstack/react-query';
import { MyOrganization, type OrganizationCreate } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const createOrganization = (body: OrganizationCreate) =>
  request(MyOrganization, '/api/organizations', { method: 'POST', body });

/** It names no change: the page is loaded from the start after it. */
export const useCreateOrganization = (config: MutationConfig<typeof createOrganization> = {}) =>
  useMutation({ ...config, mutationFn: createOrganization });
