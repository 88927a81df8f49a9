import type { FastifyRequest } from 'fastify';
import { refuseMember, tenantOf } from '../tenancy/index.ts';
import type { ScheduleAuthor } from './schedule-context.ts';

/**
 * Who asks, if they may change the clinic's rules.
 * @throws {AppError} OWNER_REQUIRED (403).
 */
export function authorOf(request: FastifyRequest): ScheduleAuthor {
  const tenant = tenantOf(request);
  refuseMember(tenant);
  return { tenant, requestId: request.id };
}
