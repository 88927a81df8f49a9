import { queryOptions } from '@tanstack/react-query';
import { Organization, type OrganizationPatch } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

const Mode = z.object({ mode: z.enum(['sandbox', 'live']), version: z.string() });
export type Mode = z.infer<typeof Mode>;

export const modeQuery = queryOptions({
  queryKey: ['mode'],
  queryFn: ({ signal }) => request(Mode, '/api/mode', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => request(Organization, '/api/organization', { signal }),
});

export const updateOrganization = (body: OrganizationPatch) =>
  request(Organization, '/api/organization', { method: 'PATCH', body });
