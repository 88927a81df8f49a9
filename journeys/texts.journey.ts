import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, screenshot, seriousViolations, sidewaysScroll } from './support/browser.ts';
import { type CalendarDesk, drawerOf, openDesk } from './support/calendar-desk.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

/** The stand-in refuses it as Twilio refuses a landline. */
const LANDLINE = '+15005550009';

describe.skipIf(!hasBrowser)('what the front desk sees of texts', () => {
  let product: Product;
  let desk: CalendarDesk;
  let outside: Outside;
  beforeAll(async () => {
    product = await startProduct();
    desk = await openDesk(product);
    outside = outsideOf(desk.product);
  });
  beforeEach(() => desk.nextDay());
  afterEach(() => desk.closeWindows());
  afterAll(async () => {
    await desk?.close();
    if (product) await clearAway(product);
  });

  /** Any page, in a window that is signed in. */
  async function open(path: string, name: string): Promise<Page> {
    const page = await desk.open(`date=${desk.day}`);
    await page.goto(`${desk.product.url}${path}`);
    await heading(page, name).waitFor();
    return page;
  }
  const drawer = async (id: string, name: string) => {
    const page = await desk.open(`view=day&date=${desk.day}&appointment=${id}`);
    await drawerOf(page, name).waitFor();
    return page;
  };
  const book = async (name: string, phone: string, hour: number): Promise<string> => {
    const booking = {
      name,
      phone,
      service_type: 'consultation',
      scheduled_at: desk.at(hour),
      provider_id: desk.main.id,
    };
    const { status, body } = await desk.clinic.post('/api/appointments', booking);
    expect(status).toBe(201);
    return body.appointment_id;
  };
  const reached = (phone: string, count: number) =>
    until(`${count} texts at ${phone}`, async () => {
      const texts = await outside.texts(phone);
      return texts.length === count ? texts : undefined;
    });

  test('a text that failed is on Today in words until the patient was reached, and is not done', async () => {
    await book('Larry Landline', LANDLINE, 10);
    const page = await open('/', 'Today');
    const needsYou = page.getByRole('region', { name: 'Needs you' });
    await needsYou.getByText('This number can’t receive texts. It may be a landline.').waitFor();
    await screenshot(page, 'texts-needs-you');
    expect(await seriousViolations(page)).toEqual([]);
    const { body } = await desk.clinic.get('/api/outgoing?status=dead_letter');
    expect(body.data).toMatchObject([
      { error_message: expect.stringContaining('landline'), status: 'dead_letter' },
    ]);
    await needsYou.getByRole('button', { name: 'Mark as reached by phone: Larry Landline' }).click();
    await needsYou.waitFor({ state: 'hidden' });
  });

  test('a text from a patient is headed by their name, and found by name and number', async () => {
    const { name, phone } = desk.nextPatient();
    await book(name, phone, 11);
    const [text] = await reached(phone, 1);
    await outside.ask('POST', '/inbound-sms', {
      from: phone,
      to: text?.from,
      body: 'Can I come at 4 instead?',
    });
    const page = await open('/messages', 'Messages');
    const search = page.getByRole('searchbox', { name: 'Search name or number' });
    for (const typed of [name, phone.slice(-7)]) {
      await search.fill(typed);
      await page.getByText('2 texts', { exact: true }).waitFor();
      await page.getByRole('button', { name: new RegExp(`^${name}.*Can I come at 4 instead`) }).waitFor();
    }
    await search.fill('No one like this');
    await page.getByText('No matching texts.').waitFor();
  });

  test('a cancellation waits ten seconds: undone within them, the patient gets no text', async () => {
    const { name, phone } = desk.nextPatient();
    const id = await book(name, phone, 12);
    await reached(phone, 1);
    const [here, there] = [await drawer(id, name), await drawer(id, name)];
    await drawerOf(here, name).getByRole('button', { name: 'Cancel', exact: true }).click();
    await drawerOf(here, name)
      .getByRole('button', { name: /^Cancel (the )?appointment$/ })
      .click();
    for (const page of [here, there])
      await drawerOf(page, name)
        .getByText(/Texting in \d+ s\./)
        .waitFor();
    await screenshot(here, 'texts-waiting');
    await drawerOf(there, name).getByRole('button', { name: 'Undo' }).click();
    await drawerOf(here, name).getByText('Confirmed').waitFor();
    const { texts, status } = await desk.stored(id);
    expect([status, texts.map(({ kind }: { kind: string }) => kind)]).toEqual([
      'confirmed',
      ['confirmation'],
    ]);
    const { body } = await desk.clinic.get('/api/outgoing?topic=message.cancellation');
    expect(body.data).toEqual([]);
    expect(await outside.texts(phone)).toHaveLength(1);
  });

  test('the text is held back on request, and the change stays', async () => {
    const { name, phone } = desk.nextPatient();
    const id = await book(name, phone, 13);
    await reached(phone, 1);
    const page = await drawer(id, name);
    await drawerOf(page, name).getByRole('button', { name: 'Cancel', exact: true }).click();
    await drawerOf(page, name)
      .getByRole('button', { name: /^Cancel (the )?appointment$/ })
      .click();
    await drawerOf(page, name).getByRole('button', { name: 'Don’t text' }).click();
    await page.getByText(`We won’t text ${name} about this.`).waitFor();
    const { texts, status } = await desk.stored(id);
    expect([status, texts.map(({ kind }: { kind: string }) => kind)]).toEqual([
      'cancelled',
      ['confirmation'],
    ]);
  });

  test('after STOP the screens say so, and promise nothing', async () => {
    const { name, phone } = desk.nextPatient();
    const id = await book(name, phone, 14);
    const [text] = await reached(phone, 1);
    await outside.ask('POST', '/inbound-sms', { from: phone, to: text?.from, body: 'STOP' });
    const page = await drawer(id, name);
    await drawerOf(page, name).getByText('No texts: the patient sent STOP').waitFor();
    await drawerOf(page, name).getByRole('button', { name: 'Cancel', exact: true }).click();
    await drawerOf(page, name)
      .getByRole('button', { name: /^Cancel (the )?appointment$/ })
      .click();
    await page.getByText(new RegExp(`The patient sent STOP.*Please call ${name}`)).waitFor();
    expect(await page.getByText(/Texting in/).count()).toBe(0);

    // The longest tag there is has to break on a phone.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${desk.product.url}/`);
    await page.getByText('No texts: the patient sent STOP').filter({ visible: true }).first().waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
  });
});
