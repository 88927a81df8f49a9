import { isDeepStrictEqual } from 'node:util';
import type { SafeCallInstance } from '@voxanne/safe-call';
import type { Connections, SharedSecret, Writer } from '../connections/index.ts';
import { type JobHandler, RetryLater } from '../deliveries/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import { WAITS } from './admission.ts';
import { nameForVapi } from './assistant-definition.ts';
import { type Definitions, define, definitionVersion } from './definition.ts';
import { queueOutdatedDefinitions } from './provisioning.queries.ts';
import { type ClinicInfo, readClinicInfo } from './tools/clinic-info.queries.ts';
import type { ToolDefinition } from './tools/tool.ts';
import type { AssistantDefinition, VapiClient } from './vapi.client.ts';
import { createVapiSecret, type RotatedVapiSecret } from './vapi-secret.ts';

export interface ProvisionOptions {
  database: Database;
  connections: Connections;
  vapi: VapiClient;
  resilience: SafeCallInstance;
  clock: Clock;
  publicUrl: string;
  tools: ToolDefinition[];
  /** Asked before anything that costs money is made for a clinic that has nothing yet. */
  mayProvision?(orgId: OrgId): Promise<boolean>;
  log: Logger;
  /** How long an owner who rotates waits for another process that is writing to Vapi. */
  rotateWaitMs?: number;
  /** How long one request to Vapi may take, and one with its repeats. Default 10 and 20 s. */
  callLimits?: { timeoutMs: number; deadlineMs: number };
}

export interface Provisioning {
  /** The organization's secret for Vapi, made on first use, and the end of the one before it. */
  secretOf(orgId: OrgId): Promise<SharedSecret>;
  /** Makes the assistant and its number at Vapi, or brings them up to date. Can be repeated at will. */
  provision(orgId: OrgId): Promise<void>;
  /** `revokeNow`: the present secret is refused from this moment on, whether Vapi answers or not. */
  rotateSecret(orgId: OrgId, options?: { revokeNow?: boolean }): Promise<RotatedVapiSecret>;
  /** Lets the queue bring up to date what an earlier release, or another PUBLIC_URL, has written to Vapi. */
  queueOutdated(): Promise<number>;
  handler: JobHandler;
}

// Bounds a turn: others of the clinic wait for it.
const CALL_LIMITS = { timeoutMs: 10_000, deadlineMs: 20_000 };
const PROVISION_WAIT_MS = 10_000;
// Who is writing at that moment sees that there is a newer secret, and writes it.
const ROTATE_WAIT_MS = 2_000;

