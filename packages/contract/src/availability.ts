import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

export const SLOT_EXAMPLE = {
  slot_id: 'WyI3ZjFjMmE1MiJd.mwtd4b40.c2lnbmF0dXJlLW9mLWl0',
  start: '2026-11-23T16:00:00.000Z',
  end: '2026-11-23T16:30:00.000Z',
  provider_id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
  provider_name: 'Dr. Ada',
  label: 'Monday, November 23 at 9:00 AM',
};

export const Slot = z
  .object({
    slot_id: z.string(),
    start: Timestamp,
    end: Timestamp,
    provider_id: Id,
    provider_name: z.string(),
    label: z.string(),
    calendar_state: z
      .literal('stale')
      .optional()
      .describe('The linked calendar couldn’t be read recently; the time is free as far as we know'),
  })
  .meta({ id: 'Slot', example: SLOT_EXAMPLE });
export type Slot = z.infer<typeof Slot>;

export const AvailabilityQuery = z.object({
  service_type: singleLine(80).meta({ example: 'consultation' }),
  from: singleLine(40).optional().describe('A date in the clinic’s time zone, or RFC 3339; default now'),
  to: singleLine(40).optional().describe('A date (included), or RFC 3339; default a week later'),
  provider_id: Id.optional(),
  time_zone: singleLine(64).optional().describe('For the labels only'),
  explain: z
    .enum(['true', 'false'])
    .optional()
    .describe('Also say why every other start in the first seven days isn’t free'),
});

export const Availability = z
  .object({
    slots: z.array(Slot),
    reasons: z
      .array(
        z.object({
          date: z.string(),
          reason: z.string(),
          detail: z.string(),
          ask_from: Timestamp.optional().describe(
            'For too_many_days, when the list was cut off: use it as `from` in the next request to continue without gaps or repeats',
          ),
        }),
      )
      .describe('Each day with no free times, and why'),
    calendar_state: z
      .literal('stale')
      .optional()
      .describe('One of these providers’ linked calendars couldn’t be read recently'),
    explain: z
      .array(
        z.object({
          start: z
            .string()
            .describe(
              'RFC 3339; for dst_gap, the clinic’s wall-clock time, which doesn’t exist as an instant',
            ),
          provider_id: Id,
          reason: z.enum([
            'closed',
            'break',
            'holiday',
            'time_off',
            'notice',
            'horizon',
            'full',
            'busy_elsewhere',
            'calendar_stale',
            'dst_gap',
            'past',
            'too_short',
          ]),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({
    id: 'Availability',
    example: {
      slots: [SLOT_EXAMPLE],
      reasons: [{ date: '2026-11-26', reason: 'holiday', detail: 'The clinic is closed: Staff training.' }],
      explain: [
        {
          start: '2026-11-23T19:00:00.000Z',
          provider_id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
          reason: 'break',
          detail: 'Dr. Ada is on a break then.',
        },
      ],
    },
  });
export type Availability = z.infer<typeof Availability>;
