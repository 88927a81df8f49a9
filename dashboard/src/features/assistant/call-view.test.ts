import type { SimulatedCall } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { callState, hasEnded, spokenResult, toolWords } from './call-view.ts';

const call = (over: Partial<SimulatedCall> = {}): SimulatedCall => ({
  call_id: 'c',
  status: 'in-progress',
  ended_reason: null,
  transcript: [],
  tool_calls: [],
  ...over,
});

test('a call has ended once its status or its reason says so', () => {
  expect(hasEnded(call())).toBe(false);
  expect(hasEnded(call({ status: 'ended' }))).toBe(true);
  expect(hasEnded(call({ ended_reason: 'customer-ended-call' }))).toBe(true);
});

test('a call that nothing is known about yet is dialing', () => {
  expect(callState(undefined)).toEqual({ word: 'Dialing', running: true });
  expect(callState(call({ status: 'ended' })).running).toBe(false);
});

test('a tool result is shown as it was spoken', () => {
  expect(spokenResult('{"slots":[],"say":"Nothing is free on Monday."}')).toBe('Nothing is free on Monday.');
  expect(spokenResult('You are booked.')).toBe('You are booked.');
  expect(
    spokenResult('You are booked. (At the clinic it is Wednesday, November 18, 2026 at 10:00 AM.)'),
  ).toBe('You are booked.');
  expect(
    spokenResult(
      'Shall I? (At the clinic it is Wednesday, November 18, 2026 at 10:00 AM.) (confirmToken: 0123456789abcdef)',
    ),
  ).toBe('Shall I?');
  expect(spokenResult('{"other":1}')).toBe('{"other":1}');
});

test('an unknown tool keeps its name', () => {
  expect(toolWords('bookClinicAppointment')).toBe('Book appointment');
  expect(toolWords('somethingNew')).toBe('somethingNew');
});
