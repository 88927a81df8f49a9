import type { Query } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { readRules } from './calendar.queries.ts';
import { type ClinicRules, rulesOf } from './clinic-calendar.ts';

/** The clinic's rules, as they are in the transaction that is asked, or by themselves. */
export const rulesIn = async (
  { clock }: Pick<AvailabilityContext, 'clock'>,
  ask: Query,
  orgId: OrgId,
): Promise<ClinicRules> => rulesOf(await ask(readRules(orgId, clock.now())));
