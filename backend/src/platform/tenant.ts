declare const brand: unique symbol;

/** An organization's id that came from what was authenticated. Only resolvers mint one. */
export type OrgId = string & { readonly [brand]: 'OrgId' };

/** Whose transaction it is. Without a user it is the system acting for the organization. */
export interface TenantScope {
  orgId: OrgId;
  userId: string | null;
  /** Set where `userId` is that of an API key: the database gives it the rights of its scopes. */
  actorType?: 'key';
  /** Collects the ids of what was written and committed in this scope, where the answer will name them. */
  changeIds?: string[];
}

/** Only for resolvers, after they checked the claim, profile, secret or row that proves it. */
export const mintOrgId = (id: string): OrgId => id as OrgId;
