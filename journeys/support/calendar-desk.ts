import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser, openContext, settled } from './browser.ts';
import { type Clinic, patient, signUp } from './clinic.ts';
import { type WorkingDay, workingDays } from './front-desk.ts';
import type { Place } from './shared-product.ts';

export const ALL_DAY = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]]),
);

export interface Person {
  id: string;
  name: string;
}

interface OpenOptions {
  context?: Parameters<Browser['newContext']>[0];
  /** Before the page is there. */
  prepare?: (page: Page) => Promise<void>;
}

/** A clinic of two providers and its calendar in as many windows as a journey needs; each journey has its own day. */
export interface CalendarDesk extends WorkingDay {
  product: Place;
  clinic: Clinic;
  main: Person;
  ada: Person;
  nextDay(): void;
  open(search: string, options?: OpenOptions): Promise<Page>;
  /** @returns the next patient, who has that time now. */
  book(hour: number, at?: { who?: Person; minute?: number }): Promise<Person>;
  nextPatient(): { name: string; phone: string };
  // biome-ignore lint/suspicious/noExplicitAny: read as it comes
  stored(id: string): Promise<any>;
  columnOf(page: Page, who: Person): Locator;
  free(page: Page, who: Person, time: string): Locator;
  cardOf(page: Page, who: Person, name: string): Locator;
  closeWindows(): Promise<void>;
  close(): Promise<void>;
}

export const drawerOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name });

export async function openDesk(product: Place): Promise<CalendarDesk> {
  const browser = await launchBrowser();
  const clinic = await signUp(product);
  await clinic.post('/api/providers', { name: 'Dr. Ada Lovelace', working_hours: ALL_DAY });
  const people: Person[] = (await clinic.get('/api/providers')).body.data;
  const ada = people.find(({ name }) => name === 'Dr. Ada Lovelace');
  const main = people.find((one) => one !== ada);
  if (main === undefined || ada === undefined)
    throw new Error('A new clinic has a provider, and one was added.');
  await clinic.patch(`/api/providers/${main.id}`, { working_hours: ALL_DAY });
  const days = workingDays();
  const contexts: BrowserContext[] = [];
  let patients = 0;

  const desk: CalendarDesk = {
    ...days.next().value,
    product,
    clinic,
    main,
    ada,
    nextDay: () => void Object.assign(desk, days.next().value),
    async open(search, { context: options, prepare } = {}) {
      const hosts = [new URL(product.url).host, new URL(product.sandboxUrl).host];
      const { context } = await openContext(browser, hosts, {
        viewport: { width: 1_280, height: 1_000 },
        reducedMotion: 'reduce',
        ...options,
      });
      contexts.push(context);
      for (const pair of clinic.cookie.split('; ')) {
        const split = pair.indexOf('=');
        await context.addCookies([
          { name: pair.slice(0, split), value: pair.slice(split + 1), url: product.url },
        ]);
      }
      const page = await context.newPage();
      await prepare?.(page);
      await page.goto(`${product.url}/calendar?${search}`);
      await page.getByRole('heading', { name: 'Calendar', level: 1 }).waitFor();
      await settled(page);
      return page;
    },
    nextPatient() {
      patients += 1;
      return patient(patients);
    },
    async book(hour, { who = main, minute = 0 } = {}) {
      const booking = { ...desk.nextPatient(), scheduled_at: desk.at(hour, minute), provider_id: who.id };
      const { status, body } = await clinic.post('/api/appointments', {
        ...booking,
        service_type: 'consultation',
      });
      expect(status).toBe(201);
      return { id: body.appointment_id, name: booking.name };
    },
    stored: async (id) => (await clinic.get(`/api/appointments/${id}`)).body,
    columnOf: (page, who) => page.getByRole('region', { name: `${who.name}, ${desk.title}` }),
    free: (page, who, time) => page.getByRole('button', { name: `Book ${time}, ${who.name}, ${desk.title}` }),
    cardOf: (page, who, name) =>
      desk.columnOf(page, who).getByRole('button', { name: new RegExp(`^${name}`) }),
    async closeWindows() {
      for (const context of contexts.splice(0)) await context.close();
    },
    close: () => browser.close(),
  };
  return desk;
}
