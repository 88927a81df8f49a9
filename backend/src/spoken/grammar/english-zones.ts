/** The zones of North America by what they are called, each with its standard time; summer time is an hour ahead. */
const AMERICAN = [
  ['eastern', 'e', -5],
  ['central', 'c', -6],
  ['mountain', 'm', -7],
  ['pacific', 'p', -8],
  ['alaska', 'ak', -9],
] as const;

const STANDARD = ['standard time', 'standard', 'winter time'];
const DAYLIGHT = [
  'daylight time',
  'daylight',
  'daylight saving time',
  'daylight savings time',
  'daylight savings',
  'summer time',
];

const offset = (hours: number): string => `zone:-${String(-hours).padStart(2, '0')}:00`;

/** What is said of a zone, together for each offset: several zones share one. */
const byOffset = (entries: (readonly [hours: number, said: readonly string[]])[]): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(entries, ([hours]) => offset(hours))).map(([zone, some = []]) => [
      zone,
      some.flatMap(([, said]) => said),
    ]),
  );

const abbreviations = byOffset(
  AMERICAN.flatMap(([, letter, hours]): [number, string[]][] => [
    [hours, [`${letter}st`]],
    [hours + 1, [`${letter}dt`]],
  ]),
);
const fullNames = byOffset(
  AMERICAN.flatMap(([name, letter, hours]): [number, string[]][] => [
    [hours, [...STANDARD.map((form) => `${name} ${form}`), `${letter}st time`]],
    [hours + 1, [...DAYLIGHT.map((form) => `${name} ${form}`), `${letter}dt time`]],
  ]),
);

/** EST and EDT are offsets of their own: a caller who says one while the other is in force may mean either hour. */
export const ZONE_WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(abbreviations).map(([zone, words]) => [zone, words.join(' ')])),
  'zone:Pacific/Honolulu': 'hst',
  'zone:UTC': 'utc gmt zulu',
  'zone:+01:00': 'bst cet',
  'zone:+02:00': 'cest',
  'zone:Asia/Kolkata': 'ist',
  'zone:+10:00': 'aest',
  'zone:+11:00': 'aedt',
};

export const ZONE_PHRASES: Readonly<Record<string, readonly string[]>> = {
  ...fullNames,
  'zone:standard': ['standard time | winter time'],
  'zone:daylight': [
    'daylight time | daylight saving time | daylight savings time | daylight savings | summer time',
  ],
  'zone:America/New_York': ['eastern time | new york time | east coast time | et time'],
  'zone:America/Chicago': ['central time | chicago time'],
  'zone:America/Denver': ['mountain time | denver time'],
  'zone:America/Los_Angeles': ['pacific time | west coast time | california time | los angeles time'],
  'zone:UTC': ['greenwich mean time | universal time | utc time | gmt time | coordinated universal time'],
  'zone:Europe/London': ['london time | british time | uk time'],
  'zone:+01:00': ['british summer time'],
  'zone:Asia/Kolkata': ['indian standard time | india standard time'],
  'zone:+10:00': ['australian eastern standard time'],
  'zone:+11:00': ['australian eastern daylight time'],
  'zone:Europe/Berlin': ['berlin time | german time | central european time | paris time'],
  'zone:own': ['your time | local time | clinic time | the clinics time | our time'],
  'zone:other': [
    'my time zone | for me here | for us here | my time | his time | her time | their time | tokyo time',
  ],
};
