import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from './clinic.ts';

/** What a person does in the browser, found by the words on the page alone. */
export const CALLER = '+14155550132';
export const OWNER_PHONE = '+14155550199';

export const stepOf = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'Setup steps' }).getByRole('listitem', { name, exact: true });

export const stepDone = async (page: Page, name: string, timeout = 60_000): Promise<void> =>
  stepOf(page, name).getByText('Done', { exact: true }).waitFor({ timeout });

export const heading = (page: Page, name: string): Locator =>
  page.getByRole('heading', { name, level: 1, exact: true });

export async function fillSignUp(page: Page, email: string): Promise<void> {
  await page.getByLabel('Your name').fill('Ada Owner');
  await page.getByLabel('Clinic name').fill('Bright Smiles');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('textbox', { name: 'Your phone' }).fill('(415) 555-0199');
}

export async function sendSignUp(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create clinic' }).click();
  await heading(page, 'Setup').waitFor();
}

export async function goToConsent(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Link Google Calendar' }).click();
  await heading(page, 'Voxanne wants to access your Google Account').waitFor();
}

export async function consent(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Allow' }).click();
  await heading(page, 'Setup').waitFor();
  await stepDone(page, 'Google Calendar');
}

export async function callReceptionist(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Call now' }).click();
}

/** The text as the patient reads it. */
export const phoneTexts = (page: Page): Locator =>
  page.getByRole('log', { name: 'Texts' }).getByRole('paragraph');
