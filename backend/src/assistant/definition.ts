import { sha256 } from '../platform/crypto.ts';
import { defineAssistant } from './assistant-definition.ts';
import { defineNumber } from './number-definition.ts';
import type { ClinicInfo } from './tools/clinic-info.queries.ts';
import { spokenWeek } from './tools/opening-hours.ts';
import type { ToolDefinition } from './tools/tool.ts';
import type { AssistantDefinition, NumberDefinition, ServerDefinition } from './vapi.client.ts';

export const webhookUrl = (publicUrl: string): string => `${publicUrl}/api/vapi/webhook`;
const toolUrl = (publicUrl: string, name: string): string => `${publicUrl}/api/vapi/tools/${name}`;

export interface Definitions {
  assistant: AssistantDefinition;
  number(name: string, number: string | null): NumberDefinition;
}

export interface DefineOptions {
  publicUrl: string;
  tools: ToolDefinition[];
}

/** Everything of a clinic that lies at Vapi, as whole objects: Vapi replaces each field that it is sent. */
export function define(
  { publicUrl, tools }: DefineOptions,
  clinic: ClinicInfo & { orgId: string; secret: string },
): Definitions {
  // The API's `server.secret` has left its specification; the header it set is what counts.
  const serverAt = (url: string, backoffPlan: ServerDefinition['backoffPlan']): ServerDefinition => ({
    url,
    headers: { 'X-Vapi-Secret': clinic.secret },
    timeoutSeconds: WAIT_SECONDS,
    backoffPlan,
  });
  const { name: clinicName, timeZone, country, phone } = clinic;
  return {
    assistant: defineAssistant(
      {
        orgId: clinic.orgId,
        clinicName,
        timeZone,
        country,
        services: clinic.services.map((service) => service.service_type),
        openingHours: spokenWeek(Object.values(clinic.openingHours)),
      },
      tools,
      serverAt(webhookUrl(publicUrl), UNTIL_TAKEN),
      (tool) => serverAt(toolUrl(publicUrl, tool), WHILE_THEY_WAIT),
    ),
    number: (name, number) =>
      defineNumber(
        name,
        { clinicName, country, phone, number },
        serverAt(webhookUrl(publicUrl), WHILE_THEY_WAIT),
      ),
  };
}

// A caller hears nothing in the meantime. Ours answers in a fraction of it, a repeat of a running call within five seconds.
const WAIT_SECONDS = 10;

/** What is refused stays refused; SDK types: `type` is a string and the codes are numbers in Vapi's own specification. */
const again = (plan: { type: 'fixed' | 'exponential'; maxRetries: number; baseDelaySeconds: number }) =>
  ({ ...plan, excludedStatusCodes: [400, 401, 403, 404, 409, 413, 415, 422] }) as unknown as NonNullable<
    ServerDefinition['backoffPlan']
  >;

/** Over a restart of ours, and no longer: someone is on the line. A repeat of a tool call gets the first answer. */
const WHILE_THEY_WAIT = again({ type: 'fixed', maxRetries: 2, baseDelaySeconds: 1 });
/** A report that does not arrive is a call that no one reads of. */
const UNTIL_TAKEN = again({ type: 'exponential', maxRetries: 6, baseDelaySeconds: 2 });

/**
 * @returns a fingerprint of what `define` makes, whatever the clinic. Who has another one at Vapi was made by an earlier
 * release; no one has to remember to count a number up.
 */
export function definitionVersion(options: DefineOptions): string {
  const clinic = {
    orgId: '00000000-0000-0000-0000-000000000000',
    secret: '',
    name: 'A clinic',
    timeZone: 'UTC',
    country: 'US',
    services: [{ service_type: 'visit', name: 'Visit', minutes: 30 }],
    openingHours: { 'Dr. A': { 1: [['09:00', '17:00']] } },
  } satisfies Omit<ClinicInfo, 'phone'> & { orgId: string; secret: string };
  const made = [
    { ...clinic, phone: null },
    { ...clinic, phone: '+14155550100', country: '', services: [], openingHours: {} },
  ].map((one) => {
    const { assistant, number } = define(options, one);
    return [assistant, number('A number', null)];
  });
  return sha256(JSON.stringify(made)).toString('hex').slice(0, 16);
}
