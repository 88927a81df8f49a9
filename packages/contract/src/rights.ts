import type { Role } from './identity.ts';
import { RIGHTS } from './rights.generated.ts';

export { RIGHTS };

export type Right = keyof typeof RIGHTS;

/** Whether the role may do that, in its own clinic. */
export const hasRight = (role: Role, right: Right): boolean =>
  (RIGHTS[right].roles as readonly Role[]).includes(role);
