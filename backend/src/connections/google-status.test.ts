import { describe, expect, test } from 'vitest';
import { googleStatus } from './index.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

describe('the status of Google Calendar that people see', () => {
  test('is "not linked" only where there is no link', () => {
    expect(googleStatus(undefined, NOW)).toBe('not_linked');
    for (const status of ['connected', 'degraded', 'reconnect_required', 'insufficient_scope', 'revoked']) {
      for (const expires_at of [null, inMinutes(-600), inMinutes(600)]) {
        expect(googleStatus({ status, expires_at }, NOW), status).not.toBe('not_linked');
      }
    }
  });

  test.each([
    [60, 'connected'],
    [5, 'connected'],
    [4.9, 'expiring'],
    [-4.9, 'expiring'],
    [-5.1, 'degraded'],
    [-180, 'degraded'],
  ])('with a token that is good for %d more minutes is %s', (minutes, expected) => {
    expect(googleStatus({ status: 'connected', expires_at: inMinutes(minutes) }, NOW)).toBe(expected);
  });

  test('says what is wrong rather than that a token expires', () => {
    for (const status of ['degraded', 'reconnect_required', 'insufficient_scope', 'revoked']) {
      expect(googleStatus({ status, expires_at: inMinutes(-1) }, NOW)).toBe(status);
    }
  });
});
