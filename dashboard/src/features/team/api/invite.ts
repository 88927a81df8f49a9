import { useMutation } from '@tanstack/react-query';
import { type InvitationCreate, NewInvitation } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const invite = (body: InvitationCreate) =>
  request(NewInvitation, '/api/invitations', { method: 'POST', body });

export const useInvite = (config: MutationConfig<typeof invite> = {}) =>
  useMutation({ ...config, mutationFn: invite, meta: { changes: ['team.updated'] } });
