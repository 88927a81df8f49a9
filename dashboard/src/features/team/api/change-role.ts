import { useMutation } from '@tanstack/react-query';
import { Member, type Role } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface RoleChange {
  userId: string;
  role: Role;
}

const changeRole = ({ userId, role }: RoleChange) =>
  request(Member, `/api/members/${userId}`, { method: 'PATCH', body: { role } });

export const useChangeRole = (config: MutationConfig<typeof changeRole> = {}) =>
  useMutation({ ...config, mutationFn: changeRole, meta: { changes: ['team.updated'] } });
