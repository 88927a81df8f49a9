import type { Connections } from '../connections/index.ts';
import type { Database } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import {
  type AdmissionLimits,
  admitClinic,
  admitClinicNow,
  type WaitingClinicRow,
  waitingClinics,
} from './admission.queries.ts';
import { requeueProvisioning } from './provisioning.queries.ts';

export interface AdmissionOptions {
  database: Database;
  connections: Connections;
  /** How many new clinics a day get a receptionist by themselves; without a number, all do. */
  perDay: number | undefined;
}

export interface Admission {
  /** Whether what costs money may be made for this clinic now. If not, its setup page says why. */
  mayProvision(orgId: OrgId): Promise<boolean>;
  waiting(): Promise<WaitingClinicRow[]>;
  /** The operator's yes. @returns false when this clinic does not wait. */
  admit(orgId: OrgId): Promise<boolean>;
}

/** A house with several practices is rare, a program that signs up by the hundred is not. */
const PER_ADDRESS = 3;

export const WAITS =
  'Your receptionist is waiting for approval. It’ll be set up when the operator approves it or when a spot opens in the daily limit. Everything else already works: you can set up your services and hours and link your calendar while you wait.';

export function createAdmission({ database, connections, perDay }: AdmissionOptions): Admission {
  const limits: AdmissionLimits | undefined =
    perDay === undefined ? undefined : { perDay, perAddress: PER_ADDRESS };
  return {
    async mayProvision(orgId) {
      if (limits === undefined) return true;
      const admitted = await database.withService((db) => admitClinic(db, orgId, limits));
      const shown = (await connections.find(orgId, 'vapi'))?.errorMessage ?? null;
      if (!admitted && shown !== WAITS) await connections.setStatus(orgId, 'vapi', 'degraded', WAITS);
      if (admitted && shown === WAITS) await connections.setStatus(orgId, 'vapi', 'connected', null);
      return admitted;
    },
    waiting: () => database.withService(waitingClinics),
    admit: (orgId) =>
      database.withService(async (db) => {
        const admitted = await admitClinicNow(db, orgId);
        if (admitted) await requeueProvisioning(db, orgId, new Date());
        return admitted;
      }),
  };
}
