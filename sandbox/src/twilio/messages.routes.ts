import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SandboxConfig } from '../core/config.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Carrier } from './carrier.ts';
import { composeMessage } from './compose.ts';
import { notFound, TwilioError } from './errors.ts';
import { listMessages } from './list-messages.ts';
import { messageResource } from './resource.ts';
import type { Message, TwilioEntry, TwilioState } from './state.ts';

const messageParams = z.object({ file: z.string() });
const updateForm = z.object({ Body: z.literal('').optional(), Status: z.literal('canceled').optional() });

export interface MessageRoutes {
  config: SandboxConfig;
  state: TwilioState;
  ledger: Ledger<TwilioEntry>;
  carrier: Carrier;
}

export function messageRoutes(app: FastifyInstance, { config, state, ledger, carrier }: MessageRoutes): void {
  const find = (request: FastifyRequest): Message => {
    const sid = messageParams.parse(request.params).file.replace(/\.json$/, '');
    const message = state.messages.get(sid);
    if (!message) throw notFound(request.url.replace('/twilio', ''));
    return message;
  };
  const finished = (request: FastifyRequest): Message => {
    const message = find(request);
    if (!['delivered', 'failed', 'undelivered', 'received'].includes(message.status)) {
      throw new TwilioError(409, 20009, 'Cannot update or delete because record is unfinished');
    }
    return message;
  };

  app.post('/Messages.json', async (request, reply) => {
    const message = composeMessage(request.body, state, config);
    ledger.record({ type: 'message', message });
    carrier.carry(message);
    return reply.code(201).send(messageResource(message));
  });

  app.get('/Messages.json', async (request) =>
    listMessages(request.query, [...state.messages.values()], config.twilio.accountSid),
  );

  app.get('/Messages/:file', async (request) => messageResource(find(request)));

  app.post('/Messages/:file', async (request) => {
    const message = finished(request);
    const form = updateForm.safeParse(request.body);
    if (!form.success || form.data.Body === undefined) {
      throw new TwilioError(400, 20001, 'Only an empty Body, which redacts the message, can be set');
    }
    ledger.record({ type: 'redacted', sid: message.sid, at: config.now() });
    return messageResource(message);
  });

  app.delete('/Messages/:file', async (request, reply) => {
    ledger.record({ type: 'deleted', sid: finished(request).sid });
    return reply.code(204).send();
  });
}
