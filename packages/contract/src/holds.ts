import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

export const HoldRequest = z
  .strictObject({
    service_type: singleLine(80),
    scheduled_at: Timestamp.optional(),
    slot_id: singleLine(400).optional(),
    duration_minutes: z.int().min(5).max(480).optional(),
    provider_id: Id.optional(),
    minutes: z.int().min(1).max(60).default(10).describe('How long to hold the time'),
  })
  .refine((body) => (body.scheduled_at ?? body.slot_id) !== undefined, {
    path: ['scheduled_at'],
    message: 'Give a time: scheduled_at (RFC 3339) or slot_id.',
  })
  .meta({
    id: 'HoldRequest',
    example: { service_type: 'consultation', scheduled_at: '2026-11-23T09:00:00-07:00', minutes: 5 },
  });
export type HoldRequest = z.input<typeof HoldRequest>;

export const Hold = z
  .object({
    success: z.literal(true),
    hold_id: Id,
    service_type: z.string(),
    scheduled_at: Timestamp,
    duration_minutes: z.int(),
    provider_id: Id,
    expires_at: Timestamp,
  })
  .meta({
    id: 'Hold',
    example: {
      success: true,
      hold_id: '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10',
      service_type: 'consultation',
      scheduled_at: '2026-11-23T16:00:00.000Z',
      duration_minutes: 30,
      provider_id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
      expires_at: '2026-11-23T15:10:00.000Z',
    },
  });
export type Hold = z.infer<typeof Hold>;

const HELD = {
  hold_id: '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10',
  service_type: 'consultation',
  service_name: 'Consultation',
  scheduled_at: '2026-11-23T16:00:00.000Z',
  duration_minutes: 30,
  provider_id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
  provider_name: 'Dr. Ada',
  source: 'api',
  expires_at: '2026-11-23T15:10:00.000Z',
};

/** A time that is kept until the patient decides. */
export const HeldTime = z
  .object({
    hold_id: Id,
    service_type: z.string(),
    service_name: z.string(),
    scheduled_at: Timestamp,
    duration_minutes: z.int(),
    provider_id: Id,
    provider_name: z.string(),
    source: z.string(),
    expires_at: Timestamp,
  })
  .meta({ id: 'HeldTime', example: HELD });
export type HeldTime = z.infer<typeof HeldTime>;

export const HeldTimeList = z
  .object({ data: z.array(HeldTime) })
  .meta({ id: 'HeldTimeList', example: { data: [HELD] } });

export const HeldTimeQuery = z.object({ from: Timestamp, to: Timestamp });
