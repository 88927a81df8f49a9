import { z } from 'zod';
import { GoogleError, required } from './errors.ts';
import { calendarZone, type GoogleState, type StoredEvent } from './state.ts';
import { instantOf, inZone, isZone } from './times.ts';

const freeBusyBody = z.object({
  timeMin: z.string().optional(),
  timeMax: z.string().optional(),
  timeZone: z.string().optional(),
  items: z.array(z.object({ id: z.string() })).optional(),
});

/** A calendar that cannot be read is an error inside a 200: the trap every client must see. */
export function freeBusy(body: unknown, state: GoogleState, calendarOf: (id: string) => string | undefined) {
  const parsed = freeBusyBody.safeParse(body ?? {});
  if (!parsed.success) throw new GoogleError(400, 'parseError', 'Parse Error');
  const { timeMin, timeMax, timeZone = 'UTC', items = [] } = parsed.data;
  if (!timeMin) throw required('timeMin');
  if (!timeMax) throw required('timeMax');
  const window: Busy = { from: Date.parse(timeMin), to: Date.parse(timeMax) };
  if (Number.isNaN(window.from) || Number.isNaN(window.to)) {
    throw new GoogleError(400, 'badRequest', 'Bad Request');
  }
  if (window.to <= window.from) {
    throw new GoogleError(400, 'timeRangeEmpty', 'The specified time range is empty.');
  }
  if (!isZone(timeZone)) throw new GoogleError(400, 'invalid', 'Invalid time zone definition.');

  const answer = items.map(({ id }, index) => {
    const calendar = calendarOf(id);
    const reason = index >= 50 ? 'tooManyCalendarsRequested' : 'notFound';
    if (!calendar || index >= 50) return [id, { errors: [{ domain: 'global', reason }], busy: [] }];
    const busy = busyTimes([...state.eventsOf(calendar).values()], window);
    return [
      id,
      { busy: busy.map(({ from, to }) => ({ start: inZone(from, timeZone), end: inZone(to, timeZone) })) },
    ];
  });
  return {
    kind: 'calendar#freeBusy',
    timeMin: new Date(window.from).toISOString(),
    timeMax: new Date(window.to).toISOString(),
    calendars: Object.fromEntries(answer),
  };
}

interface Busy {
  from: number;
  to: number;
}

function busyTimes(events: StoredEvent[], window: Busy): Busy[] {
  const times = events
    .filter(({ resource }) => resource.status !== 'cancelled' && resource.transparency !== 'transparent')
    .map(({ resource }) => ({
      from: Math.max(instantOf(resource.start, calendarZone), window.from),
      to: Math.min(instantOf(resource.end, calendarZone), window.to),
    }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  const merged: Busy[] = [];
  for (const time of times) {
    const last = merged.at(-1);
    if (last && time.from <= last.to) last.to = Math.max(last.to, time.to);
    else merged.push({ ...time });
  }
  return merged;
}
