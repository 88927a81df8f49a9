import type { Query } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { readRules } from './calendar.queries.ts';
import { type ClinicRules, rulesOf } from './clinic-calendar.ts';

/** The clinic's rules, as they are in the transaction that is asked, or by themselves. */
export const rulesIn = async (
  { clock }: Pick<AvailabilityContext, 'clock'>,
  ask: Query,
  orgId: OrgId,
): Promise<ClinicRules> => rulesOf(await ask(readRules(orgId, clock.now())));

/** The clinic's rules, for everything that one request needs them for. */
export interface ClinicRulesOnce {
  read(): Promise<ClinicRules>;
  /** Undefined while nothing has needed them. */
  readonly known: ClinicRules | undefined;
}

/**
 * Reads the rules when they are first needed, and once. What is decided by them is checked again by the database,
 * behind the lock of the provider.
 */
export function readRulesOnce(
  context: Pick<AvailabilityContext, 'clock' | 'database'>,
  scope: TenantScope,
): ClinicRulesOnce {
  const ask: Query = (statement) => context.database.tenantStatement(scope, statement);
  let known: ClinicRules | undefined;
  return {
    get known() {
      return known;
    },
    async read() {
      known ??= await rulesIn(context, ask, scope.orgId);
      return known;
    },
  };
}
