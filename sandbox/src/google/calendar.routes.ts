import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bearerOf } from './bearer.ts';
import { GoogleError, notFound, unauthorized } from './errors.ts';
import {
  cancelledEvent,
  type EventBody,
  eventBody,
  newEvent,
  patchedEvent,
  replacedEvent,
} from './events.ts';
import { freeBusy } from './free-busy.ts';
import { listEvents } from './list-events.ts';
import { allows, type Right } from './scopes.ts';
import { type AccessToken, type Calendar, calendarsOf, calendarZone, type StoredEvent } from './state.ts';
import type { GoogleWorld } from './world.ts';

const calendarParams = z.object({ calendar: z.string() });
const eventParams = calendarParams.extend({ event: z.string() });

/** The Calendar API v3, as far as appointments need it. */
export function calendarRoutes(app: FastifyInstance, google: GoogleWorld): void {
  const { state, ledger, config } = google;

  function authorized(request: FastifyRequest, right: Right): AccessToken {
    const token = state.accessTokens.get(bearerOf(request));
    if (!token || token.expires_at <= config.now()) throw unauthorized();
    if (allows(token.scope, right)) return token;
    const message = 'Request had insufficient authentication scopes.';
    throw new GoogleError(403, 'insufficientPermissions', message);
  }

  function calendarOf(request: FastifyRequest, token: AccessToken): Calendar {
    const calendar = findCalendar(token.account, calendarParams.parse(request.params).calendar);
    if (!calendar) throw notFound();
    return calendar;
  }

  function eventOf(request: FastifyRequest, calendar: Calendar): StoredEvent {
    const event = state.eventsOf(calendar.id).get(eventParams.parse(request.params).event);
    if (!event) throw notFound();
    return event;
  }

  /** The event as this client last saw it, or a refusal. */
  function changeable(request: FastifyRequest) {
    const token = authorized(request, 'writeEvents');
    const calendar = calendarOf(request, token);
    const event = eventOf(request, calendar);
    const seen = request.headers['if-match'];
    if (seen && seen !== '*' && seen !== event.resource.etag) {
      throw new GoogleError(412, 'conditionNotMet', 'Precondition Failed', {
        locationType: 'header',
        location: 'If-Match',
      });
    }
    return { token, calendar, event };
  }

  app.get('/users/me/calendarList', async (request) => {
    const { account } = authorized(request, 'calendarList');
    return { kind: 'calendar#calendarList', items: calendarsOf(account).map(listEntry) };
  });

  app.get('/calendars/:calendar', async (request) => {
    const { id, summary } = calendarOf(request, authorized(request, 'calendar'));
    return { kind: 'calendar#calendar', etag: '"1"', id, summary, timeZone: calendarZone };
  });

  app.post('/freeBusy', async (request) => {
    const { account } = authorized(request, 'freeBusy');
    return freeBusy(request.body, state, (id) => findCalendar(account, id)?.id);
  });

  app.get('/calendars/:calendar/events', async (request) => {
    const calendar = calendarOf(request, authorized(request, 'readEvents'));
    const events = [...state.eventsOf(calendar.id).values()];
    return {
      kind: 'calendar#events',
      summary: calendar.summary,
      timeZone: calendarZone,
      accessRole: 'owner',
      defaultReminders: [],
      ...listEvents(request.query, { calendar: calendar.id, epoch: state.epoch, rev: state.rev, events }),
    };
  });

  app.post('/calendars/:calendar/events', async (request) => {
    const token = authorized(request, 'writeEvents');
    const calendar = calendarOf(request, token);
    const body = parseEvent(request.body);
    const rev = state.rev + 1;
    const resource = newEvent(body, { account: token.account, now: config.now(), rev });
    // A deleted event keeps its id forever.
    if (state.eventsOf(calendar.id).has(resource.id)) {
      throw new GoogleError(409, 'duplicate', 'The requested identifier already exists.');
    }
    ledger.record({ type: 'event', event: { calendar: calendar.id, seq: rev, rev, resource } });
    return resource;
  });

  app.get('/calendars/:calendar/events/:event', async (request) => {
    const token = authorized(request, 'readEvents');
    return eventOf(request, calendarOf(request, token)).resource;
  });

  for (const [method, change] of [
    ['PATCH', patchedEvent],
    ['PUT', replacedEvent],
  ] as const) {
    app.route({
      method,
      url: '/calendars/:calendar/events/:event',
      async handler(request) {
        const { token, event } = changeable(request);
        const rev = state.rev + 1;
        const body = parseEvent(request.body);
        const resource = change(event, body, { account: token.account, now: config.now(), rev });
        ledger.record({ type: 'event', event: { ...event, rev, resource } });
        return resource;
      },
    });
  }

  app.delete('/calendars/:calendar/events/:event', async (request, reply) => {
    const { token, event } = changeable(request);
    if (event.resource.status === 'cancelled') {
      throw new GoogleError(410, 'deleted', 'Resource has been deleted');
    }
    const rev = state.rev + 1;
    const resource = cancelledEvent(event, { account: token.account, now: config.now(), rev });
    ledger.record({ type: 'event', event: { ...event, rev, resource } });
    return reply.code(204).send();
  });
}

function findCalendar(account: string, id: string): Calendar | undefined {
  return calendarsOf(account).find(
    (calendar) => calendar.id === id || (id === 'primary' && calendar.isPrimary),
  );
}

function parseEvent(body: unknown): EventBody {
  const parsed = eventBody.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.');
  throw new GoogleError(400, 'invalid', `Invalid value for field: ${field}`);
}

function listEntry({ id, summary, isPrimary }: Calendar) {
  return {
    kind: 'calendar#calendarListEntry',
    etag: '"1"',
    id,
    summary,
    timeZone: calendarZone,
    accessRole: 'owner',
    selected: true,
    defaultReminders: [],
    ...(isPrimary && { primary: true }),
  };
}
