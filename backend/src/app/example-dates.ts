/** The Monday around which the examples of the contract are written. */
const WRITTEN_FOR = Date.UTC(2026, 10, 23);
const WEEK_MS = 7 * 86_400_000;
/** An appointment at least so far ahead is not refused for short notice. */
const AHEAD_MS = 3 * 86_400_000;

const ISO_DAY = /\b\d{4}-\d{2}-\d{2}(?=\b|T)/g;
const SPOKEN_DAY =
  /\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (November|December) (\d{1,2})\b/g;
const SPOKEN = new Intl.DateTimeFormat('en-US', {
  weekday: 'long',
  month: 'long',
  day: 'numeric',
  timeZone: 'UTC',
});

/**
 * The document's examples, moved by whole weeks so that they always book in the future: an example that was
 * written once would be refused as past a month later.
 */
export function moveExamples<T>(document: T, now: Date): { week: string; document: () => T } {
  const weeks = Math.ceil((now.getTime() + AHEAD_MS - WRITTEN_FOR) / WEEK_MS);
  return { week: String(weeks), document: () => moveIn(document, false, weeks * WEEK_MS) as T };
}

function moveIn(value: unknown, inExample: boolean, by: number): unknown {
  if (typeof value === 'string') return inExample ? moveText(value, by) : value;
  if (Array.isArray(value)) return value.map((one) => moveIn(one, inExample, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      // A property may be called "examples"; a list of them is what a schema has.
      moveIn(one, inExample || key === 'example' || (key === 'examples' && Array.isArray(one)), by),
    ]),
  );
}

const moveText = (text: string, by: number): string =>
  text
    .replace(ISO_DAY, (day) => new Date(Date.parse(`${day}T00:00:00Z`) + by).toISOString().slice(0, 10))
    .replace(SPOKEN_DAY, (_said, _weekday, month, day) =>
      SPOKEN.format(Date.UTC(2026, month === 'November' ? 10 : 11, Number(day)) + by),
    );
