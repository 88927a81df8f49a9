import { randomBytes, randomUUID } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { expect, vi } from 'vitest';
import { startLeaseQueue } from '../../deliveries/index.ts';
import { silentLogger } from '../../platform/logger.ts';
import type { TestOrganization } from '../../testing/index.ts';
import { createScene, OURS, WANTED } from '../testing.ts';

export const INBOUND = '/api/webhooks/twilio/inbound';
export const aSid = () => `SM${randomBytes(16).toString('hex')}`;

/** A patient who texts the number that all clinics share, and what may tie them to a clinic. */
export async function createInboundScene() {
  const scene = await createScene();
  let patients = 0;
  let patient = '';

  const post = (path: string, params: Record<string, string>, token = scene.authToken) =>
    scene.server.inject({
      method: 'POST',
      url: path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': getExpectedTwilioSignature(token, `${scene.publicUrl}${path}`, params),
      },
      payload: new URLSearchParams(params).toString(),
    });
  const send = async (body: string, more: Record<string, string> = {}) => {
    const params = {
      MessageSid: aSid(),
      AccountSid: scene.accountSid,
      From: patient,
      To: OURS,
      Body: body,
      NumMedia: '0',
      ...more,
    };
    const answer = await post(INBOUND, params);
    expect(answer.statusCode).toBe(200);
    return params.MessageSid;
  };
  /** Lets so many processes do what came in. */
  const work = async (workers = 1) => {
    const queues = Array.from({ length: workers }, () =>
      startLeaseQueue({
        database: scene.database,
        log: silentLogger,
        table: 'webhook_delivery_log',
        handlers: scene.messaging.jobs(WANTED).webhooks,
        pollMs: 10,
      }),
    );
    try {
      const open = `select 1 from webhook_delivery_log where status in ('pending', 'processing', 'failed')`;
      await vi.waitFor(async () => expect((await scene.owner.query(open)).rowCount).toBe(0), {
        timeout: 90_000,
        interval: 10,
      });
    } finally {
      await Promise.all(queues.map((queue) => queue.drain()));
    }
  };

  return {
    ...scene,
    post,
    send,
    work,
    patient: () => patient,
    async newPatient() {
      patients += 1;
      patient = `+1555129${1_000 + patients}`;
      await scene.heal();
    },
    /** A text that came in and was worked on. */
    async says(body: string, more?: Record<string, string>) {
      const sid = await send(body, more);
      await work();
      return sid;
    },
    /** What a clinic sees of patients' texts, oldest first. */
    async inbox(of: TestOrganization): Promise<string[]> {
      scene.signIn(of);
      const { data } = (await scene.server.inject({ url: '/api/messages?limit=100' })).json();
      return data
        .filter(({ status }: { status: string }) => status === 'received')
        .map(({ body }: { body: string }) => body)
        .reverse();
    },
    questions: async () =>
      (await scene.phone(patient)).filter(({ body }) => body.includes('Which one is your message for?')),
    writes: (of: TestOrganization, body = 'Hi') => scene.messaging.sendSmsWithGuard(of.orgId, patient, body),
    calls: (of: TestOrganization) =>
      scene.owner.query(`insert into calls (org_id, vapi_call_id, from_number) values ($1, $2, $3)`, [
        of.orgId,
        randomUUID(),
        patient,
      ]),
    makesContact: (of: TestOrganization) =>
      scene.owner.query(`insert into leads (org_id, name, phone) values ($1, 'Made Up', $2)`, [
        of.orgId,
        patient,
      ]),
    /** So many hours pass. */
    async pass(hours: number) {
      for (const column of ['asked_at', 'chosen_at'])
        await scene.owner.query(
          `update app_private.clinic_questions set ${column} = ${column} - $1 * interval '1 hour' where patient = $2`,
          [hours, patient],
        );
      await scene.owner.query(
        `update messages set created_at = created_at - $1 * interval '1 hour' where to_address = $2`,
        [hours, patient],
      );
    },
  };
}

export type InboundScene = Awaited<ReturnType<typeof createInboundScene>>;
