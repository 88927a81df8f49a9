import type { Connections } from '../connections/index.ts';
import type { Database } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';
import type { OrgId } from '../platform/tenant.ts';
import {
  type AdmissionLimits,
  admitClinic,
  admitClinicByOperator,
  type OperatorClinicRow,
  operatorClinics,
  ownerIsVerified,
  setRequestsPerHour,
} from './admission.queries.ts';
import { requeueProvisioning } from './provisioning.queries.ts';

export interface AdmissionOptions {
  database: Database;
  connections: Connections;
  /** How many new clinics a day get a receptionist by themselves; without a number, all do. */
  perDay: number | undefined;
  /** In live mode: first their owner's email address is verified. */
  needsEmail?: boolean;
}

export interface Admission {
  /** Whether what costs money may be made for this clinic now. If not, its setup page says why. */
  mayProvision(orgId: OrgId): Promise<boolean>;
  list(filter: { status: 'waiting' | 'all' }, page: Page): Promise<OperatorClinicRow[]>;
  /** The operator's yes, audited. @returns false when this clinic does not wait. */
  admit(orgId: OrgId, requestId: string): Promise<boolean>;
  /** What its programs may ask for; null: what the deployment says. Audited. @returns false when there is no such clinic. */
  limit(orgId: OrgId, requestsPerHour: number | null, requestId: string): Promise<boolean>;
}

/** A house with several practices is rare, a program that signs up by the hundred is not. */
const PER_ADDRESS = 3;

export const WAITS =
  'Your receptionist is waiting for approval. It’ll be set up when the operator approves it or when a spot opens in the daily limit. Everything else already works: you can set up your services and hours and link your calendar while you wait.';

export const WAITS_FOR_EMAIL =
  'Your receptionist is waiting until your email address is verified. Open the link in the message we sent you, or ask the operator to approve your clinic. Everything else already works: you can set up your services and hours and link your calendar while you wait.';
const WORDS: readonly (string | null)[] = [WAITS, WAITS_FOR_EMAIL];

export function createAdmission({
  database,
  connections,
  perDay,
  needsEmail = false,
}: AdmissionOptions): Admission {
  const limits: AdmissionLimits | undefined =
    perDay === undefined ? undefined : { perDay, perAddress: PER_ADDRESS, needsEmail };
  const whyNot = async (orgId: OrgId): Promise<string> => {
    if (!needsEmail) return WAITS;
    const [row] = await database.serviceStatement(ownerIsVerified(orgId));
    return row?.verified ? WAITS : WAITS_FOR_EMAIL;
  };
  return {
    async mayProvision(orgId) {
      if (limits === undefined) return true;
      const admitted = await database.withService((db) => admitClinic(db, orgId, limits));
      const shown = (await connections.find(orgId, 'vapi'))?.errorMessage ?? null;
      if (!admitted) {
        const words = await whyNot(orgId);
        if (shown !== words) await connections.setStatus(orgId, 'vapi', 'degraded', words);
      } else if (WORDS.includes(shown)) await connections.setStatus(orgId, 'vapi', 'connected', null);
      return admitted;
    },
    list: (filter, page) => database.withService((db) => operatorClinics(db, filter, page)),
    async limit(orgId, requestsPerHour, requestId) {
      const [row] = await database.serviceStatement(setRequestsPerHour(orgId, requestsPerHour, requestId));
      return row?.found ?? false;
    },
    admit: (orgId, requestId) =>
      database.withService(async (db) => {
        const admitted = await admitClinicByOperator(db, orgId, requestId);
        if (admitted) await requeueProvisioning(db, orgId, new Date());
        return admitted;
      }),
  };
}
