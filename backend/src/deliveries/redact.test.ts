import { expect, test } from 'vitest';
import { redactPayload } from './redact.ts';

test('a moment in what is kept of a message stays readable, at any depth', () => {
  const at = new Date('2026-12-01T02:03:00Z');
  expect(redactPayload({ arrived_at: at, inner: [{ at, api_key: 'k' }] })).toEqual({
    arrived_at: '2026-12-01T02:03:00.000Z',
    inner: [{ at: '2026-12-01T02:03:00.000Z', api_key: '[removed]' }],
  });
});
