import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GoogleError, required } from './errors.ts';
import { calendarZone, type EventResource, type StoredEvent } from './state.ts';
import { instantOf, inZone, isZone, type TimePoint } from './times.ts';

const point = z.looseObject({
  date: z.string().nullish(),
  dateTime: z.string().nullish(),
  timeZone: z.string().nullish(),
});

export const eventBody = z.looseObject({
  id: z.string().optional(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).optional(),
  start: point.optional(),
  end: point.optional(),
  extendedProperties: z
    .looseObject({
      private: z.record(z.string(), z.string().nullable()).nullish(),
      shared: z.record(z.string(), z.string().nullable()).nullish(),
    })
    .nullish(),
});
export type EventBody = z.infer<typeof eventBody>;

/** What only Google sets: a client may send these back, and they are ignored. */
const readOnly = ['kind', 'etag', 'htmlLink', 'created', 'updated', 'creator', 'organizer', 'iCalUID'];

export interface Revision {
  account: string;
  now: number;
  rev: number;
}

export function newEvent(body: EventBody, revision: Revision): EventResource {
  const id = body.id ?? randomBytes(16).toString('hex');
  if (!/^[a-v0-9]{5,1024}$/.test(id)) {
    throw new GoogleError(400, 'invalid', 'Invalid resource id value.');
  }
  const created = new Date(revision.now).toISOString();
  return stamp({ ...writable(body), id, status: body.status ?? 'confirmed' }, revision, {
    created,
    iCalUID: `${id}@google.com`,
    sequence: 0,
  });
}

/** PUT: everything the client does not send again is gone. */
export function replacedEvent(old: StoredEvent, body: EventBody, revision: Revision): EventResource {
  const { id, created, iCalUID } = old.resource;
  const status = body.status ?? 'confirmed';
  return stamp({ ...writable(body), id, status }, revision, { created, iCalUID, sequence: nextOf(old) });
}

/** PATCH: objects are merged key by key, null removes, lists are replaced. */
export function patchedEvent(old: StoredEvent, body: EventBody, revision: Revision): EventResource {
  const { id, created, iCalUID } = old.resource;
  const merged = eventBody.parse(merge(old.resource, writable(body)));
  return stamp({ ...writable(merged), id, status: merged.status ?? 'confirmed' }, revision, {
    created,
    iCalUID,
    sequence: nextOf(old),
  });
}

export function cancelledEvent(old: StoredEvent, revision: Revision): EventResource {
  return patchedEvent(old, { status: 'cancelled' }, revision);
}

function stamp(
  body: EventBody & { id: string; status: string },
  { account, now, rev }: Revision,
  kept: Record<string, unknown>,
): EventResource {
  const { start, end } = checkedTimes(body);
  return {
    kind: 'calendar#event',
    etag: `"3181${String(rev).padStart(12, '0')}"`,
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(body.id).toString('base64url')}`,
    updated: new Date(now).toISOString(),
    creator: { email: account, self: true },
    organizer: { email: account, self: true },
    reminders: { useDefault: true },
    eventType: 'default',
    ...body,
    ...kept,
    start,
    end,
  };
}

function checkedTimes({ start, end }: EventBody) {
  const [from, to] = [checkedPoint('start', start), checkedPoint('end', end)];
  if (to.at < from.at || 'date' in from.point !== 'date' in to.point) {
    throw new GoogleError(400, 'timeRangeEmpty', 'The specified time range is empty.');
  }
  return { start: from.point, end: to.point };
}

function checkedPoint(name: string, given: TimePoint | undefined) {
  if (!given || (!given.date && !given.dateTime)) throw required(name, `Missing ${name} time.`);
  if (given.timeZone && !isZone(given.timeZone)) {
    throw new GoogleError(400, 'invalid', `Invalid time zone definition for ${name} time.`);
  }
  const zone = given.timeZone ?? calendarZone;
  const at = instantOf(given, calendarZone);
  if (Number.isNaN(at)) throw new GoogleError(400, 'invalid', `Invalid ${name} time.`);
  const stored = given.date ? { date: given.date } : { dateTime: inZone(at, calendarZone), timeZone: zone };
  return { at, point: stored };
}

function writable(body: EventBody): EventBody {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !readOnly.includes(name)));
}

function nextOf({ resource }: StoredEvent): number {
  return typeof resource.sequence === 'number' ? resource.sequence + 1 : 1;
}

function merge(old: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const merged: Record<string, unknown> = isObject(old) ? { ...old } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
