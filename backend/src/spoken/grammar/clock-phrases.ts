import { longest, pattern, type Reading } from './pattern.ts';

export interface ClockWords {
  hour: number;
  minute: number;
  half?: 'am' | 'pm';
  /** Written as on a 24-hour clock: 09:00, 14:30. */
  is24: boolean;
  /** "Z" or "-05:00" behind it, in minutes. */
  offset?: number;
  /** "half ten": 10:30 for the British, 9:30 for others, unheard of for most. */
  isHalf?: boolean;
  /** Said behind a weekday, it may be the day of the month as well: "Friday 4". */
  maybeDay?: number;
}

export type DayPart = 'morning' | 'afternoon' | 'evening' | 'night' | 'lunch' | 'pm';

export type TimeWords =
  | { is: 'clock'; clock: ClockWords }
  | { is: 'span'; from: ClockWords; to: ClockWords }
  /** `isOpen`: the time itself is no longer in it, "after ten"; "from ten" it is. */
  | { is: 'bound'; side: 'after' | 'before'; clock: ClockWords; isOpen?: boolean }
  | { is: 'part'; part?: DayPart; edge?: 'early' | 'late' | 'mid' }
  /** Of more than one reading: "ten to eleven", "in two hours". */
  | { is: 'unclear time' }
  /** Said from the appointment that is to be moved: "same time", "an hour later". */
  | { is: 'move'; move: Move }
  /** How long, which is no time of day. */
  | { is: 'length' };

export type Move = { by: 'same time' | 'same day' } | { by: 'minutes' | 'days'; count: number };

const clock = (hour: string, minute = '0', half = '', is24 = false): ClockWords => ({
  hour: Number(hour),
  minute: Number(minute.replace(/\D/g, '')),
  ...(half && { half: half as 'am' | 'pm' }),
  is24: is24 && !half,
});

/** Nine, as a number only where a number is a time: "after nine", "nine to five". */
const bareClock = (hour: string) => clock(hour);

