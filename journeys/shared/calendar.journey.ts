import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, screenshot, seriousViolations } from '../support/browser.ts';
import { ALL_DAY, type CalendarDesk, drawerOf, openDesk, type Person } from '../support/calendar-desk.ts';
import type { Clinic } from '../support/clinic.ts';
import { figures } from '../support/figures.ts';
import { drag, focusedText, placesOf, watchPlaces } from '../support/front-desk.ts';
import { theProduct } from '../support/shared-product.ts';
import { until } from '../support/wait.ts';

const TOKYO = { timezoneId: 'Asia/Tokyo' };

describe.skipIf(!hasBrowser)('a front desk works in the calendar all day', () => {
  let desk: CalendarDesk;
  let clinic: Clinic;
  let main: Person;
  let ada: Person;
  let day: string;
  let title: string;
  let at: CalendarDesk['at'];
  const table = figures('The calendar');

  beforeAll(async () => {
    desk = await openDesk(theProduct());
    ({ clinic, main, ada } = desk);
  });
  afterAll(async () => {
    table.print();
    await desk?.close();
  });
  beforeEach(() => {
    desk.nextDay();
    ({ day, title, at } = desk);
  });
  afterEach(() => desk.closeWindows());

  const open: CalendarDesk['open'] = (...all) => desk.open(...all);
  const book: CalendarDesk['book'] = (...all) => desk.book(...all);
  const stored: CalendarDesk['stored'] = (id) => desk.stored(id);
  const columnOf = (page: Page, who: Person) => desk.columnOf(page, who);
  const free = (page: Page, who: Person, time: string) => desk.free(page, who, time);
  const cardOf = (page: Page, who: Person, name: string) => desk.cardOf(page, who, name);

  test('a click on free time books it there, by the clinic’s clock, and a second window follows', async () => {
    const here = await open(`view=day&date=${day}`, { context: TOKYO });
    const there = await open(`view=day&date=${day}`);
    await there.evaluate('window.sameDocument = true');

    await free(here, ada, '10:00 AM').click({ position: { x: 30, y: 5 } });
    const drawer = drawerOf(here, 'New appointment');
    await drawer.getByText(/10:00 AM, Dr\. Ada Lovelace/).waitFor();
    await drawer.getByLabel('Patient name').fill('Maria Lopez');
    await drawer.getByLabel('Patient phone').fill('+14155550132');
    const begun = performance.now();
    await drawer.getByRole('button', { name: 'Book appointment' }).click();

    await cardOf(there, ada, 'Maria Lopez').waitFor();
    table.add(
      'Click "Book" until the other window shows it',
      `${Math.round(performance.now() - begun)}`,
      'ms',
    );
    await cardOf(here, ada, 'Maria Lopez').waitFor();
    expect(await there.evaluate('window.sameDocument')).toBe(true);
    const { body } = await clinic.get(`/api/appointments?from=${at(0)}&to=${at(23)}`);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ scheduled_at: at(10), provider_id: ada.id });
    expect(await free(there, ada, '10:00 AM').count()).toBe(0);
  });

  test('dragged to another time and provider it is there, also in the second window; undo brings it back', async () => {
    const { id, name } = await book(10);
    const here = await open(`view=day&date=${day}`, { context: TOKYO });
    const there = await open(`view=day&date=${day}`);

    for (const page of [here, there]) await watchPlaces(page, id);
    await drag(here, cardOf(here, main, name), free(here, ada, '2:00 PM'));
    await cardOf(here, ada, name).waitFor();
    await cardOf(there, ada, name).waitFor();
    await here.getByText(`Moved ${name} to`).waitFor();
    // A drag texts the patient: that it will is read beside the ways to stop it.
    await here.getByText(/Texting in \d+ s\./).waitFor();
    await here.getByRole('button', { name: 'Don’t text' }).waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(14), provider_id: ada.id });

    await here.getByRole('button', { name: 'Undo' }).click();
    await cardOf(there, main, name).waitFor();
    await cardOf(here, main, name).waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(10), provider_id: main.id });
    // Three places and none twice in between: nothing jumped.
    const before = `${main.name}, ${title} 600`;
    for (const page of [here, there]) {
      expect(await placesOf(page)).toEqual([before, `${ada.name}, ${title} 840`, before]);
    }
  });

  test('the click that ends a drag opens nothing, and Escape cancels a drag', async () => {
    const { id, name } = await book(10);
    const page = await open(`view=day&date=${day}`);
    const box = await cardOf(page, main, name).boundingBox();
    if (box === null) throw new Error('no card');
    await page.mouse.move(box.x + 20, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y + 150, { steps: 5 });
    await page.locator('[data-preview]').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-preview]').count()).toBe(0);
    await page.mouse.up();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect((await stored(id)).version).toBe(1);
  });

  test('dropped on a taken time it goes back, and the free times are one click each', async () => {
    const { id, name } = await book(10);
    const other = await book(14);
    const page = await open(`view=day&date=${day}`);

    await drag(page, cardOf(page, main, name), cardOf(page, main, other.name));
    const dialog = drawerOf(page, 'That time is taken');
    await dialog.getByText(`${name} stays on`).waitFor();
    expect(await dialog.getByRole('button', { name: /^Move to/ }).count()).toBeGreaterThanOrEqual(2);
    await screenshot(page, 'calendar-refused');
    expect(await seriousViolations(page)).toEqual([]);
    expect(await stored(id)).toMatchObject({ scheduled_at: at(10), version: 1 });

    await dialog
      .getByRole('button', { name: /^Move to/ })
      .first()
      .click();
    await page.getByText(`Moved ${name} to`).waitFor();
    expect((await stored(id)).version).toBe(2);
  });

  test('an owner may insist, with a reason', async () => {
    const { id, name } = await book(10);
    const other = await book(14);
    const page = await open(`view=day&date=${day}`);
    await drag(page, cardOf(page, main, name), cardOf(page, main, other.name));
    const dialog = drawerOf(page, 'That time is taken');
    await dialog.getByLabel('Double-book this time anyway').check();
    await dialog.getByLabel('Reason').fill('They are twins');
    await dialog.getByRole('button', { name: 'Double-book' }).click();
    await page.getByText(`Moved ${name} to`).waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(14), overbooked: true });
  });

  test('outside working hours it is refused in plain words, and moved there on purpose', async () => {
    const { id, name } = await book(10);
    await book(18 - 1.5, { who: ada });
    const page = await open(`view=day&date=${day}`);
    await cardOf(page, main, name).click();
    await drawerOf(page, name).getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByLabel('Other time').fill('20:00');
    await page.getByRole('button', { name: 'Move appointment' }).click();
    await page.getByText('Outside working hours').waitFor();
    await page.getByText(/Main provider doesn't work then \(8-8:30 PM\)\./).waitFor();
    expect(await page.getByLabel('Double-book this time anyway').count()).toBe(0);
    expect((await stored(id)).version).toBe(1);
    await screenshot(page, 'calendar-outside-hours');
    await page.getByRole('button', { name: 'Book it anyway' }).click();
    await page.getByText(`Moved ${name} to`).waitFor();
    expect(await stored(id)).toMatchObject({ scheduled_at: at(20), version: 2 });
  });

  test('canceled with a reason it leaves the day, and undo brings it back', async () => {
    const { id, name } = await book(10);
    const here = await open(`view=day&date=${day}`);
    const there = await open(`view=day&date=${day}`);
    await cardOf(here, main, name).click();
    const drawer = drawerOf(here, name);
    await drawer.getByRole('button', { name: 'Cancel', exact: true }).click();
    await drawer.getByLabel('Reason').fill('The patient is ill');
    await drawer.getByRole('button', { name: 'Cancel the appointment' }).click();
    await drawer.getByText('Canceled', { exact: true }).waitFor();
    await until('the other window to let go', async () => (await cardOf(there, main, name).count()) === 0);
    expect((await stored(id)).status).toBe('cancelled');

    await drawer.getByRole('button', { name: 'Undo' }).click();
    await cardOf(there, main, name).waitFor();
    expect((await stored(id)).status).toBe('confirmed');
  });

  test('an upcoming visit asks before it is checked in or marked as a no-show', async () => {
    const { id, name } = await book(10);
    const here = await open(`view=day&date=${day}`);
    const there = await open(`view=day&date=${day}`);
    await cardOf(here, main, name).click();
    const drawer = drawerOf(here, name);
    const question = drawerOf(here, 'It’s not time yet');
    await drawer.getByRole('button', { name: 'Check in', exact: true }).click();
    await question.getByText(`${name}’s appointment is on`).waitFor();
    await screenshot(here, 'calendar-early');
    await question.getByRole('button', { name: 'Not yet' }).click();
    expect((await stored(id)).status).toBe('confirmed');
    await drawer.getByRole('button', { name: 'Check in', exact: true }).click();
    await question.getByRole('button', { name: 'Check in anyway' }).click();
    await there.getByRole('button', { name: new RegExp(`^${name}.*Checked in`) }).waitFor();
    await drawer.getByRole('button', { name: 'No-show' }).click();
    await question.getByRole('button', { name: 'Mark as no-show anyway' }).click();
    await there.getByRole('button', { name: new RegExp(`^${name}.*No-show`) }).waitFor();
    expect((await stored(id)).status).toBe('no_show');
    expect(await drawer.getByRole('button', { name: 'Move', exact: true }).count()).toBe(0);
  });

  test('service, length, notes and patient are changed in the drawer, and no one is texted twice', async () => {
    const { id, name } = await book(10);
    const other = await book(14);
    const page = await open(`view=day&date=${day}`);
    await cardOf(page, main, name).click();
    const drawer = drawerOf(page, name);
    await drawer.getByRole('button', { name: 'Edit', exact: true }).click();
    await drawer.getByLabel('Notes').fill('Brings a dog');
    await drawer.getByLabel('Length in minutes').fill('45');
    await screenshot(page, 'calendar-edit');
    expect(await seriousViolations(page)).toEqual([]);
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    await drawer.getByText('Brings a dog').waitFor();
    expect(await stored(id)).toMatchObject({ duration_minutes: 45, notes: 'Brings a dog', version: 2 });

    await drawer.getByRole('button', { name: 'Edit', exact: true }).click();
    await drawer.getByRole('button', { name: 'Change patient' }).click();
    await drawer.getByLabel('Find a patient').fill(other.name);
    await drawer.getByRole('button', { name: new RegExp(`^${other.name}`) }).click();
    await drawer
      .getByText(`${name} that this appointment is canceled, ${other.name} that it’s booked`)
      .waitFor();
    await screenshot(page, 'calendar-other-patient');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await until('the other patient', async () => (await stored(id)).contact.name === other.name);
  });

  test('the drawer’s own button asks before it drops what was typed', async () => {
    const { name } = await book(10);
    const page = await open(`view=day&date=${day}`);
    await cardOf(page, main, name).click();
    const drawer = drawerOf(page, name);
    const question = page.getByRole('dialog', { name: 'Discard changes?' });
    const forms = [
      { opener: 'Edit', field: 'Notes', back: 'Back' },
      { opener: 'Move', field: 'Reason (optional)', back: 'Back' },
      { opener: 'Cancel', field: 'Reason', back: 'Keep it' },
    ];
    for (const { opener, field, back } of forms) {
      const button = drawer.getByRole('button', { name: opener, exact: true });
      await button.click();
      await drawer.getByLabel(field, { exact: true }).fill('Brings a dog');
      await drawer.getByRole('button', { name: back }).click();
      await question.getByRole('button', { name: 'Keep editing' }).click();
      await question.waitFor({ state: 'hidden' });
      expect(await drawer.getByLabel(field, { exact: true }).inputValue()).toBe('Brings a dog');
      await drawer.getByRole('button', { name: back }).click();
      await question.getByRole('button', { name: 'Discard' }).click();
      await button.click();
      expect(await drawer.getByLabel(field, { exact: true }).inputValue()).toBe('');
      await drawer.getByRole('button', { name: back }).click();
      await button.waitFor();
      expect(await question.isVisible()).toBe(false);
    }
  });

  test('a pending one is confirmed', async () => {
    const { body } = await clinic.post('/api/appointments', {
      ...desk.nextPatient(),
      scheduled_at: at(11),
      provider_id: main.id,
      service_type: 'consultation',
      status: 'pending',
    });
    const page = await open(`view=day&date=${day}&appointment=${body.appointment_id}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByText(/is confirmed/).waitFor();
    expect((await stored(body.appointment_id)).status).toBe('confirmed');
  });

  test('view and day are in the address, and "back" goes back', async () => {
    const { name } = await book(10);
    const page = await open(`view=day&date=${day}`);
    await page.getByText('Week', { exact: true }).click();
    await page.getByRole('region', { name: title, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Next week' }).click();
    await until('the next week', () => !page.url().includes(`date=${day}`));
    await page.goBack();
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).waitFor();
    await page.goBack();
    await cardOf(page, main, name).waitFor();
    expect(page.url()).toContain('view=day');
  });

  test('filters leave one provider or one status', async () => {
    const { name } = await book(10);
    const other = await book(11, { who: ada });
    const page = await open(`view=day&date=${day}&provider=${ada.id}`);
    await cardOf(page, ada, other.name).waitFor();
    expect(await columnOf(page, main).count()).toBe(0);
    await page.goto(`${desk.product.url}/calendar?view=list&date=${day}&status=pending`);
    await page.getByText('Nothing is booked in these seven days').waitFor();
    await page.goto(`${desk.product.url}/calendar?view=list&date=${day}`);
    await page.getByRole('button', { name: new RegExp(name) }).waitFor();
  });

  test('on a phone, by keyboard alone: book, move, cancel and undo', async () => {
    const page = await open(`view=day&date=${day}`, { context: { viewport: { width: 360, height: 740 } } });
    const { keyboard } = page;
    const focused = () => focusedText(page);
    const tabTo = (what: string | RegExp) =>
      until(
        `the focus on ${what}`,
        async () => {
          if (new RegExp(what).test(await focused())) return true;
          await keyboard.press('Tab');
          return false;
        },
        { everyMs: 0 },
      );

    await tabTo('Book 9:00 AM');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowRight');
    expect(await focused()).toContain(`Book 9:30 AM, ${ada.name}`);
    await keyboard.press('Enter');
    await drawerOf(page, 'New appointment').getByLabel('Patient name').focus();
    await keyboard.type('Keyboard Patient');
    await keyboard.press('Tab');
    await keyboard.type('+14155550177');
    await keyboard.press('Enter');
    await cardOf(page, ada, 'Keyboard Patient').waitFor();
    await drawerOf(page, 'New appointment').waitFor({ state: 'hidden' });

    // The appointment is now where the free time was, and so is the focus.
    await until('the focus on the new card', async () => (await focused()).includes('Keyboard Patient'));
    await keyboard.press('Enter');
    const drawer = drawerOf(page, 'Keyboard Patient');
    await drawer.waitFor();
    await tabTo('^Move$');
    await keyboard.press('Enter');
    await drawer.getByRole('radio').first().waitFor();
    await until(
      'the first free time',
      async () => {
        const type = await page.evaluate<string>('document.activeElement.type');
        if (type === 'radio') return true;
        await keyboard.press('Tab');
        return false;
      },
      { everyMs: 0 },
    );
    await keyboard.press('ArrowDown');
    const chosen = String(await drawer.getByRole('radio', { checked: true }).getAttribute('value'));
    await tabTo('^Move appointment$');
    await keyboard.press('Enter');
    await page.getByText('Moved Keyboard Patient to').waitFor();
    const { body } = await clinic.get(`/api/appointments?from=${at(0)}&to=${at(23)}`);
    const [{ id, scheduled_at }] = body.data;
    expect(Date.parse(scheduled_at)).toBe(Date.parse(chosen));

    await tabTo('^Cancel$');
    await keyboard.press('Enter');
    await keyboard.type('Changed their mind');
    await keyboard.press('Enter');
    await until('the cancellation', async () => (await stored(id)).status === 'cancelled');
    await tabTo('^Undo$');
    await keyboard.press('Enter');
    await until('the undo', async () => (await stored(id)).status === 'confirmed');
    await keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    await until('the focus back on the card', async () => (await focused()).includes('Keyboard Patient'));
  });

  test('a day of ten providers and sixty appointments is read, shown and judged', async () => {
    const people = [main, ada];
    for (let number = 3; number <= 10; number += 1) {
      const { body } = await clinic.post('/api/providers', {
        name: `Dr. Number ${number}`,
        working_hours: ALL_DAY,
      });
      people.push(body);
    }
    for (const who of people) for (let hour = 9; hour < 15; hour += 1) await book(hour, { who });
    const begun = performance.now();
    const page = await open(`view=day&date=${day}`, { context: { viewport: { width: 1_440, height: 900 } } });
    await page.getByText('60 appointments').waitFor();
    table.add(
      'Ten providers, sixty appointments: from the address to the settled page',
      `${Math.round(performance.now() - begun)}`,
      'ms',
    );
    expect(await page.locator('[data-event]').count()).toBe(60);
    expect(await seriousViolations(page)).toEqual([]);
    await screenshot(page, 'calendar-full-day');
  });
});
