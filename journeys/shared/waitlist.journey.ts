import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  openContext,
  screenshot,
  seriousViolations,
  settled,
  sidewaysScroll,
} from '../support/browser.ts';
import { type Clinic, signUp } from '../support/clinic.ts';
import { heading } from '../support/person.ts';
import { theProduct } from '../support/shared-product.ts';

describe.skipIf(!hasBrowser)('the waitlist by hand', () => {
  const product = theProduct();
  let browser: Browser;
  let clinic: Clinic;
  const open: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    clinic = await signUp(product);
  });
  afterAll(async () => {
    for (const context of open) await context.close();
    await browser?.close();
  });

  async function patientsPage(options: object = {}): Promise<{ page: Page; faults: string[] }> {
    const hosts = [new URL(product.url).host];
    const { context, watch } = await openContext(browser, hosts, options);
    open.push(context);
    for (const pair of clinic.cookie.split('; ')) {
      const at = pair.indexOf('=');
      await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: product.url }]);
    }
    const page = await context.newPage();
    await page.goto(`${product.url}/patients`);
    await heading(page, 'Patients').waitFor();
    return { page, faults: watch.faults };
  }

  test('a patient is put on it, another window sees it, and they are removed again', async () => {
    const { page, faults } = await patientsPage({
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    const other = await patientsPage();
    await page.getByText('The waitlist is empty').waitFor();
    await page.getByRole('button', { name: 'Add to waitlist' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('nora next');
    await page.getByRole('textbox', { name: 'Phone' }).fill('(415) 555-0140');
    await page.getByRole('combobox', { name: 'Service' }).click();
    await page.getByRole('option', { name: 'Consultation' }).click();
    await page.getByRole('combobox', { name: 'Time of day' }).click();
    await page.getByRole('option', { name: 'Before noon' }).click();
    await settled(page);
    await screenshot(page, 'waitlist-form-dark-360');
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add to waitlist' }).click();
    await page.getByText('Consultation, before noon').waitFor();
    await other.page.getByRole('region', { name: 'Waitlist' }).getByText('Nora Next').waitFor();
    expect((await clinic.get('/api/waitlist')).body.data).toMatchObject([
      { status: 'waiting', contact: { phone: '+14155550140' }, windows: [['00:00', '12:00']] },
    ]);
    await settled(page);
    expect(await sidewaysScroll(page)).toBe(0);
    await screenshot(page, 'waitlist-dark-360');
    await settled(other.page);
    expect(await seriousViolations(other.page)).toEqual([]);
    await screenshot(other.page, 'waitlist-light');

    await page.getByRole('button', { name: 'Remove from the waitlist: Nora Next' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('The waitlist is empty').waitFor();
    await other.page.getByText('The waitlist is empty').waitFor();
    expect([...faults, ...other.faults]).toEqual([]);
  });
});
