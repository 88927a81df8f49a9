import type { Appointment, Provider, TimeOff } from '@voxanne/contract';
import { addDays, dayKey } from '../../../lib/format/zoned.ts';
import { occupies } from './abilities.ts';
import { DAY_MINUTES, daysOf, dayTitle, type Range, shortDay, type View, wallRange } from './days.ts';
import { type InLane, inLanes } from './lanes.ts';
import { type Opening, openingOf, openingOfAll } from './opening.ts';

/** An appointment as far as it lies on one day. */
export interface Piece {
  item: Appointment;
  day: string;
  range: Range;
  /** It began on the day before. */
  continued: boolean;
}
export type Placed = Piece & InLane;

/** A day of a provider, or a day of everybody. */
export interface Column {
  key: string;
  day: string;
  /** Who a free time of this column belongs to; undefined: whoever is free. */
  providerId: string | undefined;
  title: string;
  /** Both at once, for who cannot see the column's head. */
  name: string;
  opening: Opening;
  placed: Placed[];
  busy: Range[];
}

export type Person = Pick<Provider, 'id' | 'name' | 'working_hours' | 'breaks' | 'active'>;

interface Wanted {
  view: Exclude<View, 'list'>;
  date: string;
  people: Person[];
  providerId: string | undefined;
  appointments: Appointment[];
  /** What a filter leaves; hidden appointments keep their time all the same. */
  shows?: (appointment: Appointment) => boolean;
  timeOff: TimeOff[];
  timeZone: string;
}

/**
 * Who can be booked, and whoever has an appointment although they cannot be booked any more.
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

export function piecesOf(item: Appointment, timeZone: string): Piece[] {
  const day = dayKey(item.scheduled_at, timeZone);
  const { from, to } = wallRange(item.scheduled_at, item.duration_minutes, timeZone);
  const first = { item, day, range: { from, to: Math.min(to, DAY_MINUTES) }, continued: false };
  if (to <= DAY_MINUTES) return [first];
  const rest = { from: 0, to: to - DAY_MINUTES };
  return [first, { item, day: addDays(day, 1), range: rest, continued: true }];
}

export function columnsOf(wanted: Wanted): Column[] {
  const { view, date, providerId, timeOff, timeZone, shows = () => true } = wanted;
  const people = wanted.people.filter((one) => providerId === undefined || one.id === providerId);
  const pieces = wanted.appointments
    .filter((one) => providerId === undefined || one.provider_id === providerId)
    .flatMap((one) => piecesOf(one, timeZone));
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
      });
    });
  }
  const today = Map.groupBy(byDay.get(date) ?? [], (one) => one.item.provider_id);
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
    }),
  );
}

type Frame = Omit<Column, 'placed' | 'busy'> & { shows: (item: Appointment) => boolean; shared: boolean };

function columnFrom(pieces: Piece[], { shared, shows, ...frame }: Frame): Column {
  return {
    ...frame,
    placed: inLanes(pieces.filter(({ item }) => shows(item))),
    // Where several share a column, one appointment leaves the others free.
    busy: shared ? [] : pieces.filter(({ item }) => occupies(item.status)).map(({ range }) => range),
  };
}
