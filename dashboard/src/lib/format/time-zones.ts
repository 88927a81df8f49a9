/** Browsers list these under the name of another time; what people type is the one of today. */
const TODAY: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const today = (zone: string) => TODAY[zone] ?? zone;

const BEFORE = Object.fromEntries(Object.entries(TODAY).map(([before, today]) => [today, before]));

const cityOf = (zone: string) => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

interface RegionLocale extends Intl.Locale {
  /** Not in every browser yet; without it zones are found by their city and their name alone. */
  getTimeZones?: () => string[];
}

/** Zone -> the countries in which it is kept. */
function countriesByZone(): Map<string, string[]> {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const found = new Map<string, string[]>();
  for (const code of letters.flatMap((one) => letters.map((other) => one + other))) {
    const name = names.of(code);
    if (name === undefined) continue;
    for (const zone of (new Intl.Locale(`und-${code}`) as RegionLocale).getTimeZones?.() ?? [])
      found.set(zone, [...(found.get(zone) ?? []), name]);
  }
  return found;
}

/** "Eastern Time", by which people look for their zone as often as by a city. */
const spokenName = (zone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longGeneric' })
    .formatToParts()
    .find((part) => part.type === 'timeZoneName')?.value ?? '';

const folded = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[_/-]/g, ' ').toLowerCase();

export interface TimeZoneChoice {
  value: string;
  label: string;
}

interface KnownZone extends TimeZoneChoice {
  /** All by which it is found: city, country, name, and the name of before. */
  words: string;
}

let known: KnownZone[] | undefined;

function knownZones(): KnownZone[] {
  known ??= makeZones();
  return known;
}

function makeZones(): KnownZone[] {
  const countries = countriesByZone();
  // The browser's list leaves out UTC.
  return [...Intl.supportedValuesOf('timeZone'), 'UTC']
    .map((zone) => describe(today(zone), countries.get(zone) ?? countries.get(today(zone))))
    .toSorted((one, other) => one.label.localeCompare(other.label));
}

function describe(zone: string, countries: string[] = []): KnownZone {
  const name = spokenName(zone);
  const place = countries[0] ?? '';
  const city = cityOf(zone);
  const label = place === '' || place === city ? city : `${city}, ${place}`;
  return {
    value: zone,
    label,
    words: folded([zone, BEFORE[zone] ?? '', ...countries, name].join(' ')),
  };
}

/**
 * Every zone by its city and country.
 * @param kept - The zone that is chosen; under an older name it is a choice of its own, and stays.
 */
export function timeZoneChoices(kept: string): TimeZoneChoice[] {
  const zones = knownZones();
  if (kept === '' || zones.some(({ value }) => value === kept)) return zones;
  return [{ value: kept, label: `${cityOf(kept)} (${kept})` }, ...zones];
}

/** Zones in which every typed word begins a word of the city, the country or the name: "new y", "india", "kiev". */
export function findTimeZones(choices: TimeZoneChoice[], typed: string): TimeZoneChoice[] {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const wordsOf = new Map(knownZones().map(({ value, words }) => [value, words]));
  /** Whole words before beginnings, the place before the zone's name: "india" is neither Indianapolis nor Colombo. */
  const rank = ({ value, label }: TimeZoneChoice): number => {
    const words = ` ${wordsOf.get(value) ?? folded(value)} ${folded(label).replace(',', '')} `;
    if (!wanted.every((word) => words.includes(` ${word}`))) return 0;
    const isWhole = (text: string) => wanted.every((word) => text.includes(` ${word} `));
    const place = ` ${folded(label).replace(',', '')} `;
    return (
      1 + (isWhole(place) ? 4 : 0) + (isWhole(words) ? 2 : 0) + (place.startsWith(` ${wanted[0]}`) ? 1 : 0)
    );
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((one) => one.rank > 0)
    .toSorted((one, other) => other.rank - one.rank)
    .map(({ choice }) => choice);
}

/** The browser's own zone by the name of today. */
export const ownTimeZone = (): string => today(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');

/** Whether two names mean one zone: "Asia/Calcutta" is "Asia/Kolkata". */
export const isSameZone = (one: string, other: string): boolean => today(one) === today(other);
