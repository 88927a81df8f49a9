import type { Onboarding, OnboardingStep } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { expectingText, pollInterval, setupSteps, stageChange, trackShares } from './setup-view.ts';

const step = (id: OnboardingStep['id'], status: OnboardingStep['status'], seconds: number | null = null) => ({
  id,
  status,
  at: null,
  seconds,
  detail: null,
  skipped: false,
});

const onboarding = (steps: OnboardingStep[]): Onboarding => ({
  started_at: '2030-01-07T09:00:00Z',
  now: '2030-01-07T09:00:10Z',
  completed_at: null,
  elapsed_seconds: 10,
  target_seconds: 60,
  steps,
  system_ready: { status: 'waiting_for_calendar', to: null, detail: '' },
});

const early = [
  step('account', 'done', 0),
  step('receptionist', 'current'),
  step('calendar', 'current'),
  step('booking', 'waiting'),
  step('text', 'waiting'),
];

test('the steps keep the order of the page whatever order they arrive in', () => {
  expect(setupSteps(onboarding(early)).map((s) => s.id)).toEqual([
    'account',
    'calendar',
    'receptionist',
    'booking',
    'text',
  ]);
});

test('what is ours to do does not say that it is the turn of the person', () => {
  const steps = setupSteps(onboarding(early));
  expect(steps.find((s) => s.id === 'calendar')?.word).toBe('Your turn');
  expect(steps.find((s) => s.id === 'receptionist')?.word).toBe('Getting ready');
});

test('a step that the clinic does without is done, and says that it is not used', () => {
  const before = setupSteps(onboarding(early));
  const after = setupSteps(
    onboarding(
      early.map((s) => (s.id === 'calendar' ? { ...step('calendar', 'done', 9), skipped: true } : s)),
    ),
  );
  expect(after.find((s) => s.id === 'calendar')).toMatchObject({
    status: 'done',
    word: 'Not used',
    skipped: true,
  });
  expect(stageChange(before, after)).toBe('Google Calendar: not used. Next: Your receptionist.');
});

test('a change of stage is one sentence with what comes next, and no change is silence', () => {
  const before = setupSteps(onboarding(early));
  const after = setupSteps(
    onboarding(early.map((s) => (s.id === 'receptionist' ? step('receptionist', 'done', 2.1) : s))),
  );
  expect(stageChange(before, after)).toBe('Your receptionist: done. Next: Google Calendar.');
  expect(stageChange(after, after)).toBeNull();
});

test('the track shows each split as a share of the target, or of the whole when it is late', () => {
  const steps = setupSteps(onboarding([step('account', 'done', 0), step('calendar', 'done', 12)]));
  expect(trackShares(steps, 12, 60)).toEqual([{ id: 'calendar', percent: 20 }]);
  expect(trackShares(steps, 120, 60)).toEqual([{ id: 'calendar', percent: 10 }]);
});

test('an abandoned setup is asked for seldom, a finished one not at all', () => {
  expect(pollInterval(onboarding(early))).toBe(2_000);
  expect(pollInterval({ ...onboarding(early), elapsed_seconds: 500 })).toBe(30_000);
  expect(pollInterval({ ...onboarding(early), completed_at: '2030-01-07T09:00:31Z' })).toBe(false);
});

test('the text is expected for a minute after the booking', () => {
  const booked = early.map((s) =>
    s.id === 'booking' ? { ...step('booking', 'done', 4), at: '2030-01-07T09:00:20Z' } : s,
  );
  const steps = setupSteps(onboarding(booked));
  expect(expectingText(steps, Date.parse('2030-01-07T09:00:30Z'))).toBe(true);
  expect(expectingText(steps, Date.parse('2030-01-07T09:02:00Z'))).toBe(false);
  expect(expectingText(setupSteps(onboarding(early)), Date.parse('2030-01-07T09:00:30Z'))).toBe(false);
});
