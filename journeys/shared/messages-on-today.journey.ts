import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext, seriousViolations } from '../support/browser.ts';
import { type Clinic, PASSWORD, signUp } from '../support/clinic.ts';
import { send } from '../support/http.ts';
import { theProduct } from '../support/shared-product.ts';

describe.skipIf(!hasBrowser)('messages that callers left with the receptionist', () => {
  const product = theProduct();
  let browser: Browser;
  let clinic: Clinic;
  let secret: string;
  let context: BrowserContext;
  let faults: string[];
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    clinic = await signUp(product);
    secret = (await clinic.post('/api/integrations/vapi/rotate-secret')).body.secret;
    const opened = await openContext(browser, [new URL(product.url).host], { reducedMotion: 'reduce' });
    ({ context } = opened);
    faults = opened.watch.faults;
    page = await context.newPage();
    await page.goto(`${product.url}/sign-in`);
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.goto(`${product.url}/`);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const leave = async (name: string, message: string, urgent = 'no') => {
    const { body } = await send('POST', `${product.url}/api/vapi/tools/takeMessage`, {
      headers: { 'x-vapi-secret': secret },
      body: {
        toolCallId: randomUUID(),
        tool: { arguments: { name, message, urgent } },
        customer: { number: '+14155550132' },
      },
    });
    expect(body.success).toBe(true);
  };
  const needsYou = () => page.getByRole('region', { name: 'Needs you' });
  const rows = () => needsYou().getByRole('listitem');

  test('are on Today as they come, urgent ones first, and are closed and reopened', async () => {
    await leave('Maria Lopez', 'Please call back about my prescription.');
    await rows().filter({ hasText: 'Maria Lopez' }).waitFor();
    await leave('Ben Ode', 'My tooth hurts, I cannot wait until tomorrow.', 'yes');
    await rows().filter({ hasText: 'Urgent' }).waitFor();
    expect(await rows().nth(0).textContent()).toContain('Ben Ode');
    expect(await rows().nth(1).textContent()).toContain('Please call back about my prescription.');
    const call = needsYou().getByRole('link', { name: /^Call Maria Lopez/ });
    expect(await call.getAttribute('href')).toBe('tel:+14155550132');
    expect(await seriousViolations(page)).toEqual([]);

    await needsYou().getByRole('button', { name: 'Close the message from Ben Ode' }).click();
    await rows().filter({ hasText: 'Closed' }).waitFor();
    expect((await clinic.get('/api/tasks')).body.data).toMatchObject([{ name: 'Maria Lopez' }]);
    await needsYou().getByRole('button', { name: 'Reopen the message from Ben Ode' }).click();
    await needsYou().getByRole('button', { name: 'Close the message from Ben Ode' }).waitFor();
    expect((await clinic.get('/api/tasks')).body.data).toHaveLength(2);
    expect(faults).toEqual([]);
  });
});
