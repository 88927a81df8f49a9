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

test('the strip repeats the first recommendation without its symbol', () => {
  expect(healthSentence(health({}))).toBe('All systems operational');
  expect(withoutSymbol('\u{1F7E1} Google Calendar not linked')).toBe('Google Calendar not linked');
});

test('what is broken is named first', () => {
  const broken = health({
    status: 'critical',
    integrations: [{ name: 'Database', status: 'critical', message: 'no connection', details: {} }],
  });
  expect(healthSentence(broken)).toBe('Database: no connection');
});

test('breakers have names for people, unknown ones keep theirs', () => {
  expect(breakerName('twilio_sms')).toBe('Twilio: SMS');
  expect(breakerName('new_service')).toBe('new_service');
});
