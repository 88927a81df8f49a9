import type { Query } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { readRules } from './calendar.queries.ts';
import { type ClinicRules, rulesOf } from './clinic-calendar.ts';

/** The clinic's rules, read in the given transaction or in their own. */
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
 * Reads the rules once, when they are first needed. The database checks what they decide again,
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
