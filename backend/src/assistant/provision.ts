import { isDeepStrictEqual } from 'node:util';
import type { SafeCallInstance } from '@voxanne/safe-call';
import type { Connections } from '../connections/index.ts';
import { type JobHandler, RetryLater } from '../deliveries/index.ts';
import { randomToken, SealError } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import { defineAssistant, nameForVapi } from './assistant-definition.ts';
import { readClinic, requeueProvisioning as requeue } from './clinic.queries.ts';
import { spokenWeek } from './opening-hours.ts';
import type { ToolDefinition } from './tools/tool.ts';
import type { AssistantDefinition, ServerDefinition, VapiClient } from './vapi.client.ts';

export interface ProvisionOptions {
  database: Database;
  connections: Connections;
  vapi: VapiClient;
  resilience: SafeCallInstance;
  publicUrl: string;
  tools: ToolDefinition[];
  log: Logger;
}

export interface Provisioning {
  /** The organization's secret for Vapi, made on first use. */
  secretOf(orgId: OrgId): Promise<string>;
  /** Makes the assistant and its number at Vapi, or brings them up to date. Can be repeated at will. */
  provision(orgId: OrgId): Promise<void>;
  rotateSecret(orgId: OrgId): Promise<string>;
  handler: JobHandler;
}

export const webhookUrl = (publicUrl: string): string => `${publicUrl}/api/vapi/webhook`;
// Vapi allows 40 characters.
const LONGEST_NAME = 40;
const toolUrl = (publicUrl: string, name: string): string => `${publicUrl}/api/vapi/tools/${name}`;

