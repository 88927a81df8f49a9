import type { Appointment, HeldTime, Provider, TimeOff } from '@voxanne/contract';
import { addDays, dayKey } from '../../lib/format/zoned.ts';
import type { Person } from '../appointments/eligible-providers.ts';
import { DAY_MINUTES, daysOf, dayTitle, type Range, shortDay, type View, wallRange } from './days.ts';
import { type InLane, inLanes } from './lanes.ts';
import { type Opening, offDuring, openingOf, openingOfAll } from './opening.ts';

/** What is booked or held, as far as it lies on one day. */
interface Part {
  day: string;
  range: Range;
  /** It began on the day before. */
  continued: boolean;
}
/** With the title of the time off in which it would still take place. */
export type Piece = Part & { item: Appointment; during?: string | undefined };
export type Placed = Piece & InLane;
type HeldPiece = Part & { hold: HeldTime };
export type PlacedHold = HeldPiece & InLane;

/** A day of one provider, or of all of them. */
export interface Column {
  key: string;
  day: string;
  /** Who a free time of this column belongs to; undefined: anyone who is free. */
  providerId: string | undefined;
  title: string;
  /** Both at once, for who cannot see the column's head. */
  name: string;
  opening: Opening;
  placed: Placed[];
  held: PlacedHold[];
  busy: Range[];
}

interface Wanted {
  view: Exclude<View, 'list'>;
  date: string;
  people: Person[];
  providerId: string | undefined;
  appointments: Appointment[];
  held?: HeldTime[];
  /** Whether the filter leaves held times; hidden they keep their time like everything else. */
  showsHeld?: boolean;
  /** What a filter leaves; hidden appointments keep their time anyway. */
  shows?: (appointment: Appointment) => boolean;
  timeOff: TimeOff[];
  timeZone: string;
}

/**
 * Who can be booked, and who has an appointment although they can't be booked anymore.
 * @param known - Undefined while it is not known; then the appointments say who there is.
 */
export function peopleOf(known: Provider[] | undefined, appointments: Appointment[]): Person[] {
  const always = Array.from({ length: 7 }, (_, index) => [String(index + 1), [['00:00', '24:00']]]);
  const people = new Map<string, Person>(
    (known ?? []).filter((one) => one.active).map((one) => [one.id, one]),
  );
  for (const { provider_id: id, provider_name: name } of appointments) {
    if (people.has(id)) continue;
    const working_hours = known === undefined ? Object.fromEntries(always) : {};
    people.set(id, { id, name, working_hours, breaks: {}, active: known === undefined });
  }
  return [...people.values()];
}

function partsOf(
  { scheduled_at, duration_minutes }: Pick<Appointment, 'scheduled_at' | 'duration_minutes'>,
  timeZone: string,
): Part[] {
  const day = dayKey(scheduled_at, timeZone);
  const { from, to } = wallRange(scheduled_at, duration_minutes, timeZone);
  const first = { day, range: { from, to: Math.min(to, DAY_MINUTES) }, continued: false };
  if (to <= DAY_MINUTES) return [first];
  const rest = { from: 0, to: to - DAY_MINUTES };
  return [first, { day: addDays(day, 1), range: rest, continued: true }];
}

export const piecesOf = (item: Appointment, timeZone: string, timeOff: TimeOff[] = []): Piece[] =>
  partsOf(item, timeZone).map((part) => ({
    ...part,
    item,
    during: item.takes_time ? offDuring(timeOff, item.provider_id, part.day, part.range) : undefined,
  }));

export function columnsOf(wanted: Wanted): Column[] {
  const { view, date, providerId, timeOff, timeZone, shows = () => true } = wanted;
  const { held = [], showsHeld = true } = wanted;
  const people = wanted.people.filter((one) => providerId === undefined || one.id === providerId);
  const isWanted = (one: { provider_id: string }) =>
    providerId === undefined || one.provider_id === providerId;
  const pieces: (Piece | HeldPiece)[] = [
    ...wanted.appointments.filter(isWanted).flatMap((one) => piecesOf(one, timeZone, timeOff)),
    ...held.filter(isWanted).flatMap((hold) => partsOf(hold, timeZone).map((part) => ({ ...part, hold }))),
  ];
  const byDay = Map.groupBy(pieces, (one) => one.day);
  if (view === 'week') {
    return daysOf('week', date).map((day) => {
      const only = people.length === 1 ? people[0] : undefined;
      return columnFrom(byDay.get(day) ?? [], {
        key: day,
        day,
        providerId: providerId ?? only?.id,
        title: shortDay(day),
        name: dayTitle(day),
        opening: openingOfAll(people, day, timeOff, timeZone),
        shared: people.length > 1,
        shows,
        showsHeld,
      });
    });
  }
  const today = Map.groupBy(byDay.get(date) ?? [], (one) =>
    'item' in one ? one.item.provider_id : one.hold.provider_id,
  );
  return people.map((one) =>
    columnFrom(today.get(one.id) ?? [], {
      key: one.id,
      day: date,
      providerId: one.id,
      title: one.name,
      name: `${one.name}, ${dayTitle(date)}`,
      opening: openingOf(one, date, timeOff, timeZone),
      shared: false,
      shows,
      showsHeld,
    }),
  );
}

type Frame = Omit<Column, 'placed' | 'held' | 'busy'> & {
  shows: (item: Appointment) => boolean;
  showsHeld: boolean;
  shared: boolean;
};

function columnFrom(pieces: (Piece | HeldPiece)[], { shared, shows, showsHeld, ...frame }: Frame): Column {
  const lanes = inLanes(pieces.filter((one) => ('item' in one ? shows(one.item) : showsHeld)));
  return {
    ...frame,
    placed: lanes.filter((one) => 'item' in one),
    held: lanes.filter((one) => 'hold' in one),
    // Where several share a column, one appointment leaves the others free.
    busy: shared
      ? []
      : pieces.filter((one) => !('item' in one) || one.item.takes_time).map(({ range }) => range),
  };
}
