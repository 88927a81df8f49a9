import type { FastifyRequest } from 'fastify';
import { type TenantResolver, tenantOf } from '../tenancy/index.ts';
import type { BookingContext } from './booking-context.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import type { Insistence } from './check-slot.ts';

export interface BookingRouteOptions {
  context: BookingContext;
  tenantResolver: TenantResolver;
}

/** A session cookie is the dashboard; a bearer token is a program. */
export const originOf = (request: FastifyRequest): ChangeOrigin => ({
  source: request.headers.authorization ? 'api' : 'dashboard',
  requestId: request.id,
  actorId: tenantOf(request).userId,
});

/** What a signed-in person insists on, as the contract spells it. */
export const insistenceOf = (body: {
  outside_hours: boolean;
  already_here: boolean;
  off_step: boolean;
}): Insistence => ({
  outsideHours: body.outside_hours,
  alreadyHere: body.already_here,
  offStep: body.off_step,
});
