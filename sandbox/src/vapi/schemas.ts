import { z } from 'zod';

/** Where Vapi sends a message, and what it proves itself with. */
export const server = z.looseObject({
  url: z.url().optional(),
  secret: z.string().optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
  timeoutSeconds: z.number().min(1).max(300).optional(),
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
  /** values the model never sees: they are put over its arguments */
  parameters: z.array(z.object({ key: z.string(), value: z.unknown() })).optional(),
});
export type Tool = z.infer<typeof tool>;

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
});
export type Assistant = z.infer<typeof assistant>;

export const phoneNumber = z
  .looseObject({
    provider: z.enum(['vapi', 'twilio', 'vonage', 'telnyx', 'byo-phone-number']),
    number: z.string().nullish(),
    name: z.string().max(40).nullish(),
    assistantId: z.string().nullish(),
    squadId: z.string().nullish(),
    server: server.nullish(),
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
