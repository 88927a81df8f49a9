import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import type { TestOrganization } from '../testing/index.ts';
import { type EventToPush, eventIdFor, pushEvent } from './push-event.ts';
import { testCalendar } from './test-calendar.ts';
import { type CalendarScene, createCalendarScene, eventToPush } from './testing.ts';

const INSERT = 'POST /google/calendar/v3/calendars/primary/events';

describe('putting an appointment into the calendar', () => {
  let scene: CalendarScene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createCalendarScene();
  });
  beforeEach(async () => {
    clinic = await scene.linkedAfresh();
  });
  afterAll(() => scene.close());

  const push = (wanted: EventToPush, process = scene.it, of = clinic) => pushEvent(process, of.orgId, wanted);
  /** What people see in Google. */
  const events = async ({ appointmentId }: EventToPush) =>
    (await scene.events()).filter(
      ({ id, status }) => String(id).startsWith(appointmentId.replaceAll('-', '')) && status !== 'cancelled',
    );
  const inGoogle = (work: (token: string) => Promise<unknown>) => scene.it.tokens.use(clinic.orgId, work);

  test('puts one event there: its time, its zone, and whose it is', async () => {
    const wanted = eventToPush();
    const id = eventIdFor(wanted.appointmentId, 0);
    expect(await push(wanted)).toEqual({ outcome: 'pushed', eventId: id, generation: 0 });
    expect(await events(wanted)).toMatchObject([
      {
        id,
        summary: 'Consultation: Ann Example',
        description: 'Booked by phone.',
        start: { dateTime: expect.any(String), timeZone: 'America/New_York' },
        extendedProperties: { private: { voxanne_appointment_id: wanted.appointmentId } },
      },
    ]);
    const [event] = (await events(wanted)) as [{ start: { dateTime: string }; end: { dateTime: string } }];
    expect(new Date(event.start.dateTime)).toEqual(wanted.start);
    expect(new Date(event.end.dateTime)).toEqual(wanted.end);
  });

  test('the id is one that Google accepts, and a different one for every appointment and generation', () => {
    const ids = Array.from({ length: 100 }, () => eventIdFor(randomUUID(), 0));
    for (const id of ids) expect(id).toMatch(/^[a-v0-9]{5,1024}$/);
    expect(new Set(ids).size).toBe(100);
    const id = randomUUID();
    expect(eventIdFor(id, 0)).not.toBe(eventIdFor(id, 1));
  });

  test('twice is still one event', async () => {
    const wanted = eventToPush();
    const first = await push(wanted);
    expect(await push(wanted)).toEqual(first);
    expect(await events(wanted)).toHaveLength(1);
  });

  test('ten pushes at once, in two processes, make one event', async () => {
    const wanted = eventToPush();
    const other = scene.build();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => push(wanted, n % 2 ? other : scene.it)),
    );
    for (const { outcome } of all) expect(outcome).toBe('pushed');
    expect(await events(wanted)).toHaveLength(1);
  });

  test('a push whose answer got lost on the way back makes one event', async () => {
    const wanted = eventToPush();
    await scene.fault('drop_after_commit', { match: INSERT, times: 1 });
    expect(await push(wanted)).toMatchObject({ outcome: 'pushed', generation: 0 });
    expect(await events(wanted)).toHaveLength(1);
    expect(await scene.asked(INSERT)).toBe(2);
  });

  test('a push whose answers all got lost is later found to be there', async () => {
    const wanted = eventToPush();
    await scene.fault('drop_after_commit', { match: 'v3/calendars/primary/events' });
    expect(await push(wanted)).toMatchObject({ outcome: 'later' });
    await scene.freshStart();
    expect(await push(wanted)).toMatchObject({ outcome: 'pushed', generation: 0 });
    expect(await events(wanted)).toHaveLength(1);
  });

  test('a push whose answer was nonsense, although Google did it, makes one event', async () => {
    const wanted = eventToPush();
    await scene.fault('malformed', { match: INSERT });
    expect(await push(wanted)).toMatchObject({ outcome: 'pushed', generation: 0 });
    expect(await events(wanted)).toHaveLength(1);
  });

  test('at another time than before moves the event that is there', async () => {
    const wanted = eventToPush();
    await push(wanted);
    const moved = {
      ...wanted,
      start: new Date('2026-11-24T15:00:00Z'),
      end: new Date('2026-11-24T15:30:00Z'),
    };
    expect(await push(moved)).toMatchObject({ outcome: 'pushed', generation: 0 });
    const found = (await events(wanted)) as { start: { dateTime: string } }[];
    expect(found.map(({ start }) => new Date(start.dateTime))).toEqual([moved.start]);
  });

  test('that someone deleted in Google takes the next id, because Google never gives one out again', async () => {
    const wanted = eventToPush();
    await push(wanted);
    await scene.control('POST', `/google/events/${eventIdFor(wanted.appointmentId, 0)}`, { deleted: true });
    const again = { outcome: 'pushed', eventId: eventIdFor(wanted.appointmentId, 1), generation: 1 };
    expect(await push(wanted)).toEqual(again);
    expect(await push({ ...wanted, generation: 1 })).toEqual(again);
    expect(await events(wanted)).toMatchObject([{ id: again.eventId }]);
  });

  test('a push whose id a stranger’s event has takes the next id, and leaves the stranger’s alone', async () => {
    const wanted = eventToPush();
    const foreign = {
      id: eventIdFor(wanted.appointmentId, 0),
      summary: 'Private',
      start: { dateTime: '2026-11-23T14:00:00Z' },
      end: { dateTime: '2026-11-23T14:30:00Z' },
    };
    await inGoogle((token) => scene.it.google.insertEvent(token, 'primary', foreign));
    expect(await push(wanted)).toMatchObject({ outcome: 'pushed', generation: 1 });
    expect(await events(wanted)).toMatchObject([{ summary: 'Private' }, { summary: wanted.summary }]);
  });

  test('gives up where every id is used', async () => {
    const wanted = eventToPush();
    for (let generation = 0; generation < 5; generation += 1) {
      await push({ ...wanted, generation });
      await scene.control('POST', `/google/events/${eventIdFor(wanted.appointmentId, generation)}`, {
        deleted: true,
      });
    }
    expect(await push(wanted)).toMatchObject({ outcome: 'refused' });
  });

  describe('of a cancelled appointment', () => {
    const remove = (wanted: EventToPush) => push({ ...wanted, wanted: 'removed' });

    test('takes its event away, once, however often it is asked', async () => {
      const wanted = eventToPush();
      await push(wanted);
      expect(await remove(wanted)).toEqual({ outcome: 'removed', generation: 1 });
      expect(await remove(wanted)).toEqual({ outcome: 'removed', generation: 1 });
      expect(await events(wanted)).toEqual([]);
    });

    test('asks for nothing where no event ever was, and leaves a stranger’s alone', async () => {
      const wanted = eventToPush();
      expect(await remove(wanted)).toMatchObject({ outcome: 'removed' });
      const foreign = {
        id: eventIdFor(wanted.appointmentId, 0),
        summary: 'Private',
        start: { dateTime: '2026-11-23T14:00:00Z' },
        end: { dateTime: '2026-11-23T14:30:00Z' },
      };
      await inGoogle((token) => scene.it.google.insertEvent(token, 'primary', foreign));
      expect(await remove(wanted)).toMatchObject({ outcome: 'removed' });
      expect(await events(wanted)).toMatchObject([{ summary: 'Private' }]);
    });

    test('finds the event that was pushed under a later id, although no one noted that', async () => {
      const wanted = eventToPush();
      await push(wanted);
      await scene.control('POST', `/google/events/${eventIdFor(wanted.appointmentId, 0)}`, { deleted: true });
      expect(await push(wanted)).toMatchObject({ generation: 1 });
      expect(await remove(wanted)).toEqual({ outcome: 'removed', generation: 2 });
      expect(await events(wanted)).toEqual([]);
    });

    test('that comes back gets one event under the next id', async () => {
      const wanted = eventToPush();
      await push(wanted);
      const { generation } = (await remove(wanted)) as { generation: number };
      expect(await push({ ...wanted, generation })).toMatchObject({ outcome: 'pushed', generation: 1 });
      expect(await events(wanted)).toHaveLength(1);
    });

    test('waits for a Google that is down, and takes a lost answer for done the next time', async () => {
      const wanted = eventToPush();
      await push(wanted);
      await scene.fault('status', { status: 503, match: 'DELETE' });
      expect(await remove(wanted)).toMatchObject({ outcome: 'later' });
      await scene.freshStart();
      await scene.fault('drop_after_commit', { match: 'DELETE', times: 1 });
      expect(await remove(wanted)).toMatchObject({ outcome: 'removed' });
      expect(await events(wanted)).toEqual([]);
    });
  });

  test('with a token that Google no longer takes renews it once and succeeds', async () => {
    const wanted = eventToPush();
    await scene.fault('status', { status: 401, match: INSERT, times: 1 });
    expect(await push(wanted)).toMatchObject({ outcome: 'pushed' });
    expect(await scene.asked('POST /google/token')).toBe(1);
    expect(await events(wanted)).toHaveLength(1);
  });

  describe('waits for a person', () => {
    test('if no calendar is linked', async () => {
      const other = await scene.createOrganization();
      expect(await push(eventToPush(), scene.it, other)).toEqual({
        outcome: 'not_usable',
        reason: 'not_linked',
      });
    });

    test('if the permission was revoked, this time and the next', async () => {
      await scene.expiresIn(clinic, 0);
      await scene.fault('invalid_grant');
      for (let n = 0; n < 2; n += 1) {
        expect(await push(eventToPush())).toEqual({ outcome: 'not_usable', reason: 'reconnect_required' });
      }
      expect(await scene.status(clinic)).toBe('reconnect_required');
    });

    test.each(['insufficient_scope', 'revoked'] as const)('where the link is %s', async (status) => {
      await scene.it.connections.setStatus(clinic.orgId, 'google', status, null);
      expect(await push(eventToPush())).toEqual({ outcome: 'not_usable', reason: status });
    });
  });

  describe('waits for Google', () => {
    test.each([
      ['that is down', 'status', { status: 503 }, 'TEMPORARY'],
      ['that breaks connections', 'reset', {}, 'NETWORK'],
      ['that refuses even a token it has just renewed', 'status', { status: 401 }, 'AUTH'],
    ])('%s', async (_, kind, more, word) => {
      await scene.fault(kind, { match: INSERT, ...more });
      const pushed = await push(eventToPush());
      expect(pushed).toMatchObject({ outcome: 'later', reason: expect.stringContaining(word) });
      expect(await scene.status(clinic)).toBe('connected');
    });

    test('that asks for time, and says how much', async () => {
      await scene.fault('rate_limit', { match: INSERT, retry_after_s: 120 });
      expect(await push(eventToPush())).toMatchObject({ outcome: 'later', retryAfterMs: 120_000 });
      expect(await scene.asked(INSERT)).toBe(1);
    });

    test('that counts too many requests with its own word for it', async () => {
      await scene.fault('status', { status: 403, code: 'rateLimitExceeded', match: INSERT });
      expect(await push(eventToPush())).toMatchObject({ outcome: 'later' });
    });

    test.each([
      ['a token', { status: 503 }],
      ['a token because our own secret is wrong', { status: 401, code: 'invalid_client' }],
    ])('that cannot renew %s', async (_, more) => {
      await scene.expiresIn(clinic, 0);
      await scene.fault('status', { match: 'POST /google/token', ...more });
      expect(await push(eventToPush())).toMatchObject({ outcome: 'later' });
      expect(await scene.status(clinic)).toBe('connected');
    });
  });

  test('gives up where Google says that this can never be', async () => {
    await scene.fault('status', { status: 400, match: INSERT });
    expect(await push(eventToPush())).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('400'),
    });
  });

  describe('asking whether the calendar works', () => {
    const ask = (of = clinic) => testCalendar({ ...scene.it, clock: systemClock }, of.orgId);

    test('says so when it does', async () => {
      expect(await ask()).toMatchObject({
        ok: true,
        status: 'connected',
        message: expect.stringContaining('@'),
      });
    });

    test('says what is wrong when it does not', async () => {
      expect(await ask(await scene.createOrganization())).toMatchObject({ ok: false, status: 'not_linked' });
      await scene.fault('status', { status: 503, match: 'freeBusy' });
      expect(await ask()).toMatchObject({
        ok: false,
        status: 'connected',
        message: expect.stringContaining('keep trying'),
      });
      await scene.freshStart();
      await scene.expiresIn(clinic, 0);
      await scene.fault('invalid_grant');
      expect(await ask()).toMatchObject({
        ok: false,
        status: 'reconnect_required',
        message: expect.stringContaining('again'),
      });
    });
  });

  describe('a calendar that cannot be read', () => {
    const day = [new Date('2026-11-23T00:00:00Z'), new Date('2026-11-24T00:00:00Z')] as const;
    const busy = (calendar: string) =>
      inGoogle((token) => scene.it.google.readFreeBusy(token, calendar, ...day));

    test('is not a free one: an error inside a good answer is an error', async () => {
      await expect(busy('nobody@elsewhere.example')).rejects.toThrow('can’t be read: notFound');
    });

    test('is not a free one when the answer is cut off', async () => {
      await scene.fault('malformed', { match: 'freeBusy' });
      await expect(busy('primary')).rejects.toThrow();
    });

    test('is another matter than one that is read', async () => {
      expect(await busy('primary')).toBe(0);
      await push(eventToPush());
      expect(await busy('primary')).toBe(1);
    });
  });
});
