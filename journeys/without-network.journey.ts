import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext } from './support/browser.ts';
import { type Clinic, PASSWORD, patient, signUp } from './support/clinic.ts';
import { outsideOf } from './support/outside.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';

describe.skipIf(!hasBrowser)('without a network nothing happens behind a person’s back', () => {
  let product: Product;
  let browser: Browser;
  let clinic: Clinic;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    clinic = await signUp(product);
  });
  afterEach(async () => {
    await context?.close();
  });
  afterAll(async () => {
    await browser?.close();
    if (product) await clearAway(product);
  });

  async function open(path: string, signedIn = true): Promise<void> {
    ({ context } = await openContext(browser, [new URL(product.url).host], { reducedMotion: 'reduce' }));
    page = await context.newPage();
    await page.goto(`${product.url}/sign-in?to=${encodeURIComponent(path)}`);
    await heading(page, 'Sign in').waitFor();
    if (!signedIn) return;
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  }
  const bar = () => page.getByText('You’re offline. Nothing is being saved.');
  const refused = () =>
    page
      .getByRole('alert')
      .getByText(/You’re offline, so nothing was loaded or saved/)
      .first();
  const goOffline = () => context.setOffline(true);
  /** Whatever had been put aside for later would be sent now, before the page has read anything again. */
  async function backOnline(): Promise<void> {
    const read = page.waitForResponse((answer) => answer.url().endsWith('/api/mode') && answer.ok());
    await context.setOffline(false);
    await read;
    await bar().waitFor({ state: 'hidden' });
  }
  /** What reached the server after the network came back, other than questions. */
  const sent: string[] = [];
  const watchSent = () =>
    page.on('requestfinished', (request) => {
      if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });

  test('a booking says at once that it was not made, and is never made later', async () => {
    await open('/');
    await page.getByRole('button', { name: 'New appointment' }).click();
    const drawer = page.getByRole('dialog', { name: 'New appointment' });
    const { name, phone } = patient(1);
    await drawer.getByLabel('Patient name').fill(name);
    await drawer.getByLabel('Patient phone').fill(phone);
    await drawer.getByRole('radio').first().check();
    await goOffline();
    await bar().waitFor();
    await drawer.getByRole('button', { name: 'Book appointment' }).click();
    await refused().waitFor();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await drawer.waitFor({ state: 'hidden' });
    watchSent();
    await backOnline();
    await heading(page, 'Today').waitFor();
    await page.reload();
    await page.getByText('No appointments yet').waitFor();
    expect(sent.splice(0)).toEqual([]);
    expect((await clinic.get('/api/appointments')).body.data).toEqual([]);
    expect(await outsideOf(product).texts(phone)).toEqual([]);
  });

  test('other forms say so too, and a second click is a new decision', async () => {
    await open('/settings/time-off');
    await page.getByRole('link', { name: 'Add time off' }).click();
    await page.getByRole('dialog').getByLabel('Title').fill('Inventory');
    await goOffline();
    await bar().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Add time off' }).click();
    await refused().waitFor();
    watchSent();
    await backOnline();
    await page.getByRole('dialog').getByRole('button', { name: 'Add time off' }).click();
    await page.getByText('Saved Inventory.').waitFor();
    expect(sent.splice(0)).toEqual(['POST /api/time-off']);

    await page.getByRole('link', { name: 'Clinic', exact: true }).click();
    await page.getByLabel('Clinic name').fill('Brighter Smiles');
    await goOffline();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await refused().waitFor();
    await backOnline();
    expect(sent.splice(0)).toEqual([]);
    expect((await clinic.get('/api/organization')).body.name).toBe('Bright Smiles');
  });

  test('signing in without a network says so', async () => {
    await open('/', false);
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await goOffline();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await refused().waitFor();
    await backOnline();
    await heading(page, 'Sign in').waitFor();
  });

  test('what was never loaded says that there is no network, and appears when it is back', async () => {
    await open('/calendar?view=day');
    await page
      .getByText(/appointment|Nothing is booked|Closed/)
      .first()
      .waitFor();
    await goOffline();
    await bar().waitFor();
    await page.getByRole('button', { name: 'Next day' }).click();
    await page.getByRole('button', { name: 'Next day' }).click();
    await page
      .getByRole('alert')
      .getByText(/You’re offline/)
      .first()
      .waitFor();
    await backOnline();
    await page.getByRole('alert').first().waitFor({ state: 'hidden' });
  });

  test('a page whose code was not fetched yet stays in the app, and opens when the network is back', async () => {
    await open('/');
    await heading(page, 'Today').waitFor();
    await goOffline();
    await bar().waitFor();
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await heading(page, 'This page hasn’t loaded').waitFor();
    await page.getByRole('link', { name: 'Today' }).click();
    await heading(page, 'Today').waitFor();
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await heading(page, 'This page hasn’t loaded').waitFor();
    await context.setOffline(false);
    await heading(page, 'Deliveries').waitFor();
  });

  test('a server that is away is named, even though the computer is online', async () => {
    await open('/');
    await heading(page, 'Today').waitFor();
    await page.route('**/api/**', (route) => route.abort('connectionrefused'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    const away = page.getByText('Can’t reach Voxanne. Nothing is being saved.');
    await away.waitFor();
    await page.unroute('**/api/**');
    await away.waitFor({ state: 'hidden' });
    await heading(page, 'Today').waitFor();
  });
});
