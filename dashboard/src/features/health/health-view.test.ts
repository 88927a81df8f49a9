import type { HealthAction, HealthIntegrations } from '@voxanne/contract';
import { expect, test } from 'vitest';
import {
  adviceOf,
  breakerName,
  givenUpSearch,
  healthSentence,
  integrationView,
  withoutSymbol,
} from './health-view.ts';

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
  expect(healthSentence(health({}))).toBe('Everything is working.');
  expect(healthSentence(health({ integrations: unlinked }))).toBe('Google Calendar: as it is');
  expect(
    healthSentence(health({ status: 'critical', integrations: [...unlinked, item('Twilio', 'critical')] })),
  ).toBe('Twilio: as it is');
});

test('breakers have names for people, unknown ones keep theirs', () => {
  expect(breakerName('twilio_sms')).toBe('Twilio: SMS');
  expect(breakerName('new_service')).toBe('new_service');
});

const google = (status: string) => ({
  name: 'Google Calendar',
  status: 'degraded' as const,
  message: 'as it is',
  details: { status },
});

test('a calendar that was never linked alarms neither on its card nor on the strip', () => {
  expect(integrationView(google('not_linked'))).toEqual({ word: 'Not linked', tone: 'idle' });
  expect(integrationView(google('expiring')).tone).toBe('ok');
  expect(integrationView(google('reconnect_required')).word).toBe('Degraded');
  expect(healthSentence(health({ integrations: [google('not_linked')] }))).toBe(
    'Everything is working. Google Calendar isn’t linked, so bookings are kept here.',
  );
  expect(healthSentence(health({ integrations: [google('expiring')] }))).toBe('Everything is working.');
  expect(healthSentence(health({ integrations: [google('revoked')] }))).toBe('Google Calendar: as it is');
});

test('a calendar that the clinic does not use raises no alarm and no advice', () => {
  const unused = { ...google('not_used'), status: 'healthy' as const };
  expect(integrationView(unused)).toEqual({ word: 'Not used', tone: 'idle' });
  expect(healthSentence(health({ integrations: [unused] }))).toBe('Everything is working.');
});

const action = (over: Partial<HealthAction>): HealthAction => ({
  id: 'redis.check',
  severity: 'warning',
  problem: 'Redis is away',
  evidence: [],
  method: null,
  path: null,
  body: null,
  cli: null,
  requires_human: true,
  verify: { method: 'GET', path: '/api/health/integrations' },
  ...over,
});

test('an action belongs to the sentence that names its problem, and otherwise to itself', () => {
  const redis = action({});
  const reset = action({ id: 'breaker.reset', problem: 'vapi is held back', body: { name: 'vapi' } });
  const recommendations = ['\u{1F7E1} Redis is away - start it', '\u{1F7E1} Wait'];
  expect(adviceOf(health({ recommendations, actions: [redis, reset] }))).toEqual([
    { text: 'Redis is away - start it', actions: [redis] },
    { text: 'Wait', actions: [] },
    { text: 'vapi is held back', actions: [reset] },
  ]);
});

test('what failed is looked for in the list that has it', () => {
  const at = (path: string) => givenUpSearch(action({ path }));
  expect(at('/api/outgoing?status=dead_letter')).toEqual({ status: 'dead_letter', list: 'outgoing' });
  expect(at('/api/webhooks/deliveries?status=dead_letter')).toEqual({ status: 'dead_letter' });
});
