import { Id, MessageStatus, singleLine, TextAccepted, visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import { idempotencyHeaders } from '../deliveries/index.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { limitHeaders } from '../platform/problem.ts';
import { findClinic, requireRight, type Tenant, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { channelNotConfigured } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { queueText } from './queue-text.ts';

const NewText = z.strictObject({
  to: singleLine(40).describe('The phone number, in any usual spelling'),
  body: z
    .string()
    // Half of an emoji that was cut stays visible as U+FFFD: the same text again must be the same.
    .overwrite((text) => visibleLines(text.toWellFormed()))
    .min(1)
    .max(1_600),
  channel: z.enum(['sms', 'whatsapp']).default('sms'),
});
type NewText = z.infer<typeof NewText>;
const Batch = z.strictObject({ messages: z.array(NewText).min(1).max(100) });

const headers = idempotencyHeaders('The same key sends nothing twice');

const BatchResult = z
  .object({
    results: z.array(
      z.union([
        z.object({ success: z.literal(true), message_id: Id, status: MessageStatus }),
        z.object({ success: z.literal(false), error: z.string(), message: z.string() }),
      ]),
    ),
  })
  .meta({ id: 'MessageBatchResult' });

export interface SmsRouteOptions {
  messaging: Messaging;
  database: Database;
  tenantResolver: TenantResolver;
}

export function registerSmsRoutes(server: HttpServer, options: SmsRouteOptions): void {
  const { database, messaging, tenantResolver } = options;
  const tags = ['messages'];

  const queue = async (
    tenant: Tenant,
    country: string,
    text: NewText,
    idempotencyKey: string | undefined,
  ) => {
    if (text.channel === 'whatsapp') throw channelNotConfigured();
    const { to, body } = text;
    const row = await queueText(messaging.context, tenant, { country, to, body, idempotencyKey });
    return { message_id: row.id, status: row.status };
  };

  server.post(
    '/api/sms',
    {
      onRequest: [tenantResolver, requireRight('messages.send')],
      schema: {
        tags,
        operationId: 'sendText',
        summary: 'Text a patient',
        description:
          'Queued at once and sent by a worker; see GET /api/messages/{id} for its status. Texts only go to the clinic’s contacts and its owner’s phone; any other number is 422 NOT_A_CONTACT. 422 STOPPED: the patient sent STOP. CANNOT_RECEIVE: the number doesn’t get texts. Manual texts are limited per hour and per day, with a lower limit for new clinics: 429 TOO_MANY_TEXTS with Retry-After.',
        body: NewText,
        headers,
        response: { 202: TextAccepted },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { country } = await database.withTenant(tenant, (db) => findClinic(db, tenant.orgId));
      const accepted = await queue(tenant, country, request.body, request.headers['idempotency-key']);
      return reply.code(202).send(accepted);
    },
  );

  server.post(
    '/api/sms/batch',
    {
      onRequest: [tenantResolver, requireRight('messages.send')],
      // A hundred texts of 1,600 characters, each of up to four bytes.
      config: { limits: { bytes: 786_432 } },
      schema: {
        tags,
        operationId: 'sendTexts',
        summary: 'Text several patients',
        description:
          'One result for each text, in order, under the rules for a single text. Once the limit is reached, the remaining texts get the error TOO_MANY_TEXTS and the response has Retry-After; if the limit allowed none at all, the response is 429.',
        body: Batch,
        headers,
        response: { 202: BatchResult },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const key = request.headers['idempotency-key'];
      const { country } = await database.withTenant(tenant, (db) => findClinic(db, tenant.orgId));
      let limit: AppError | undefined;
      const results: z.infer<typeof BatchResult>['results'] = [];
      for (const [index, text] of request.body.messages.entries()) {
        try {
          const accepted = await queue(tenant, country, text, key && `${key}:${index}`);
          results.push({ success: true, ...accepted });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          if (error.status === 429) limit = error;
          results.push({ success: false, error: error.code, message: error.message });
        }
      }
      if (limit && results.every((result) => !result.success && result.error === limit?.code)) throw limit;
      if (limit) reply.headers(limitHeaders(limit));
      return reply.code(202).send({ results });
    },
  );
}
