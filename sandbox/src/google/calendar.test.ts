import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { linkedCalendar } from './testing.ts';

const calendarId = 'primary';
const event = {
  id: 'bookinga0001',
  summary: 'Consultation: Maria Lopez',
  start: { dateTime: '2026-11-23T14:00:00Z' },
  end: { dateTime: '2026-11-23T14:30:00Z' },
  extendedProperties: { private: { appointment_id: 'a-1', org: 'o-1' } },
};

const refusal = (status: number, reason: string) => ({
  status,
  response: { data: { error: { code: status, errors: [{ reason }] } } },
});

async function aCalendar() {
  const sandbox = await aSandbox();
  const { api } = await linkedCalendar(sandbox);
  const insert = (changes: object = {}) =>
    api.events.insert({ calendarId, requestBody: { ...event, ...changes } });
  return { sandbox, api, insert, events: api.events };
}

describe('an event', () => {
  it('is made with an id of our choice, and never twice with the same one', async () => {
    const { sandbox, insert } = await aCalendar();

    const created = await insert();

    expect(created.data).toMatchObject({
      id: event.id,
      status: 'confirmed',
      start: { dateTime: '2026-11-23T09:00:00-05:00', timeZone: 'America/New_York' },
      extendedProperties: event.extendedProperties,
    });
    expect(created.data.etag).toMatch(/^"\d+"$/);
    await expect(insert()).rejects.toMatchObject(refusal(409, 'duplicate'));
    const held = await sandbox.control('GET', '/events');
    expect(held.body.data).toMatchObject([{ id: event.id, summary: event.summary, status: 'confirmed' }]);
  });

  it('is gone when deleted, but stays visible as cancelled and keeps its id forever', async () => {
    const { events, insert } = await aCalendar();
    await insert();

    expect((await events.delete({ calendarId, eventId: event.id })).status).toBe(204);

    const again = events.delete({ calendarId, eventId: event.id });
    await expect(again).rejects.toMatchObject(refusal(410, 'deleted'));
    const seen = await events.get({ calendarId, eventId: event.id });
    expect(seen.data).toMatchObject({ status: 'cancelled', summary: event.summary });
    await expect(insert()).rejects.toMatchObject(refusal(409, 'duplicate'));
    expect((await events.list({ calendarId })).data.items).toEqual([]);
  });

  it('is patched key by key, and replaced as a whole', async () => {
    const { events, insert } = await aCalendar();
    await insert({ description: 'First visit' });
    const eventId = event.id;

    const patched = await events.patch({
      calendarId,
      eventId,
      requestBody: { summary: 'Moved', extendedProperties: { private: { org: null as never } } },
    });
    expect(patched.data).toMatchObject({ summary: 'Moved', description: 'First visit', sequence: 1 });
    expect(patched.data.extendedProperties).toEqual({ private: { appointment_id: 'a-1' } });

    const { start, end } = event;
    const replaced = await events.update({ calendarId, eventId, requestBody: { start, end } });
    expect(replaced.data).not.toHaveProperty('summary');
    expect(replaced.data.created).toBe(patched.data.created);
  });

  it('is changed only by who has seen its last state', async () => {
    const { events, insert } = await aCalendar();
    const { data: seen } = await insert();
    const patch = (etag: string) =>
      events.patch(
        { calendarId, eventId: event.id, requestBody: { summary: 'Mine' } },
        { headers: { 'If-Match': etag } },
      );

    const first = await patch(seen.etag ?? '');

    expect(first.data.etag).not.toBe(seen.etag);
    await expect(patch(seen.etag ?? '')).rejects.toMatchObject(refusal(412, 'conditionNotMet'));
  });

  it.each([
    ['an id outside base32hex', { id: 'XYZ-1' }, 400, 'invalid'],
    ['no end', { end: undefined }, 400, 'required'],
    ['an end before its start', { end: { dateTime: '2026-11-23T13:00:00Z' } }, 400, 'timeRangeEmpty'],
    ['a time that does not exist', { start: { dateTime: 'soon' } }, 400, 'invalid'],
    ['an unknown zone', { start: { ...event.start, timeZone: 'Mars/Olympus' } }, 400, 'invalid'],
  ])('is refused with %s', async (_what, changes, status, reason) => {
    const { insert } = await aCalendar();

    await expect(insert(changes)).rejects.toMatchObject(refusal(status, reason));
  });

  it('is not found on a calendar or under an id that does not exist', async () => {
    const { events } = await aCalendar();

    await expect(events.get({ calendarId, eventId: 'missing' })).rejects.toMatchObject(
      refusal(404, 'notFound'),
    );
    await expect(events.list({ calendarId: 'other@clinic.example' })).rejects.toMatchObject(
      refusal(404, 'notFound'),
    );
  });

  it('is moved or deleted by someone in Google, keeping its length', async () => {
    const { sandbox, events, insert } = await aCalendar();
    await insert();

    await sandbox.control('POST', `/google/events/${event.id}`, { start: '2026-11-24T16:00:00Z' });
    const moved = await events.get({ calendarId, eventId: event.id });
    expect(moved.data.end?.dateTime).toBe('2026-11-24T11:30:00-05:00');

    await sandbox.control('POST', `/google/events/${event.id}`, { deleted: true });
    const deleted = await events.get({ calendarId, eventId: event.id });
    expect(deleted.data.status).toBe('cancelled');
    expect(await sandbox.control('POST', '/google/events/none', { deleted: true })).toMatchObject({
      status: 404,
      body: { code: 'EVENT_NOT_FOUND' },
    });
  });
});

