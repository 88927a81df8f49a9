import type { Role } from './identity.ts';
import { RIGHTS, SCOPES } from './rights.generated.ts';

export { RIGHTS, SCOPES };

export type Right = keyof typeof RIGHTS;
export type ScopeName = keyof typeof SCOPES;

/** Whether the role may do that, in its own clinic. */
export const hasRight = (role: Role, right: Right): boolean =>
  (RIGHTS[right].roles as readonly Role[]).includes(role);

/** Whether a key with those scopes has the right. */
export const scopesGive = (scopes: readonly ScopeName[], right: Right): boolean =>
  scopesWith(right).some((scope) => scopes.includes(scope));

/** The scopes of API keys that have the right, in the order in which people read them. */
export const scopesWith = (right: Right): ScopeName[] =>
  (['read', 'book', 'message', 'operate', 'admin'] as const).filter((scope) =>
    (SCOPES[scope].rights as readonly Right[]).includes(right),
  );
