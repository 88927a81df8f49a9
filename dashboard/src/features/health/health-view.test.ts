import type { HealthIntegrations } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { breakerName, healthSentence, withoutSymbol } from './health-view.ts';

const health = (over: Partial<HealthIntegrations>): HealthIntegrations => ({
  status: 'healthy',
  timestamp: '2030-01-07T09:00:00Z',
  elapsedMs: 8,
  integrations: [
    { name: 'Database', status: 'healthy', message: 'PostgreSQL connection active', details: {} },
  ],
  summary: { healthy: 1, degraded: 0, critical: 0 },
  recommendations: ['\u2705 All systems operational'],
  actions: [],
  ...over,
});

test('the symbol in front of a recommendation is left to the icon', () => {
  expect(withoutSymbol('\u{1F7E1} Google Calendar not linked')).toBe('Google Calendar not linked');
  expect(withoutSymbol('\u2705 All systems operational')).toBe('All systems operational');
});

test('the strip names what is worst, also when the whole is healthy', () => {
  const item = (name: string, status: 'healthy' | 'degraded' | 'critical') => ({
    name,
    status,
    message: 'as it is',
    details: {},
  });
  const unlinked = [item('Database', 'healthy'), item('Google Calendar', 'degraded')];
  expect(healthSentence(health({}))).toBe('All systems operational');
  expect(healthSentence(health({ integrations: unlinked }))).toBe('Google Calendar: as it is');
  expect(
    healthSentence(health({ status: 'critical', integrations: [...unlinked, item('Twilio', 'critical')] })),
  ).toBe('Twilio: as it is');
});

test('breakers have names for people, unknown ones keep theirs', () => {
  expect(breakerName('twilio_sms')).toBe('Twilio: SMS');
  expect(breakerName('new_service')).toBe('new_service');
});
