import type { Onboarding, OnboardingStep, OnboardingStepId } from '@voxanne/contract';
import type { OnboardingFacts } from './onboarding.queries.ts';

const TARGET_SECONDS = 60;
const USABLE = new Set(['connected', 'degraded']);
const LOST = new Set(['failed', 'undelivered']);

type Draft = Pick<OnboardingStep, 'id' | 'at' | 'detail'> & { failed?: boolean; skipped?: boolean };

/** The five steps with the times at which the server saw them happen. */
export function describeOnboarding(facts: OnboardingFacts, now: Date): Onboarding {
  const linked = facts.calendar_status !== null && USABLE.has(facts.calendar_status);
  // A broken link is shown, even if the clinic doesn't use a calendar.
  const skipped = facts.calendar_status === null && facts.calendar_declined_at !== null;
  const drafts: Draft[] = [
    { id: 'account', at: facts.started_at.toISOString(), detail: null },
    {
      id: 'calendar',
      at: linked ? iso(facts.calendar_at) : skipped ? iso(facts.calendar_declined_at) : null,
      detail: facts.calendar_account,
      skipped,
      failed: facts.calendar_status !== null && !linked,
    },
    {
      id: 'receptionist',
      at: iso(facts.receptionist_at),
      detail: facts.receptionist_account ?? facts.receptionist_error,
    },
    { id: 'booking', at: iso(facts.booked_at), detail: null },
    {
      id: 'text',
      at: iso(facts.text_delivered_at),
      detail: facts.text_status,
      failed: facts.text_status !== null && LOST.has(facts.text_status),
    },
  ];
  const steps = withStatusAndSplit(drafts);
  const completedAt = steps.every((step) => step.at !== null) ? latest(steps) : null;
  return {
    started_at: facts.started_at.toISOString(),
    now: now.toISOString(),
    completed_at: completedAt,
    elapsed_seconds: seconds(facts.started_at, completedAt ? new Date(completedAt) : now),
    target_seconds: TARGET_SECONDS,
    steps,
    system_ready: describeSystemReady(facts, linked || skipped),
  };
}

function withStatusAndSplit(drafts: Draft[]): OnboardingStep[] {
  // By time, and those of one moment in the order of the page: together they are as long as the whole.
  const inTime = drafts
    .filter((draft) => draft.at !== null)
    .sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  const next: OnboardingStepId | undefined = drafts.find((draft) => draft.at === null)?.id;
  return drafts.map((draft) => {
    const before = inTime[inTime.indexOf(draft) - 1]?.at ?? undefined;
    const { failed, skipped = false, ...shown } = draft;
    return {
      ...shown,
      skipped,
      status: draft.at !== null ? 'done' : failed ? 'failed' : draft.id === next ? 'current' : 'waiting',
      seconds:
        draft.at === null ? null : before === undefined ? 0 : seconds(new Date(before), new Date(draft.at)),
    };
  });
}

function describeSystemReady(facts: OnboardingFacts, hasCalendar: boolean): Onboarding['system_ready'] {
  const to = facts.phone;
  const { system_ready_status: status } = facts;
  if (status === 'delivered')
    return { status: 'delivered', to, detail: 'The "system ready" text has arrived.' };
  if (status !== null && LOST.has(status)) {
    return {
      status: 'failed',
      to,
      detail: 'We couldn’t deliver the "system ready" text. Check the phone number.',
    };
  }
  if (status !== null || facts.system_ready_queued_at) {
    return { status: 'sending', to, detail: 'The "system ready" text is on its way.' };
  }
  if (to === null) {
    return {
      status: 'waiting_for_phone',
      to,
      detail: 'Save your phone number and we’ll text you when everything is ready.',
    };
  }
  return hasCalendar
    ? { status: 'sending', to, detail: 'The "system ready" text is on its way.' }
    : { status: 'waiting_for_calendar', to, detail: 'We’ll text you as soon as the calendar is linked.' };
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
const seconds = (from: Date, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - from.getTime()) / 100) / 10);
const latest = (steps: OnboardingStep[]): string | null =>
  steps
    .flatMap((step) => step.at ?? [])
    .sort()
    .at(-1) ?? null;
