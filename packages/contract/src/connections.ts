import { z } from 'zod';
import { Id, Timestamp } from './common.ts';

export const ConnectionStatus = z.enum([
  'not_linked',
  'connected',
  'expiring',
  'refreshing',
  'degraded',
  'reconnect_required',
  'insufficient_scope',
  'revoked',
]);
export type ConnectionStatus = z.infer<typeof ConnectionStatus>;

export const Integration = z
  .object({
    provider: z.enum(['google', 'twilio', 'vapi']),
    status: ConnectionStatus,
    account: z.string().nullable(),
    expires_at: Timestamp.nullable(),
    connected_at: Timestamp.nullable(),
    message: z.string(),
  })
  .meta({ id: 'Integration' });
export type Integration = z.infer<typeof Integration>;

export const IntegrationList = z.object({ data: z.array(Integration) }).meta({ id: 'IntegrationList' });

export const ConnectRequest = z
  .strictObject({
    return_to: z
      .string()
      .max(500)
      .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'Give a path on this site, such as /health.')
      .optional()
      .describe('The page the browser returns to, with the outcome; /setup if left out'),
  })
  .meta({ id: 'ConnectRequest' });

export const ConnectResponse = z.object({ url: z.url() }).meta({ id: 'ConnectResponse' });

export const ConnectionTest = z
  .object({ ok: z.boolean(), status: ConnectionStatus, message: z.string(), elapsed_ms: z.number() })
  .meta({ id: 'ConnectionTest' });

export const VapiIntegration = z
  .object({
    server_url: z.string(),
    secret_hint: z.string().nullable(),
    /** The secret before the present one is taken until then, or until Vapi has the present one. */
    previous_secret_until: Timestamp.nullable(),
    assistant_id: z.string().nullable(),
    phone_number: z.string().nullable(),
    org_id: Id,
  })
  .meta({ id: 'VapiIntegration' });
export type VapiIntegration = z.infer<typeof VapiIntegration>;

export const RotateSecretRequest = z
  .strictObject({
    /** The secret before the new one is refused at once, whether Vapi has the new one or not. */
    revoke_now: z.boolean().default(false),
  })
  .meta({ id: 'RotateSecretRequest' });

export const RotatedSecret = z
  .object({ secret: z.string(), previous_secret_until: Timestamp.nullable() })
  .meta({ id: 'RotatedSecret' });
