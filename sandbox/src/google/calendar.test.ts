import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { linkedCalendar } from './testing.ts';

const event = {
  id: 'bookinga0001',
  summary: 'Consultation: Maria Lopez',
  start: { dateTime: '2026-11-23T14:00:00Z' },
  end: { dateTime: '2026-11-23T14:30:00Z' },
  extendedProperties: { private: { appointment_id: 'a-1' } },
};

describe('the calendar', () => {
  it('takes an event with an id of our choice, and refuses the same id a second time', async () => {
    const sandbox = await aSandbox();
    const { api } = await linkedCalendar(sandbox);

    const created = await api.events.insert({ calendarId: 'primary', requestBody: event });
    const again = api.events.insert({ calendarId: 'primary', requestBody: event });

    expect(created.data).toMatchObject({
      id: event.id,
      status: 'confirmed',
      start: { dateTime: '2026-11-23T09:00:00-05:00', timeZone: 'America/New_York' },
      extendedProperties: event.extendedProperties,
    });
    await expect(again).rejects.toMatchObject({
      status: 409,
      response: { data: { error: { errors: [{ reason: 'duplicate' }] } } },
    });
    const held = await sandbox.control('GET', '/events');
    expect(held.body.data).toMatchObject([{ id: event.id, summary: event.summary, status: 'confirmed' }]);
  });
});
