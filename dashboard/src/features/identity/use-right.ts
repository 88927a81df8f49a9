import { useQuery } from '@tanstack/react-query';
import { hasRight, type Right } from '@voxanne/contract';
import { meQuery } from './api/me.ts';

/** Whether the person may do that. Until it is known who they are, no one is refused. */
export function useRight(right: Right): boolean {
  const role = useQuery(meQuery).data?.role;
  return role === undefined || hasRight(role, right);
}
