import { z } from 'zod';
import { GoogleError } from './errors.ts';
import { calendarZone, type StoredEvent } from './state.ts';
import { instantOf } from './times.ts';

const flag = z
  .enum(['true', 'false'])
  .optional()
  .transform((value) => value === 'true');
const time = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)))
  .optional();
const many = z.union([z.string(), z.array(z.string())]).optional();

const listQuery = z.object({
  timeMin: time,
  timeMax: time,
  updatedMin: time,
  privateExtendedProperty: many,
  sharedExtendedProperty: many,
  iCalUID: z.string().optional(),
  q: z.string().optional(),
  orderBy: z.enum(['startTime', 'updated']).optional(),
  singleEvents: flag,
  showDeleted: z.enum(['true', 'false']).optional(),
  maxResults: z.coerce.number().int().min(1).optional(),
  pageToken: z.string().optional(),
  syncToken: z.string().optional(),
});
type ListQuery = z.infer<typeof listQuery>;

const cursor = z.object({ after: z.tuple([z.number(), z.number()]), rev: z.number() });
const syncPoint = z.object({ calendar: z.string(), epoch: z.string(), rev: z.number() });

export interface ListContext {
  calendar: string;
  /** changes when everything is forgotten, so that older sync tokens are unknown */
  epoch: string;
  rev: number;
  events: StoredEvent[];
}

export function listEvents(query: unknown, context: ListContext) {
  const parsed = listQuery.safeParse(query);
  if (!parsed.success) {
    const parameter = String(parsed.error.issues[0]?.path[0] ?? 'query');
    throw new GoogleError(400, 'invalid', `Invalid value for ${parameter}.`, {
      locationType: 'parameter',
      location: parameter,
    });
  }
  const filter = parsed.data;
  if (filter.orderBy === 'startTime' && !filter.singleEvents) {
    throw new GoogleError(
      400,
      'badRequest',
      'The requested ordering is not available for the particular query.',
    );
  }
  const since = filter.syncToken ? syncRevision(filter, context) : undefined;
  const position = filter.pageToken ? decode(cursor, filter.pageToken) : undefined;
  if (filter.pageToken && !position) throw new GoogleError(400, 'invalid', 'Invalid page token value.');

  const key = sortKey(filter);
  const matching = context.events
    .filter((event) => (since === undefined ? matches(event, filter) : event.rev > since))
    .sort((a, b) => compare(key(a), key(b)))
    .filter((event) => !position || compare(key(event), position.after) > 0);
  const page = matching.slice(0, Math.min(filter.maxResults ?? 250, 2_500));
  const last = page.at(-1);
  // The sync token stands for the moment the first page was read: later changes come with the next sync.
  const rev = position?.rev ?? context.rev;
  const isOver = !last || page.length === matching.length;
  return {
    items: page.map(({ resource }) => resource),
    ...(!isOver && { nextPageToken: encode({ after: key(last), rev }) }),
    ...(isOver &&
      isSyncable(filter) && {
        nextSyncToken: encode({ calendar: context.calendar, epoch: context.epoch, rev }),
      }),
  };
}

const forbiddenWithSync = [
  'timeMin',
  'timeMax',
  'updatedMin',
  'privateExtendedProperty',
  'sharedExtendedProperty',
  'iCalUID',
  'q',
  'orderBy',
] as const;

function syncRevision(filter: ListQuery, { calendar, epoch, rev }: ListContext): number {
  if (forbiddenWithSync.some((name) => filter[name] !== undefined) || filter.showDeleted === 'false') {
    throw new GoogleError(400, 'badRequest', 'Sync token cannot be combined with these query restrictions.');
  }
  const point = decode(syncPoint, filter.syncToken ?? '');
  if (!point || point.calendar !== calendar || point.epoch !== epoch || point.rev > rev) {
    const message = 'Sync token is no longer valid, a full sync is required.';
    throw new GoogleError(410, 'fullSyncRequired', message, {
      locationType: 'parameter',
      location: 'syncToken',
    });
  }
  return point.rev;
}

const isSyncable = (filter: ListQuery): boolean =>
  ['updatedMin', 'privateExtendedProperty', 'sharedExtendedProperty', 'iCalUID', 'q', 'orderBy'].every(
    (name) => filter[name as keyof ListQuery] === undefined,
  );

function matches({ resource }: StoredEvent, filter: ListQuery): boolean {
  if (resource.status === 'cancelled' && filter.showDeleted !== 'true') return false;
  if (filter.timeMin && instantOf(resource.end, calendarZone) <= Date.parse(filter.timeMin)) return false;
  if (filter.timeMax && instantOf(resource.start, calendarZone) >= Date.parse(filter.timeMax)) return false;
  if (filter.updatedMin && Date.parse(resource.updated) < Date.parse(filter.updatedMin)) return false;
  if (filter.iCalUID && resource.iCalUID !== filter.iCalUID) return false;
  const text = JSON.stringify([resource.summary, resource.description, resource.location]).toLowerCase();
  if (filter.q && !text.includes(filter.q.toLowerCase())) return false;
  return (
    hasProperties(resource.extendedProperties, 'private', filter.privateExtendedProperty) &&
    hasProperties(resource.extendedProperties, 'shared', filter.sharedExtendedProperty)
  );
}

const properties = z.object({
  private: z.record(z.string(), z.string()).optional(),
  shared: z.record(z.string(), z.string()).optional(),
});

function hasProperties(
  extended: unknown,
  kind: 'private' | 'shared',
  wanted: string | string[] | undefined,
): boolean {
  const held = properties.safeParse(extended ?? {}).data?.[kind] ?? {};
  return [wanted ?? []].flat().every((pair) => {
    const [name = '', ...value] = pair.split('=');
    return held[name] === value.join('=');
  });
}

type Key = [number, number];

function sortKey({ orderBy }: ListQuery): (event: StoredEvent) => Key {
  if (orderBy === 'startTime') return ({ resource, seq }) => [instantOf(resource.start, calendarZone), seq];
  if (orderBy === 'updated') return ({ rev, seq }) => [rev, seq];
  return ({ seq }) => [0, seq];
}

const compare = (a: Key, b: Key): number => a[0] - b[0] || a[1] - b[1];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode<T>(schema: z.ZodType<T>, token: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(token, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
