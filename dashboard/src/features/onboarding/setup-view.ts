import type { Onboarding, OnboardingStep, OnboardingStepId } from '@voxanne/contract';
import type { ToneName } from '../../lib/theme/colors.ts';
import { formatSplit } from './clock.ts';

export interface StepView {
  id: OnboardingStepId;
  number: number;
  title: string;
  status: OnboardingStep['status'];
  word: string;
  tone: ToneName;
  split: string | null;
  seconds: number | null;
  detail: string | null;
  /** Done because the clinic doesn't use it. */
  skipped: boolean;
  at: string | null;
}

const titles: Record<OnboardingStepId, string> = {
  account: 'Your clinic',
  calendar: 'Google Calendar',
  receptionist: 'Your receptionist',
  booking: 'Call your receptionist',
  text: 'The patient’s phone',
};

const stepOrder: readonly OnboardingStepId[] = ['account', 'calendar', 'receptionist', 'booking', 'text'];

const words: Record<OnboardingStep['status'], { word: string; tone: ToneName }> = {
  done: { word: 'Done', tone: 'ok' },
  current: { word: 'Your turn', tone: 'info' },
  waiting: { word: 'Waiting', tone: 'idle' },
  failed: { word: 'Failed', tone: 'bad' },
};

const SKIPPED: { word: string; tone: ToneName } = { word: 'Not used', tone: 'idle' };

/** Two steps are ours to do, not the person's. */
const ours: Partial<Record<OnboardingStepId, string>> = {
  receptionist: 'Getting ready',
  text: 'On its way',
};

export function setupSteps(onboarding: Onboarding): StepView[] {
  return stepOrder.map((id, index) => {
    const step = onboarding.steps.find((s) => s.id === id);
    const status = step?.status ?? 'waiting';
    const skipped = step?.skipped ?? false;
    const { word, tone } = skipped ? SKIPPED : words[status];
    return {
      id,
      number: index + 1,
      title: titles[id],
      status,
      skipped,
      word: status === 'current' ? (ours[id] ?? word) : word,
      tone,
      seconds: step?.seconds ?? null,
      split: id === 'account' || step?.seconds == null ? null : formatSplit(step.seconds),
      detail: step?.detail ?? null,
      at: step?.at ?? null,
    };
  });
}

/** One sentence for a screen reader when a stage changes; null when none did. */
export function stageChange(before: StepView[], after: StepView[]): string | null {
  const changes = after.filter((step) => before.find((b) => b.id === step.id)?.status !== step.status);
  const finished = changes.filter((step) => step.status === 'done' || step.status === 'failed');
  const next = after.find((step) => step.status === 'current');
  if (finished.length === 0) return null;
  const done = finished.map((step) => `${step.title}: ${step.word.toLowerCase()}`).join('. ');
  return next === undefined ? `${done}.` : `${done}. Next: ${next.title}.`;
}

/** Shares of the track under the clock; a late setup shrinks its segments rather than leaving the track. */
export function trackShares(steps: StepView[], elapsed: number, target: number) {
  const whole = Math.max(target, elapsed, 1);
  return steps
    .filter((step) => step.seconds !== null && step.seconds > 0)
    .map((step) => ({ id: step.id, percent: ((step.seconds ?? 0) / whole) * 100 }));
}

/** Between a booking and its text: a minute in which it pays to look at the phone without an event. */
export function expectingText(steps: StepView[], now: number): boolean {
  const booked = steps.find((step) => step.id === 'booking')?.at ?? null;
  const text = steps.find((step) => step.id === 'text');
  return booked !== null && text?.status !== 'done' && now - Date.parse(booked) < 60_000;
}

/** Live events carry the news. Until the setup is done the server is asked as well, seldom once no one hurries. */
export function pollInterval(onboarding: Onboarding | undefined): number | false {
  if (onboarding === undefined || onboarding.completed_at !== null) return false;
  return onboarding.elapsed_seconds < 120 ? 2_000 : 30_000;
}
