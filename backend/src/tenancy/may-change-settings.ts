import { AppError } from '../platform/errors.ts';
import type { Tenant } from './tenant-resolver.ts';

/** @throws {AppError} OWNER_REQUIRED (403) for anyone who is neither owner nor admin. */
export function refuseMember(tenant: Tenant): void {
  if (tenant.role !== 'member') return;
  throw new AppError({
    code: 'OWNER_REQUIRED',
    status: 403,
    detail: 'Only an owner or admin can change the clinic’s settings. Ask one of them.',
  });
}
