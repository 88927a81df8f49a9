import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openContext } from '../support/browser.ts';
import { type Clinic, PASSWORD, signUp } from '../support/clinic.ts';
import { heading } from '../support/person.ts';
import { theProduct } from '../support/shared-product.ts';
import { until } from '../support/wait.ts';

describe.skipIf(!hasBrowser)('the people of a clinic', () => {
  const product = theProduct();
  let browser: Browser;
  let clinic: Clinic;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
    clinic = await signUp(product);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** A window of its own browser: with the owner's session, or with none. */
  async function open(path: string, who?: Clinic): Promise<Page> {
    const { context } = await openContext(browser, [new URL(product.url).host], { reducedMotion: 'reduce' });
    contexts.push(context);
    for (const pair of who?.cookie.split('; ') ?? []) {
      const at = pair.indexOf('=');
      await context.addCookies([{ name: pair.slice(0, at), value: pair.slice(at + 1), url: product.url }]);
    }
    const page = await context.newPage();
    await page.goto(path.startsWith('http') ? path : `${product.url}${path}`);
    return page;
  }

  /** Invites on the Team page, as the owner. */
  async function invite(page: Page, email: string, role: string): Promise<string> {
    await page.getByLabel('Email').fill(email);
    await page.getByRole('combobox', { name: 'Role', exact: true }).click();
    await page.getByRole('option', { name: role, exact: true }).click();
    await page.getByRole('button', { name: 'Create invitation' }).click();
    const link = page.getByLabel('Invitation link', { exact: true });
    await until(
      'the new link',
      async () => (await page.getByText(`With it, ${email} can join`).count()) === 1,
    );
    return link.inputValue();
  }

  async function join(link: string): Promise<Page> {
    const page = await open(link);
    await page.getByLabel('Your name').fill('Bob Auditor');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account and join' }).click();
    await heading(page, 'Today').waitFor();
    return page;
  }

  test('an auditor joins by a link, sees the clinic and finds no button that would be refused', async () => {
    const owner = await open('/settings/team', clinic);
    const page = await join(await invite(owner, 'bob@auditors.example', 'Auditor'));
    await owner.getByRole('main').getByText('bob@auditors.example', { exact: true }).waitFor();

    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(`${response.request().method()} ${response.url()}`);
    });
    for (const [path, name] of [
      ['/', 'Today'],
      ['/calendar', 'Calendar'],
      ['/patients', 'Patients'],
      ['/messages', 'Messages'],
      ['/setup', 'Setup'],
      ['/deliveries', 'Deliveries'],
      ['/settings', 'Settings'],
      ['/settings/api-keys', 'API keys'],
      ['/settings/team', 'Team'],
    ] as const) {
      await page.goto(`${product.url}${path}`);
      await heading(page, name).waitFor();
      for (const label of [
        'New appointment',
        'Book',
        'Add to waitlist',
        'Link Google Calendar',
        'Save changes',
        'Save rules',
        'Call now',
        'Rotate secret',
        'Create invitation',
        'New key',
        'Remove',
      ]) {
        expect(
          await page.getByRole('button', { name: label, exact: true }).count(),
          `${label} on ${path}`,
        ).toBe(0);
      }
    }
    await page.getByText(`${clinic.email}`, { exact: false }).first().waitFor();
    expect(refused).toEqual([]);
  });

  test('a link that was used says so, and what to do', async () => {
    const owner = await open('/settings/team', clinic);
    const link = await invite(owner, 'cleo@clinic.example', 'Staff');
    await join(link);
    const late = await open(link);
    await late.getByText(/already used\. Sign in/).waitFor();
  });

  test('a person with a clinic of their own joins another one, and leaves it', async () => {
    const other = await signUp(product, { name: 'Elm Street Dental' });
    const owner = await open('/settings/team', clinic);
    const page = await open(await invite(owner, other.email, 'Staff'), other);
    await page.getByRole('button', { name: 'Join Bright Smiles' }).click();
    await heading(page, 'Today').waitFor();
    await page.goto(`${product.url}/settings/team`);
    await page.getByText('You’re a staff member at Bright Smiles.').waitFor();
    await page.getByRole('button', { name: 'Leave the clinic' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByText('Elm Street Dental').first().waitFor();
  });

  test('the owner changes a role, hands the clinic over, and is an admin then', async () => {
    const owner = await open('/settings/team', clinic);
    const heir = await join(await invite(owner, 'dora@clinic.example', 'Staff'));
    const role = owner.getByRole('combobox', { name: 'Role of dora@clinic.example' });
    await role.click();
    await owner.getByRole('option', { name: 'Admin', exact: true }).click();
    await owner.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
    await owner.getByText('dora@clinic.example is an admin now.').waitFor();

    await owner.getByText('You’re the only owner. To leave, hand over the clinic first.').waitFor();
    await owner.getByRole('combobox', { name: 'Hand over the clinic to' }).click();
    await owner.getByRole('option', { name: 'dora@clinic.example' }).click();
    await owner.getByRole('button', { name: 'Hand over', exact: true }).click();
    await owner.getByRole('dialog').getByRole('button', { name: 'Hand over', exact: true }).click();
    await owner.getByText('You’re an admin at Bright Smiles.').waitFor();
    await heir.goto(`${product.url}/settings/team`);
    await heir.getByText('You’re an owner at Bright Smiles.').waitFor();

    await heir.getByRole('button', { name: `Remove ${clinic.email}` }).click();
    await heir.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await until(
      'the end of the removed person’s access',
      async () => (await clinic.get('/api/me')).status === 403,
    );
  });
});
