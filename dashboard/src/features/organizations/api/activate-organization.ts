import { useMutation } from '@tanstack/react-query';
import { Joined } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';
import { continueAt } from '../../../lib/api/shown-clinic.ts';

const activateOrganization = (id: string) =>
  request(Joined, `/api/organizations/${id}/activate`, { method: 'POST', body: {} });

/** It names no change: the page is loaded from the start after it. */
export const useActivateOrganization = () =>
  useMutation({ mutationFn: activateOrganization, onSuccess: ({ org_id }) => continueAt('/', org_id) });
