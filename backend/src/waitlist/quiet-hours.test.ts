import { describe, expect, test } from 'vitest';
import { quietForMs } from './quiet-hours.ts';

const HOUR = 3_600_000;
const inNewYork = (at: string) => quietForMs(new Date(at), 'America/New_York') / HOUR;

describe('quiet hours', () => {
  test('last from nine in the evening to eight in the morning, on the clinic’s clock', () => {
    expect(inNewYork('2026-11-18T13:00:00Z')).toBe(0);
    expect(inNewYork('2026-11-19T01:59:00Z')).toBe(0);
    expect(inNewYork('2026-11-19T02:00:00Z')).toBe(11);
    expect(inNewYork('2026-11-19T05:00:00Z')).toBe(8);
    expect(inNewYork('2026-11-19T12:30:00Z')).toBe(0.5);
    expect(quietForMs(new Date('2026-11-18T13:00:00Z'), 'Asia/Tokyo') / HOUR).toBe(10);
  });

  test('end at eight also in the night in which the clocks change', () => {
    expect(inNewYork('2026-11-01T01:00:00Z')).toBe(12);
    expect(inNewYork('2026-03-08T02:00:00Z')).toBe(10);
  });
});
