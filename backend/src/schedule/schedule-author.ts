import type { FastifyRequest } from 'fastify';
import { tenantOf } from '../tenancy/index.ts';
import type { ScheduleAuthor } from './schedule-context.ts';

/** Who changes the clinic's rules. */
export function authorOf(request: FastifyRequest): ScheduleAuthor {
  return { tenant: tenantOf(request), requestId: request.id };
}
