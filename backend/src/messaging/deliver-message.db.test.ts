import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RetryLater } from '../deliveries/index.ts';
import type { TestOrganization } from '../testing/index.ts';
import { deliverMessage } from './deliver-message.ts';
import { claimAttempt, keepMessage } from './messages.queries.ts';
import { createScene, OURS, type Scene, WANTED, work } from './testing.ts';

describe('delivering a text', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let lastNumber = 1_000;
  beforeAll(async () => {
    scene = await createScene();
  });
  afterEach(() => scene.heal());
  afterAll(() => scene.close());

  const aText = async (more: { to?: string; body?: string } = {}) => {
    clinic = await scene.createOrganization();
    lastNumber += 1;
    const to = more.to ?? `+1555123${lastNumber}`;
    const { row } = await scene.database.withService((db) =>
      keepMessage(db, {
        orgId: clinic.orgId,
        to,
        from: OURS,
        body: more.body ?? 'See you at 9:00 AM',
        kind: 'direct',
        dedupeKey: randomUUID(),
      }),
    );
    return { id: row.id, to, attempts: row.attempts };
  };
  const jobOf = (id: string, messaging = scene.messaging) => {
    const run = messaging.jobs(WANTED).outbox['message.send']!;
    return () =>
      run({
        id: randomUUID(),
        org_id: null,
        topic: 'message.send',
        payload: { message_id: id },
        attempts: 1,
        lease_token: randomUUID(),
      });
  };

  test('says sending before it calls, and accepted with the SID after', async () => {
    const { id, to } = await aText();
    await expect(deliverMessage(scene.messaging.context, id)).resolves.toMatchObject({ outcome: 'accepted' });
    const [received] = await scene.received(to);
    expect(await scene.message(id)).toMatchObject({
      status: 'accepted',
      provider_id: received?.sid,
      attempts: 1,
    });
    const { rows } = await scene.owner.query(
      'select status from message_events where message_id = $1 order by id',
      [id],
    );
    expect(rows.map((row) => row.status)).toEqual(['queued', 'sending', 'accepted']);
    expect(scene.lines).toContainEqual(
      expect.objectContaining({
        msg: '[TwilioGuard] SMS sent successfully',
        org_id: clinic.orgId,
        message_id: id,
      }),
    );
  });

  test('is done once when many workers have the same text', async () => {
    const { id, to } = await aText();
    const another = scene.build();
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => work(jobOf(id, n % 2 ? another : scene.messaging))),
    );
    expect(await scene.created(to)).toHaveLength(1);
  });

  test('a text whose answer was lost is found at Twilio and not sent twice', async () => {
    await scene.fault('drop_after_commit', { times: 1, match: 'POST' });
    const { id, to } = await aText();
    await expect(jobOf(id)()).rejects.toThrow('its answer was lost');
    expect(await scene.message(id)).toMatchObject({ status: 'unknown', provider_id: null });
    await work(jobOf(id));
    expect(await scene.created(to)).toHaveLength(1);
    const [received] = await scene.received(to);
    expect(await scene.message(id)).toMatchObject({ provider_id: received?.sid, attempts: 1 });
  });

  test.each(['timeout', 'reset', 'status'])(
    'a text that Twilio never took (%s) is sent again, once, and not before it was asked',
    async (kind) => {
      await scene.fault(kind, { times: 1, match: 'POST', ...(kind === 'status' && { status: 503 }) });
      const { id, to } = await aText();
      await expect(jobOf(id)()).rejects.toThrow(RetryLater);
      expect(await scene.message(id)).toMatchObject({ status: 'unknown' });
      await expect(jobOf(id)()).rejects.toThrow('hasn’t seen the text yet');
      expect(await scene.created(to)).toHaveLength(1);
      await work(jobOf(id));
      expect(await scene.created(to)).toHaveLength(2);
      await scene.received(to);
      expect(await scene.message(id)).toMatchObject({ attempts: 2 });
    },
  );

  test('an answer that cannot be read counts as lost, not as refused', async () => {
    await scene.fault('malformed', { times: 1, match: 'POST' });
    const { id, to } = await aText();
    await work(jobOf(id));
    expect(await scene.created(to)).toHaveLength(1);
    expect((await scene.message(id)).status).not.toBe('failed');
  });

  test('a process that was killed after Twilio took the text: the next one finds it', async () => {
    const { id, to, attempts } = await aText();
    await scene.database.withService((db) => claimAttempt(db, { id, attempts }, OURS));
    const { sid } = await scene.messaging.context.twilio.createMessage({ to, body: 'See you at 9:00 AM' });
    await work(jobOf(id));
    expect(await scene.created(to)).toHaveLength(1);
    expect(await scene.message(id)).toMatchObject({ provider_id: sid });
  });

  test('a process that was killed before Twilio took the text: the next one waits, asks and sends', async () => {
    const { id, to, attempts } = await aText();
    await scene.database.withService((db) => claimAttempt(db, { id, attempts }, OURS));
    await expect(jobOf(id)()).rejects.toThrow('hasn’t seen the text yet');
    expect(await scene.created(to)).toHaveLength(0);
    await work(jobOf(id));
    expect(await scene.created(to)).toHaveLength(1);
    await scene.received(to);
  });

  test('only one of all that read the text at the same moment may send it, and a late one may not', async () => {
    const { id, attempts } = await aText();
    const claim = (read: number) =>
      scene.database.withService((db) => claimAttempt(db, { id, attempts: read }, OURS));
    const racing = await Promise.all(Array.from({ length: 12 }, () => claim(attempts)));
    expect(racing.filter((one) => one !== undefined)).toEqual([{ attempts: 1, sender: null, why_not: null }]);
    expect(await claim(1)).toMatchObject({ attempts: 2 });
    expect(await claim(1)).toBeUndefined();
  });

  test('while Twilio cannot be asked, nothing is sent again', async () => {
    const { id, to, attempts } = await aText();
    await scene.database.withService((db) => claimAttempt(db, { id, attempts }, OURS));
    // So long ago that it would be sent again, if Twilio knew nothing of it.
    await scene.owner.query(
      `update public.messages set attempted_at = attempted_at - interval '1 minute' where id = $1`,
      [id],
    );
    await scene.fault('status', { match: 'GET', status: 503 });
    await expect(jobOf(id)()).rejects.toThrow('can’t be asked right now');
    expect(await scene.created(to)).toHaveLength(0);
    await scene.heal();
    await work(jobOf(id));
    expect(await scene.created(to)).toHaveLength(1);
  });

  test('two texts with the same words to the same number arrive twice, also when both answers are lost', async () => {
    await scene.fault('drop_after_commit', { times: 1, match: 'POST' });
    await scene.fault('reset', { times: 1, match: 'POST', probability: 1 });
    const first = await aText();
    const second = await aText({ to: first.to });
    await Promise.all([work(jobOf(first.id), 40), work(jobOf(second.id), 40)]);
    await scene.received(first.to, 2);
    const [one, two] = [await scene.message(first.id), await scene.message(second.id)];
    expect(one.provider_id).not.toBe(two.provider_id);
  });

  test('what is found at Twilio may be that of the same words under way for another row: it is waited for', async () => {
    const [lost, underWay] = [await aText({ to: '+15551239999' }), await aText({ to: '+15551239999' })];
    const claim = (text: { id: string; attempts: number }) =>
      scene.database.withService((db) => claimAttempt(db, text, OURS));
    await claim(lost);
    await claim(underWay);
    const { sid } = await scene.messaging.context.twilio.createMessage({
      to: lost.to,
      body: 'See you at 9:00 AM',
    });
    await expect(jobOf(lost.id)()).rejects.toThrow('already being sent again');
    await scene.owner.query(`update messages set provider_id = $2, status = 'accepted' where id = $1`, [
      underWay.id,
      sid,
    ]);
    await work(jobOf(lost.id));
    await scene.received(lost.to, 2);
  });

  test('a rate limit sends it back into the queue, and it goes later', async () => {
    await scene.fault('rate_limit', { match: 'POST' });
    const { id, to } = await aText();
    await expect(jobOf(id)()).rejects.toMatchObject({ name: 'RetryLater', countAttempt: false });
    expect(await scene.message(id)).toMatchObject({ status: 'queued', error_code: '20429' });
    await scene.heal();
    await work(jobOf(id, scene.build()));
    await scene.received(to);
  });

  test('an invalid number fails with Twilio’s code at the first try, and the job says why', async () => {
    const { id, to } = await aText({ to: '+15005550001' });
    await expect(jobOf(id)()).rejects.toMatchObject({
      name: 'Refused',
      message: 'This isn’t a valid phone number. (21211)',
    });
    expect(await scene.message(id)).toMatchObject({ status: 'failed', error_code: '21211' });
    expect(await scene.phone(to)).toHaveLength(0);
  });

  test('a patient who opted out is not texted', async () => {
    const { id } = await aText({ to: '+15005550004' });
    await expect(work(jobOf(id))).rejects.toThrow('sent STOP');
    expect(await scene.message(id)).toMatchObject({ status: 'failed', error_code: '21610' });
  });

  test('wrong credentials keep the text, say what to fix, and let it go once they are right', async () => {
    await scene.fault('revoke');
    const { id, to } = await aText();
    const refusal = await jobOf(id)().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'RetryLater', countAttempt: false, delayMs: 30_000 });
    expect(String(refusal)).toContain('TWILIO_AUTH_TOKEN');
    expect(await scene.message(id)).toMatchObject({ status: 'queued', error_code: '20003' });
    await scene.heal();
    await work(jobOf(id));
    await scene.received(to);
    expect((await scene.message(id)).error_code).toBeNull();
  });

  test('a text that could not leave for a day does not surprise anyone', async () => {
    const { id, to } = await aText();
    await scene.owner.query(`update messages set created_at = now() - interval '1 day' where id = $1`, [id]);
    await expect(work(jobOf(id))).rejects.toMatchObject({ name: 'Refused' });
    expect(await scene.message(id)).toMatchObject({ status: 'failed', error_code: 'EXPIRED' });
    expect(await scene.created(to)).toHaveLength(0);
  });
});
