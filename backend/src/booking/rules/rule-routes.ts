import type { Database } from '../../platform/database.ts';
import type { TenantResolver } from '../../tenancy/index.ts';

export interface RuleRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
}
