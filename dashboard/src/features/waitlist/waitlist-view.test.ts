import type { WaitlistEntry } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { toRequest, waitlistWord, wantedWords } from './waitlist-view.ts';

const entry: WaitlistEntry = {
  id: '6f1b5b52-2f0e-4c43-9d6a-0d1b8a1f2f10',
  status: 'waiting',
  contact: {
    id: '6f1b5b52-2f0e-4c43-9d6a-0d1b8a1f2f11',
    name: 'Ann',
    phone: null,
    email: null,
    no_texts: null,
  },
  service_type: 'follow-up',
  service_name: 'Follow-up',
  provider_id: null,
  earliest_date: null,
  latest_date: null,
  windows: [],
  offers: 0,
  offer: null,
  appointment_id: null,
  created_at: '2026-11-20T12:00:00Z',
};

test('what a patient is waiting for is one line', () => {
  expect(wantedWords(entry)).toBe('Follow-up');
  expect(
    wantedWords({
      ...entry,
      windows: [
        ['00:00', '12:00'],
        ['16:15', '18:00'],
      ],
      latest_date: '2026-12-18',
    }),
  ).toMatch(/^Follow-up, before noon, 4:15.PM to 6:00.PM, until Fri.*Dec 18$/);
  expect(wantedWords({ ...entry, windows: [['12:00', '17:00']] })).toBe('Follow-up, noon to 5 PM');
});

test('what was typed becomes what the API asks for', () => {
  const values = { name: 'Ann', phone: '415', service_type: 'follow-up', part: '', latest_date: '' };
  expect(toRequest(values)).toEqual({ name: 'Ann', phone: '415', service_type: 'follow-up' });
  expect(toRequest({ ...values, part: '12:00-17:00', latest_date: '2026-12-18' })).toMatchObject({
    windows: [['12:00', '17:00']],
    latest_date: '2026-12-18',
  });
});

test('an offer says what and until when, on the clinic’s clock', () => {
  const offer = {
    hold_id: entry.id,
    scheduled_at: '2026-11-23T14:00:00Z',
    expires_at: '2026-11-20T19:15:00Z',
  };
  expect(waitlistWord({ ...entry, offers: 1, offer }, 'America/New_York').word).toMatch(
    /^Offered .*9:00.AM, held until 2:15.PM$/,
  );
  expect(waitlistWord({ ...entry, offers: 2 }, 'UTC').word).toBe('Waiting, offered 2 times');
});
