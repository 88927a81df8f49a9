import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Tenant, TenantResolver } from '../tenancy/index.ts';

/** What the verbs that change a clinic's rules work with. */
export interface ScheduleContext {
  database: Database;
  clock: Clock;
}

export interface ScheduleRouteOptions {
  context: ScheduleContext;
  tenantResolver: TenantResolver;
}

/** Who changes a rule, and in which request, for the audit log. */
export interface ScheduleAuthor {
  tenant: Tenant;
  requestId: string;
}

/** What is there now, and what a person should know about it. */
export interface Saved<Row> {
  row: Row;
  notices: string[];
}
