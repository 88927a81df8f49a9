import { z } from 'zod';
import { Timestamp } from './common.ts';

export const OnboardingStepId = z.enum(['account', 'calendar', 'receptionist', 'booking', 'text']);
export type OnboardingStepId = z.infer<typeof OnboardingStepId>;

/** Every time here was written by the server when the step really happened; a page never guesses one. */
export const OnboardingStep = z.object({
  id: OnboardingStepId,
  status: z.enum(['done', 'current', 'waiting', 'failed']),
  at: Timestamp.nullable(),
  /** Seconds since the step before it in time; null until done. */
  seconds: z.number().nullable(),
  detail: z.string().nullable(),
  skipped: z.boolean().describe('Done because the clinic doesn’t use it'),
});
export type OnboardingStep = z.infer<typeof OnboardingStep>;

export const Onboarding = z
  .object({
    started_at: Timestamp,
    now: Timestamp,
    completed_at: Timestamp.nullable(),
    elapsed_seconds: z.number(),
    target_seconds: z.int(),
    steps: z.array(OnboardingStep),
    system_ready: z.object({
      status: z.enum(['waiting_for_calendar', 'waiting_for_phone', 'sending', 'delivered', 'failed']),
      to: z.string().nullable(),
      detail: z.string(),
    }),
  })
  .meta({ id: 'Onboarding' });
export type Onboarding = z.infer<typeof Onboarding>;
