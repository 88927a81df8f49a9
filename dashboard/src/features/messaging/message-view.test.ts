import type { Message, MessageDetail, MessageStatus } from '@voxanne/contract';
import { MessageStatus as Statuses } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { headline, kindWords, milestoneView, newestBooking, onItsWay, statusView } from './message-view.ts';

const message = (over: Partial<Message> = {}): Message => ({
  id: '7b0f9a52-0d2c-4b7e-9a67-0d1f2c3b4a51',
  to: '+14155550132',
  from: '+15005550006',
  channel: 'sms',
  status: 'queued',
  body: 'Your appointment is booked.',
  kind: 'confirmation',
  appointment_id: 'a',
  attempts: 1,
  provider_id: null,
  error_code: null,
  reason: null,
  patient: { phone: '+14155550132', contacts: [] },
  resendable: false,
  informed_at: null,
  replaced_by: null,
  created_at: '2030-01-07T09:00:00Z',
  ...over,
});

const detail = (status: MessageStatus, reached: MessageStatus[]): MessageDetail => ({
  ...message({ status }),
  timeline: reached.map((s, i) => ({ status: s, at: `2030-01-07T09:00:0${i}Z`, detail: null, reason: null })),
});

test('every status has a word', () => {
  for (const status of Statuses.options) expect(statusView(status).word).not.toBe('');
});

test('delivered reaches every milestone even when the report of "sent" never came', () => {
  const steps = milestoneView(detail('delivered', ['queued', 'delivered']));
  expect(steps.map((s) => s.reached)).toEqual([true, true, true]);
  expect(steps.map((s) => s.at === null)).toEqual([false, true, false]);
});

test('a late "sent" does not take "delivered" back', () => {
  expect(milestoneView(detail('sent', ['queued', 'delivered', 'sent'])).at(-1)?.reached).toBe(true);
});

test('a failed text reaches only what it reached', () => {
  expect(milestoneView(detail('failed', ['queued', 'failed'])).map((s) => s.reached)).toEqual([
    true,
    false,
    false,
  ]);
});

test('the newest text about a booking is the one that is followed', () => {
  const older = message({ id: 'old' });
  const newer = message({ id: 'new', created_at: '2030-01-07T10:00:00Z' });
  const unrelated = message({ id: 'none', appointment_id: null, created_at: '2030-01-08T10:00:00Z' });
  expect(newestBooking([older, unrelated, newer])?.id).toBe('new');
});

test('an unknown kind is readable', () => {
  expect(kindWords('waitlist_offer')).toBe('Waitlist offer');
});

test('a text is headed by its patients, else by the number of theirs', () => {
  const patient = {
    phone: '+14155550132',
    contacts: [
      { id: '1', name: 'Ann' },
      { id: '2', name: 'Ben' },
    ],
  };
  expect(headline(message({ patient }))).toBe('Ann, Ben');
  expect(headline(message())).toBe('+1 (415) 555-0132');
});

test('a text is on its way until it arrived, failed, or took too long', () => {
  const now = Date.parse('2030-01-07T09:00:20Z');
  expect(onItsWay([message({ status: 'sent' })], now)).toBe(true);
  expect(onItsWay([message({ status: 'sent' })], now + 60_000)).toBe(false);
  expect(onItsWay([message({ status: 'delivered' })], now)).toBe(false);
  expect(onItsWay([message({ status: 'failed' })], now)).toBe(false);
  expect(onItsWay([], now)).toBe(false);
});