export function createProvisioning(options: ProvisionOptions): Provisioning {
  const { database, connections, vapi, resilience, publicUrl, log } = options;

  const call = async <T>(
    orgId: OrgId,
    work: (signal: AbortSignal) => Promise<T>,
    idempotent: boolean,
  ): Promise<T> => {
    const result = await resilience.safeCall('vapi', ({ signal }) => work(signal), {
      key: orgId,
      idempotent,
      timeoutMs: 10_000,
      deadlineMs: 20_000,
    });
    if (result.success) return result.data;
    throw new ProvisioningFailed(result.error.kind, result.error.status);
  };

  const secretOf = async (orgId: OrgId): Promise<string> => {
    const opened = await connections.open(orgId, 'vapi').catch((error: unknown) => {
      if (error instanceof SealError) return 'lost' as const;
      throw error;
    });
    if (opened && opened !== 'lost') return opened.secret;
    await saveSecret(orgId, randomToken());
    if (opened === 'lost') {
      // The encryption key is gone. Vapi's calls still find us by the old secret's hash until it has the new one.
      await database.withService((db) => requeue(db, orgId));
      log.warn({ org_id: orgId }, '[Assistant] The secret could not be opened and was replaced');
    }
    return secretOf(orgId);
  };

  const saveSecret = (orgId: OrgId, secret: string) =>
    connections.save(orgId, 'vapi', { status: 'connected', secret, lookup: secret });

  const provision = async (orgId: OrgId): Promise<void> => {
    const secret = await secretOf(orgId);
    const written = await bringUpToDate(orgId, secret);
    // Replaced meanwhile, and what was written to Vapi last may be the old one: once more, with the new one.
    if ((await secretOf(orgId)) !== secret) return provision(orgId);
    if (!isDeepStrictEqual(await clinicOf(orgId), written)) return provision(orgId);
    await connections.forgetPreviousSecret(orgId, 'vapi');
    log.info({ org_id: orgId }, '[Assistant] Receptionist is ready');
  };

  const clinicOf = (orgId: OrgId) =>
    database.withTenant({ orgId, userId: null }, (db) => readClinic(db, orgId));

  /** @returns the facts about the clinic that Vapi has now. */
  const bringUpToDate = async (orgId: OrgId, secret: string) => {
    const details = (await connections.find(orgId, 'vapi'))?.details ?? {};
    const clinic = await clinicOf(orgId);
    // The API's `server.secret` has left its specification; the header it set is what counts.
    const serverAt = (url: string): ServerDefinition => ({ url, headers: { 'X-Vapi-Secret': secret } });
    const server = serverAt(webhookUrl(publicUrl));
    const definition = defineAssistant(
      {
        orgId,
        clinicName: clinic.name,
        timeZone: clinic.timeZone,
        services: clinic.services.map((s) => s.service_type),
        openingHours: spokenWeek(Object.values(clinic.openingHours)),
      },
      options.tools,
      server,
      (name) => serverAt(toolUrl(publicUrl, name)),
    );

    const assistantId = await provisionAssistant(orgId, details.assistant_id, definition);
    await connections.addDetails(orgId, 'vapi', { assistant_id: assistantId });

    const number = await provisionNumber(orgId, details.phone_number_id, server, clinic.name);
    await connections.addDetails(
      orgId,
      'vapi',
      number ? { phone_number_id: number.id, ...(number.number ? { phone_number: number.number } : {}) } : {},
      number?.number ?? assistantId,
    );
    return clinic;
  };

  const provisionAssistant = async (
    orgId: OrgId,
    noted: string | undefined,
    definition: AssistantDefinition,
  ): Promise<string> => {
    // Its answer may have been lost (a crash, a broken connection): look before making one.
    const known = noted ?? (await call(orgId, (signal) => vapi.findAssistant(orgId, signal), true))?.id;
    const isThere =
      known !== undefined &&
      (await unlessGone(call(orgId, (signal) => vapi.updateAssistant(known, definition, signal), true)));
    if (known !== undefined && isThere) return known;
    return (await call(orgId, (signal) => vapi.createAssistant(definition, signal), false)).id;
  };

  const provisionNumber = async (
    orgId: OrgId,
    noted: string | undefined,
    server: ServerDefinition,
    clinicName: string,
  ) => {
    const marker = numberMarker(orgId);
    // As with the assistant: a number whose answer was lost is ours all the same, and each one costs money.
    const id = noted ?? (await call(orgId, (signal) => vapi.findPhoneNumber(marker, signal), true))?.id;
    const name = `${cutName(clinicName, marker.length + 1)} ${marker}`;
    const known =
      id &&
      (await unlessGone(call(orgId, (signal) => vapi.updatePhoneNumber(id, server, name, signal), true)));
    if (id && known) return { id, ...known.value };
    try {
      return await call(orgId, (signal) => vapi.createPhoneNumber(server, name, signal), false);
    } catch (error) {
      // Vapi's free numbers can run out. The assistant works all the same once a number of the clinic leads to it.
      if (error instanceof ProvisioningFailed && error.kind === 'PERMANENT') return undefined;
      throw error;
    }
  };

  return {
    secretOf,
    provision,
    async rotateSecret(orgId) {
      const secret = randomToken();
      await secretOf(orgId);
      await saveSecret(orgId, secret);
      try {
        await provision(orgId);
      } catch (error) {
        if (!(error instanceof ProvisioningFailed)) throw error;
        await database.withService((db) => requeue(db, orgId));
        log.warn({ org_id: orgId, kind: error.kind }, '[Assistant] The new secret will reach Vapi later');
      }
      return secret;
    },
    async handler(job) {
      if (job.org_id === null) return undefined;
      try {
        await provision(mintOrgId(job.org_id));
      } catch (error) {
        if (!(error instanceof ProvisioningFailed)) throw error;
        // Vapi being away, or a wrong key that a person will mend: neither may leave a clinic without a receptionist.
        throw new RetryLater(error.message, {
          countAttempt: false,
          delayMs: error.kind === 'AUTH' ? 60_000 : 5_000,
        });
      }
      return undefined;
    },
  };
}

/** Ends the name of a clinic's number: the one field of a number that is ours, and by which it is found again. */
const numberMarker = (orgId: OrgId): string => `vx-${orgId.replaceAll('-', '').slice(-12)}`;
const cutName = (name: string, reserved: number): string =>
  nameForVapi(name.slice(0, LONGEST_NAME - reserved));

/** @returns undefined when somebody has deleted it at Vapi: it is made anew then. */
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
      detail: `Vapi did not take the receptionist's settings (${kind}${status ? ` ${status}` : ''}). Voxanne tries again by itself.`,
      retryable: true,
    });
    this.kind = kind;
    this.vapiStatus = status;
  }
}
