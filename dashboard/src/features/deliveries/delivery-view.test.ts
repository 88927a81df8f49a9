import type { Delivery } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { effectWords, outcomeView, remarks, whatCame, whatFailed } from './delivery-view.ts';

const delivery = { attempts: 1, duplicates: 0, replays: 0 } as Delivery;

test('a webhook is named as people say it', () => {
  expect(whatCame({ provider: 'vapi', event_type: 'end-of-call-report' })).toBe('Vapi end of call report');
  expect(whatCame({ provider: 'twilio', event_type: 'status' })).toBe('Twilio status');
});

test('what failed is named as in its list', () => {
  expect(whatFailed('twilio.status')).toBe('Twilio status');
  expect(whatFailed('calendar.push')).toBe('Calendar entry');
  expect(whatFailed('a.later_kind')).toBe('a later kind');
});

test('duplicates and replays are named when there were any', () => {
  expect(remarks(delivery)).toBe('1 attempt');
  expect(remarks({ ...delivery, attempts: 2, duplicates: 1, replays: 3 })).toBe(
    '2 attempts, 1 duplicate ignored, 3 replays',
  );
});

test('an effect names only what happens', () => {
  expect(effectWords({ table: 'message_events', inserted: 1, updated: 0, deleted: 2 })).toBe(
    'message events: 1 added, 2 removed',
  );
});

test('an outcome of a later version is shown as it is', () => {
  expect(outcomeView('postponed')).toEqual({ word: 'postponed', tone: 'idle' });
});
