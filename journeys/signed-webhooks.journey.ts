import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Clinic, openTime, patient, receptionistReady, signUp } from './support/clinic.ts';
import { type Answer, send } from './support/http.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { expectProblem } from './support/problem.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

/** Given to both sides, as the sandbox's README says: otherwise each makes a secret of its own. */
const TWILIO_TOKEN: string = randomUUID();
const CLINIC_NUMBER = '+15005550006';
const STATUS = '/api/webhooks/twilio/status';
const INBOUND = '/api/webhooks/twilio/inbound';

describe('webhooks are believed by their signature alone', () => {
  let product: Product;
  let outside: Outside;
  let clinic: Clinic;
  let callers = 0;

  beforeAll(async () => {
    product = await startProduct({ env: { TWILIO_AUTH_TOKEN: TWILIO_TOKEN } });
    outside = outsideOf(product);
    clinic = await signUp(product);
    await receptionistReady(clinic);
  });
  afterAll(async () => {
    if (product) await clearAway(product);
  });

  /** HMAC-SHA1 over the address and the sorted fields, as Twilio describes it. */
  const sign = (path: string, fields: Record<string, string>, key = TWILIO_TOKEN) =>
    createHmac('sha1', key)
      .update(
        product.url +
          path +
          Object.keys(fields)
            .sort()
            .map((name) => name + fields[name])
            .join(''),
      )
      .digest('base64');
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
    send('POST', `${product.url}${path}`, { body: new URLSearchParams(fields), headers });

  describe('of Twilio', () => {
    let text: { id: string; to: string; provider_id: string };
    let messages: unknown;
    const sid = () => `SM${randomUUID().replaceAll('-', '')}`;

    beforeAll(async () => {
      const { body } = await clinic.post('/api/appointments', {
        ...patient(1),
        service_type: 'consultation',
        scheduled_at: openTime(),
      });
      text = await until('the delivered text', async () => {
        const [message] = (await clinic.get(`/api/messages?appointment_id=${body.appointment_id}`)).body.data;
        return message?.status === 'delivered' && message;
      });
    });
    beforeEach(async () => {
      messages = await allMessages();
    });
    const allMessages = async () => {
      const { body } = await clinic.get('/api/messages');
      const details = body.data.map(
        async ({ id }: { id: string }) => (await clinic.get(`/api/messages/${id}`)).body,
      );
      return Promise.all(details);
    };

    /** Each time something about a good signature is wrong. */
    const forgeries = (
      path: string,
      fields: Record<string, string>,
    ): [path: string, fields: Record<string, string>, headers: Record<string, string>][] => [
      [path, fields, {}],
      [path, fields, { 'x-twilio-signature': '' }],
      [path, fields, { 'x-twilio-signature': 'bm90IGEgc2lnbmF0dXJl' }],
      [path, fields, { 'x-twilio-signature': sign(path, fields, 'another-token') }],
      [
        path,
        { ...fields, MessageStatus: 'failed', Body: 'changed' },
        { 'x-twilio-signature': sign(path, fields) },
      ],
      [
        `${path}${path.includes('?') ? '&' : '?'}more=1`,
        fields,
        { 'x-twilio-signature': sign(path, fields) },
      ],
      [path, fields, { 'x-twilio-signature': sign(path, fields).toLowerCase() }],
    ];

    test('a status that is not signed, wrongly signed or changed is refused, and nothing is written', async () => {
      const fields = {
        MessageSid: text.provider_id,
        MessageStatus: 'undelivered',
        ErrorCode: '30003',
        To: text.to,
        From: CLINIC_NUMBER,
        AccountSid: 'AC00000000000000000000000000005a9d',
      };
      for (const [path, form, headers] of forgeries(`${STATUS}?m=${text.id}`, fields)) {
        expectProblem(await post(path, form, headers), 401, 'INVALID_SIGNATURE');
      }
      expect(await allMessages()).toEqual(messages);
    });

    test('a patient’s text that is not signed, wrongly signed or changed is refused, and nothing is written', async () => {
      const fields = { MessageSid: sid(), From: text.to, To: CLINIC_NUMBER, Body: 'C', NumMedia: '0' };
      for (const [path, form, headers] of forgeries(INBOUND, fields)) {
        expectProblem(await post(path, form, headers), 401, 'INVALID_SIGNATURE');
      }
      expect(await allMessages()).toEqual(messages);
    });

    test('a signed one is taken, once however often it comes', async () => {
      const fields = { MessageSid: sid(), From: text.to, To: CLINIC_NUMBER, Body: 'See you then!' };
      const headers = { 'x-twilio-signature': sign(INBOUND, fields) };
      const answers: Answer[] = [];
      for (let times = 0; times < 3; times += 1) answers.push(await post(INBOUND, fields, headers));
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        expect(answer.type).toContain('text/xml');
      }
      const received = await until('the text in the clinic', async () => {
        const { body } = await clinic.get('/api/messages');
        const found = body.data.filter((message: { status: string }) => message.status === 'received');
        return found.length > 0 && found;
      });
      expect(received).toEqual([
        expect.objectContaining({ body: 'See you then!', provider_id: fields.MessageSid }),
      ]);
    });

    test('a forged status from outside changes nothing, and the true ones after it count', async () => {
      await outside.breakIt({ provider: 'twilio', kind: 'bad_signature', match: 'POST /api/webhooks' });
      const ready = 'Your glasses are ready.';
      const { body } = await clinic.post('/api/sms', { to: text.to, body: ready });
      const onPhone = async () => (await outside.texts(text.to)).filter((one) => one.body === ready);
      const status = async () => (await clinic.get(`/api/messages/${body.message_id}`)).body.status;
      await until('the text on the phone', async () => (await onPhone()).length === 1);
      expect(await status()).not.toBe('delivered');
      await outside.fix();
      const taken = (await onPhone())[0]?.sid ?? '';
      const fields = {
        MessageSid: taken,
        MessageStatus: 'delivered',
        To: text.to,
        From: CLINIC_NUMBER,
      };
      const path = `${STATUS}?m=${body.message_id}`;
      expect((await post(path, fields, { 'x-twilio-signature': sign(path, fields) })).status).toBe(204);
      await until('the true status', async () => (await status()) === 'delivered');
    });
  });

  describe('of Vapi: a rotated secret', () => {
    const rotate = async (): Promise<string> => {
      const { status, body } = await clinic.post('/api/integrations/vapi/rotate-secret');
      expect(status).toBe(200);
      return body.secret;
    };
    const ask = (secret: string) =>
      send('POST', `${product.url}/api/vapi/tools/getClinicInfo`, {
        headers: { 'x-vapi-secret': secret },
        body: { toolCallId: randomUUID(), tool: { arguments: {} } },
      });
    /** A whole phone call, signed with what Vapi was given. */
    const callBooks = async () => {
      callers += 1;
      const { phone } = patient(callers, '503');
      const id = await outside.phoneCall(clinic.orgId, phone, { slot_index: 0 });
      const call = await until(
        'the end of the call',
        async () => {
          const record = await outside.call(id);
          return record.ended_at && record;
        },
        { limitMs: 90_000 },
      );
      expect(call.tool_calls.map(({ error }: { error: string | null }) => error)).toEqual([null, null]);
      await until('the confirmation', async () => (await outside.texts(phone)).length === 1);
    };

    test('refuses the old one at once, takes the new one in each of its forms, and the next call books', async () => {
      const old = await rotate();
      expect((await ask(old)).status).toBe(200);
      const fresh = await rotate();
      expect(fresh).not.toBe(old);
      expectProblem(await ask(old), 401, 'INVALID_VAPI_SECRET');
      expect((await ask(fresh)).status).toBe(200);
      const { body: facts } = await clinic.get('/api/integrations/vapi');
      expect(facts.secret_hint).toContain(fresh.slice(-4));
      expect(JSON.stringify(facts)).not.toContain(fresh);

      const path = '/api/vapi/tools/getClinicInfo';
      const body = JSON.stringify({ toolCallId: randomUUID(), tool: { arguments: {} } });
      const at = String(Date.now());
      const signature = createHmac('sha256', fresh).update(`${at}.${body}`).digest('hex');
      const forms: [query: string, headers: Record<string, string>][] = [
        ['', { authorization: `Bearer ${fresh}` }],
        [`?org=${clinic.orgId}`, { 'x-signature': signature, 'x-timestamp': at }],
      ];
      for (const [query, headers] of forms) {
        const json = { 'content-type': 'application/json', ...headers };
        expect((await send('POST', `${product.url}${path}${query}`, { headers: json, body })).status).toBe(
          200,
        );
      }
      await callBooks();
    });

    test('while Vapi cannot be reached: calls go on with the old one, and it ends when Vapi has the new one', async () => {
      const old = await rotate();
      await outside.breakIt({ provider: 'vapi', kind: 'status', status: 400, match: 'PATCH /vapi' });
      const fresh = await rotate();
      await callBooks();
      expect((await ask(old)).status).toBe(200);
      expect((await ask(fresh)).status).toBe(200);
      await outside.fix();
      await until('the end of the old secret', async () => (await ask(old)).status === 401, {
        limitMs: 90_000,
      });
      expect((await ask(fresh)).status).toBe(200);
      await callBooks();
    });
  });
});
