import type { Availability, Slot } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import { type ClinicRulesOnce, findAvailability } from '../availability/index.ts';
import type { BookingContext } from '../booking/index.ts';
import { localDate } from '../platform/local-time/local-date.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { type LocalStart, pickOffers, type RequestedTime } from './pick-offers.ts';
import { type Heard, sayInstead, sayTimes } from './spoken-offers.ts';
import { type Correction, type SpokenSearch, understandSpokenSearch } from './understand-spoken.ts';
import { type SearchRules, whyNotAt, whyNothingOn, whyNotWithin } from './why-not-then.ts';

export interface OfferedTimes {
  /** At most three, in the order of the clock. */
  offers: Slot[];
  /** What is free instead, where nothing is that suits. */
  nearest: Slot[];
  /** A sentence to be spoken. */
  say: string;
  /** Whom the caller asked for; who else has it is chosen when it is taken. */
  who: string | undefined;
  correction?: Correction | undefined;
}

type Offer = Slot & LocalStart;

interface Range {
  from?: string;
  to?: string;
}

interface Found {
  free: Offer[];
  reasons: Availability['reasons'];
}

/** As many days as one search looks at. */
const SEARCH_DAYS = 31;
/** What a search without an end looks at. */
const WEEK = 7;
/** "Any day after Friday" is looked through month by month, for a year; no caller starts more searches than that. */
const MAX_SEARCHES = 12;
/** By two weeks, every weekday has been judged. */
const MAX_JUDGED_DAYS = 14;

/**
 * Answers "have you got something …?": the hour that was asked for and its neighbors, any part of any day, with
 * anyone who is free or with the one who was named. What is said is true of all free times, not only of those offered.
 * @throws {AppError} as `findAvailability`, and with the question to ask where the words can mean several days.
 */
export async function offerTimes(
  context: BookingContext,
  scope: TenantScope,
  request: SpokenSearch,
  rules: ClinicRulesOnce,
): Promise<OfferedTimes> {
  const { ranges, window, provider, searched, correction } = await understandSpokenSearch(
    context,
    scope,
    request,
    rules,
  );
  const { timeZone } = searched.rules;
  const today = localDate(context.clock.now(), timeZone);
  const search = async (range: Range): Promise<Found> => {
    const { slots, reasons } = await findAvailability(context, scope, {
      serviceType: request.serviceType,
      ...range,
      ...(provider ? { providerId: provider.id } : { anyProvider: true }),
    });
    return { free: slots.map((slot) => withLocalTime(slot, timeZone)), reasons };
  };
  // No day was named: the soonest are wished for, also where only one day has any.
  const asked: RequestedTime = ranges.length === 0 ? { prefer: 'first', ...window } : window;
  const { free, reasons } = await searchThrough(search, ranges, asked);
  const who = provider?.name;
  const offers = pickOffers(free, asked);
  const dates = datesOf(ranges, today);
  const why: SearchRules = {
    ...searched,
    who,
    today,
    period: ranges.length === 0 ? 'in the next seven days' : 'then',
  };
  const heard: Heard = { today, who };
  if (offers.length > 0) {
    const { near } = window;
    const isMissed = near !== undefined && offers.every(({ minute }) => minute !== near);
    const reason = isMissed ? whyNotAt(why, dates, near) : undefined;
    const say = sayTimes(offers, free, window, { ...heard, reason });
    return { offers, nearest: [], say, who, correction };
  }
  const later = await search(laterThan(ranges, today));
  const nearest = closest(free, later.free, window);
  const reason = whyNothing(why, dates, { free, reasons }, window);
  const say = sayInstead(nearest, { ...heard, reason, isSameDay: free.length > 0 });
  return { offers: [], nearest, say, who, correction };
}

