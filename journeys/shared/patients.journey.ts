import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  openContext,
  screenshot,
  seriousViolations,
  settled,
  sidewaysScroll,
} from '../support/browser.ts';
import { type Clinic, openTime, signUp } from '../support/clinic.ts';
import { focusedText } from '../support/front-desk.ts';
import { heading } from '../support/person.ts';
import { theProduct } from '../support/shared-product.ts';
import { until } from '../support/wait.ts';

const MARIA = { name: 'Maria Lopez', phone: '+12125550101', email: 'maria@example.com' };
const TOM = { name: 'Tom Baker', phone: '+12125550102' };

describe.skipIf(!hasBrowser)('the front desk keeps its patients', () => {
  const product = theProduct();
  let browser: Browser;
  let clinic: Clinic;
  let faults: string[] = [];
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    clinic = await signUp(product);
    for (const [index, who] of [MARIA, TOM].entries()) {
      const booking = { ...who, service_type: 'consultation', scheduled_at: openTime(3, index * 30) };
      expect((await clinic.post('/api/appointments', booking)).status).toBe(201);
    }
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    // A refused change is a 400 or 409 on purpose, and browsers report each of those.
    expect(faults.filter((fault) => !/status of 4(00|09)/.test(fault))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(path = '/patients', options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const { context, watch } = await openContext(browser, [new URL(product.url).host], {
      reducedMotion: 'reduce',
      ...options,
    });
    contexts.push(context);
    faults = watch.faults;
    for (const pair of clinic.cookie.split('; ')) {
      const at = pair.indexOf('=');
      await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: product.url }]);
    }
    const page = await context.newPage();
    const live = page.waitForResponse((response) => response.url().endsWith('/api/events'));
    await page.goto(`${product.url}${path}`);
    await heading(page, 'Patients').waitFor();
    await live;
    return page;
  }

  const row = (page: Page, name: string) => page.getByRole('link', { name: new RegExp(name) });
  const search = (page: Page) => page.getByRole('searchbox', { name: 'Find a patient' });
  const stored = async (find: string) =>
    (await clinic.get(`/api/contacts?search=${encodeURIComponent(find)}`)).body.data[0];

  test('a patient is found by part of the name, the number or the email, and the search is in the address', async () => {
    const page = await open();
    await row(page, TOM.name).waitFor();
    for (const part of ['lop', '0101', 'maria@example']) {
      await search(page).fill(part);
      await row(page, TOM.name).waitFor({ state: 'hidden' });
      await row(page, MARIA.name).waitFor();
      expect(page.url()).toContain(`find=${encodeURIComponent(part)}`);
      await search(page).fill('');
      await row(page, TOM.name).waitFor();
    }
    await search(page).fill('no one like this');
    await page.getByText('No matching patients.').waitFor();
  });

  test('name, phone and email are corrected, and the second window follows', async () => {
    const here = await open();
    const there = await open();
    await row(there, MARIA.name).click();
    const seen = there.getByRole('dialog', { name: MARIA.name });
    await seen.getByRole('textbox', { name: 'Notes' }).fill('Half a sentence');
    await row(here, MARIA.name).click();
    const drawer = here.getByRole('dialog', { name: MARIA.name });
    await drawer.getByRole('textbox', { name: 'Name' }).fill('Maria Lopez-Garcia');
    await drawer.getByRole('textbox', { name: 'Phone' }).fill('(212) 555-0166');
    await drawer.getByRole('textbox', { name: 'Email' }).fill('garcia@example.com');
    await drawer.getByRole('button', { name: 'Save changes' }).click();
    await here.getByText('Saved Maria Lopez-Garcia.').waitFor();
    expect(await stored('Garcia')).toMatchObject({
      name: 'Maria Lopez-Garcia',
      phone: '+12125550166',
      email: 'garcia@example.com',
    });

    const followed = there.getByRole('dialog', { name: 'Maria Lopez-Garcia' });
    await followed.waitFor();
    expect(await followed.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('garcia@example.com');
    // What is being typed there is no one else's to overwrite.
    expect(await followed.getByRole('textbox', { name: 'Notes' }).inputValue()).toBe('Half a sentence');
    await there.keyboard.press('Escape');
    await row(there, 'Maria Lopez-Garcia').getByText('+1 (212) 555-0166').waitFor();
  });

  test('what is wrong is said at its field, and nothing is saved', async () => {
    const page = await open();
    await row(page, MARIA.name).click();
    const drawer = page.getByRole('dialog', { name: MARIA.name });
    const save = drawer.getByRole('button', { name: 'Save changes' });
    const fieldIs = async (name: string, wrong: string, right: string, words: RegExp) => {
      const field = drawer.getByRole('textbox', { name });
      await field.fill(wrong);
      await save.click();
      const refused = drawer.locator('[aria-invalid="true"]');
      await refused.waitFor();
      expect(await refused.getAttribute('data-path')).toBe(name.toLowerCase());
      expect(await refused.evaluate((one) => one.matches(':focus'))).toBe(true);
      const describedBy = await refused.getAttribute('aria-describedby');
      expect(await drawer.locator(`[id="${describedBy}"]`).textContent()).toMatch(words);
      await field.fill(right);
    };
    await fieldIs('Name', ' ', MARIA.name, /Enter the patient’s name/);
    await fieldIs('Phone', '12', '+12125550101', /number/);
    await fieldIs('Email', 'maria at example', MARIA.email, /email|address/i);
    expect(await stored('maria@example')).toMatchObject(MARIA);

    // Another patient's name and number: their page is one click away.
    await drawer.getByRole('textbox', { name: 'Name' }).fill(TOM.name);
    await drawer.getByRole('textbox', { name: 'Phone' }).fill(TOM.phone);
    await save.click();
    await drawer.getByRole('link', { name: 'Open the other patient' }).click();
    await page.getByRole('dialog', { name: TOM.name }).waitFor();
  });

  test('on a phone, by keyboard alone, and readable for everyone', async () => {
    const page = await open('/patients', { viewport: { width: 360, height: 740 } });
    const { keyboard } = page;
    await row(page, TOM.name).waitFor();
    const judged = async (name: string) => {
      await settled(page);
      expect(await seriousViolations(page)).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await screenshot(page, name);
    };
    await judged('patients-360');

    await search(page).focus();
    await keyboard.type('lopez');
    await row(page, TOM.name).waitFor({ state: 'hidden' });
    await until(
      'the focus on the patient',
      async () => {
        if ((await focusedText(page)).includes(MARIA.name)) return true;
        await keyboard.press('Tab');
        return false;
      },
      { everyMs: 0 },
    );
    await keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: MARIA.name });
    const email = drawer.getByRole('textbox', { name: 'Email' });
    await email.waitFor();
    await until(
      'the focus on the email',
      async () => {
        if (await email.evaluate((one) => one.matches(':focus'))) return true;
        await keyboard.press('Tab');
        return false;
      },
      { everyMs: 0 },
    );
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('nowhere');
    await keyboard.press('Enter');
    await drawer.locator('[aria-invalid="true"]').waitFor();
    await judged('patient-refused-360');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('lopez@example.com');
    await keyboard.press('Enter');
    await page.getByText(`Saved ${MARIA.name}.`).waitFor();
    expect((await stored('lopez')).email).toBe('lopez@example.com');
    await keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await until('the focus back on the patient', async () => (await focusedText(page)).includes(MARIA.name));
  });
});
