import { accessSync, constants, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { until } from './wait.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));

const chromiumPath = [process.env.CHROMIUM_PATH ?? PLACES].flat().find((path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** `npm test` says aloud that these journeys are left out. */
export const hasBrowser = process.env.VOXANNE_NO_BROWSER !== '1' && chromiumPath !== undefined;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    timeout: 60_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What a page did that no one should see. */
export interface Watch {
  faults: string[];
}

/** @param hosts - Where the page may talk to; any other host is a fault. */
export async function openContext(
  browser: Browser,
  hosts: readonly string[],
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; watch: Watch }> {
  const context = await browser.newContext({ timezoneId: 'America/New_York', locale: 'en-US', ...options });
  context.setDefaultTimeout(60_000);
  const faults: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => faults.push(`error: ${error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !hosts.includes(url.host)) faults.push(`request to ${url.host}`);
  });
  return { context, watch: { faults } };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true, timeout: 60_000 });
}

interface AxeResult {
  violations: {
    id: string;
    impact: string;
    help: string;
    nodes: { target: string[]; failureSummary: string }[];
  }[];
}

// What another color scheme can change.
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

/** Violations of serious or critical level, each as one line. */
export async function seriousViolations(
  page: Page,
  { colorsOnly = false }: { colorsOnly?: boolean } = {},
): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) {
    const { source } = createRequire(import.meta.url)('axe-core') as { source: string };
    await page.evaluate(source);
  }
  const { violations } = await page.evaluate<AxeResult>(
    `axe.run(document, ${JSON.stringify({
      resultTypes: ['violations'],
      iframes: false,
      ...(colorsOnly && { runOnly: COLOR_RULES }),
    })})`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary.replaceAll(/\s+/g, ' ')}`),
    );
}

/** How many pixels the page can be scrolled sideways. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Nothing is loading anymore and no text is faded: what axe should judge. */
export async function settled(page: Page): Promise<void> {
  await until('the page to settle', () =>
    page.evaluate<boolean>(
      `document.querySelectorAll('.mantine-Skeleton-root').length === 0 &&
         document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity)`,
    ),
  );
}
