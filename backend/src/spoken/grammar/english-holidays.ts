/** Holidays whose day is known; the others are asked about. */
const KNOWN = {
  'new-year': 'new years day | new year day | new years | new year',
  valentine: 'valentines day | valentines | valentine day',
  'st-patrick': 'st patricks day',
  'good-friday': 'good friday | good fry day | good , friday | good , fry day',
  easter: 'easter | easter sunday | easter , sunday',
  'easter-monday': 'easter monday | easter , monday',
  halloween: 'halloween',
  'christmas-eve': 'christmas eve | xmas eve',
  christmas: 'christmas day | christmas | xmas',
  'boxing-day': 'boxing day',
  'new-years-eve': 'new years eve | new year eve',
  'martin-luther-king': 'martin luther king day | mlk day | mlk',
  presidents: 'presidents day',
  mother: 'mothers day | mother day',
  memorial: 'memorial day',
  juneteenth: 'juneteenth',
  father: 'fathers day | father day',
  independence: 'independence day',
  labor: 'labor day',
  columbus: 'columbus day',
  veterans: 'veterans day',
  thanksgiving: 'thanksgiving day | thanksgiving',
};

/** Speech recognition puts commas: "Black, Friday" is no coming Friday either. */
const UNKNOWN =
  'black friday | ash wednesday | palm sunday | fat tuesday | shrove tuesday | holy thursday | maundy thursday | whit monday | super bowl sunday | cyber monday | giving tuesday | election day';

/** What no plain weekday is called, on whatever day it is said. */
const NAMED_DAYS = ['black', 'ash', 'holy', 'palm', 'maundy', 'cyber'].flatMap((name) =>
  'monday,tuesday,wednesday,thursday,friday,saturday,sunday,mon day,choose day,thirst day,fry day'
    .split(',')
    .flatMap((day) => [`${name} ${day}`, `${name} , ${day}`]),
);

export const HOLIDAY_PHRASES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(KNOWN).map(([name, said]) => [`hol:${name}`, [said]])),
  holiday: [UNKNOWN, UNKNOWN.replace(/(\w+) (?=\w+day|fry day)/g, '$1 , '), ...NAMED_DAYS],
};