/** Few searches that hold all the ranges, one after the other; one that is cut short goes on until something suits. */
async function searchThrough(
  search: (range: Range) => Promise<Found>,
  ranges: Range[],
  asked: RequestedTime,
): Promise<Found> {
  const all: Found = { free: [], reasons: [] };
  let left = MAX_SEARCHES;
  for (const group of together(ranges)) {
    const isAsked = ({ date }: { date: string }) =>
      group.length < 2 || group.some(({ from = '', to = '' }) => from <= date && date <= to);
    const until = group.at(-1)?.to;
    const whole = { ...group[0], ...(until !== undefined && { to: until }) };
    let rest: Range | undefined = whole;
    while (rest && left > 0) {
      left -= 1;
      const found: Found = await search(rest);
      all.free.push(...found.free.filter(isAsked));
      all.reasons.push(...found.reasons.filter((one) => one.reason !== 'too_many_days' && isAsked(one)));
      const cut = found.reasons.find(({ reason }) => reason === 'too_many_days');
      rest =
        cut && pickOffers(all.free, asked).length === 0
          ? { ...whole, from: cut.ask_from ?? cut.date }
          : undefined;
    }
  }
  return all;
}

/** Ranges that one search can hold; none at all are the soonest days. */
function together(ranges: Range[]): Range[][] {
  const groups: Range[][] = [];
  for (const range of ranges) {
    const group = groups.at(-1);
    const from = group?.[0]?.from;
    if (group && from && range.to && daysBetween(from, range.to) < SEARCH_DAYS) group.push(range);
    else groups.push([range]);
  }
  return groups.length > 0 ? groups : [[{}]];
}

const daysBetween = (from: string, to: string): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;

/** The days to mention, as many as are useful. */
function datesOf(ranges: Range[], today: Temporal.PlainDate): Temporal.PlainDate[] {
  const week = { from: today.toString(), to: today.add({ days: WEEK - 1 }).toString() };
  const dates: Temporal.PlainDate[] = [];
  for (const { from, to } of ranges.length > 0 ? ranges : [week]) {
    const first = dayIn(from) ?? today;
    const last = dayIn(to) ?? first.add({ days: WEEK - 1 });
    for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
      if (dates.length === MAX_JUDGED_DAYS) return dates;
      dates.push(date);
    }
  }
  return dates;
}

/** Of a range that a program gave, the edges can be moments. */
function dayIn(edge: string | undefined): Temporal.PlainDate | undefined {
  const [day] = /^\d{4}-\d\d-\d\d/.exec(edge ?? '') ?? [];
  return day === undefined ? undefined : Temporal.PlainDate.from(day);
}

function laterThan(ranges: Range[], today: Temporal.PlainDate): Range {
  const last = dayIn(ranges.at(-1)?.to) ?? today;
  const from = Temporal.PlainDate.compare(last, today) > 0 ? last : today;
  return { from: from.toString(), to: from.add({ days: SEARCH_DAYS - 1 }).toString() };
}

function whyNothing(
  why: SearchRules,
  dates: Temporal.PlainDate[],
  { free, reasons }: Found,
  { near, fromMinute, untilMinute }: RequestedTime,
): string | undefined {
  const isWholeDay = free.length === 0;
  const ofDay = isWholeDay ? whyNothingOn(why, dates, reasons) : undefined;
  const isClosedAt = near !== undefined && !reasons.some(({ reason }) => reason === 'full');
  if (isClosedAt && dates.length > 0) return whyNotAt(why, dates, near);
  if (ofDay !== undefined || isWholeDay) return ofDay;
  return whyNotWithin(why, dates, { fromMinute, untilMinute });
}

/** Of the same day the times next to the part that was asked for; else the first ones that suit, or the first ones. */
function closest(sameDay: Offer[], later: Offer[], window: RequestedTime): Offer[] {
  if (sameDay.length > 0) {
    const { near, fromMinute = 0, untilMinute = 0 } = window;
    return pickOffers(sameDay, { near: near ?? (fromMinute > 0 ? fromMinute : untilMinute) });
  }
  const suiting = pickOffers(later, { ...window, prefer: 'first' });
  return suiting.length > 0 ? suiting : pickOffers(later, { prefer: 'first' });
}

function withLocalTime(slot: Slot, timeZone: string): Offer {
  const local = Temporal.Instant.from(slot.start).toZonedDateTimeISO(timeZone);
  return { ...slot, date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute };
}