function written(text: string, half: string): ClockWords {
  const [time = '', zone] = text.split('/');
  const [hour = '', minute] = time.split(':');
  return { ...clock(hour, minute, half, hour.length === 2), ...(zone && { offset: offsetOf(zone) }) };
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** "half past nine", "ten to five" */
function shifted(share: string, sign: number, of: string, half: string): ClockWords {
  const minutes = share === 'half' ? 30 : share === 'quarter' ? 15 : Number(share.slice(1));
  if (minutes > 59) return clock('99');
  const hour = Number(of) - (sign < 0 ? 1 : 0);
  // A quarter to one is 12:45.
  return clock(String(hour === 0 && sign < 0 ? 12 : hour), String(sign < 0 ? 60 - minutes : minutes), half);
}

function military(digits: string, half = ''): ClockWords | undefined {
  const [hour, minute] = [Number(digits.slice(0, -2)), Number(digits.slice(-2))];
  if (hour > 23 || minute > 59) return undefined;
  return clock(String(hour), String(minute), half, digits.length === 4 && hour > 12);
}

const MORE = 'day|week|fortnight|month|year|hour|minute|things|old|hundred|thousand';
const isMinute = (minute: string): boolean => minute.startsWith('z') || Number(minute.slice(1)) > 9;

/** Times of day that are known by how they are said, without a word before them. */
const CLOCKS = [
  [pattern('CLOCK HALF?'), written],
  [pattern('HOUR HALF oclock?'), (hour: string, half: string) => clock(hour, '0', half)],
  [pattern('HOUR oclock HALF?'), (hour: string, half: string) => clock(hour, '0', half)],
  [
    pattern('HOUR MIN oclock? HALF?', MORE),
    (hour: string, minute: string, half: string) =>
      isMinute(minute) ? clock(hour, minute, half) : undefined,
  ],
  [pattern('HOUR hundred hour?'), (hour: string) => clock(hour, '0', '', Number(hour) > 12)],
  [
    pattern('HOUR MIN hour'),
    (hour: string, minute: string) =>
      !isMinute(minute) ? undefined : clock(hour, minute, '', Number(hour) > 12),
  ],
  [pattern('LONG hour'), (digits: string) => military(digits)],
  [pattern('LONG HALF'), military],
  [pattern('n12? noon n12?'), () => clock('12', '0', 'pm')],
  [pattern('n12? midnight'), () => clock('0', '0', '', true)],
  [
    pattern('a? SHARE minute? after HOUR oclock? HALF?', MORE),
    (share: string, hour: string, half: string) =>
      isShare(share) ? shifted(share, 1, hour, half) : undefined,
  ],
  [
    pattern('a? SHARE minute? past HOUR oclock? HALF?', MORE),
    (share: string, hour: string, half: string) => shifted(share, 1, hour, half),
  ],
  [
    pattern('a? SHARE minute after HOUR oclock? HALF?', MORE),
    (share: string, hour: string, half: string) => shifted(share, 1, hour, half),
  ],
  [
    pattern('a? SHARE minute? to|of|before noon'),
    (share: string) => (isShare(share) ? shifted(share, -1, '12', '') : undefined),
  ],
  [
    pattern('a? SHARE minute? past noon'),
    (share: string) => (isShare(share) ? shifted(share, 1, '12', 'pm') : undefined),
  ],
  [
    pattern('half HOUR HALF?', MORE),
    (hour: string, half: string) => ({ ...clock(hour, '30', half), isHalf: true }),
  ],
  [pattern('HOUR ish'), bareClock],
  [pattern('HOUR around', 'HOUR'), bareClock],
] as const satisfies Parameters<typeof longest<ClockWords>>[0];

/** Not the beginning of a span: "ten to eleven". */
const BEFORE_THE_HOUR = [
  [
    pattern('a? SHARE minute? to|of|before|until HOUR oclock? HALF?', MORE),
    (share: string, hour: string, half: string) =>
      isShare(share) ? shifted(share, -1, hour, half) : undefined,
  ],
  [
    pattern('a? SHARE minute to|of|before|until HOUR oclock? HALF?', MORE),
    (share: string, hour: string, half: string) => shifted(share, -1, hour, half),
  ],
] as const satisfies Parameters<typeof longest<ClockWords>>[0];

const isShare = (share: string): boolean => !/^n/.test(share) || ['n5', 'n10', 'n20', 'n25'].includes(share);

const BARE = [
  [pattern('HOUR', MORE), bareClock],
  [pattern('LONG', MORE), (digits: string) => military(digits)],
] as const satisfies Parameters<typeof longest<ClockWords>>[0];

const AT = pattern('at|around around?');
const ALL = [...CLOCKS, ...BEFORE_THE_HOUR];
/** Behind "at" and the like a number is an hour. */
function clockAt(line: string, place: number): Reading<ClockWords> | undefined {
  const at = AT.at(line, place);
  return at ? anyClockAt(line, at.end) : longest(ALL, line, place);
}
const anyClockAt = (line: string, place: number, rules: Rules = ALL): Reading<ClockWords> | undefined =>
  longest(rules, line, place) ?? longest(BARE, line, place);
type Rules = Parameters<typeof longest<ClockWords>>[0];

const FROM = pattern('from|between around? at?');
const TO = pattern('to|until|through|and around?');
const BETWEEN = pattern('between');
const AFTER = pattern('after|notbefore|from|past|atleast around? at?');
const BEFORE = pattern('before|until|by|notafter|atmost around? at?');
const AT_LEAST = pattern('atleast');
const AT_MOST = pattern('atmost');

/** The longest time of day, span, bound or part of a day that begins at this place of the line. */
export function readTime(line: string, place: number): Reading<TimeWords> | undefined {
  const single = clockAt(line, place);
  const readings: (Reading<TimeWords> | undefined)[] = [
    spanAt(line, place),
    single && { value: { is: 'clock', clock: single.value }, end: single.end },
    boundAt(line, place),
    longest(OTHERS, line, place),
  ];
  return readings.reduce((best, one) => (one && one.end > (best?.end ?? 0) ? one : best), undefined);
}

/** "from 11 to 1", "2 to 4"; "ten to eleven" may be a time as well, and "twenty to ten" is one. */
function spanAt(line: string, place: number): Reading<TimeWords> | undefined {
  const opened = FROM.at(line, place);
  const start = opened?.end ?? AT.at(line, place)?.end ?? place;
  const first = anyClockAt(line, start, CLOCKS);
  const between = first && TO.at(line, first.end);
  if (!first || !between) return undefined;
  const isAnd = line.startsWith('and', first.end);
  if (isAnd !== Boolean(opened && BETWEEN.at(line, place))) return undefined;
  const second = anyClockAt(line, between.end);
  if (!second) return undefined;
  const [, minutes, hour] = /^n(5|10|20|25) (?:to|until) n(\d+) /.exec(line.slice(start)) ?? [];
  if (minutes && !opened) {
    // "at five to ten", "twenty to ten" and "ten to ten" are times; "ten to eleven" is one, or two.
    const isTime =
      Number(minutes) > 12 || minutes === hour || (minutes === '5' && (start !== place || Number(hour) <= 5));
    return isTime ? undefined : { value: { is: 'unclear time' }, end: second.end };
  }
  return { value: { is: 'span', from: first.value, to: second.value }, end: second.end };
}

function boundAt(line: string, place: number): Reading<TimeWords> | undefined {
  for (const [side, before, behind] of [
    ['after', AFTER, AT_LEAST],
    ['before', BEFORE, AT_MOST],
  ] as const) {
    const word = before.at(line, place);
    const bounded = word && anyClockAt(line, word.end);
    if (bounded) {
      const more = behind.at(line, bounded.end);
      const isOpen = /^(after|past|before|until) /.test(line.slice(place));
      return { value: { is: 'bound', side, clock: bounded.value, isOpen }, end: more?.end ?? bounded.end };
    }
    const single = anyClockAt(line, AT.at(line, place)?.end ?? place);
    const tail = single && behind.at(line, single.end);
    if (tail) return { value: { is: 'bound', side, clock: single.value }, end: tail.end };
  }
  return undefined;
}

const bound = (side: 'after' | 'before', hour: string): (() => TimeWords) => {
  const time: TimeWords = { is: 'bound', side, clock: clock(hour, '0', '', true) };
  return () => time;
};
const partOf = (edge: string, part: string): TimeWords => ({
  is: 'part',
  ...(part && { part: part as DayPart }),
  ...(edge && { edge: edge as 'early' | 'late' | 'mid' }),
});

const NOT_A_LENGTH = 'later|ago|after|before|from|past|to|until|of|early|late|earlier|sooner|!';

const LENGTHS = { minute: 1, hour: 60, day: 1, week: 7, fortnight: 14 } as const;
const moved = (count: string, unit: string, way: string): TimeWords | undefined => {
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day' && unit !== 'week' && unit !== 'fortnight')
    return undefined;
  const number = (count === 'a' ? 1 : Number(count.slice(1))) * (way === 'later' ? 1 : -1) * LENGTHS[unit];
  return {
    is: 'move',
    move: { by: unit === 'minute' || unit === 'hour' ? 'minutes' : 'days', count: number },
  };
};

const OTHERS = [
  [pattern('COUNT SPELL WAY', 'than'), moved],
  [pattern('COUNT UNIT WAY', 'than'), moved],
  [pattern('sametime'), (): TimeWords => ({ is: 'move', move: { by: 'same time' } })],
  [pattern('sameday'), (): TimeWords => ({ is: 'move', move: { by: 'same day' } })],
  // "half two" may have been heard as that, and "at the earliest".
  [pattern('have HOUR', 'HALF|oclock|MIN'), (): TimeWords => ({ is: 'unclear time' })],
  [pattern('soonest at HOUR'), (): TimeWords => ({ is: 'unclear time' })],
  [pattern('afterwork'), bound('after', '17')],
  [pattern('afterschool'), bound('after', '15')],
  [pattern('afterlunch'), bound('after', '13')],
  [pattern('beforelunch'), bound('before', '12')],
  [pattern('beforework'), bound('before', '9')],
  [pattern('in|at|around|during? the? EDGE? PART'), partOf],
  [pattern('EDGE in? the? PART'), partOf],
  [pattern('EDGE'), (edge: string) => (edge === 'mid' ? undefined : partOf(edge, ''))],
  [pattern('in COUNT SPELL'), (): TimeWords => ({ is: 'unclear time' })],
  [pattern('COUNT SPELL', NOT_A_LENGTH), (): TimeWords => ({ is: 'length' })],
  [pattern('n1 n30 minute', NOT_A_LENGTH), (): TimeWords => ({ is: 'length' })],
] as const satisfies Parameters<typeof longest<TimeWords>>[0];
