import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { totpOf } from '../backend/src/testing/totp.ts';
import { hasBrowser, launchBrowser, openContext } from './support/browser.ts';
import { type Clinic, PASSWORD, signUp } from './support/clinic.ts';
import { heading } from './support/person.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const NEW_PASSWORD = 'three unrelated lanterns';

describe.skipIf(!hasBrowser)('the security of an account', () => {
  let product: Product;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    if (product) await clearAway(product);
  });

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
  const linkIn = async (email: string, subject: string): Promise<string> => {
    let text = '';
    await until(`the email "${subject}"`, async () => {
      const answer = await fetch(`${product.sandboxUrl}/_sandbox/mails?to=${encodeURIComponent(email)}`);
      const { data } = (await answer.json()) as { data: { subject: string; text: string }[] };
      text = data.findLast((mail) => mail.subject === subject)?.text ?? '';
      return text !== '';
    });
    return /https?:\/\/\S+#\S+/.exec(text)?.[0] ?? '';
  };
  async function signIn(page: Page, email: string, password: string): Promise<void> {
    await page.getByLabel('Email').fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  /** From the password to the codes, in the panel or on the page that the clinic requires. */
  async function enroll(page: Page, password: string): Promise<{ secret: string; codes: string[] }> {
    await page.getByRole('textbox', { name: 'Your password' }).fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    const secret = await page.getByLabel('Or enter this key', { exact: true }).inputValue();
    await page.getByLabel('Code from the app').fill(totpOf(secret));
    await page.getByRole('button', { name: 'Turn on' }).click();
    const list = page.getByRole('list', { name: 'Recovery codes' });
    await list.waitFor();
    const codes = await list.getByRole('listitem').allTextContents();
    await page.getByRole('button', { name: 'I saved them' }).click();
    return { secret, codes };
  }

  test('a forgotten password is replaced by the link from the email, and a used link says what to do', async () => {
    const clinic = await signUp(product);
    const page = await open('/sign-in');
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await page.getByLabel('Email').fill(clinic.email);
    await page.getByRole('button', { name: 'Email me a link' }).click();
    await page.getByText('Check your email').waitFor();
    await page.getByRole('link', { name: 'open the simulated mailbox' }).waitFor();

    const link = await linkIn(clinic.email, 'Choose a new password');
    await page.goto(link);
    await page.getByRole('textbox', { name: 'New password' }).fill('password1');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page
      .getByText(/most common passwords/)
      .first()
      .waitFor();
    await page.getByRole('textbox', { name: 'New password' }).fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Your password is changed').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await signIn(page, clinic.email, NEW_PASSWORD);
    await page.getByRole('navigation').first().waitFor();

    const again = await open(link);
    await again.getByRole('textbox', { name: 'New password' }).fill('another four word lantern');
    await again.getByRole('button', { name: 'Save password' }).click();
    await again.getByText(/This link doesn’t work anymore/).waitFor();
    await again.getByRole('link', { name: 'Get a new link' }).waitFor();
  });

  test('an address is confirmed by a link and a click', async () => {
    const clinic = await signUp(product);
    const page = await open(await linkIn(clinic.email, 'Confirm your email address'));
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByText(`${clinic.email} is yours.`).waitFor();
    const settings = await open('/settings/security', clinic);
    await settings.getByText('Confirmed', { exact: true }).waitFor();
  });

  test('two-step sign-in is set up with an app, asked for at the door, and required of a colleague', async () => {
    const clinic = await signUp(product);
    const owner = await open('/settings/security', clinic);
    await owner.getByRole('button', { name: 'Set up two-step sign-in' }).click();
    const { secret, codes } = await enroll(owner, PASSWORD);
    expect(codes).toHaveLength(10);
    await owner.getByText('10 recovery codes are left.').waitFor();

    const door = await open('/sign-in');
    await signIn(door, clinic.email, PASSWORD);
    await heading(door, 'One more step').waitFor();
    const digits = door.getByRole('textbox');
    await digits.first().click();
    await door.keyboard.type(String((Number(totpOf(secret)) + 1) % 1_000_000).padStart(6, '0'));
    await door.getByText(/That code isn’t right/).waitFor();
    await digits.first().click();
    await door.keyboard.type(totpOf(secret));
    await door.getByRole('navigation').first().waitFor();

    const lost = await open('/sign-in');
    await signIn(lost, clinic.email, PASSWORD);
    await lost.getByRole('button', { name: 'Use a recovery code' }).click();
    await lost.getByLabel('Recovery code').fill(codes[0] ?? '');
    await lost.getByRole('button', { name: 'Continue' }).click();
    await lost.getByRole('navigation').first().waitFor();

    await owner.goto(`${product.url}/settings/team`);
    await owner.getByLabel('Email').fill('kim@clinic.example');
    await owner.getByRole('button', { name: 'Create invitation' }).click();
    const invitation = await owner.getByLabel('Invitation link', { exact: true }).inputValue();
    const colleague = await open(invitation);
    await colleague.getByLabel('Your name').fill('Kim Colleague');
    await colleague.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await colleague.getByRole('button', { name: 'Create account and join' }).click();
    await heading(colleague, 'Today').waitFor();

    await owner.goto(`${product.url}/settings/security`);
    await owner.getByRole('switch', { name: 'Require two-step sign-in' }).click();
    await owner.getByRole('button', { name: 'Require it' }).click();
    await owner.getByText('Everyone in the clinic needs two-step sign-in now.').waitFor();

    // Wherever they are, that is all they get.
    await until('the page to set it up', async () => {
      await colleague.goto(`${product.url}/patients`);
      await colleague.getByRole('heading', { level: 1 }).first().waitFor();
      return new URL(colleague.url()).pathname === '/two-step-sign-in';
    });
    await enroll(colleague, PASSWORD);
    await heading(colleague, 'Today').waitFor();
  });

  test('a session is ended from another one, and its page asks for the password', async () => {
    const clinic = await signUp(product);
    const other = await open('/sign-in');
    await signIn(other, clinic.email, PASSWORD);
    await other.getByRole('navigation').first().waitFor();
    const page = await open('/settings/security', clinic);
    await page.getByRole('button', { name: 'End all other sessions' }).click();
    await page.getByRole('button', { name: 'End them' }).click();
    await page.getByText('Your other sessions have ended.').waitFor();
    await until('the other page to notice', async () => {
      await other.goto(`${product.url}/patients`);
      await other.getByRole('heading', { level: 1 }).first().waitFor();
      return new URL(other.url()).pathname === '/sign-in';
    });
  });
});
