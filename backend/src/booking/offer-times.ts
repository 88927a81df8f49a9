import type { Availability, Slot } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { findAvailability } from './find-availability.ts';
import { type LocalStart, MAX_OFFERS, pickOffers, type TimeWish, within } from './pick-offers.ts';
import { clockWords, sayClocks, sayOffers } from './spoken-offers.ts';
import { type Correction, type SpokenSearch, understandSpokenSearch } from './understand-spoken.ts';

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

/** How far a search goes on, where the caller named no day or nothing was free on it. */
const SEARCH_DAYS = 31;

/** "Any day after Friday" is looked through month by month, for a year. */
const MOST_SEARCHES = 12;

/**
 * Answers "have you got something …?": the hour that was asked for and its neighbors, any part of any day, with
 * anyone who is free or with the one who was named. What is said is true of all free times, not only of those offered.
 * @throws {AppError} as `findAvailability`, and with the question to ask where the words can mean several days.
 */
export async function offerTimes(
  context: BookingContext,
  scope: TenantScope,
  wish: SpokenSearch,
): Promise<OfferedTimes> {
  const { ranges, window, provider, timeZone, correction } = await understandSpokenSearch(
    context,
    scope,
    wish,
  );
  const today = Temporal.Instant.fromEpochMilliseconds(context.clock.now().getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const search = async (range: { from?: string; to?: string }) => {
    const free: Offer[] = [];
    const reasons: Availability['reasons'] = [];
    let rest = range;
    for (let asked = 0; asked < MOST_SEARCHES; asked += 1) {
      const found = await findAvailability(context, scope, {
        serviceType: wish.serviceType,
        ...rest,
        ...(provider ? { providerId: provider.id } : { anyProvider: true }),
      });
      free.push(...found.slots.map((slot) => onTheClock(slot, timeZone)));
      reasons.push(...found.reasons.filter(({ reason }) => reason !== 'too_many_days'));
      const cut = found.reasons.find(({ reason }) => reason === 'too_many_days');
      if (!cut || pickOffers(free, window).length > 0) break;
      rest = { ...range, from: cut.ask_from ?? cut.date };
    }
    return { free, reasons };
  };
  const found = await Promise.all((ranges.length > 0 ? ranges : [{}]).map(search));
  const free = found.flatMap((one) => one.free);
  const heard = { today, who: provider?.name };
  const offers = pickOffers(free, window);
  if (offers.length > 0) {
    return { offers, nearest: [], say: sentence(offers, free, window, heard), who: heard.who, correction };
  }
  const after = ranges.at(-1)?.to ?? today.toString();
  const from = /^\d{4}-\d\d-\d\d$/.test(after) && after > today.toString() ? after : today.toString();
  const later = await search({
    from,
    to: Temporal.PlainDate.from(from).add({ days: SEARCH_DAYS }).toString(),
  });
  const nearest = closest(free, later.free, window);
  const reason = free.length === 0 ? found.flatMap((one) => one.reasons)[0] : undefined;
  return { offers: [], nearest, say: nothing(nearest, window, reason, heard), who: heard.who, correction };
}

/** Of the same day the times next to the part that was wished for; else the first ones that suit, or the first ones. */
function closest(sameDay: Offer[], later: Offer[], window: TimeWish): Offer[] {
  if (sameDay.length > 0) {
    const { fromMinute = 0, untilMinute = 0 } = window;
    return pickOffers(sameDay, { near: fromMinute > 0 ? fromMinute : untilMinute });
  }
  const suiting = pickOffers(later, { ...window, prefer: 'first' });
  return suiting.length > 0 ? suiting : later.slice(0, MAX_OFFERS);
}

interface Heard {
  today: Temporal.PlainDate;
  who: string | undefined;
}

function sentence(offers: Offer[], free: Offer[], window: TimeWish, heard: Heard): string {
  const { near } = window;
  const [one, another] = offers;
  if (near !== undefined && offers.every(({ minute }) => minute !== near)) {
    const taken = free.length > 0 ? `${clockWords(near)} isn’t free. ` : '';
    return `${taken}I have ${sayOffers(offers, heard, 'or')}. Would ${another ? 'one of those' : 'that'} work?`;
  }
  if (near !== undefined) {
    const exact = offers.filter(({ minute }) => minute === near);
    const rest = offers.filter(({ minute }) => minute !== near);
    // The neighbors are of the same day.
    const also =
      rest.length > 0
        ? ` I also have ${sayClocks(
            rest.map(({ minute }) => minute),
            'and',
          )}.`
        : '';
    return `Yes, I have ${sayOffers(exact, heard, 'or')}.${also}`;
  }
  if (one && !another) {
    const isOnly = within(free, window).length === 1;
    return isOnly
      ? `I have ${sayOffers([one], heard, 'or')}. Does that work?`
      : `The next opening is ${sayOffers([one], heard, 'or')}. Does that work?`;
  }
  return `I have ${sayOffers(offers, heard, 'or')}. Which works best?`;
}

function nothing(
  nearest: Offer[],
  { fromMinute, untilMinute }: TimeWish,
  reason: Availability['reasons'][number] | undefined,
  heard: Heard,
): string {
  const when =
    reason || (fromMinute === undefined && untilMinute === undefined) ? 'then' : 'in that part of the day';
  const why = reason ? ` ${reason.detail}` : '';
  const instead =
    nearest.length > 0
      ? ` The nearest I have is ${sayOffers(nearest, heard, 'or')}.`
      : ' Ask for another day.';
  return `I don’t have anything ${when}${heard.who ? ` with ${heard.who}` : ''}.${why}${instead}`;
}

function onTheClock(slot: Slot, timeZone: string): Offer {
  const local = Temporal.Instant.from(slot.start).toZonedDateTimeISO(timeZone);
  return { ...slot, date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute };
}
