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
import { type Clinic, linkCalendar, signUp } from '../support/clinic.ts';
import { figures, seconds } from '../support/figures.ts';
import { CALLER, goToConsent, heading, OWNER_PHONE, phoneTexts } from '../support/person.ts';
import { theProduct } from '../support/shared-product.ts';
import { until } from '../support/wait.ts';

const WIDE = { width: 1_280, height: 800 };
const NARROW = { width: 360, height: 740 };

interface Visit {
  name: string;
  as: 'stranger' | 'beginner' | 'clinic';
  path: string;
  /** Brings the page into the state that is judged. */
  open?(page: Page): Promise<void>;
}

const shows = (name: string) => async (page: Page) => heading(page, name).waitFor();

const visits: Visit[] = [
  { name: 'sign-up', as: 'stranger', path: '/sign-up', open: shows('Create your clinic') },
  {
    name: 'sign-up-refused',
    as: 'stranger',
    path: '/sign-up',
    async open(page) {
      await page.getByRole('button', { name: 'Create clinic' }).click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
    },
  },
  { name: 'sign-in', as: 'stranger', path: '/sign-in', open: shows('Sign in') },
  {
    name: 'sign-in-refused',
    as: 'stranger',
    path: '/sign-in',
    async open(page) {
      await page.getByLabel('Email').fill('no-one@clinic.example');
      await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').first().waitFor();
    },
  },
  { name: 'setup-before', as: 'beginner', path: '/setup', open: shows('Setup') },
  { name: 'consent', as: 'beginner', path: '/setup', open: goToConsent },
  { name: 'today-empty', as: 'beginner', path: '/', open: shows('Today') },
  { name: 'calendar-empty', as: 'beginner', path: '/calendar?view=list', open: shows('Calendar') },
  { name: 'patients-empty', as: 'beginner', path: '/patients', open: shows('Patients') },
  { name: 'messages-empty', as: 'beginner', path: '/messages', open: shows('Messages') },
  {
    name: 'setup-after',
    as: 'clinic',
    path: '/setup',
    async open(page) {
      await page.getByRole('heading', { name: 'Your receptionist is answering' }).waitFor();
      await phoneTexts(page).first().waitFor();
    },
  },
  { name: 'deliveries', as: 'clinic', path: '/deliveries', open: shows('Deliveries') },
  {
    name: 'deliveries-outgoing',
    as: 'clinic',
    path: '/deliveries?list=outgoing',
    open: async (page) => page.getByText('Confirmation text').first().waitFor(),
  },
  {
    name: 'today',
    as: 'clinic',
    path: '/',
    // Also on the sheet that is printed, when she comes today.
    open: async (page) => page.getByText('Maria Lopez').first().waitFor(),
  },
  {
    name: 'book-by-hand',
    as: 'clinic',
    path: '/',
    async open(page) {
      await page.getByRole('button', { name: 'New appointment' }).click();
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByLabel('Tentative: hold the time').waitFor();
    },
  },
  {
    name: 'calendar-day',
    as: 'clinic',
    path: '/calendar?view=day',
    async open(page) {
      await page.getByRole('button', { name: 'Next day' }).click();
      await page.locator('[data-column]').first().waitFor();
    },
  },
  {
    name: 'calendar-week',
    as: 'clinic',
    path: '/calendar?view=week',
    open: async (page) => page.locator('[data-column]').first().waitFor(),
  },
  {
    name: 'calendar-appointment',
    as: 'clinic',
    path: '/calendar?view=list',
    async open(page) {
      await page.getByRole('button', { name: /Maria Lopez/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Move', exact: true }).click();
      await page.getByRole('dialog').getByRole('group', { name: 'Free times' }).waitFor();
    },
  },
  {
    name: 'patient',
    as: 'clinic',
    path: '/patients',
    async open(page) {
      await page.getByRole('link', { name: /Maria Lopez/ }).click();
      await page.getByRole('dialog').getByRole('heading', { name: 'Appointments' }).waitFor();
    },
  },
  {
    name: 'messages',
    as: 'clinic',
    path: '/messages',
    async open(page) {
      await page.getByRole('button', { name: /Confirmation/ }).click();
      await page.getByRole('list', { name: 'Timeline' }).waitFor();
    },
  },
  {
    name: 'health',
    as: 'clinic',
    path: '/health',
    open: async (page) => page.getByRole('heading', { name: 'Google Calendar' }).waitFor(),
  },
  {
    name: 'settings',
    as: 'clinic',
    path: '/settings',
    open: async (page) => page.getByRole('button', { name: 'Unlink' }).waitFor(),
  },
  {
    name: 'settings-hours',
    as: 'clinic',
    path: '/settings/hours',
    async open(page) {
      await page.getByRole('button', { name: 'Add hours on Monday' }).click();
      await page.getByRole('button', { name: 'Save hours' }).click();
      await page.getByText('Enter both times, or remove the row.').waitFor();
    },
  },
  {
    name: 'settings-service',
    as: 'clinic',
    path: '/settings/services',
    async open(page) {
      await page.getByRole('link', { name: /Consultation/ }).click();
      await page.getByRole('dialog').getByLabel('Only these').check();
    },
  },
  {
    name: 'settings-provider',
    as: 'clinic',
    path: '/settings/providers',
    async open(page) {
      await page.getByRole('link', { name: /Main provider/ }).click();
      await page.getByRole('dialog').getByRole('link', { name: 'Change the opening hours' }).waitFor();
    },
  },
  {
    name: 'settings-time-off',
    as: 'clinic',
    path: '/settings/time-off',
    async open(page) {
      await page.getByRole('link', { name: 'Add time off' }).click();
      await page.getByRole('dialog').getByLabel('First day').waitFor();
    },
  },
  {
    name: 'settings-team',
    as: 'clinic',
    path: '/settings/team',
    async open(page) {
      await page.getByLabel('Email').fill('bob@clinic.example');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByLabel('Invitation link', { exact: true }).waitFor();
      await page.getByRole('list', { name: 'Open invitations' }).waitFor();
    },
  },
  {
    name: 'settings-api-keys',
    as: 'clinic',
    path: '/settings/api-keys',
    async open(page) {
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Website');
      await page.getByRole('checkbox', { name: 'Book' }).check();
      await page.getByRole('button', { name: 'Create key' }).click();
      await page.getByLabel('API key', { exact: true }).waitFor();
      await page.getByRole('list', { name: 'API keys' }).waitFor();
    },
  },
  {
    name: 'settings-api-key-new',
    as: 'clinic',
    path: '/settings/api-keys',
    async open(page) {
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
      await page.getByText('Choose what the key can do.').waitFor();
    },
  },
  {
    name: 'unlink-question',
    as: 'clinic',
    path: '/settings',
    async open(page) {
      await page.getByRole('button', { name: 'Unlink' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Keep linked' }).waitFor();
    },
  },
  { name: 'no-such-page', as: 'clinic', path: '/no-such-page', open: shows('Not found') },
];

describe.skipIf(!hasBrowser)('every page can be read by everyone', () => {
  const product = theProduct();
  let browser: Browser;
  const owners: Record<'beginner' | 'clinic', Clinic | undefined> = {
    beginner: undefined,
    clinic: undefined,
  };
  const table = figures('Every page, judged by axe-core');

  beforeAll(async () => {
    browser = await launchBrowser();
    owners.beginner = await signUp(product);
    const clinic = await signUp(product, { phone: OWNER_PHONE });
    owners.clinic = clinic;
    await linkCalendar(clinic);
    await clinic.post('/api/simulator/call', { from: CALLER, patient_name: 'Maria Lopez' });
    await until(
      'the finished setup',
      async () => (await clinic.get('/api/onboarding')).body.completed_at !== null,
      { limitMs: 90_000 },
    );
  });
  afterAll(async () => {
    table.print();
    await browser?.close();
  });

  async function enter(
    as: Visit['as'],
    colorScheme: 'light' | 'dark',
  ): Promise<{ context: BrowserContext; faults: string[] }> {
    const hosts = [new URL(product.url).host, new URL(product.sandboxUrl).host];
    const { context, watch } = await openContext(browser, hosts, {
      colorScheme,
      reducedMotion: 'reduce',
      viewport: WIDE,
    });
    const owner = as === 'stranger' ? undefined : owners[as];
    for (const pair of owner?.cookie.split('; ') ?? []) {
      const at = pair.indexOf('=');
      await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: product.url }]);
    }
    return { context, faults: watch.faults };
  }

  async function judge(as: Visit['as'], scheme: 'light' | 'dark', findings: string[]): Promise<void> {
    const { context, faults } = await enter(as, scheme);
    const page = await context.newPage();
    for (const { name, path, open } of visits.filter((visit) => visit.as === as)) {
      const found = (where: string, lines: string[]) =>
        findings.push(...lines.map((line) => `${name}, ${scheme}, ${where}: ${line}`));
      await page.setViewportSize(WIDE);
      await page.goto(`${product.url}${path}`);
      await open?.(page);
      await settled(page);
      found('wide', await seriousViolations(page, { colorsOnly: scheme === 'dark' }));
      await screenshot(page, `${name}-${scheme}`);
      await page.setViewportSize(NARROW);
      await settled(page);
      if (scheme === 'light') {
        found('360 px', await seriousViolations(page));
        await screenshot(page, `${name}-360`);
      }
      const pixels = await sidewaysScroll(page);
      if (pixels > 0) found('360 px', [`scrolls ${pixels} px sideways`]);
      // A refused sign-in is a 401 on purpose, and browsers report each of those.
      const isExpected = (fault: string) => name === 'sign-in-refused' && fault.includes('401');
      found(
        'any width',
        faults.splice(0).filter((fault) => !isExpected(fault)),
      );
    }
    await context.close();
  }

  test('the judge is awake: it sees a bad page', async () => {
    const { context, faults } = await enter('stranger', 'light');
    const page = await context.newPage();
    await page.goto(`${product.url}/sign-in`);
    await shows('Sign in')(page);
    await page.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend',
      '<p style="color:#ccc;background:#fff;width:3000px">faint</p><img src="http://elsewhere.example/x.png">')`);
    await until('the request to another host', () => faults.length > 0);
    expect((await seriousViolations(page)).map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['color-contrast', 'image-alt']),
    );
    expect(await sidewaysScroll(page)).toBeGreaterThan(0);
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'in %s no page has a serious violation, scrolls sideways at 360 px, or talks to a stranger',
    async (scheme) => {
      const findings: string[] = [];
      const begun = performance.now();
      const audiences = ['stranger', 'beginner', 'clinic'] as const;
      await Promise.all(audiences.map((as) => judge(as, scheme, findings)));
      table.add(
        `${visits.length} pages in ${scheme}`,
        `${findings.length}`,
        `findings, ${seconds(performance.now() - begun)}`,
      );
      expect(findings).toEqual([]);
    },
  );
});
