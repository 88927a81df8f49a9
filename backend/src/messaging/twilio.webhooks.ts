import { Id } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Arrival, type Inbox, maskHeaders } from '../deliveries/index.ts';
import type { HttpServer } from '../platform/http.ts';
import type { ProviderCap } from '../platform/rate-limits/provider-cap.ts';
import type { Form } from '../platform/read-body.ts';
import type { StatusPayload } from './apply-status.ts';
import { foreignAccount, invalidSignature } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { receiveInbound } from './receive-inbound.ts';
import { field } from './twilio-form.ts';
import { findForCallback } from './webhooks.queries.ts';

// The base64 of an HMAC-SHA1.
const SIGNATURE = /^[A-Za-z0-9+/]{27}=$/;
const WHATSAPP = /^whatsapp:/;
const FORM = 'application/x-www-form-urlencoded';
/** The fields that are read; Twilio sends more. */
const StatusForm = z.looseObject({
  MessageSid: z.string(),
  MessageStatus: z.string(),
  ErrorCode: z.string().optional(),
  From: z.string().optional(),
  To: z.string().optional(),
});
const InboundForm = z.looseObject({
  MessageSid: z.string(),
  From: z.string(),
  To: z.string(),
  Body: z.string().optional(),
});

const NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** What Twilio calls. Signed, kept, answered; everything else happens in a worker. */
export function registerTwilioWebhooks(
  server: HttpServer,
  { messaging, inbox, cap }: { messaging: Messaging; inbox: Inbox; cap: ProviderCap },
): void {
  const { context } = messaging;
  const tags = ['webhooks'];

  // Before the body: without a signature, nothing that it says is worth reading.
  const onRequest = async (request: FastifyRequest) => {
    if (!SIGNATURE.test(String(request.headers['x-twilio-signature']))) throw invalidSignature();
  };
  const config = { form: true, limits: { bytes: 65_536, fields: 256 } };

  const signedForm = async (request: FastifyRequest) => {
    const params = (request.body ?? {}) as Form;
    const signature = String(request.headers['x-twilio-signature']);
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
      onRequest,
      config: {
        ...config,
        kind: 'webhook',
        described: { body: { type: FORM, schema: StatusForm }, answers: { 204: { description: 'Kept' } } },
      },
      schema: {
        tags,
        operationId: 'receiveTwilioStatus',
        security: [{ twilioSignature: [] }],
        summary: 'Twilio: what happened to a text',
        description: 'Authenticated by X-Twilio-Signature over the URL under PUBLIC_URL and the form.',
        querystring: z.looseObject({ m: Id.optional().catch(undefined) }),
      },
    },
    async (request, reply) => {
      const { form, arrival } = await signedForm(request);
      await cap(`from ${field(form, 'From')}`);
      const sid = field(form, 'MessageSid');
      const status = field(form, 'MessageStatus');
      if (sid && status) await keepStatus(form, { sid, status, m: request.query.m }, arrival);
      return reply.code(204).send();
    },
  );

  async function keepStatus(
    form: Form,
    { sid, status, m }: { sid: string; status: string; m: string | undefined },
    arrival: Arrival,
  ): Promise<void> {
    const message = await context.database.withService((db) =>
      findForCallback(db, {
        sid,
        messageId: m ?? null,
        to: field(form, 'To')?.replace(WHATSAPP, '') || null,
      }),
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
    {
      onRequest,
      config: {
        ...config,
        kind: 'webhook',
        described: {
          body: { type: FORM, schema: InboundForm },
          answers: {
            200: {
              description: 'Kept',
              content: { 'text/xml': z.string().describe('An empty TwiML document') },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'receiveTwilioText',
        security: [{ twilioSignature: [] }],
        summary: 'Twilio: a patient sent a text',
        description:
          'Authenticated by X-Twilio-Signature over the URL under PUBLIC_URL and the form. The response is an empty TwiML document: no reply is sent from here.',
      },
    },
    async (request, reply) => {
      const { form, arrival } = await signedForm(request);
      // Whose a text is on a number that clinics share is found out later.
      await cap(`to ${field(form, 'To')}`);
      await receiveInbound(context, inbox, form, arrival);
      return reply.type('text/xml; charset=utf-8').send(NOTHING_TO_SAY);
    },
  );
}
