import { Id, MessageStatus, singleLine, visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { findOrganization, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { channelNotConfigured } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { queueText } from './queue-text.ts';

const NewText = z.object({
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
const Batch = z.object({ messages: z.array(NewText).min(1).max(100) });

const IdempotencyHeaders = z.looseObject({
  'idempotency-key': z.string().min(1).max(200).optional().describe('The same key sends nothing twice'),
});

const Accepted = z.object({ message_id: Id, status: MessageStatus }).meta({ id: 'MessageAccepted' });
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

  const queue = async (orgId: string, country: string, text: NewText, idempotencyKey: string | undefined) => {
    if (text.channel === 'whatsapp') throw channelNotConfigured();
    const { to, body } = text;
    const row = await queueText(messaging.context, { orgId, country, to, body, idempotencyKey });
    return { message_id: row.id, status: row.status };
  };

  server.post(
    '/api/sms',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Text a patient',
        body: NewText,
        headers: IdempotencyHeaders,
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { country } = await database.withTenant(tenant, (db) => findOrganization(db, tenant.orgId));
      const accepted = await queue(tenant.orgId, country, request.body, request.headers['idempotency-key']);
      return reply.code(202).send(accepted);
    },
  );

  server.post(
    '/api/sms/batch',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Text several patients',
        body: Batch,
        headers: IdempotencyHeaders,
        response: { 202: BatchResult },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const key = request.headers['idempotency-key'];
      const { country } = await database.withTenant(tenant, (db) => findOrganization(db, tenant.orgId));
      const results: z.infer<typeof BatchResult>['results'] = [];
      for (const [index, text] of request.body.messages.entries()) {
        try {
          const accepted = await queue(tenant.orgId, country, text, key && `${key}:${index}`);
          results.push({ success: true, ...accepted });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          results.push({ success: false, error: error.code, message: error.message });
        }
      }
      return reply.code(202).send({ results });
    },
  );
}
