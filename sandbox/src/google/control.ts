import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseControl } from '../core/control.ts';
import { Problem } from '../core/problem.ts';
import { GoogleError } from './errors.ts';
import { cancelledEvent, type EventBody, patchedEvent } from './events.ts';
import { calendarsOf, calendarZone, type StoredEvent } from './state.ts';
import { instantOf } from './times.ts';
import type { GoogleWorld } from './world.ts';

const time = z.union([
  z.string().transform((dateTime) => ({ dateTime })),
  z.object({ dateTime: z.string(), timeZone: z.string().optional() }),
]);
const moveBody = z.object({
  start: time.optional(),
  end: time.optional(),
  summary: z.string().optional(),
  deleted: z.literal(true).optional(),
});
const eventParams = z.object({ id: z.string() });

/** What people do in Google Calendar itself, behind our back. */
export function googleControl(app: FastifyInstance, { state, ledger, config }: GoogleWorld): void {
  app.get('/events', async () => ({
    data: state.allEvents().map(({ calendar, resource }) => ({ ...resource, calendar_id: calendar })),
  }));

  app.post('/google/events/:id', async (request) => {
    const { id } = eventParams.parse(request.params);
    const event = state.allEvents().findLast(({ resource }) => resource.id === id);
    if (!event)
      throw new Problem(404, 'EVENT_NOT_FOUND', `The simulated Google has no event with the id "${id}".`);
    const { deleted, ...change } = parseControl(moveBody, request.body);
    if (!deleted && Object.keys(change).length === 0) {
      throw new Problem(400, 'INVALID_BODY', 'Give "start" and "end", or "deleted": true.');
    }
    const rev = state.rev + 1;
    const revision = { account: organizerOf(event), now: config.now(), rev };
    const resource = deleted ? cancelledEvent(event, revision) : move(event, change, revision);
    ledger.record({ type: 'event', event: { ...event, rev, resource } });
    return { ...resource, calendar_id: event.calendar };
  });
}

function move(event: StoredEvent, change: EventBody, revision: Parameters<typeof patchedEvent>[2]) {
  try {
    return patchedEvent(event, { ...change, ...(!change.end && shiftedEnd(event, change)) }, revision);
  } catch (error) {
    if (error instanceof GoogleError) throw new Problem(400, 'INVALID_BODY', error.message);
    throw error;
  }
}

/** Dragging an event keeps its length. */
function shiftedEnd({ resource }: StoredEvent, { start }: EventBody): EventBody {
  if (!start) return {};
  const length = instantOf(resource.end, calendarZone) - instantOf(resource.start, calendarZone);
  const from = instantOf(start, calendarZone);
  return Number.isNaN(from) ? {} : { end: { dateTime: new Date(from + length).toISOString() } };
}

function organizerOf({ calendar, resource }: StoredEvent): string {
  const email = z.object({ email: z.string() }).safeParse(resource.organizer).data?.email;
  return email ?? calendarsOf(calendar)[0]?.id ?? calendar;
}
