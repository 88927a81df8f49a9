import { useMutation } from '@tanstack/react-query';
import { Organization, type OrganizationPatch } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';
import { organizationQuery } from './organization.ts';

const changeOrganization = (body: OrganizationPatch) =>
  request(Organization, '/api/organization', { method: 'PATCH', body });

export const useChangeOrganization = (config: MutationConfig<typeof changeOrganization> = {}) =>
  useMutation({
    ...config,
    mutationFn: changeOrganization,
    meta: { changes: ['organization.updated'], answers: () => organizationQuery.queryKey },
  });
