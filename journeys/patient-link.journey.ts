import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  openContext,
  screenshot,
  seriousViolations,
  sidewaysScroll,
} from './support/browser.ts';
import { type Clinic, freeSlots, signUp } from './support/clinic.ts';
import { send } from './support/http.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const PHONE = { width: 360, height: 740 };
const MARIA = '+14155550132';
const NEXT = '+14155550140';
const LINK = /https?:\/\/\S+\/a\/[\w-]{41}$/;

/** Offers are not texted at night, and a journey runs at any hour: a clinic where it is day. */
function zoneWithDaylight(): string {
  const zones = [
    'America/New_York',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Tokyo',
    'Pacific/Auckland',
    'Pacific/Honolulu',
  ];
  const hourIn = (timeZone: string) =>
    Number(new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format());
  return zones.find((zone) => hourIn(zone) >= 9 && hourIn(zone) < 20) ?? 'Pacific/Honolulu';
}

describe.skipIf(!hasBrowser)('a patient’s own link', () => {
  let product: Product;
  let browser: Browser;
  let clinic: Clinic;
  let outside: Outside;
  const open: BrowserContext[] = [];

  beforeAll(async () => {
    [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
    outside = outsideOf(product);
    clinic = await signUp(product, { phone: '+12125550100' });
    const changed = await clinic.patch('/api/organization', { time_zone: zoneWithDaylight() });
    expect(changed.status).toBe(200);
  });
  afterAll(async () => {
    for (const context of open) await context.close();
    await browser?.close();
    if (product) await clearAway(product);
  });

  /** A phone: narrow, and without any script. */
  async function phone(options: object = {}): Promise<{ page: Page; faults: string[] }> {
    const hosts = [new URL(product.url).host];
    const { context, watch } = await openContext(browser, hosts, {
      viewport: PHONE,
      javaScriptEnabled: false,
      ...options,
    });
    open.push(context);
    return { page: await context.newPage(), faults: watch.faults };
  }
  const texts = (to: string, count: number) =>
    until(`${count} texts to ${to}`, async () => {
      const all = await outside.texts(to);
      return all.length >= count && all;
    });
  const linkIn = (body: string | undefined) => {
    const link = LINK.exec(body ?? '')?.[0];
    if (link === undefined) throw new Error(`There is no link at the end of "${body}".`);
    return link;
  };
  const book = async (slot: number, name: string, number: string) => {
    const slots = await freeSlots(clinic);
    const answer = await clinic.post('/api/appointments', {
      name,
      phone: number,
      service_type: 'consultation',
      slot_id: slots[slot]?.slot_id,
    });
    expect(answer.status).toBe(201);
    return answer.body.appointment_id as string;
  };

  test('booked, moved by the link of the text, canceled by the link of the next one, and undone', async () => {
    const id = await book(8, 'Maria Lopez', MARIA);
    const [first] = await texts(MARIA, 1);
    const link = linkIn(first?.body);
    expect(link.startsWith(product.url)).toBe(true);
    expect(first?.body.length).toBeLessThanOrEqual(306);

    const { page, faults } = await phone();
    await page.goto(link);
    await heading(page, 'Your appointment').waitFor();
    await page.getByRole('link', { name: 'Move to another time' }).click();
    await heading(page, 'Choose a day').waitFor();
    await page.getByRole('listitem').getByRole('link').last().click();
    const chosen = page.getByRole('radio').last();
    await chosen.check({ force: true });
    await page.getByRole('button', { name: 'Move to this time' }).click();
    await heading(page, 'Your appointment was moved').waitFor();
    expect(page.url()).toBe(link);
    expect((await clinic.get(`/api/appointments/${id}`)).body.version).toBe(2);

    const second = (await texts(MARIA, 2)).map(({ body }) => linkIn(body)).find((one) => one !== link);
    await page.goto(second ?? '');
    // As a keyboard goes.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Cancel this appointment?').waitFor();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await heading(page, 'Your appointment is canceled').waitFor();
    expect((await clinic.get(`/api/appointments/${id}`)).body.status).toBe('cancelled');
    await page.getByRole('button', { name: 'Undo: keep the appointment' }).click();
    await heading(page, 'Your appointment is back on').waitFor();
    expect((await clinic.get(`/api/appointments/${id}`)).body).toMatchObject({
      status: 'confirmed',
      version: 4,
    });

    await page.goto(link);
    await heading(page, 'This link was already used').waitFor();
    // Chromium reports a page that is 404 as an error of the console.
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);

    const { body } = await clinic.get(`/api/messages?appointment_id=${id}`);
    expect(JSON.stringify(body)).toContain('/a/...');
    expect(JSON.stringify(body)).not.toMatch(/\/a\/[\w-]{41}/);
    expect(product.output()).not.toMatch(/\/a\/[\w-]{41}/);
  });

  test('a freed time goes to the patient who is waiting: a text, a link, one click, and a confirming text', async () => {
    const id = await book(12, 'Walter Early', '+14155550177');
    const joined = await clinic.post('/api/waitlist', {
      name: 'Nora Next',
      phone: NEXT,
      service_type: 'consultation',
    });
    expect(joined.status).toBe(201);
    expect((await clinic.post(`/api/appointments/${id}/cancel`, {})).status).toBe(200);
    const [offer] = await texts(NEXT, 1);
    const link = linkIn(offer?.body);
    expect((await clinic.get('/api/waitlist')).body.data[0]).toMatchObject({ status: 'offered', offers: 1 });

    const { page, faults } = await phone();
    await page.goto(link);
    await heading(page, 'A time has opened up').waitFor();
    await page.getByRole('button', { name: 'Yes, book it for me' }).click();
    await heading(page, 'You’re booked').waitFor();
    expect((await clinic.get('/api/waitlist')).body.data[0]).toMatchObject({ status: 'booked' });
    const confirmed = await texts(NEXT, 2);
    expect(confirmed.some(({ body }) => body.includes('is booked for') && LINK.test(body))).toBe(true);
    expect(faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('every page is readable at 360 px, in %s', async (colorScheme) => {
    const number = colorScheme === 'light' ? '+14155550151' : '+14155550152';
    await book(16, 'Vera Viewer', number);
    const link = linkIn((await texts(number, 1))[0]?.body);
    const { page, faults } = await phone({ javaScriptEnabled: true, colorScheme });
    const look = async (name: string) => {
      expect(await sidewaysScroll(page), name).toBe(0);
      expect(await seriousViolations(page), name).toEqual([]);
      await screenshot(page, `patient-${name}-${colorScheme}`);
    };
    await page.goto(link);
    await look('appointment');
    await page.goto(`${link}?step=cancel`);
    await look('cancel');
    await page.goto(`${link}?step=move`);
    await look('days');
    await page.getByRole('listitem').getByRole('link').first().click();
    await page.getByRole('radio').first().check({ force: true });
    await look('times');
    await page.getByRole('button', { name: 'Move to this time' }).click();
    await heading(page, 'Your appointment was moved').waitFor();
    await look('moved');
    await page.goto(`${product.url}/a/made-up`);
    await heading(page, 'This link doesn’t work').waitFor();
    await look('unknown');
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  test('the calendar file and a provider’s feed are there for other programs', async () => {
    const slots = await freeSlots(clinic);
    const made = await clinic.post(
      `/api/providers/${slots[0] && (slots[0] as { provider_id?: string }).provider_id}/feed`,
    );
    expect(made.status).toBe(201);
    const feed = await send('GET', made.body.url);
    expect(feed).toMatchObject({ status: 200, type: 'text/calendar; charset=utf-8' });
    expect(feed.body).toContain('SUMMARY:Consultation: Maria Lopez');
    const etag = feed.headers.get('etag') ?? '';
    expect((await send('GET', made.body.url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const page = await send('GET', `${product.url}/a/made-up`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });
});
