import { Temporal } from 'temporal-polyfill';

/** A day of each year: a date, the n-th weekday of a month (the last for -1), or so many days after Easter Sunday. */
type Rule =
  | readonly ['on', month: number, day: number]
  | readonly ['nth', nth: number, weekday: number, month: number]
  | readonly ['easter', days: number];

const EVERYWHERE: Readonly<Record<string, Rule>> = {
  'new-year': ['on', 1, 1],
  valentine: ['on', 2, 14],
  'st-patrick': ['on', 3, 17],
  'good-friday': ['easter', -2],
  easter: ['easter', 0],
  'easter-monday': ['easter', 1],
  halloween: ['on', 10, 31],
  'christmas-eve': ['on', 12, 24],
  christmas: ['on', 12, 25],
  'boxing-day': ['on', 12, 26],
  'new-years-eve': ['on', 12, 31],
};

/** Elsewhere these lie on other days, or on none. */
const AMERICAN: Readonly<Record<string, Rule>> = {
  'martin-luther-king': ['nth', 3, 1, 1],
  presidents: ['nth', 3, 1, 2],
  mother: ['nth', 2, 7, 5],
  memorial: ['nth', -1, 1, 5],
  juneteenth: ['on', 6, 19],
  father: ['nth', 3, 7, 6],
  independence: ['on', 7, 4],
  labor: ['nth', 1, 1, 9],
  columbus: ['nth', 2, 1, 10],
  veterans: ['on', 11, 11],
  thanksgiving: ['nth', 4, 4, 11],
};

/** The day of a holiday in a year, where it is known. */
export function holidayIn(name: string, year: number, isAmerican: boolean): Temporal.PlainDate | undefined {
  const rule = EVERYWHERE[name] ?? (isAmerican ? AMERICAN[name] : undefined);
  if (rule === undefined) return undefined;
  if (rule[0] === 'easter') return easterOf(year).add({ days: rule[1] });
  if (rule[0] === 'on') return Temporal.PlainDate.from({ year, month: rule[1], day: rule[2] });
  const [, nth, weekday, month] = rule;
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const ahead = (weekday - first.dayOfWeek + 7) % 7;
  const weeks = nth < 0 ? Math.floor((first.daysInMonth - 1 - ahead) / 7) : nth - 1;
  return first.add({ days: ahead + weeks * 7 });
}

/** Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher. */
function easterOf(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = century - Math.floor((century + 8) / 25) + 1;
  const epact = (19 * golden + century - Math.floor(century / 4) - Math.floor(correction / 3) + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const days = epact + weekday - 7 * shift + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 });
}
