import { z } from 'zod';

/** Where Vapi sends a message, and what it proves itself with. */
export const server = z.looseObject({
  url: z.url().optional(),
  secret: z.string().optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
  timeoutSeconds: z.number().min(1).max(300).optional(),
  /** kept, not acted out */
  backoffPlan: z
    .looseObject({
      type: z.enum(['fixed', 'exponential']),
      maxRetries: z.number().min(0).max(10),
      baseDelaySeconds: z.number().min(0).max(10),
      excludedStatusCodes: z.array(z.number()).optional(),
    })
    .nullish(),
});
export type Server = z.infer<typeof server>;

export const tool = z.looseObject({
  type: z.string(),
  function: z
    .looseObject({
      name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      description: z.string().max(1_000).optional(),
      parameters: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
    })
    .optional(),
  server: server.optional(),
  messages: z
    .array(
      z.looseObject({
        type: z.enum(['request-start', 'request-complete', 'request-failed', 'request-response-delayed']),
        role: z.enum(['assistant', 'system']).optional(),
        content: z.string().max(1_000).optional(),
      }),
    )
    .optional(),
  /** values the model never sees: they are put over its arguments */
  parameters: z.array(z.object({ key: z.string(), value: z.unknown() })).optional(),
});
export type Tool = z.infer<typeof tool>;

const enabled = z.looseObject({ enabled: z.boolean().optional() });

export const assistant = z.looseObject({
  name: z.string().max(40).nullish(),
  firstMessage: z.string().nullish(),
  endCallMessage: z.string().nullish(),
  model: z
    .looseObject({
      provider: z.string(),
      model: z.string().optional(),
      tools: z.array(tool).optional(),
      toolIds: z.array(z.string()).optional(),
    })
    .nullish(),
  server: server.nullish(),
  serverMessages: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  maxDurationSeconds: z.number().min(10).max(43_200).nullish(),
  artifactPlan: z
    .looseObject({
      recordingEnabled: z.boolean().optional(),
      videoRecordingEnabled: z.boolean().optional(),
      pcapEnabled: z.boolean().optional(),
      loggingEnabled: z.boolean().optional(),
      transcriptPlan: enabled.optional(),
    })
    .nullish(),
  analysisPlan: z
    .looseObject({
      summaryPlan: enabled.optional(),
      structuredDataPlan: enabled.optional(),
      successEvaluationPlan: enabled.optional(),
    })
    .nullish(),
  monitorPlan: z
    .looseObject({
      listenEnabled: z.boolean().optional(),
      listenAuthenticationEnabled: z.boolean().optional(),
      controlEnabled: z.boolean().optional(),
      controlAuthenticationEnabled: z.boolean().optional(),
    })
    .nullish(),
});
export type Assistant = z.infer<typeof assistant>;

const spoken = z.union([z.string(), z.looseObject({ content: z.string().optional() })]);
const destination = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('number'),
    number: z.string().regex(/^\+[1-9]\d{6,14}$/),
    message: spoken.optional(),
  }),
  z.looseObject({ type: z.literal('sip'), sipUri: z.string(), message: spoken.optional() }),
]);
export type Destination = z.infer<typeof destination>;

const hook = z.discriminatedUnion('on', [
  z.looseObject({ on: z.literal('call.ringing') }),
  z.looseObject({
    on: z.literal('call.ending'),
    filters: z
      .array(
        z.looseObject({
          type: z.literal('oneOf'),
          key: z.literal('call.endedReason'),
          oneOf: z.array(z.string().startsWith('assistant-request-')),
        }),
      )
      .optional(),
    do: z
      .discriminatedUnion('type', [
        z.looseObject({ type: z.literal('transfer'), destination: destination.optional() }),
        z.looseObject({ type: z.literal('say'), exact: z.string().max(1_000) }),
      ])
      .optional(),
  }),
]);

export const phoneNumber = z
  .looseObject({
    provider: z.enum(['vapi', 'twilio', 'vonage', 'telnyx', 'byo-phone-number']),
    number: z.string().nullish(),
    name: z.string().max(40).nullish(),
    assistantId: z.string().nullish(),
    squadId: z.string().nullish(),
    server: server.nullish(),
    hooks: z.array(hook).nullish(),
    fallbackDestination: destination.nullish(),
  })
  .refine(({ provider, number }) => provider === 'vapi' || Boolean(number), {
    message: 'must be given for a number of your own',
    path: ['number'],
  });
export type PhoneNumber = z.infer<typeof phoneNumber>;

const stored = z.looseObject({
  id: z.string(),
  orgId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Stored<Resource = object> = Resource & z.infer<typeof stored>;

export const resourceSchemas = { assistant, tool, 'phone-number': phoneNumber } as const;
export type ResourceKind = keyof typeof resourceSchemas;

export const storedResource = stored;
