import { Id } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Arrival, type Inbox, maskHeaders } from '../deliveries/index.ts';
import type { HttpServer } from '../platform/http.ts';
import type { StatusPayload } from './apply-status.ts';
import { foreignAccount, invalidSignature } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { receiveInbound } from './receive-inbound.ts';
import { field, readForm } from './twilio-form.ts';
import { findForCallback } from './webhooks.queries.ts';

const NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** What Twilio calls. Signed, kept, answered; everything else happens in a worker. */
export function registerTwilioWebhooks(
  server: HttpServer,
  { messaging, inbox }: { messaging: Messaging; inbox: Inbox },
): void {
  const { context } = messaging;
  const tags = ['webhooks'];

  const signedForm = async (request: FastifyRequest) => {
    const params = readForm(request.body);
    const signature = request.headers['x-twilio-signature']?.toString();
    const url = `${context.publicUrl}${request.url}`;
    if (!(await context.isSignedByTwilio({ signature, url, params }))) throw invalidSignature();
    // The signature proves our account's token; an account that it did not sign for proves nothing.
    const account = field(params, 'AccountSid');
    if (account !== undefined && account !== context.accountSid) throw foreignAccount();
    const arrival: Arrival = {
      signature: 'twilio',
      headers: maskHeaders(request.headers),
      requestId: request.id,
    };
    return { form: params, arrival };
  };

  server.post(
    '/api/webhooks/twilio/status',
    {
      config: { rawBody: true },
      schema: {
        tags,
        summary: 'Twilio: what became of a text',
        querystring: z.looseObject({ m: Id.optional().catch(undefined) }),
      },
    },
    async (request, reply) => {
      const { form, arrival } = await signedForm(request);
      const sid = field(form, 'MessageSid');
      const status = field(form, 'MessageStatus');
      if (sid && status) await keepStatus(form, { sid, status, m: request.query.m }, arrival);
      return reply.code(204).send();
    },
  );

  async function keepStatus(
    form: ReturnType<typeof readForm>,
    { sid, status, m }: { sid: string; status: string; m: string | undefined },
    arrival: Arrival,
  ): Promise<void> {
    const message = await context.database.withService((db) =>
      findForCallback(db, { sid, messageId: m ?? null }),
    );
    if (!message) {
      context.log.warn({ provider_id: sid }, '[Messaging] Status of a text that is not ours');
      return;
    }
    const payload: z.infer<typeof StatusPayload> = {
      message_id: message.id,
      sid,
      status,
      error_code: field(form, 'ErrorCode') || null,
      from: field(form, 'From') || null,
    };
    await inbox.receive({
      provider: 'twilio',
      scope: message.org_id,
      orgId: message.org_id,
      eventType: 'status',
      eventId: `${sid}:${status}`,
      orderKey: `message:${message.id}`,
      payload,
      arrival,
    });
  }

  server.post(
    '/api/webhooks/twilio/inbound',
    { config: { rawBody: true }, schema: { tags, summary: 'Twilio: a patient has texted' } },
    async (request, reply) => {
      const { form, arrival } = await signedForm(request);
      await receiveInbound(context, inbox, form, arrival);
      return reply.type('text/xml; charset=utf-8').send(NOTHING_TO_SAY);
    },
  );
}
