import type { Vapi } from '@vapi-ai/server-sdk';
import type { Config } from '../platform/config.ts';

export type AssistantDefinition = Vapi.CreateAssistantDto;
export type ServerDefinition = Vapi.Server;
/** Why a call ended before anyone answered. */
export type UnansweredReason = Vapi.PhoneNumberCallEndingHookFilterOneOfItem;
/** A number without its own assistant: its server is asked who answers. */
export interface NumberDefinition {
  name: string;
  server: ServerDefinition;
  hooks: Vapi.CreateVapiPhoneNumberDtoHooksItem[];
  /** null takes away what an earlier definition has set: Vapi keeps a field that is left out. */
  fallbackDestination: Vapi.CreateVapiPhoneNumberDtoFallbackDestination | null;
}

export interface VapiClient {
  createAssistant(definition: AssistantDefinition, signal?: AbortSignal): Promise<{ id: string }>;
  updateAssistant(id: string, definition: AssistantDefinition, signal?: AbortSignal): Promise<void>;
  /** The newest assistant that carries this organization in its metadata. */
  findAssistant(orgId: string, signal?: AbortSignal): Promise<{ id: string } | undefined>;
  createPhoneNumber(
    definition: NumberDefinition,
    signal?: AbortSignal,
  ): Promise<{ id: string; number: string | null }>;
  /** The newest number whose name ends with this marker. */
  findPhoneNumber(marker: string, signal?: AbortSignal): Promise<{ id: string } | undefined>;
  updatePhoneNumber(
    id: string,
    definition: NumberDefinition,
    signal?: AbortSignal,
  ): Promise<{ number: string | null }>;
  /** Refused where Vapi does not take our key. */
  checkKey(signal?: AbortSignal): Promise<void>;
}

const TIMEOUT_SECONDS = 10;
const NEWEST = 100;
const MOST = 1_000;

/** Vapi's own SDK, loaded on first use. It would retry a POST after a 5xx and so make two assistants: retries off. */
export function createVapiClient(config: Pick<Config, 'vapi'>): VapiClient {
  const load = async () => {
    const { VapiClient: Client } = await import('@vapi-ai/server-sdk');
    return new Client({ token: config.vapi.apiKey, baseUrl: config.vapi.baseUrl });
  };
  let client: ReturnType<typeof load> | undefined;
  const api = () => {
    client ??= load();
    return client;
  };
  const options = (signal?: AbortSignal) => ({
    maxRetries: 0,
    timeoutInSeconds: TIMEOUT_SECONDS,
    ...(signal ? { abortSignal: signal } : {}),
  });
  const numberOf = (phone: object): string | null => (phone as { number?: string }).number ?? null;
  return {
    async checkKey(signal) {
      await (await api()).assistants.list({ limit: 1 }, options(signal));
    },
    createAssistant: async (definition, signal) =>
      (await api()).assistants.create(definition, options(signal)),
    async updateAssistant(id, definition, signal) {
      await (await api()).assistants.update({ id, ...definition }, options(signal));
    },
    async findAssistant(orgId, signal) {
      const assistants = await (await api()).assistants.list({ limit: NEWEST }, options(signal));
      return assistants.find((assistant) => assistant.metadata?.org_id === orgId);
    },
    async createPhoneNumber({ fallbackDestination, ...definition }, signal) {
      const phone = await (await api()).phoneNumbers.create(
        { provider: 'vapi', ...definition, ...(fallbackDestination ? { fallbackDestination } : {}) },
        options(signal),
      );
      return { id: phone.id, number: numberOf(phone) };
    },
    async findPhoneNumber(marker, signal) {
      const phones = await (await api()).phoneNumbers.list({ limit: MOST }, options(signal));
      return phones.find((phone) => phone.name?.endsWith(marker));
    },
    async updatePhoneNumber(id, definition, signal) {
      // Its types know no null.
      const body = { provider: 'vapi', ...definition } as Vapi.UpdatePhoneNumbersRequestBody;
      const phone = await (await api()).phoneNumbers.update({ id, body }, options(signal));
      return { number: numberOf(phone) };
    },
  };
}
