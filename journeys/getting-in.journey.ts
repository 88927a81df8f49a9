import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext } from './support/browser.ts';
import { type Clinic, PASSWORD, patient, signUp } from './support/clinic.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';

/** As a browser does whose owner lets no page store anything. */
const BLOCK_STORAGE = `for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get() { throw new DOMException('Storage is blocked.', 'SecurityError'); } });`;

describe.skipIf(!hasBrowser)('people get in, and what they typed stays', () => {
  let product: Product;
  let browser: Browser;
  let clinic: Clinic;
  const contexts: BrowserContext[] = [];
  let faults: string[] = [];

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    clinic = await signUp(product);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    // A session that is over is a 401 on purpose, and browsers report each of those.
    expect(faults.splice(0).filter((fault) => !fault.includes('401'))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    if (product) await clearAway(product);
  });

  async function newBrowser(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const opened = await openContext(browser, [new URL(product.url).host], {
      reducedMotion: 'reduce',
      ...options,
    });
    contexts.push(opened.context);
    faults = opened.watch.faults;
    return opened.context.newPage();
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function signedIn(path: string): Promise<Page> {
    const page = await newBrowser();
    await page.goto(`${product.url}/sign-in?to=${encodeURIComponent(path)}`);
    await signIn(page);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    return page;
  }

  const endSession = (page: Page) => page.context().clearCookies();

  test.each([
    ['a new browser', ''],
    ['a browser that blocks storage', BLOCK_STORAGE],
  ])(
    '%s: the start leads to the sign-up, its link to the sign-in, and the sign-in to Today',
    async (_, script) => {
      const page = await newBrowser();
      if (script !== '') await page.addInitScript(script);
      await page.goto(product.url);
      await heading(page, 'Create your clinic').waitFor();
      expect(faults).toEqual([]);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await signIn(page);
      await heading(page, 'Today').waitFor();
      await page.reload();
      await heading(page, 'Today').waitFor();
      await page.goto(product.url);
      await heading(page, 'Today').waitFor();
    },
  );

  test('a browser that drops the cookie says so instead of asking for the password forever', async () => {
    const page = await newBrowser();
    await page.route('**/api/auth/sign-in/email', async (route) => {
      const answer = await route.fetch();
      const { 'set-cookie': _dropped, ...headers } = answer.headers();
      await page.context().clearCookies();
      await route.fulfill({ response: answer, headers });
    });
    await page.goto(`${product.url}/sign-in`);
    await signIn(page);
    await page.getByRole('alert').getByText('Allow cookies for this site').waitFor();
  });

  test('a session that ends under a half-filled form asks for the password over it, and the form goes on', async () => {
    const page = await signedIn('/patients');
    await page.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('button', { name: 'New appointment' }).click();
    const drawer = page.getByRole('dialog', { name: 'New appointment' });
    const { name, phone } = patient(1);
    await drawer.getByLabel('Patient name').fill(name);
    await drawer.getByLabel('Patient phone').fill(phone);
    await drawer.getByRole('radio').first().check();
    await endSession(page);
    await drawer.getByRole('button', { name: 'Book appointment' }).click();

    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.waitFor();
    await page.keyboard.press('Escape');
    await again.getByRole('textbox', { name: 'Password' }).fill('not this one');
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.getByRole('alert').waitFor();
    await again.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'hidden' });

    expect(await drawer.getByLabel('Patient name').inputValue()).toBe(name);
    expect((await clinic.get('/api/appointments')).body.data).toEqual([]);
    await drawer.getByRole('button', { name: 'Book appointment' }).click();
    await page.getByText(`${name} is booked for`).first().waitFor();
  });

  test('from the ended session another account can sign in, and comes back to the same page', async () => {
    const page = await signedIn('/patients');
    await endSession(page);
    await page.getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('button', { name: 'Use another account' }).click();
    await heading(page, 'Sign in').waitFor();
    await signIn(page);
    await heading(page, 'Calendar').waitFor();
  });

  describe('unsaved changes are not lost without a question', () => {
    const question = (page: Page) => page.getByRole('dialog', { name: 'Discard changes?' });
    const keep = (page: Page) => question(page).getByRole('button', { name: 'Keep editing' }).click();
    const discard = (page: Page) => question(page).getByRole('button', { name: 'Discard' }).click();

    test('in the settings, by another tab, a link of the rail, Back and signing out', async () => {
      const page = await signedIn('/settings/hours');
      await page.getByRole('link', { name: 'Clinic', exact: true }).click();
      const field = page.getByLabel('Clinic name');
      await field.fill('Brighter Smiles');
      for (const leave of [
        () => page.getByRole('link', { name: 'Services' }).click(),
        () => page.getByRole('link', { name: 'Patients' }).click(),
        () => page.evaluate('history.back()'),
        () => page.getByRole('button', { name: 'Sign out' }).click(),
      ]) {
        await leave();
        await keep(page);
        await question(page).waitFor({ state: 'hidden' });
        expect(await field.inputValue()).toBe('Brighter Smiles');
        expect(new URL(page.url()).pathname).toBe('/settings');
      }
      await page.getByRole('link', { name: 'Services' }).click();
      await discard(page);
      await heading(page, 'Services').waitFor();
      expect((await clinic.get('/api/organization')).body.name).toBe('Bright Smiles');
    });

    test('a reload asks as well, and what was saved or put back doesn’t ask again', async () => {
      const page = await signedIn('/settings');
      const field = page.getByLabel('Clinic name');
      await field.fill('Brighter Smiles');
      const asked = page.waitForEvent('dialog');
      const reloading = page.reload({ timeout: 3_000 }).catch(() => undefined);
      const dialog = await asked;
      expect(dialog.type()).toBe('beforeunload');
      await dialog.dismiss();
      await reloading;
      expect(await field.inputValue()).toBe('Brighter Smiles');
      await field.fill('Bright Smiles');
      await page.getByRole('link', { name: 'Services' }).click();
      await heading(page, 'Services').waitFor();
    });

    test('opening hours, by another provider', async () => {
      const { status } = await clinic.post('/api/providers', { name: 'Dr. Ada Lovelace' });
      expect(status).toBe(201);
      const page = await signedIn('/settings/hours');
      const first = page.getByLabel('Monday, hours 1, from');
      await first.fill('07:30');
      await page.getByRole('combobox', { name: 'Provider' }).click();
      await page.getByRole('option').filter({ hasText: 'Lovelace' }).click();
      await keep(page);
      expect(await first.inputValue()).toBe('07:30');
      await page.getByRole('button', { name: 'Save hours' }).click();
      await page.getByText(/^Saved the hours for .*\.$/).waitFor();
      await page.getByRole('combobox', { name: 'Provider' }).click();
      await page.getByRole('option').filter({ hasText: 'Lovelace' }).click();
      await page.waitForURL(/provider=/);
    });

    test('drawers, by Esc, by a click beside them and by Back, also after a move inside the app', async () => {
      const page = await signedIn('/patients');
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('link', { name: 'Services' }).click();
      await page.getByRole('link', { name: 'Add a service' }).click();
      const drawer = page.getByRole('dialog', { name: /service/i });
      await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Whitening');
      for (const leave of [
        () => page.keyboard.press('Escape'),
        () => page.mouse.click(20, 500),
        () => page.evaluate('history.back()'),
      ]) {
        await leave();
        await keep(page);
        await question(page).waitFor({ state: 'hidden' });
        expect(await drawer.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe(
          'Whitening',
        );
      }
      await drawer.getByRole('button', { name: 'Add service' }).click();
      await page.getByText('Saved Whitening.').waitFor();
      await drawer.waitFor({ state: 'hidden' });
      expect(await question(page).isVisible()).toBe(false);
    });
  });
});
