import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext, settled, sidewaysScroll } from './support/browser.ts';
import { ALL_DAY } from './support/calendar-desk.ts';
import { type Clinic, linkCalendar, PASSWORD, patient, signUp, statusOfGoogle } from './support/clinic.ts';
import { workingDays } from './support/front-desk.ts';
import { outsideOf } from './support/outside.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

describe.skipIf(!hasBrowser)('what a screen advises can be done on it', () => {
  let product: Product;
  let browser: Browser;
  let clinic: Clinic;
  let context: BrowserContext;
  let page: Page;
  let faults: string[] = [];
  const days = workingDays();

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  });
  afterEach(async () => {
    await context?.close();
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    if (product) await clearAway(product);
  });

  /** A clinic with two providers who work all week days, opened by its owner. */
  async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    const hosts = [new URL(product.url).host, new URL(product.sandboxUrl).host];
    const opened = await openContext(browser, hosts, { reducedMotion: 'reduce', ...options });
    ({ context } = opened);
    ({ faults } = opened.watch);
    page = await context.newPage();
    await page.goto(`${product.url}/sign-in?to=${encodeURIComponent(path)}`);
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  }
  async function newClinic(): Promise<{ main: string; ada: string }> {
    clinic = await signUp(product);
    await clinic.post('/api/providers', { name: 'Dr. Ada Lovelace', working_hours: ALL_DAY });
    const { body } = await clinic.get('/api/providers');
    const ada = body.data.find(({ name }: { name: string }) => name.includes('Ada'));
    const main = body.data.find((one: { id: string }) => one !== ada);
    return { main: main.id, ada: ada.id };
  }
  const book = async (scheduled_at: string, number = 1) =>
    (
      await clinic.post('/api/appointments', {
        ...patient(number),
        service_type: 'consultation',
        scheduled_at,
      })
    ).body;

  test('Book opens on the day that is shown, with each time once, and takes a provider', async () => {
    const { ada } = await newClinic();
    const { day } = days.next().value;
    await open(`/calendar?view=day&date=${day}`);
    await page.getByRole('button', { name: 'Book', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'New appointment' });
    await drawer.getByRole('radio').first().waitFor();
    expect(await drawer.getByLabel('Day').inputValue()).toBe(day);
    const times = await drawer
      .getByRole('radio')
      .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    expect(new Set(times).size).toBe(times.length);
    expect(times.length).toBeLessThanOrEqual(32);
    await drawer.getByRole('combobox', { name: 'Provider' }).click();
    await page.getByRole('option', { name: 'Dr. Ada Lovelace' }).click();
    await drawer.getByRole('group', { name: 'Afternoon' }).getByRole('radio').first().check();
    await drawer.getByText('With Dr. Ada Lovelace').waitFor();
    const { name, phone } = patient(1);
    await drawer.getByLabel('Patient name').fill(name);
    await drawer.getByLabel('Patient phone').fill(phone);
    await drawer.getByRole('button', { name: 'Book appointment' }).click();
    await drawer.waitFor({ state: 'hidden' });
    const [made] = (await clinic.get('/api/appointments')).body.data;
    expect(made).toMatchObject({ provider_id: ada, contact: { name } });
    expect(made.scheduled_at.slice(0, 10)).toBe(day);
  });

  test('a day without a free time says why and leads to the next that has one, months ahead as well', async () => {
    await newClinic();
    await open('/');
    await page.getByRole('button', { name: 'New appointment' }).click();
    const drawer = page.getByRole('dialog', { name: 'New appointment' });
    await drawer.getByRole('radio').first().waitFor();
    const sunday = new Date(Date.now() + 120 * 86_400_000);
    sunday.setUTCDate(sunday.getUTCDate() - sunday.getUTCDay());
    await drawer.getByLabel('Day').fill(sunday.toISOString().slice(0, 10));
    await drawer.getByRole('button', { name: /^Next free: Monday/ }).click();
    await drawer.getByRole('radio').first().waitFor();
    const monday = new Date(sunday.getTime() + 86_400_000).toISOString().slice(0, 10);
    expect(await drawer.getByLabel('Day').inputValue()).toBe(monday);
  });

  test('another time zone is found by its country, asks, and changes nothing without a yes', async () => {
    await newClinic();
    const { at } = days.next().value;
    await book(at(9));
    await open('/settings');
    const zone = page.getByRole('combobox', { name: 'Time zone' });
    const question = page.getByRole('dialog', { name: 'Change the time zone?' });
    const stored = async () => (await clinic.get('/api/organization')).body.time_zone;
    const choose = async (typed: string, option: string) => {
      await zone.click();
      await zone.fill(typed);
      await page.getByRole('option', { name: option }).click();
      await page.getByRole('button', { name: 'Save changes' }).click();
    };
    await choose('india', 'Kolkata, India');
    await question.getByText('1 upcoming appointment will show at a different time').waitFor();
    await question.getByText(/9:00 AM becomes/).waitFor();
    await question.getByRole('button', { name: 'Keep the current one' }).click();
    expect(await stored()).toBe('America/New_York');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await question.getByRole('button', { name: 'Change the time zone' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await stored()).toBe('Asia/Kolkata');
    expect(await zone.inputValue()).toBe('Kolkata, India');
    // A browser knows the refusal of the first two as an error of the page.
    faults = faults.filter((fault) => !fault.includes('409'));
  });

  test('a clinic without a calendar links it from Today and comes back to Today', async () => {
    await newClinic();
    await open('/');
    const strip = page.getByRole('region', { name: 'Health summary' });
    await strip.getByText('Everything is working. Google Calendar isn’t linked').waitFor();
    await strip.getByRole('button', { name: 'Link Google Calendar' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await heading(page, 'Today').waitFor();
    await page.getByText('Google Calendar is linked.').waitFor();
    await strip.getByText('Everything is working.', { exact: true }).waitFor();
    expect(page.url()).toBe(`${product.url}/`);
  });

  test('a clinic without a calendar says so in Setup, and takes it back in Settings', async () => {
    await newClinic();
    await open('/setup');
    const step = page
      .getByRole('list', { name: 'Setup steps' })
      .getByRole('listitem', { name: 'Google Calendar' });
    await step.getByRole('button', { name: 'I don’t use Google Calendar' }).click();
    await step.getByText('Not used', { exact: true }).waitFor();
    await page.reload();
    await step.getByText('Your appointments stay in Voxanne.').waitFor();
    const calendarStep = async () => (await clinic.get('/api/onboarding')).body.steps[1];
    expect(await calendarStep()).toMatchObject({ status: 'done', skipped: true });
    await page.getByRole('link', { name: 'Today' }).click();
    await page
      .getByRole('region', { name: 'Health summary' })
      .getByText('Everything is working.', { exact: true })
      .waitFor();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('button', { name: 'I do use Google Calendar' }).click();
    await page.getByRole('button', { name: 'I don’t use Google Calendar' }).waitFor();
    expect(await calendarStep()).toMatchObject({ status: 'current', skipped: false });
  });

  test('Today says once that no calendar is linked, and not next to each appointment', async () => {
    await newClinic();
    const { day } = days.next().value;
    for (const [hour, number] of [
      [15, 1],
      [16, 2],
    ] as const)
      await book(`${day}T${hour}:00:00Z`, number);
    await open('/');
    await page.getByText(patient(2).name).waitFor();
    await page
      .getByRole('region', { name: 'Health summary' })
      .getByText(/Google Calendar isn’t linked/)
      .waitFor();
    expect(await page.getByText(/calendar linked|isn’t linked/i).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Link Google Calendar' }).count()).toBe(1);
  });

  test('a link that Google withdrew shows in the calendar, and is linked again from there', async () => {
    await newClinic();
    await linkCalendar(clinic);
    const outside = outsideOf(product);
    await outside.breakIt({ provider: 'google', kind: 'revoke', match: '/google/calendar' });
    await until('the link to be dead', async () => {
      await clinic.post('/api/integrations/google/test');
      return (await statusOfGoogle(clinic)) !== 'connected';
    });
    await outside.fix();
    await open('/calendar?view=week');
    await page.getByText('Appointments are saved here and added to Google Calendar as soon as').waitFor();
    await page.getByRole('button', { name: 'Link again' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await heading(page, 'Calendar').waitFor();
    await page.getByText('Google Calendar is linked.').waitFor();
    expect(page.url()).toBe(`${product.url}/calendar?view=week`);
    await page.getByRole('button', { name: 'Link again' }).waitFor({ state: 'hidden' });
  });

  test('what failed is found from Health, and replayed from either list', async () => {
    await newClinic();
    await linkCalendar(clinic);
    const outside = outsideOf(product);
    await outside.breakIt({ provider: 'google', kind: 'status', status: 400, match: '/events' });
    const { appointment_id } = await book(days.next().value.at(10));
    const dead = async () => (await clinic.get('/api/outgoing?status=dead_letter')).body.data;
    await until('the entry to fail for good', async () => (await dead()).length === 1);
    await outside.fix();
    await open('/health');
    await page.getByRole('link', { name: 'See what failed' }).click();
    await page.getByRole('radio', { name: 'Outgoing', checked: true }).waitFor({ state: 'attached' });
    await page.getByText('Webhooks', { exact: true }).first().click();
    await page.getByRole('button', { name: 'Replay failed' }).click();
    await page
      .getByRole('dialog', { name: 'Replay 1 failed item?' })
      .getByRole('button', { name: 'Replay all' })
      .click();
    await until(
      'the calendar to have it',
      async () => (await clinic.get(`/api/appointments/${appointment_id}`)).body.sync_state === 'synced',
    );
  });

  describe('on a phone of 360 pixels', () => {
    const phone = { viewport: { width: 360, height: 740 } };

    test('five tabs are in reach, and the fifth names the present page', async () => {
      await newClinic();
      await open('/health', phone);
      const tabs = page.getByRole('navigation', { name: 'Main' });
      await tabs.getByRole('button', { name: 'More, now Health' }).click();
      await page.getByRole('menuitem', { name: 'Settings' }).click();
      await heading(page, 'Settings').waitFor();
      await tabs.getByRole('button', { name: 'More, now Settings' }).waitFor();
      for (const tab of await tabs.getByRole('listitem').filter({ visible: true }).all()) {
        const box = await tab.boundingBox();
        expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
      }
      expect(await sidewaysScroll(page)).toBe(0);
      await tabs.getByRole('link', { name: 'Patients' }).click();
      await heading(page, 'Patients').waitFor();
      await tabs.getByRole('button', { name: 'More', exact: true }).waitFor();
    });

    test('the controls of the calendar are in one line', async () => {
      await newClinic();
      await open('/calendar', phone);
      await settled(page);
      const controls = [
        page.getByRole('button', { name: 'Today', exact: true }),
        page.getByRole('button', { name: /^Previous/ }),
        page.getByRole('button', { name: /^Next/ }),
        page.getByLabel('Go to a day'),
        page.getByRole('button', { name: 'View and filters' }),
      ];
      const boxes = await Promise.all(controls.map((one) => one.boundingBox()));
      const middles = boxes.map((box) => Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2));
      expect(Math.max(...middles) - Math.min(...middles)).toBeLessThanOrEqual(2);
      for (const box of boxes) expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
      expect(await sidewaysScroll(page)).toBe(0);
      await page.getByRole('button', { name: 'View and filters' }).click();
      await page.getByText('Week', { exact: true }).click();
      await page.waitForURL(/view=week/);
    });
  });

  test('on paper the calendar is a day sheet: a row for each patient, no rail and no buttons', async () => {
    await newClinic();
    const { day, at } = days.next().value;
    await book(at(9), 1);
    await book(at(10), 2);
    await open(`/calendar?view=day&date=${day}`);
    await page.getByText('2 appointments').waitFor();
    await page.emulateMedia({ media: 'print' });
    const sheet = page.getByRole('table');
    await sheet
      .getByRole('row', { name: /9:00 AM, 30 min Patient 1 \+1 \(212\) 555-0101 Consultation/ })
      .waitFor();
    expect(await sheet.getByRole('row').count()).toBe(3);
    expect(await page.getByRole('navigation', { name: 'Main' }).isVisible()).toBe(false);
    expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
    expect(await sidewaysScroll(page)).toBe(0);
  });

  test('on paper Today is a sheet of today alone', async () => {
    await newClinic();
    await book(days.next().value.at(9), 1);
    await open('/');
    await page.getByText('1 appointment', { exact: true }).waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.getByText('Bright Smiles: no appointments.').waitFor();
    expect(await page.getByText('Patient 1').filter({ visible: true }).count()).toBe(0);
  });
});
