import { z } from 'zod';

/** What a service is, as far as its starts depend on it. */
export const ServiceFacts = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  duration_minutes: z.number(),
  active: z.boolean(),
  buffer_before_minutes: z.number(),
  buffer_after_minutes: z.number(),
  capacity: z.number(),
  min_notice_minutes: z.number(),
  horizon_days: z.number().nullable(),
  slot_step_minutes: z.number(),
  /** Who offers it; null: everyone. */
  provider_ids: z.array(z.string()).nullable(),
});

export type ServiceFacts = z.infer<typeof ServiceFacts>;
