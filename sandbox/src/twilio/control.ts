import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseControl } from '../core/control.ts';
import { faultsOfCallbacks } from '../core/faults.ts';
import type { Ledger } from '../core/ledger.ts';
import { whyNotReached } from '../core/outbound.ts';
import { Problem } from '../core/problem.ts';
import type { World } from '../core/stand-in.ts';
import type { Carrier } from './carrier.ts';
import { deliverInbound, inboundMessage, keywordOf, replyMessage } from './inbound.ts';
import type { Message, TwilioEntry, TwilioState } from './state.ts';

const address = z.string().regex(/^(whatsapp:)?\+[1-9]\d{6,14}$/, 'give it as +15551234567');
const inboundBody = z.object({ from: address, to: address.optional(), body: z.string().max(1_600) });
const numberBody = z.object({
  number: z.string().regex(/^\+[1-9]\d{6,14}$/),
  owned: z.boolean().default(true),
});
const messagesQuery = z.object({ to: z.string().optional() });

export interface TwilioControl {
  world: World;
  state: TwilioState;
  ledger: Ledger<TwilioEntry>;
  carrier: Carrier;
}

export function twilioControl(app: FastifyInstance, { world, state, ledger, carrier }: TwilioControl): void {
  const { config, faults } = world;

  app.get('/messages', async (request) => {
    const query = messagesQuery.safeParse(request.query);
    // A plus sign that was not escaped in the address arrives as a space.
    const to = query.data?.to?.replace(/^ /, '+');
    return { data: state.phone.filter((message) => !to || message.to === to) };
  });

  app.put('/numbers', async (request) => {
    const { number, owned } = parseControl(numberBody, request.body);
    ledger.record({ type: 'number', number, owned });
    return { data: [config.twilio.fromNumber, ...state.numbers] };
  });

  app.post('/inbound-sms', async (request) => {
    const { from, to = config.twilio.fromNumber, body } = parseControl(inboundBody, request.body);
    const inbound = inboundMessage({ from, to, body }, world);
    ledger.record({ type: 'message', message: inbound });
    const keyword = keywordOf(body);
    if (keyword?.optOut !== undefined) {
      ledger.record({ type: 'opted', sender: to, recipient: from, out: keyword.optOut });
    }
    if (keyword) send(replyMessage(inbound, keyword.reply));

    const answer = await webhook(inbound);
    for (const reply of answer.replies) {
      if (!state.isOptedOut(to, from)) send(replyMessage(inbound, reply));
    }
    return { message_sid: inbound.sid, status_code: answer.status, replies: answer.replies };
  });

  function send(message: Message): void {
    ledger.record({ type: 'message', message });
    carrier.carry(message);
  }

  async function webhook(inbound: Message) {
    const struck = faults.strike('twilio', 'POST /api/webhooks/twilio/inbound', faultsOfCallbacks);
    const kinds = new Set(struck.map(({ kind }) => kind));
    const options = { isForged: kinds.has('bad_signature'), signal: AbortSignal.timeout(30_000) };
    try {
      if (kinds.has('duplicate_callback')) await deliverInbound(inbound, world, options);
      return await deliverInbound(inbound, world, options);
    } catch (error) {
      const detail = `The text was accepted, but ${config.publicUrl} couldn’t be reached: ${whyNotReached(error)}.`;
      throw new Problem(502, 'WEBHOOK_UNREACHABLE', detail);
    }
  }
}
