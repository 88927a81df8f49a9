import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, screenshot, seriousViolations, settled, sidewaysScroll } from '../support/browser.ts';
import { ALL_DAY, type CalendarDesk, drawerOf, openDesk, type Person } from '../support/calendar-desk.ts';
import type { Clinic } from '../support/clinic.ts';
import { drag, focusedText } from '../support/front-desk.ts';
import { theProduct } from '../support/shared-product.ts';
import { until } from '../support/wait.ts';

const GRACE = '+14155550188';

describe.skipIf(!hasBrowser)('a front desk works beside others', () => {
  let desk: CalendarDesk;
  let clinic: Clinic;
  let main: Person;
  let ada: Person;
  let day: string;
  let at: CalendarDesk['at'];

  beforeAll(async () => {
    desk = await openDesk(theProduct());
    ({ clinic, main, ada } = desk);
  });
  afterAll(async () => {
    await desk?.close();
  });
  beforeEach(() => {
    desk.nextDay();
    ({ day, at } = desk);
  });
  afterEach(() => desk.closeWindows());

  const open: CalendarDesk['open'] = (...all) => desk.open(...all);
  const book: CalendarDesk['book'] = (...all) => desk.book(...all);
  const stored: CalendarDesk['stored'] = (id) => desk.stored(id);
  const columnOf = (page: Page, who: Person) => desk.columnOf(page, who);
  const free = (page: Page, who: Person, time: string) => desk.free(page, who, time);
  const cardOf = (page: Page, who: Person, name: string) => desk.cardOf(page, who, name);

  test('a window that has not heard of a newer move does not undo it', async () => {
    const { id, name } = await book(10);
    const late = await open(`view=day&date=${day}`);
    const lists = (url: URL) => url.pathname === '/api/appointments';
    const old = await clinic.get(`/api/appointments?from=${at(0)}&to=${at(23)}&limit=200`);
    await late.route(lists, (route) => route.fulfill({ json: old.body }));
    expect((await clinic.patch(`/api/appointments/${id}`, { scheduled_at: at(15) })).status).toBe(200);
    late.on('request', (request) => {
      if (request.method() === 'PATCH') void late.unroute(lists);
    });

    await drag(late, cardOf(late, main, name), free(late, ada, '2:00 PM'));
    const dialog = drawerOf(late, 'This appointment just changed');
    await dialog.getByText(/it’s now on .*3/).waitFor();
    await dialog.getByText('Nothing changed.').waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(15), provider_id: main.id, version: 2 });
    await dialog.getByRole('button', { name: 'Leave it there' }).click();

    const placed = late.locator(`[data-event="${id}"][data-stop="${15 * 60}"]`);
    await placed.waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await drag(late, placed, free(late, ada, '2:00 PM'));
    await late.getByText(`Moved ${name} to`).waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(14), provider_id: ada.id, version: 3 });
  });

  test('a form that was opened before someone else’s change doesn’t undo it unseen', async () => {
    const { id, name } = await book(10);
    const page = await open(`view=day&date=${day}&appointment=${id}`);
    const drawer = drawerOf(page, name);
    await drawer.getByRole('button', { name: 'Move', exact: true }).click();
    await drawer.getByLabel('Other time').fill('14:00');
    await drawer.getByLabel('Text the patient the new time').uncheck();
    await clinic.patch(`/api/appointments/${id}`, { scheduled_at: at(15) });
    await drawer.getByText(/3:00 PM to/).waitFor();
    await drawer.getByRole('button', { name: 'Move appointment' }).click();
    await drawer.getByText('This appointment just changed').waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(15), version: 2 });
    // Now the form shows the new time, so sending it again is meant.
    await drawer.getByRole('button', { name: 'Move appointment' }).click();
    await page.getByText(`Moved ${name} to`).waitFor();
    await page.getByText('No text will be sent.').waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(14), version: 3 });
  });

  test('it can be given only to those who offer the service', async () => {
    const { body: service } = await clinic.post('/api/services', {
      name: 'Root canal',
      duration_minutes: 30,
      provider_ids: [main.id],
    });
    const { body: dora } = await clinic.post('/api/providers', { name: 'Dr. Dora', working_hours: ALL_DAY });
    const { body: booked } = await clinic.post('/api/appointments', {
      ...desk.nextPatient(),
      service_type: service.slug,
      scheduled_at: at(10),
    });
    const page = await open(`view=day&date=${day}&appointment=${booked.appointment_id}`);
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Move', exact: true }).click();
    await drawer.getByRole('radio').first().waitFor();
    await drawer.getByRole('combobox', { name: 'Provider' }).click();
    await page.getByRole('option').first().waitFor();
    expect(await page.getByRole('option').allTextContents()).toEqual([main.name]);

    const { body: other } = await clinic.post('/api/appointments', {
      ...desk.nextPatient(),
      service_type: 'consultation',
      scheduled_at: at(12),
      provider_id: dora.id,
    });
    await clinic.patch(`/api/providers/${dora.id}`, { active: false });
    await page.goto(`${desk.product.url}/calendar?view=day&date=${day}&appointment=${other.appointment_id}`);
    await drawer.getByRole('button', { name: 'Move', exact: true }).click();
    const who = drawer.getByRole('combobox', { name: 'Provider' });
    await until('the present provider', async () =>
      (await who.inputValue()).includes('Dr. Dora (isn’t taking appointments anymore)'),
    );
    await drawer.getByText('Choose who takes it over.').waitFor();
    await who.click();
    await page.getByRole('option', { name: main.name }).click();
    await drawer.getByLabel('Other time').fill('13:00');
    await drawer.getByRole('button', { name: 'Move appointment' }).click();
    await page.getByText(/^Moved .+ to /).waitFor();
    expect(await stored(other.appointment_id)).toMatchObject({ scheduled_at: at(13), provider_id: main.id });
  });

  test('booked by hand with every detail, it waits for confirmation and no one is texted', async () => {
    const page = await open(`view=day&date=${day}`, { context: { viewport: { width: 360, height: 740 } } });
    await free(page, main, '10:00 AM').focus();
    await page.keyboard.press('Enter');
    const drawer = drawerOf(page, 'New appointment');
    await drawer.getByLabel('Patient name').fill('Grace Hopper');
    await drawer.getByLabel('Patient phone').fill(GRACE);
    expect(await drawer.getByLabel('Email').count()).toBe(0);
    const more = drawer.getByRole('button', { name: 'More' });
    await more.focus();
    await page.keyboard.press('Enter');
    await drawer.getByLabel('Email').fill('grace at example');
    await drawer.getByLabel('Length in minutes').fill('45');
    await drawer.getByLabel('Notes').fill('Comes with a wheelchair');
    await drawer.getByLabel('Tentative: hold the time').check();
    await settled(page);
    expect(await seriousViolations(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
    await screenshot(page, 'book-by-hand-more-360');

    // What is refused under "More" is shown, also when it was put away again.
    await more.click();
    await drawer.getByRole('button', { name: 'Book appointment' }).click();
    await drawer.locator('[aria-invalid="true"]').waitFor();
    expect(await drawer.getByLabel('Email').evaluate((field) => field.matches(':focus'))).toBe(true);
    await drawer.getByLabel('Email').fill('grace@example.com');
    await page.keyboard.press('Enter');
    await page.getByText(/^Held .+ for Grace Hopper\. We haven’t texted them/).waitFor();

    const { body } = await clinic.get(`/api/appointments?from=${at(0)}&to=${at(23)}`);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      status: 'pending',
      scheduled_at: at(10),
      duration_minutes: 45,
      notes: 'Comes with a wheelchair',
      contact: { name: 'Grace Hopper', email: 'grace@example.com' },
    });
    // Its first text is the one of the confirmation; had there been one before, there would be two.
    const textsTo = async () =>
      (await clinic.get('/api/messages')).body.data.filter((text: { to: string }) => text.to === GRACE);
    await clinic.post(`/api/appointments/${body.data[0].id}/status`, { status: 'confirmed' });
    await until('the confirmation', async () => (await textsTo()).length > 0);
    expect(await textsTo()).toHaveLength(1);
  });

  const keep = async (hour: number, minutes = 10): Promise<void> => {
    const hold = { service_type: 'consultation', scheduled_at: at(hour), provider_id: main.id, minutes };
    expect((await clinic.post('/api/holds', hold)).status).toBe(201);
  };
  const heldIn = (page: Page) => columnOf(page, main).getByRole('button', { name: /^Held until/ });

  test('everyone sees a held time, it takes no booking, and it can be released', async () => {
    const here = await open(`view=day&date=${day}`);
    const there = await open(`view=day&date=${day}`);
    await free(there, main, '1:00 PM').waitFor();
    await keep(13);
    for (const page of [here, there]) {
      await heldIn(page).waitFor();
      expect(await free(page, main, '1:00 PM').count()).toBe(0);
    }
    await heldIn(here).focus();
    await here.keyboard.press('Enter');
    const drawer = drawerOf(here, 'Held time');
    await drawer.getByText('An app using the API').waitFor();
    await drawer.getByText('1:00 PM to 1:30 PM').waitFor();
    await settled(here);
    expect(await seriousViolations(here)).toEqual([]);
    await screenshot(here, 'calendar-held');
    await drawer.getByRole('button', { name: 'Release this time' }).click();
    await here.getByText('is free again').waitFor();
    for (const page of [here, there]) {
      await free(page, main, '1:00 PM').waitFor();
      expect(await heldIn(page).count()).toBe(0);
    }
    // The keyboard stays at the place that became free.
    await until('the focus on the free time', async () => (await focusedText(here)).includes('Book 1:00 PM'));
  });

  test('a held time leaves when it runs out, by the clock alone', async () => {
    await keep(13, 2);
    const page = await open(`view=day&date=${day}`, {
      prepare: (page) => page.clock.install(),
    });
    await heldIn(page).waitFor();
    await page.clock.fastForward('02:01');
    await free(page, main, '1:00 PM').waitFor();
    expect(await heldIn(page).count()).toBe(0);
  });
});
