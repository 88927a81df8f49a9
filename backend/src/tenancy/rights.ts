import { hasRight, RIGHTS, type Right, type Role } from '@voxanne/contract';
import type { FastifyRequest, RouteOptions } from 'fastify';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { type TenantResolver, tenantOf } from './tenant-resolver.ts';

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
 * @throws {AppError} OWNER_REQUIRED or NOT_ALLOWED (403) where the person's role doesn't have the right.
 */
export const requireRight = (right: Right): Hook =>
  marked(right, async (request) => {
    const { role } = tenantOf(request);
    if (!hasRight(role, right)) throw rightMissing(role, right);
  });

/** For a route that is everyone's in the clinic, such as who one is: it says so instead of naming a right. */
export const anyMember: Hook = marked('any member', async () => undefined);

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

const rightMissing = (role: Role, right: Right) => {
  const { roles, description } = RIGHTS[right];
  return new AppError({
    // Two codes, because programs know the first: it is for what a settings page or an owner's page does.
    code: hasRight('staff', right) ? 'NOT_ALLOWED' : 'OWNER_REQUIRED',
    status: 403,
    detail: `Only ${rolesInWords(roles)} can ${description}. You’re ${YOU_ARE[role]} at this clinic, so ask one of them.`,
  });
};
