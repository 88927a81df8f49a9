import {
  hasRight,
  RIGHTS,
  type Right,
  type Role,
  type Scope,
  scopesGive,
  scopesWith,
} from '@voxanne/contract';
import type { FastifyRequest, RouteOptions } from 'fastify';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { personRequired, type TenantResolver, tenantOf } from './tenant-resolver.ts';

/** What a route asks of the person who calls it. */
export type Access = Right | 'any member' | 'anyone signed in';

type Hook = (request: FastifyRequest) => Promise<void>;
const accessOfHook = new WeakMap<object, Access>();

function marked(access: Access, hook: Hook): Hook {
  accessOfHook.set(hook, access);
  return hook;
}

/**
 * An `onRequest` hook that comes after the tenant resolver.
 * @throws {AppError} OWNER_REQUIRED or NOT_ALLOWED (403) where the person's role doesn't have the right; SCOPE_REQUIRED or
 * PERSON_REQUIRED where an API key doesn't.
 */
export const requireRight = (right: Right): Hook =>
  marked(right, async (request) => {
    const { role, key } = tenantOf(request);
    if (key !== undefined) refuseWithoutScope(key.scopes, right);
    else if (role === null || !hasRight(role, right)) throw rightMissing(role ?? 'auditor', right);
  });

/** For a route that is everyone's in the clinic, such as who one is: it says so instead of naming a right. */
export const anyMember: Hook = marked('any member', async () => undefined);

/** The same for a route that is for people, and not for API keys. */
export const anyMemberInPerson: Hook = marked('any member', async (request) => {
  if (tenantOf(request).key !== undefined) throw personRequired();
});

/** For a route that comes before belonging to a clinic, behind the person resolver. */
export const anySignedIn: Hook = marked('anyone signed in', async () => undefined);

/** What a route asks; undefined where it doesn't know people of a clinic. */
export const accessOf = ({ onRequest }: Pick<RouteOptions, 'onRequest'>): Access | undefined => {
  for (const hook of [onRequest ?? []].flat()) {
    const access = accessOfHook.get(hook);
    if (access) return access;
  }
  return undefined;
};

/** No process starts with a route behind the tenant resolver that names neither a right nor any member. */
export function refuseRoutesWithoutRight(server: HttpServer, tenantResolver: TenantResolver): void {
  server.addHook('onRoute', (route) => {
    const isForMembers = [route.onRequest ?? []].flat().includes(tenantResolver);
    if (isForMembers && accessOf(route) === undefined) {
      throw new Error(
        `${route.method} ${route.url} names no right. Write onRequest: [tenantResolver, requireRight('...')].`,
      );
    }
  });
}

const PLURALS: Record<Role, string> = {
  owner: 'owners',
  admin: 'admins',
  staff: 'staff',
  auditor: 'auditors',
};
const YOU_ARE: Record<Role, string> = {
  owner: 'an owner',
  admin: 'an admin',
  staff: 'staff',
  auditor: 'an auditor',
};

/** "owners and admins". */
export const rolesInWords = (roles: readonly Role[]): string =>
  new Intl.ListFormat('en-US', { type: 'conjunction' }).format(roles.map((role) => PLURALS[role]));

function refuseWithoutScope(scopes: readonly Scope[], right: Right): void {
  if (scopesGive(scopes, right)) return;
  const giving = scopesWith(right);
  const { description } = RIGHTS[right];
  if (giving.length === 0) {
    throw new AppError({
      code: 'PERSON_REQUIRED',
      status: 403,
      detail: `No API key can ${description}: that takes a person. Sign in and try again.`,
    });
  }
  const names = new Intl.ListFormat('en-US', { type: 'disjunction' }).format(giving);
  throw new AppError({
    code: 'SCOPE_REQUIRED',
    status: 403,
    detail: `This API key can’t ${description}: that takes the scope ${names}. Make a key that has it under Settings > API keys.`,
    extra: { scopes: giving },
  });
}

const rightMissing = (role: Role, right: Right) => {
  const { roles, description } = RIGHTS[right];
  return new AppError({
    // Two codes, because programs know the first: it is for what a settings page or an owner's page does.
    code: hasRight('staff', right) ? 'NOT_ALLOWED' : 'OWNER_REQUIRED',
    status: 403,
    detail: `Only ${rolesInWords(roles)} can ${description}. You’re ${YOU_ARE[role]} at this clinic, so ask one of them.`,
  });
};
