/**
 * States and cities of the United States, and what their zones are called, by the zone they lie in; a state of two
 * zones by the one that most of its people live in. `other`: places of one name in several zones.
 */
const PLACES: Readonly<Record<string, string>> = {
  'America/New_York':
    'eastern, et, connecticut, delaware, florida, georgia, maine, maryland, massachusetts, michigan, new hampshire, ' +
    'new jersey, north carolina, ohio, pennsylvania, rhode island, south carolina, vermont, virginia, west virginia, ' +
    'boston, philadelphia, atlanta, miami, orlando, tampa, washington dc, baltimore, pittsburgh, cleveland, charlotte',
  'America/Chicago':
    'central, ct, alabama, arkansas, illinois, iowa, kansas, louisiana, minnesota, mississippi, missouri, nebraska, ' +
    'north dakota, oklahoma, south dakota, tennessee, texas, wisconsin, dallas, houston, austin, san antonio, ' +
    'st louis, kansas city, minneapolis, milwaukee, nashville, memphis, new orleans, omaha',
  'America/Denver':
    'mountain, mt, colorado, montana, new mexico, utah, wyoming, idaho, salt lake city, albuquerque',
  'America/Phoenix': 'arizona, tucson',
  'America/Los_Angeles':
    'pacific, pt, california, nevada, oregon, las vegas, san francisco, san diego, seattle, sacramento, oakland',
  'America/Anchorage': 'alaska',
  'Pacific/Honolulu': 'hawaii',
  'America/Indiana/Indianapolis': 'indiana',
  'America/Kentucky/Louisville': 'kentucky',
  'Europe/London': 'england, scotland, wales, britain',
  'Europe/Paris': 'france',
  'Europe/Berlin': 'germany',
  'Europe/Madrid': 'spain',
  'Europe/Rome': 'italy',
  'Asia/Tokyo': 'japan',
  'Asia/Kolkata': 'india',
  other: 'washington, portland, canada, mexico, europe, china, australia, brazil',
};

const named = [
  // Each zone by the name of its city: "ten in Tokyo".
  ...Intl.supportedValuesOf('timeZone').map((zone) => ({
    zone,
    name: (zone.split('/').slice(1).at(-1) ?? '').toLowerCase().replaceAll('_', ' '),
  })),
  ...Object.entries(PLACES).flatMap(([zone, names]) => names.split(', ').map((name) => ({ zone, name }))),
];

const byZone = (places: typeof named, separator: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(places, ({ zone }) => zone)).map(([zone, some = []]) => [
      `near:${zone}`,
      some.map(({ name }) => name).join(separator),
    ]),
  );

/** Words that are a zone behind a time alone: "the Pacific office" is none. */
export const PLACE_WORDS = byZone(
  named.filter(({ name }) => name && !name.includes(' ')),
  ' ',
);

/** Places of several words, as phrases of the vocabulary. */
export const PLACE_PHRASES = byZone(
  named.filter(({ name }) => name.includes(' ')),
  ' | ',
);
