import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Clinic,
  linkCalendar,
  openTime,
  patient,
  receptionistReady,
  signUp,
  statusOfGoogle,
} from './support/clinic.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { freePorts } from './support/ports.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { startTokenProxy, type TokenProxy } from './support/token-proxy.ts';
import { until } from './support/wait.ts';

const API = '/google/calendar';

describe('a calendar that was linked once stays linked', () => {
  let product: Product;
  let outside: Outside;
  let proxy: TokenProxy;
  let booked = 0;
  let phones = 0;

  beforeAll(async () => {
    const ports = await freePorts();
    proxy = await startTokenProxy(`http://127.0.0.1:${ports.sandbox}/google/token`);
    product = await startProduct({ ports, env: { GOOGLE_OAUTH_TOKEN_URL: proxy.url } });
    outside = outsideOf(product);
  });
  afterAll(async () => {
    if (product) await clearAway(product);
    await proxy?.close();
  });

  async function startAgain(env: Record<string, string> = {}): Promise<void> {
    expect((await product.stop()).left).toEqual([]);
    const { dataDir, ports } = product;
    product = await startProduct({ dataDir, ports, env: { GOOGLE_OAUTH_TOKEN_URL: proxy.url, ...env } });
    outside = outsideOf(product);
  }

  const accountOf = (clinic: Clinic) => `${clinic.orgId.slice(0, 8)}@clinic.example`;
  const link = (clinic: Clinic, decision = 'approve') =>
    linkCalendar(clinic, { account: accountOf(clinic), decision });

  async function newClinic(phone?: string): Promise<Clinic> {
    const clinic = await signUp(product, phone === undefined ? {} : { phone });
    await receptionistReady(clinic);
    return clinic;
  }
  async function linkedClinic(): Promise<Clinic> {
    const clinic = await newClinic();
    await link(clinic);
    expect(await statusOfGoogle(clinic)).toBe('connected');
    return clinic;
  }
  const freshPhone = () => {
    phones += 1;
    return patient(phones, '310').phone;
  };

  async function book(clinic: Clinic): Promise<string> {
    booked += 1;
    const { body, status } = await clinic.post('/api/appointments', {
      ...patient(booked),
      service_type: 'consultation',
      scheduled_at: openTime(2 + booked),
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.appointment_id;
  }
  const syncOf = async (clinic: Clinic, id: string): Promise<string> =>
    (await clinic.get(`/api/appointments/${id}`)).body.sync_state;
  const arrived = async (clinic: Clinic, ...ids: string[]) => {
    for (const id of ids) {
      await until(`the event of ${id}`, async () => (await syncOf(clinic, id)) === 'synced');
      const events = (await outside.events()).filter(
        (event) => event.extendedProperties?.private?.voxanne_appointment_id === id,
      );
      expect(events.map(({ status }) => status)).toEqual(['confirmed']);
    }
  };
  const testLink = async (clinic: Clinic) => (await clinic.post('/api/integrations/google/test')).body;
  const expiryOf = async (clinic: Clinic): Promise<number> => {
    const { body } = await clinic.get('/api/integrations');
    return Date.parse(body.data[0].expires_at) - Date.now();
  };

  test('over a restart, and a consent that is denied later', async () => {
    const clinic = await linkedClinic();
    const before = (await clinic.get('/api/integrations')).body;
    await startAgain();
    const same = clinic.at(product);
    expect((await same.get('/api/integrations')).body).toEqual(before);
    expect(await testLink(same)).toMatchObject({ ok: true, status: 'connected' });
    await arrived(same, await book(same));

    const back = await link(same, 'deny');
    expect(back.headers.get('location')).toContain('google=denied');
    expect(await statusOfGoogle(same)).toBe('connected');
  });

  test('its token is renewed before it runs out: when it is used, and in the background', async () => {
    const clinic = await newClinic();
    proxy.lifeSeconds = 30;
    await link(clinic);
    expect(await statusOfGoogle(clinic)).toBe('expiring');
    proxy.lifeSeconds = undefined;
    proxy.renewals = 0;
    // Five at once need a new token, and one asks for it.
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await book(clinic));
    await arrived(clinic, ...ids);
    expect(proxy.renewals).toBe(1);
    expect(await expiryOf(clinic)).toBeGreaterThan(50 * 60_000);
    expect(await statusOfGoogle(clinic)).toBe('connected');
    expect((await outside.requests('google')).filter(({ status }) => status === 401)).toEqual([]);

    proxy.lifeSeconds = 200;
    await link(clinic);
    expect(await statusOfGoogle(clinic)).toBe('expiring');
    proxy.lifeSeconds = undefined;
    await startAgain();
    const same = clinic.at(product);
    await until('the renewal', async () => (await expiryOf(same)) > 50 * 60_000);
    expect(await statusOfGoogle(same)).toBe('connected');
    expect(product.output()).toContain('[GoogleCalendar] Token refreshed');
  });

  test('its token is renewed after a 401, once, and the push goes through', async () => {
    const clinic = await linkedClinic();
    proxy.renewals = 0;
    await outside.breakIt({
      provider: 'google',
      kind: 'status',
      status: 401,
      match: `POST ${API}`,
      times: 1,
    });
    await arrived(clinic, await book(clinic));
    expect(proxy.renewals).toBe(1);
    expect(await statusOfGoogle(clinic)).toBe('connected');
  });

  test('even when Google is down: the link stays, and what was booked arrives later', async () => {
    const clinic = await linkedClinic();
    await outside.breakIt({ provider: 'google', kind: 'status', status: 503 });
    const id = await book(clinic);
    expect(await testLink(clinic)).toMatchObject({ ok: false });
    expect(await statusOfGoogle(clinic)).toMatch(/^(connected|degraded)$/);
    expect(await syncOf(clinic, id)).toBe('pending');
    await outside.fix();
    await until('the event', async () => (await syncOf(clinic, id)) === 'synced', { limitMs: 120_000 });
    expect(await statusOfGoogle(clinic)).toBe('connected');
  });

  test.each(['invalid_grant', 'revoke'])(
    '%s makes it "reconnect_required", never "not linked"; bookings wait and arrive after relinking',
    async (kind) => {
      const clinic = await linkedClinic();
      if (kind === 'revoke') {
        await outside.breakIt({ provider: 'google', kind, match: API });
      } else {
        await outside.breakIt({ provider: 'google', kind });
        await outside.breakIt({ provider: 'google', kind: 'status', status: 401, match: API });
      }
      const ids = [await book(clinic)];
      await until('the verdict', async () => {
        const status = await statusOfGoogle(clinic);
        expect(status).not.toBe('not_linked');
        return /^(reconnect_required|revoked)$/.test(status);
      });
      await outside.fix();
      ids.push(await book(clinic));
      expect(await testLink(clinic)).toMatchObject({ ok: false, message: expect.stringMatching(/link/i) });
      const { body: health } = await clinic.get('/api/health/integrations');
      const google = health.integrations.find((one: { name: string }) => one.name === 'Google Calendar');
      expect(google.status).not.toBe('healthy');
      expect(JSON.stringify(health.recommendations)).not.toContain('not linked');
      expect(health.actions).toContainEqual(
        expect.objectContaining({ id: 'google.reconnect', path: '/api/integrations/google/connect' }),
      );
      await startAgain();
      const same = clinic.at(product);
      expect(await statusOfGoogle(same)).toMatch(/^(reconnect_required|revoked)$/);
      for (const id of ids) expect(await syncOf(same, id)).toBe('pending');

      await link(same);
      expect(await statusOfGoogle(same)).toBe('connected');
      await arrived(same, ...ids);
    },
  );

  test('unless it is unlinked: then it is "not linked", and a new link brings what was booked since', async () => {
    const clinic = await linkedClinic();
    await arrived(clinic, await book(clinic));
    expect((await clinic.delete('/api/integrations/google')).status).toBe(204);
    expect(await statusOfGoogle(clinic)).toBe('not_linked');
    expect((await outside.requests('google')).at(-1)).toMatchObject({
      method: 'POST',
      path: '/google/revoke',
    });
    const id = await book(clinic);
    await until('the row to be done with', async () => (await syncOf(clinic, id)) === 'not_linked');
    expect((await clinic.delete('/api/integrations/google')).status).toBe(204);
    await startAgain();
    const same = clinic.at(product);
    expect(await statusOfGoogle(same)).toBe('not_linked');
    await link(same);
    await arrived(same, id);
  });

  test('after the encryption key was changed and the old one kept', async () => {
    const clinic = await linkedClinic();
    const kept = JSON.parse(readFileSync(join(product.dataDir, 'secrets.json'), 'utf8')).ENCRYPTION_KEYS;
    const fresh = `k9:${randomBytes(32).toString('base64')}`;
    await startAgain({ ENCRYPTION_KEYS: `${fresh},${kept}` });
    const same = clinic.at(product);
    expect(await testLink(same)).toMatchObject({ ok: true, status: 'connected' });
    await arrived(same, await book(same));
  });

  test('even when the encryption key is lost: it asks to be linked again, and the receptionist gets a new secret', async () => {
    const clinic = await linkedClinic();
    await startAgain({ ENCRYPTION_KEYS: `k10:${randomBytes(32).toString('base64')}` });
    const same = clinic.at(product);
    const id = await book(same);
    expect(await testLink(same)).toMatchObject({ ok: false, status: 'reconnect_required' });
    expect(await statusOfGoogle(same)).toBe('reconnect_required');
    await link(same);
    await arrived(same, id);
    const facts = await same.get('/api/integrations/vapi');
    const rotated = await same.post('/api/integrations/vapi/rotate-secret');
    await startAgain();
    expect([facts.status, rotated.status], JSON.stringify([facts.body, rotated.body])).toEqual([200, 200]);
  });

  describe('the "system ready" text to the owner', () => {
    const ready = async (clinic: Clinic) => (await clinic.get('/api/onboarding')).body.system_ready.status;
    const delivered = (clinic: Clinic) =>
      until('the "system ready" text', async () => (await ready(clinic)) === 'delivered');

    test('comes once when the calendar is linked, also after relinking, a new phone and a restart', async () => {
      const phone = freshPhone();
      const clinic = await newClinic(phone);
      expect(await ready(clinic)).toBe('waiting_for_calendar');
      expect(await outside.texts(phone)).toEqual([]);
      await link(clinic);
      await delivered(clinic);
      expect(await outside.texts(phone)).toEqual([
        expect.objectContaining({ body: expect.stringContaining('Bright Smiles') }),
      ]);

      await clinic.delete('/api/integrations/google');
      await link(clinic);
      await link(clinic);
      const other = freshPhone();
      expect((await clinic.patch('/api/organization', { phone: other })).status).toBe(200);
      await startAgain();
      await arrived(clinic.at(product), await book(clinic.at(product)));
      expect(await outside.texts(phone)).toHaveLength(1);
      expect(await outside.texts(other)).toEqual([]);
    });

    test('waits until a phone is saved, says so, and comes then', async () => {
      const clinic = await linkedClinic();
      expect(await ready(clinic)).toBe('waiting_for_phone');
      await startAgain();
      const same = clinic.at(product);
      expect(await ready(same)).toBe('waiting_for_phone');
      const phone = freshPhone();
      expect((await same.patch('/api/organization', { phone })).status).toBe(200);
      await delivered(same);
      expect(await outside.texts(phone)).toHaveLength(1);
    });
  });
});