describe('the list of events', () => {
  it('is narrowed by time and by private properties', async () => {
    const { events, insert } = await aCalendar();
    await insert();
    await insert({
      id: 'bookinga0002',
      start: { dateTime: '2026-11-24T14:00:00Z' },
      end: { dateTime: '2026-11-24T14:30:00Z' },
      extendedProperties: { private: { appointment_id: 'a-2', org: 'o-1' } },
    });
    const ids = async (filter: object) => {
      const { data } = await events.list({ calendarId, singleEvents: true, ...filter });
      return data.items?.map(({ id }) => id);
    };

    expect(await ids({ timeMin: '2026-11-23T14:30:00Z' })).toEqual(['bookinga0002']);
    expect(await ids({ timeMax: '2026-11-23T14:30:00Z' })).toEqual([event.id]);
    const [first, both] = [['appointment_id=a-1'], ['appointment_id=a-2', 'org=o-1']];
    expect(await ids({ privateExtendedProperty: first })).toEqual([event.id]);
    expect(await ids({ privateExtendedProperty: both })).toEqual(['bookinga0002']);
    expect(await ids({ orderBy: 'startTime' })).toEqual([event.id, 'bookinga0002']);
  });

  it('is read page by page, and its sync token brings what changed since, the deleted included', async () => {
    const { events, insert } = await aCalendar();
    for (let n = 1; n <= 3; n += 1) await insert({ id: `bookinga000${n}` });

    const first = await events.list({ calendarId, maxResults: 2 });
    expect(first.data).not.toHaveProperty('nextSyncToken');
    const last = await events.list({
      calendarId,
      maxResults: 2,
      pageToken: first.data.nextPageToken as string,
    });
    expect(last.data.items).toMatchObject([{ id: 'bookinga0003' }]);
    const syncToken = last.data.nextSyncToken as string;
    expect((await events.list({ calendarId, syncToken })).data.items).toEqual([]);

    await events.delete({ calendarId, eventId: 'bookinga0001' });
    await events.patch({ calendarId, eventId: 'bookinga0002', requestBody: { summary: 'New' } });
    const changed = await events.list({ calendarId, syncToken });

    expect(changed.data.items).toMatchObject([
      { id: 'bookinga0001', status: 'cancelled' },
      { id: 'bookinga0002', summary: 'New' },
    ]);
    expect(changed.data.nextSyncToken).not.toBe(syncToken);
  });

  it('asks for a full sync when the token is unknown, or when everything was forgotten', async () => {
    const { sandbox, events } = await aCalendar();
    const { data } = await events.list({ calendarId });
    const syncToken = data.nextSyncToken as string;

    await expect(events.list({ calendarId, syncToken: 'made up' })).rejects.toMatchObject(
      refusal(410, 'fullSyncRequired'),
    );
    await expect(
      events.list({ calendarId, syncToken, timeMin: '2026-11-23T14:30:00Z' }),
    ).rejects.toMatchObject({ status: 400 });

    await sandbox.control('POST', '/reset');
    const { api } = await linkedCalendar(sandbox);
    await expect(api.events.list({ calendarId, syncToken })).rejects.toMatchObject({ status: 410 });
  });
});

describe('free and busy times', () => {
  it('merge what overlaps, and leave out what is cancelled or transparent', async () => {
    const { api, events, insert } = await aCalendar();
    const at = (start: string, end: string) => ({
      start: { dateTime: `2026-11-23T${start}:00Z` },
      end: { dateTime: `2026-11-23T${end}:00Z` },
    });
    await insert({ id: 'one00', ...at('14:00', '15:00') });
    await insert({ id: 'tua00', ...at('14:30', '15:30') });
    await insert({ id: 'free0', ...at('16:00', '17:00'), transparency: 'transparent' });
    await insert({ id: 'gone0', ...at('18:00', '19:00') });
    await events.delete({ calendarId, eventId: 'gone0' });

    const { data } = await api.freebusy.query({
      requestBody: {
        timeMin: '2026-11-23T00:00:00Z',
        timeMax: '2026-11-24T00:00:00Z',
        items: [{ id: 'primary' }, { id: 'nobody@clinic.example' }],
      },
    });

    expect(data.calendars).toEqual({
      primary: { busy: [{ start: '2026-11-23T14:00:00Z', end: '2026-11-23T15:30:00Z' }] },
      'nobody@clinic.example': { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] },
    });
  });

  it('block the whole day for an all-day event, in the zone of the calendar', async () => {
    const { api, insert } = await aCalendar();
    await insert({ start: { date: '2026-11-23' }, end: { date: '2026-11-24' } });

    const { data } = await api.freebusy.query({
      requestBody: {
        timeMin: '2026-11-20T00:00:00Z',
        timeMax: '2026-11-30T00:00:00Z',
        items: [{ id: 'primary' }],
      },
    });

    expect(data.calendars?.primary?.busy).toEqual([
      { start: '2026-11-23T05:00:00Z', end: '2026-11-24T05:00:00Z' },
    ]);
  });
});