export function createProvisioning(options: ProvisionOptions): Provisioning {
  const { database, connections, vapi, resilience, log } = options;
  const release = definitionVersion(options);
  const secrets = createVapiSecret(options);

  type Call = <T>(work: (signal: AbortSignal) => Promise<T>, idempotent: boolean) => Promise<T>;
  /** Requests to Vapi by whose turn it is; `isCertain()`: none of them may still arrive there later. */
  const callsOf = (orgId: OrgId, writer: Writer): { call: Call; isCertain(): boolean } => {
    let isCertain = true;
    return {
      isCertain: () => isCertain,
      async call(work, idempotent) {
        if ((await writer.renew()) === undefined) throw new ProvisioningFailed('BUSY', undefined);
        const result = await resilience.safeCall('vapi', ({ signal }) => work(signal), {
          key: orgId,
          idempotent,
          ...(options.callLimits ?? CALL_LIMITS),
        });
        if (result.attempts > 1) isCertain = false;
        if (result.success) return result.data;
        throw new ProvisioningFailed(result.error.kind, result.error.status);
      },
    };
  };

  /** By one process at a time, so that Vapi is never left with the older of two secrets. */
  const provision = async (orgId: OrgId, waitMs = PROVISION_WAIT_MS): Promise<void> => {
    await secrets.of(orgId);
    if (!(await hasReceptionist(orgId)) && !((await options.mayProvision?.(orgId)) ?? true)) {
      throw new ProvisioningFailed('WAITS', undefined);
    }
    const isDone = await connections.shared.writing(orgId, 'vapi', waitMs, async (writer) => {
      const { call, isCertain } = callsOf(orgId, writer);
      for (;;) {
        const { secret, version } = await secrets.of(orgId);
        const written = await bringUpToDate(orgId, secret, call);
        // Changed in the meantime: once more, with what is true now.
        if (!isDeepStrictEqual(await clinicOf(orgId), written)) continue;
        if (await writer.confirm(version)) break;
        if ((await writer.renew()) === undefined) throw new ProvisioningFailed('BUSY', undefined);
      }
      if (!isCertain() || writer.tookOver) await secrets.writeAgainLater(orgId);
    });
    if (!isDone) throw new ProvisioningFailed('BUSY', undefined);
    log.info({ org_id: orgId }, '[Assistant] Receptionist is ready');
  };

  const hasReceptionist = async (orgId: OrgId): Promise<boolean> =>
    (await connections.find(orgId, 'vapi'))?.details.assistant_id !== undefined;

  const clinicOf = (orgId: OrgId): Promise<ClinicInfo> =>
    database.withTenant({ orgId, userId: null }, (db) => readClinicInfo(db, orgId));

  /** @returns the facts about the clinic that Vapi has now. */
  const bringUpToDate = async (orgId: OrgId, secret: string, call: Call) => {
    const details = (await connections.find(orgId, 'vapi'))?.details ?? {};
    const clinic = await clinicOf(orgId);
    const definitions = define(options, { ...clinic, orgId, secret });

    const assistantId = await provisionAssistant(orgId, details.assistant_id, definitions.assistant, call);
    await connections.addDetails(orgId, 'vapi', { assistant_id: assistantId });

    const number = await provisionNumber(orgId, details, definitions, clinic.name, call);
    await connections.addDetails(
      orgId,
      'vapi',
      {
        definition: release,
        ...(number ? { phone_number_id: number.id } : {}),
        ...(number?.number ? { phone_number: number.number } : {}),
      },
      number?.number ?? assistantId,
    );
    return clinic;
  };

  const provisionAssistant = async (
    orgId: OrgId,
    noted: string | undefined,
    definition: AssistantDefinition,
    call: Call,
  ): Promise<string> => {
    // Its answer may have been lost (a crash, a broken connection): look before making one.
    const known = noted ?? (await call((signal) => vapi.findAssistant(orgId, signal), true))?.id;
    const isThere =
      known !== undefined &&
      (await unlessGone(call((signal) => vapi.updateAssistant(known, definition, signal), true)));
    if (known !== undefined && isThere) return known;
    return (await call((signal) => vapi.createAssistant(definition, signal), false)).id;
  };

  const provisionNumber = async (
    orgId: OrgId,
    noted: Record<string, string>,
    definitions: Pick<Definitions, 'number'>,
    clinicName: string,
    call: Call,
  ) => {
    const marker = numberMarker(orgId);
    // As with the assistant: a number whose answer was lost is ours nevertheless, and each one costs money.
    const id =
      noted.phone_number_id ?? (await call((signal) => vapi.findPhoneNumber(marker, signal), true))?.id;
    const definition = definitions.number(
      `${nameForVapi(clinicName, marker.length + 1)} ${marker}`,
      noted.phone_number ?? null,
    );
    const known =
      id && (await unlessGone(call((signal) => vapi.updatePhoneNumber(id, definition, signal), true)));
    if (id && known) return { id, ...known.value };
    try {
      return await call((signal) => vapi.createPhoneNumber(definition, signal), false);
    } catch (error) {
      // Vapi's free numbers can run out. The assistant works anyway once a number of the clinic leads to it.
      if (error instanceof ProvisioningFailed && error.kind === 'PERMANENT') return undefined;
      throw error;
    }
  };

  return {
    secretOf: secrets.of,
    provision,
    async rotateSecret(orgId, { revokeNow = false } = {}) {
      const rotated = await secrets.rotate(orgId, revokeNow);
      try {
        await provision(orgId, options.rotateWaitMs ?? ROTATE_WAIT_MS);
        await secrets.needsNoJob(orgId, rotated);
      } catch (error) {
        if (!(error instanceof ProvisioningFailed)) throw error;
        await secrets.leaveToJob(orgId);
        log.warn({ org_id: orgId, kind: error.kind }, '[Assistant] The new secret will reach Vapi later');
      }
      return { secret: rotated.secret, previousUntil: (await secrets.of(orgId)).previousUntil };
    },
    queueOutdated: () => database.withService((db) => queueOutdatedDefinitions(db, release)),
    async handler(job) {
      if (job.org_id === null) return undefined;
      try {
        await provision(mintOrgId(job.org_id));
      } catch (error) {
        if (!(error instanceof ProvisioningFailed)) throw error;
        // Vapi being away, or a wrong key that a person will fix: neither may leave a clinic without a receptionist.
        throw new RetryLater(error.kind === 'WAITS' ? WAITS : error.message, {
          countAttempt: false,
          delayMs: DELAYS_MS[error.kind] ?? 5_000,
        });
      }
      return undefined;
    },
  };
}

/** How long a kind of failure is left alone. */
const DELAYS_MS: Record<string, number> = { AUTH: 30_000, BUSY: 1_000, WAITS: 600_000 };

/** Ends the name of a clinic's number: the one field of a number that is ours, and by which it is found again. */
const numberMarker = (orgId: OrgId): string => `vx-${orgId.replaceAll('-', '').slice(-12)}`;

/** @returns undefined when someone has deleted it at Vapi: it is made again then. */
const unlessGone = async <T>(work: Promise<T>): Promise<{ value: T } | undefined> => {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof ProvisioningFailed && error.vapiStatus === 404) return undefined;
    throw error;
  }
};

class ProvisioningFailed extends AppError {
  readonly kind: string;
  readonly vapiStatus: number | undefined;
  constructor(kind: string, status: number | undefined) {
    super({
      code: 'VAPI_UNAVAILABLE',
      status: 502,
      detail: `Vapi didn't accept the receptionist's settings (${kind}${status ? ` ${status}` : ''}). Voxanne will try again.`,
      retryable: true,
    });
    this.kind = kind;
    this.vapiStatus = status;
  }
}
