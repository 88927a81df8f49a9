import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext } from '../support/browser.ts';
import { type Clinic, openTime, patient, signUp } from '../support/clinic.ts';
import { heading } from '../support/person.ts';
import { theProduct } from '../support/shared-product.ts';

describe.skipIf(!hasBrowser)('the clinic’s rules are kept by hand', () => {
  const product = theProduct();
  let browser: Browser;
  let clinic: Clinic;
  let context: BrowserContext;
  let faults: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await context?.close();
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A new clinic, its owner in one window, and a second window of the same. */
  async function twoWindows(path: string): Promise<[Page, Page]> {
    clinic = await signUp(product);
    const opened = await openContext(browser, [new URL(product.url).host], { reducedMotion: 'reduce' });
    context = opened.context;
    faults = opened.watch.faults;
    for (const pair of clinic.cookie.split('; ')) {
      const at = pair.indexOf('=');
      await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: product.url }]);
    }
    const pages = [await context.newPage(), await context.newPage()] as [Page, Page];
    for (const page of pages) {
      const live = page.waitForResponse((response) => response.url().endsWith('/api/events'));
      await page.goto(`${product.url}${path}`);
      await live;
    }
    return pages;
  }
  const provider = async () => (await clinic.get('/api/providers')).body.data[0];

  test('hours: two windows a day, a break, and a copy to all weekdays, seen by the other window', async () => {
    const [page, other] = await twoWindows('/settings');
    await page.getByRole('link', { name: 'Opening hours' }).click();
    await heading(page, 'Opening hours').waitFor();
    await other.getByRole('link', { name: 'Opening hours' }).click();
    const monday = page.getByRole('group', { name: 'Monday' });
    await monday.getByLabel('Monday, hours 1, to').fill('12:00');
    await monday.getByRole('button', { name: 'Add hours on Monday' }).click();
    await monday.getByLabel('Monday, hours 2, from').fill('11:00');
    await monday.getByLabel('Monday, hours 2, to').fill('17:00');
    await page.getByRole('button', { name: 'Save hours' }).click();
    await monday.getByText(/11:00.AM to 5:00.PM overlaps 9:00.AM to 12:00.PM/).waitFor();
    await monday.getByLabel('Monday, hours 2, from').fill('13:00');
    await monday.getByRole('button', { name: 'Add a break on Monday' }).click();
    await monday.getByText(/The break from 12:00.PM to 1:00.PM is outside/).waitFor();
    await monday.getByLabel('Monday, break 1, from').fill('10:00');
    await monday.getByLabel('Monday, break 1, to').fill('10:15');
    await monday.getByRole('button', { name: 'Copy to weekdays from Monday' }).click();
    await page
      .getByRole('group', { name: 'Friday' })
      .getByRole('button', { name: 'Remove Friday, hours 2' })
      .click();
    // By the keyboard: Enter in a field saves, as in every form.
    await page.getByLabel('Friday, hours 1, from').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Saved the hours for Main provider.').waitFor();
    const day = [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ];
    const pause = [['10:00', '10:15']];
    expect(await provider()).toMatchObject({
      working_hours: { 1: day, 2: day, 3: day, 4: day, 5: [['09:00', '12:00']] },
      breaks: { 1: pause, 2: pause, 3: pause, 4: pause, 5: pause },
    });
    const there = other.getByRole('group', { name: 'Thursday' });
    await there.getByLabel('Thursday, break 1, to').waitFor();
    expect(await there.getByLabel('Thursday, hours 2, from').inputValue()).toBe('13:00');
  });

  test('services: one is added for one provider, changed and deleted, and the other window follows', async () => {
    const [page, other] = await twoWindows('/settings/services');
    await page.getByRole('link', { name: 'Add a service' }).click();
    const drawer = page.getByRole('dialog', { name: 'New service' });
    await drawer.getByRole('textbox', { name: 'Name' }).fill('Group physiotherapy');
    await drawer.getByLabel('Length in minutes').fill('45');
    await drawer.getByLabel('Group size').fill('6');
    await drawer.getByLabel('Buffer after').fill('15');
    await drawer.getByLabel('Minimum notice').fill('2');
    await drawer.getByLabel('Only these').check();
    await drawer.getByRole('button', { name: 'Add service' }).click();
    await drawer.getByText('Choose at least one provider, or choose all.').waitFor();
    await drawer.getByLabel('Main provider').check();
    await drawer.getByRole('button', { name: 'Add service' }).click();
    await page.getByText('Saved Group physiotherapy.').waitFor();
    const row = other.getByRole('link', { name: /Group physiotherapy/ });
    await row.waitFor();
    expect(await row.textContent()).toContain(
      '45 min · 15 min after · 6 patients at once · 2 hours’ notice · by Main provider',
    );
    await row.click();
    await other.getByRole('dialog').getByLabel('Length in minutes').fill('60');
    await other.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('link', { name: /Group physiotherapy.*60 min/ }).click();
    await page.getByRole('button', { name: 'Delete service' }).click();
    await page
      .getByRole('dialog', { name: 'Delete Group physiotherapy?' })
      .getByRole('button', { name: 'Delete service' })
      .click();
    await page.getByText('Deleted Group physiotherapy.').waitFor();
    await expect.poll(() => row.count()).toBe(0);
  });

  test('providers and time off: affected appointments are named, and deleting a provider with appointments asks twice', async () => {
    const [page, other] = await twoWindows('/settings/time-off');
    const at = openTime();
    const booked = await clinic.post('/api/appointments', {
      ...patient(1),
      service_type: 'consultation',
      scheduled_at: at,
    });
    expect(booked.status).toBe(201);
    await page.getByRole('link', { name: 'Add time off' }).click();
    const drawer = page.getByRole('dialog', { name: 'New time off' });
    await drawer.getByLabel('Title').fill('Painters');
    await drawer.getByLabel('First day').fill(at.slice(0, 10));
    await drawer.getByLabel('Last day').fill(at.slice(0, 10));
    await drawer.getByRole('button', { name: 'Add time off' }).click();
    await page
      .getByText(
        /^1 appointment falls in this time off: .+\. It's still booked: call the patient and move it\.$/,
      )
      .waitFor();
    await other.getByRole('link', { name: /Painters.*Whole clinic/s }).waitFor();

    await page.goto(`${product.url}/settings/providers`);
    await other.goto(`${product.url}/settings/providers`);
    await page.getByRole('link', { name: 'Add a provider' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Dr. Ben');
    await page.getByRole('button', { name: 'Add provider' }).click();
    await other.getByRole('link', { name: /Dr. Ben/ }).waitFor();
    await other.getByRole('link', { name: /Main provider/ }).click();
    await other.getByRole('button', { name: 'Delete provider' }).click();
    const question = other.getByRole('dialog', { name: 'Delete Main provider?' });
    await question.getByRole('button', { name: 'Delete provider' }).click();
    await question.getByText(/One upcoming appointment, on .+, stays booked\./).waitFor();
    await question.getByRole('button', { name: 'Delete anyway' }).click();
    await other.getByText('One appointment is still coming up. It stays as it is.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: /Main provider/ }).count()).toBe(0);
    const kept = await clinic.get(`/api/appointments/${booked.body.appointment_id}`);
    expect(kept.body).toMatchObject({ status: 'confirmed', provider_name: 'Main provider' });
    // The refused deletion is a 409 on purpose, and browsers report each of those.
    faults = faults.filter((fault) => !fault.includes('409'));
  });

  test('a provider’s calendar address is made, shown once, replaced and revoked', async () => {
    const [page] = await twoWindows('/settings/providers');
    await page.getByRole('link', { name: /Main provider/ }).click();
    const drawer = page.getByRole('dialog', { name: 'Main provider' });
    const make = async (button: string): Promise<string> => {
      await drawer.getByRole('button', { name: button }).click();
      const question = page.getByRole('dialog', { name: 'Create a calendar address?' });
      await question.getByRole('button', { name: 'Create an address' }).click();
      await question.waitFor({ state: 'hidden' });
      return drawer.getByLabel('Calendar address', { exact: true }).and(drawer.locator('input')).inputValue();
    };
    const status = async (url: string) => (await fetch(url)).status;

    const first = await make('Create an address');
    expect(await (await fetch(first)).text()).toContain('BEGIN:VCALENDAR');
    const second = await make('Replace the address');
    expect(second).not.toBe(first);
    expect([await status(first), await status(second)]).toEqual([404, 200]);

    await drawer.getByRole('button', { name: 'Hide address' }).click();
    expect(await drawer.getByText(second).count()).toBe(0);
    await drawer.getByRole('button', { name: 'Revoke the address' }).click();
    const question = page.getByRole('dialog', { name: 'Revoke the calendar address?' });
    await question.getByRole('button', { name: 'Revoke the address' }).click();
    await page.getByText('The calendar address for Main provider no longer works.').waitFor();
    expect(await status(second)).toBe(404);
  });

  test('the clinic’s own rules are in words, and are kept', async () => {
    const [page, other] = await twoWindows('/settings');
    await page.getByLabel('Booking window (days)').fill('180');
    await page.getByLabel('Stop offering times until it’s back').check();
    await page.getByLabel('Delete after a number of days').check();
    await page.getByLabel('Days until it’s deleted').fill('30');
    await page.getByRole('button', { name: 'Save rules' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect((await clinic.get('/api/organization')).body).toMatchObject({
      booking_horizon_days: 180,
      calendar_policy: 'closed',
      message_retention_days: 30,
    });
    await expect.poll(() => other.getByLabel('Booking window (days)').inputValue()).toBe('180');
    await expect.poll(() => other.getByLabel('Stop offering times until it’s back').isChecked()).toBe(true);
  });
});
