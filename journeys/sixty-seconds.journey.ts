import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext, screenshot } from './support/browser.ts';
import { figures, megabytes, seconds } from './support/figures.ts';
import { outsideOf } from './support/outside.ts';
import {
  CALLER,
  callReceptionist,
  consent,
  fillSignUp,
  goToConsent,
  heading,
  OWNER_PHONE,
  phoneTexts,
  sendSignUp,
  stepDone,
  stepOf,
} from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';

const LIMIT_MS = 60_000;
const READY_TARGET_MS = 3_000;
const MEMORY_TARGET = 200 * 1_048_576;

describe.skipIf(!hasBrowser)('sixty seconds from nothing to a confirmed appointment', () => {
  let product: Product;
  let browser: Browser;
  let memoryAtStart: number | undefined;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    // The browser first: the cold start is measured on a machine that does nothing else.
    browser = await launchBrowser();
    product = await startProduct();
    memoryAtStart = product.memory();
  });
  afterAll(async () => {
    for (const one of open) await one.close();
    await browser?.close();
    if (product) await clearAway(product);
  });

  async function newPage(): Promise<{ page: Page; faults: string[] }> {
    const hosts = [new URL(product.url).host, new URL(product.sandboxUrl).host];
    const { context, watch } = await openContext(browser, hosts);
    open.push(context);
    return { page: await context.newPage(), faults: watch.faults };
  }

  test('a person signs up, links the calendar, calls, and the text arrives on the phone', async () => {
    const { page, faults } = await newPage();
    const table = figures('From an empty data directory to a confirmed appointment');
    table.add('cold start to ready', seconds(product.readyMs), `target ${seconds(READY_TARGET_MS)}`);
    const begun = performance.now();
    let last = begun;
    const stage = (name: string) => {
      const now = performance.now();
      table.add(name, seconds(now - last));
      last = now;
    };

    await page.goto(product.url);
    await heading(page, 'Create your clinic').waitFor();
    stage('open the page');
    await fillSignUp(page, 'ada@bright-smiles.example');
    await sendSignUp(page);
    stage('sign up');
    await goToConsent(page);
    stage('to the consent page');
    await consent(page);
    stage('consent, back, calendar linked');
    await stepDone(page, 'Your receptionist');
    stage('receptionist ready');
    await callReceptionist(page);
    await stepDone(page, 'Call your receptionist');
    stage('call and booking');
    const text = phoneTexts(page).first();
    await text.waitFor();
    stage('text on the phone');
    await stepDone(page, 'The patient’s phone');
    stage('delivery reported');
    const total = last - begun;
    table.add('the whole path in the browser', seconds(total), `limit ${seconds(LIMIT_MS)}`);
    const { steps } = await (await page.request.get(`${product.url}/api/onboarding`)).json();
    for (const step of steps.slice(1)) {
      table.add(
        `on the server's clock: ${step.id}`,
        seconds(step.seconds * 1_000),
        'since the step before it',
      );
    }
    table.add('with the cold start', seconds(total + product.readyMs), `limit ${seconds(LIMIT_MS)}`);
    for (const [name, bytes] of [
      ['memory of the API process, ready', memoryAtStart],
      ['memory of the API process, after the path', product.memory()],
    ] as const) {
      if (bytes !== undefined) table.add(name, megabytes(bytes), `target ${megabytes(MEMORY_TARGET)}`);
    }
    table.print();

    expect(await text.innerText()).toContain('Bright Smiles');
    await page.getByRole('heading', { name: 'Your receptionist is answering' }).waitFor();
    await screenshot(page, 'sixty-seconds-done');

    const outside = outsideOf(product);
    expect(await outside.texts(CALLER)).toHaveLength(1);
    expect(await outside.events()).toHaveLength(1);
    const [toOwner, ...more] = await outside.texts(OWNER_PHONE);
    expect(toOwner?.body).toMatch(/ready/i);
    expect(more).toEqual([]);
    await page.getByRole('link', { name: 'Today', exact: true }).click();
    await page.getByText('Maria Gonzalez').waitFor();
    expect(faults).toEqual([]);
  });

  test('a reload in the middle keeps what was reached', async () => {
    const { page, faults } = await newPage();
    await page.goto(`${product.url}/sign-up`);
    await fillSignUp(page, 'reload@bright-smiles.example');
    await sendSignUp(page);
    await page.reload();
    await stepDone(page, 'Your clinic');
    await goToConsent(page);
    await page.reload();
    await consent(page);
    await page.reload();
    await stepDone(page, 'Google Calendar');

    await callReceptionist(page);
    await page.getByRole('log', { name: 'Transcript' }).getByText('Maria Gonzalez').first().waitFor();
    await page.reload();
    await stepOf(page, 'Call your receptionist').getByText('Call ended').waitFor();
    await stepDone(page, 'Call your receptionist');
    await phoneTexts(page).first().waitFor();
    await stepDone(page, 'The patient’s phone');
    await page.reload();
    await phoneTexts(page).first().waitFor();
    await page.getByRole('heading', { name: 'Your receptionist is answering' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('the keyboard alone signs up', async () => {
    const { page, faults } = await newPage();
    await page.goto(`${product.url}/sign-up`);
    await heading(page, 'Create your clinic').waitFor();
    const typed: Record<string, string> = {
      'Your name': 'Ada Owner',
      'Clinic name': 'Bright Smiles',
      Email: 'keyboard@bright-smiles.example',
      Password: 'correct horse battery',
    };
    const reached: string[] = [];
    for (let presses = 0; presses < 25; presses += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate<string>(
        `document.activeElement?.labels?.[0]?.innerText.replace(/[ *]+$/, '') ?? document.activeElement?.innerText ?? ''`,
      );
      reached.push(focused);
      const words = typed[focused];
      if (words !== undefined) await page.keyboard.type(words);
      if (focused === 'Create clinic') break;
    }
    expect(reached).toEqual(
      expect.arrayContaining([...Object.keys(typed), 'Your phone', 'Clinic’s public phone', 'Create clinic']),
    );
    await page.keyboard.press('Enter');
    await heading(page, 'Setup').waitFor();
    expect(faults).toEqual([]);
  });
});
