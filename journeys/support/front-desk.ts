import type { Locator, Page } from 'playwright-core';

const NEW_YORK = 'America/New_York';

/** A working day of a clinic in New York. */
export interface WorkingDay {
  /** `2026-11-30` */
  day: string;
  /** As the calendar writes it. */
  title: string;
  /** The instant at which the clinic's clock shows an hour. */
  at(hour: number, minute?: number): string;
}

/** The working days from a week ahead on: each journey takes one of its own. */
export function* workingDays(): Generator<WorkingDay, never> {
  const noon = new Date(Date.now() + 7 * 86_400_000);
  noon.setUTCHours(17, 0, 0, 0);
  for (;;) {
    noon.setUTCDate(noon.getUTCDate() + 1);
    if (noon.getUTCDay() !== 0 && noon.getUTCDay() !== 6) yield workingDay(new Date(noon));
  }
}

function workingDay(noon: Date): WorkingDay {
  const there = (options: Intl.DateTimeFormatOptions, locale = 'en-US') =>
    new Intl.DateTimeFormat(locale, { timeZone: NEW_YORK, ...options }).format(noon);
  const hourThere = Number(there({ hour: 'numeric', hourCycle: 'h23' }));
  return {
    day: there({}, 'en-CA'),
    title: there({ weekday: 'long', day: 'numeric', month: 'long' }),
    at: (hour, minute = 0) =>
      new Date(noon.getTime() + ((hour - hourThere) * 60 + minute) * 60_000).toISOString(),
  };
}

/** Takes a card by its upper edge and lets it go at the upper edge of something else. */
export async function drag(page: Page, card: Locator, target: Locator): Promise<void> {
  const from = await card.boundingBox();
  const to = await target.boundingBox();
  if (from === null || to === null) throw new Error('Nothing there to drag, or to drag to.');
  await page.mouse.move(from.x + from.width / 2, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + 12, { steps: 6 });
  await page.mouse.move(to.x + to.width / 2, to.y + 5, { steps: 3 });
  await page.mouse.up();
}

/** The text of the focused element. */
export const focusedText = (page: Page): Promise<string> =>
  page.evaluate<string>(
    '(document.activeElement?.textContent ?? "") + (document.activeElement?.getAttribute("aria-label") ?? "")',
  );

/** Records every place at which a card is drawn from now on, however briefly: a card that jumps is seen. */
export const watchPlaces = (page: Page, id: string): Promise<void> =>
  page.evaluate<void>(`(() => {
    window.places = [];
    const look = () => {
      const cards = [...document.querySelectorAll('[data-event="${id}"]')];
      const place = cards.map((card) => card.closest('section').ariaLabel + ' ' + card.dataset.stop).join(' and ');
      if (place !== window.places.at(-1)) window.places.push(place);
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  })()`);

export const placesOf = (page: Page): Promise<string[]> => page.evaluate<string[]>('window.places');
