import { expect, test } from 'vitest';
import { fromTwilioStatus, isOpen, statusesBefore } from './message-status.ts';

test('a status only ever replaces an earlier one', () => {
  expect(statusesBefore('accepted')).toEqual(['queued', 'sending', 'unknown']);
  expect(statusesBefore('sent')).toEqual(['queued', 'sending', 'unknown', 'accepted']);
  expect(statusesBefore('delivered')).not.toContain('undelivered');
  expect(statusesBefore('queued')).toEqual([]);
});

test('Twilio’s queued is our accepted, and an unknown word still means that it has the text', () => {
  expect(['accepted', 'scheduled', 'queued', 'sending', 'brand_new'].map(fromTwilioStatus)).toEqual(
    Array(5).fill('accepted'),
  );
  expect(['read', 'canceled', 'undelivered'].map(fromTwilioStatus)).toEqual([
    'delivered',
    'failed',
    'undelivered',
  ]);
});

test('a text is open until Twilio is known to have it or it has failed', () => {
  expect((['queued', 'sending', 'unknown'] as const).every(isOpen)).toBe(true);
  expect((['accepted', 'sent', 'delivered', 'undelivered', 'failed'] as const).some(isOpen)).toBe(false);
});
