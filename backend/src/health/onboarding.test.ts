import { Onboarding } from '@voxanne/contract';
import { describe, expect, test } from 'vitest';
import type { OnboardingFacts } from './onboarding.queries.ts';
import { describeOnboarding } from './onboarding.ts';

const START = Date.parse('2026-11-18T15:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1_000);
const NEW: OnboardingFacts = {
  started_at: at(0),
  phone: null,
  system_ready_queued_at: null,
  calendar_status: null,
  calendar_account: null,
  calendar_at: null,
  calendar_declined_at: null,
  receptionist_account: null,
  receptionist_error: null,
  receptionist_at: null,
  booked_at: null,
  text_status: null,
  text_delivered_at: null,
  system_ready_status: null,
};
const calendar = {
  calendar_status: 'connected',
  calendar_account: 'clinic@example.com',
  calendar_at: at(12),
};
const receptionist = { receptionist_account: '+15550100100', receptionist_at: at(2) };
const booking = { booked_at: at(30) };
const text = { text_status: 'delivered', text_delivered_at: at(32.5) };
const describe_ = (facts: Partial<OnboardingFacts>, now = at(40)) =>
  describeOnboarding({ ...NEW, ...facts }, now);
const statuses = (facts: Partial<OnboardingFacts>) =>
  describe_(facts).steps.map((step) => `${step.id} ${step.status}`);

describe('the setup page', () => {
  test('a clinic that has just signed up is asked for its calendar', () => {
    expect(statuses({})).toEqual([
      'account done',
      'calendar current',
      'receptionist waiting',
      'booking waiting',
      'text waiting',
    ]);
    const page = describe_({});
    expect(page).toMatchObject({ elapsed_seconds: 40, target_seconds: 60, completed_at: null });
    expect(Onboarding.parse(page)).toEqual(page);
  });

  test('counts each step from the one before it in time, whatever their order on the page', () => {
    const page = describe_({ ...calendar, ...receptionist, ...booking, ...text });
    expect(page.steps.map((step) => [step.id, step.seconds])).toEqual([
      ['account', 0],
      ['calendar', 10],
      ['receptionist', 2],
      ['booking', 18],
      ['text', 2.5],
    ]);
  });

  test('stops its clock with the last step, and the parts are the whole', () => {
    const page = describe_({ ...calendar, ...receptionist, ...booking, ...text }, at(9_000));
    expect(page).toMatchObject({ completed_at: at(32.5).toISOString(), elapsed_seconds: 32.5 });
    const sum = page.steps.reduce((total, step) => total + (step.seconds ?? 0), 0);
    expect(sum).toBeCloseTo(page.elapsed_seconds);
  });

  test('counts two steps of the same moment once', () => {
    const page = describe_({ ...calendar, ...receptionist, receptionist_at: at(12), ...booking, ...text });
    const sum = page.steps.reduce((total, step) => total + (step.seconds ?? 0), 0);
    expect(sum).toBeCloseTo(page.elapsed_seconds);
  });

  test('never runs backwards', () => {
    expect(describe_({}, at(-5)).elapsed_seconds).toBe(0);
  });

  test.each(['reconnect_required', 'insufficient_scope', 'revoked'])(
    'says that the calendar failed when it is %s, though it was linked once',
    (calendar_status) => {
      const page = describe_({ ...calendar, calendar_status });
      expect(page.steps[1]).toMatchObject({ id: 'calendar', status: 'failed', at: null });
    },
  );

  test('keeps a calendar that is only slow', () => {
    expect(statuses({ ...calendar, calendar_status: 'degraded' })[1]).toBe('calendar done');
  });

  test('a clinic that doesn’t use a calendar isn’t asked for one', () => {
    const declined = { calendar_declined_at: at(12) };
    expect(statuses(declined).slice(0, 3)).toEqual(['account done', 'calendar done', 'receptionist current']);
    const page = describe_({ ...declined, ...receptionist, ...booking, ...text });
    expect(page.steps.map(({ skipped }) => skipped)).toEqual([false, true, false, false, false]);
    expect(page).toMatchObject({ completed_at: at(32.5).toISOString(), elapsed_seconds: 32.5 });
    expect(Onboarding.parse(page)).toEqual(page);
  });

  test('a clinic that linked a calendar after all sees the link, even if it broke', () => {
    const declined = { calendar_declined_at: at(5) };
    expect(describe_({ ...declined, ...calendar }).steps[1]).toMatchObject({
      skipped: false,
      at: at(12).toISOString(),
    });
    const broken = describe_({ ...declined, ...calendar, calendar_status: 'revoked' });
    expect(broken.steps[1]).toMatchObject({ status: 'failed', skipped: false, at: null });
  });

  test('shows what the receptionist waits for', () => {
    const page = describe_({ ...calendar, receptionist_error: 'Vapi refused our key' });
    expect(page.steps[2]).toMatchObject({ status: 'current', detail: 'Vapi refused our key' });
  });

  test.each([
    ['queued', 'current'],
    ['sent', 'current'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
  ])('with a text that is %s, the last step is %s', (text_status, status) => {
    const page = describe_({ ...calendar, ...receptionist, ...booking, text_status });
    expect(page.steps[4]).toMatchObject({ id: 'text', status, detail: text_status });
    expect(page.completed_at).toBeNull();
  });

  test.each<[string, Partial<OnboardingFacts>]>([
    ['waiting_for_phone', {}],
    ['waiting_for_phone', calendar],
    ['waiting_for_calendar', { phone: '+14155550132' }],
    ['waiting_for_calendar', { phone: '+14155550132', ...calendar, calendar_status: 'revoked' }],
    ['sending', { phone: '+14155550132', ...calendar }],
    ['sending', { phone: '+14155550132', calendar_declined_at: at(12) }],
    ['waiting_for_phone', { calendar_declined_at: at(12) }],
    [
      'waiting_for_calendar',
      { phone: '+14155550132', calendar_declined_at: at(5), calendar_status: 'revoked' },
    ],
    ['sending', { phone: '+14155550132', system_ready_queued_at: at(12) }],
    ['sending', { phone: '+14155550132', system_ready_status: 'sent' }],
    ['delivered', { phone: '+14155550132', system_ready_status: 'delivered' }],
    ['failed', { phone: '+14155550132', system_ready_status: 'undelivered' }],
    ['failed', { phone: '+14155550132', system_ready_status: 'failed' }],
  ])('says %s of the "system ready" text', (status, facts) => {
    const { system_ready } = describe_(facts);
    expect(system_ready).toMatchObject({ status, to: facts.phone ?? null });
    expect(system_ready.detail).toMatch(/\.$/);
  });
});
