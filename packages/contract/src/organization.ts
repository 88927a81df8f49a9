import { z } from 'zod';
import { Id, Timestamp } from './common.ts';

export const Organization = z
  .object({
    id: Id,
    name: z.string(),
    phone: z.string().nullable(),
    time_zone: z.string(),
    country: z.string().length(2),
    booking_horizon_days: z.int(),
    calendar_policy: z.enum(['internal_only', 'closed']),
    created_at: Timestamp,
  })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof Organization>;

export const OrganizationPatch = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    phone: z.string().trim().min(3).max(32).nullable(),
    time_zone: z.string().trim().min(1).max(64),
    country: z
      .string()
      .trim()
      .regex(/^[A-Za-z]{2}$/, 'Use the two letters of the country, such as US or DE.'),
  })
  .partial()
  .meta({ id: 'OrganizationPatch' });
export type OrganizationPatch = z.infer<typeof OrganizationPatch>;
