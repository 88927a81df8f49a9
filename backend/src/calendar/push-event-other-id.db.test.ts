import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { type EventToPush, pushEvent } from './push-event.ts';
import { type CalendarScene, createCalendarScene, eventToPush } from './testing.ts';

describe('an event under another id than ours', () => {
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
  const inGoogle = (work: (token: string) => Promise<unknown>) => scene.it.tokens.use(clinic.orgId, work);

  const ofAppointment = async ({ appointmentId }: EventToPush) =>
    (await scene.events()).filter(
      ({ status, extendedProperties }) =>
        status !== 'cancelled' && JSON.stringify(extendedProperties ?? {}).includes(appointmentId),
    );

  describe('a calendar that does not keep the id', () => {
    /** As an emulator does that gives each event its own id. */
    const careless = (answered: (id: string) => string | null) => ({
      ...scene.it,
      google: {
        ...scene.it.google,
        insertEvent: async (
          ...[token, calendar, event, signal]: Parameters<typeof scene.it.google.insertEvent>
        ) => {
          const id = randomUUID().replaceAll('-', '');
          await scene.it.google.insertEvent(token, calendar, { ...event, id }, signal);
          return answered(id);
        },
      },
    });
    test('gets an error, and the event that could never be moved is removed again', async () => {
      const wanted = eventToPush();
      for (const _ of [1, 2]) {
        expect(
          await pushEvent(
            careless((id) => id),
            clinic.orgId,
            wanted,
          ),
        ).toMatchObject({
          outcome: 'refused',
          reason: expect.stringContaining('didn’t keep the event’s id'),
        });
        expect(await ofAppointment(wanted)).toEqual([]);
      }
    });

    test('if it answers none, a cancellation finds the event by its name', async () => {
      const wanted = eventToPush();
      await pushEvent(
        careless(() => null),
        clinic.orgId,
        wanted,
      );
      expect(await ofAppointment(wanted)).toHaveLength(1);
      expect(await push({ ...wanted, wanted: 'removed' })).toMatchObject({ outcome: 'removed' });
      expect(await ofAppointment(wanted)).toEqual([]);
    });
  });

  describe('a cancellation', () => {
    test('takes away what carries the appointment’s name under another id, and nothing else', async () => {
      const [wanted, neighbor] = [eventToPush(), eventToPush()];
      await push(neighbor);
      const id = randomUUID().replaceAll('-', '');
      const property = { private: { voxanne_appointment_id: wanted.appointmentId } };
      const times = {
        start: { dateTime: wanted.start.toISOString() },
        end: { dateTime: wanted.end.toISOString() },
      };
      await inGoogle((token) =>
        scene.it.google.insertEvent(token, 'primary', {
          id,
          summary: 'X',
          extendedProperties: property,
          ...times,
        }),
      );
      expect(await push({ ...wanted, wanted: 'removed' })).toMatchObject({ outcome: 'removed' });
      await expect(
        inGoogle(async (token) => (await scene.it.google.getEvent(token, 'primary', id)).status),
      ).resolves.toBe('cancelled');
      expect(await ofAppointment(neighbor)).toHaveLength(1);
    });

    test('waits where Google cannot say what is there', async () => {
      const wanted = eventToPush();
      await scene.fault('status', { match: 'privateExtendedProperty', status: 503 });
      await scene.fault('status', { match: 'GET /google/calendar/v3/calendars/primary/events', status: 503 });
      expect(await push({ ...wanted, wanted: 'removed' })).toMatchObject({ outcome: 'later' });
    });
  });
});
