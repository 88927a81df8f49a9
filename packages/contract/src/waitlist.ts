import { z } from 'zod';
import { Contact } from './appointments.ts';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

const WallClock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write times as 09:00.');

/** Wall clock of the clinic; the whole appointment lies in it. */
const DayWindow = z
  .tuple([WallClock, WallClock])
  .refine(([from, to]) => from < to, 'A part of the day must end after it starts.');

/** PostgreSQL knows no year 0, and no one waits for a hundred years. */
const Day = z.iso
  .date()
  .refine((text) => text >= '2000-01-01' && text < '2100-01-01', 'Use a year from 2000 to 2099.');

export const WaitlistStatus = z.enum(['waiting', 'offered', 'booked', 'removed', 'expired']);
export type WaitlistStatus = z.infer<typeof WaitlistStatus>;

const EXAMPLE = {
  id: '9b0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  status: 'offered' as const,
  contact: {
    id: '5f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
    name: 'Maria Lopez',
    phone: '+14155550132',
    email: null,
    no_texts: null,
  },
  service_type: 'consultation',
  service_name: 'Consultation',
  provider_id: null,
  earliest_date: null,
  latest_date: '2026-12-18',
  windows: [['09:00', '12:00']],
  offers: 1,
  offer: {
    hold_id: '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10',
    scheduled_at: '2026-11-23T16:00:00.000Z',
    expires_at: '2026-11-23T15:15:00.000Z',
  },
  appointment_id: null,
  created_at: '2026-11-09T15:00:00.000Z',
};

export const WaitlistEntry = z
  .object({
    id: Id,
    status: WaitlistStatus.describe(
      'offered: a freed time is on hold for them right now. expired: latest_date has passed.',
    ),
    contact: Contact,
    service_type: z.string(),
    service_name: z.string(),
    provider_id: Id.nullable(),
    earliest_date: z.iso.date().nullable(),
    latest_date: z.iso.date().nullable(),
    windows: z.array(z.tuple([z.string(), z.string()])),
    /** How many times they were offered so far. */
    offers: z.int(),
    offer: z
      .object({
        hold_id: Id.describe('The held time; it becomes the appointment'),
        scheduled_at: Timestamp,
        expires_at: Timestamp,
      })
      .nullable()
      .describe('The open offer'),
    appointment_id: Id.nullable().describe('The appointment it led to'),
    created_at: Timestamp,
  })
  .meta({ id: 'WaitlistEntry', example: EXAMPLE });
export type WaitlistEntry = z.infer<typeof WaitlistEntry>;

export const WaitlistPage = page(WaitlistEntry).meta({
  id: 'WaitlistPage',
  example: { data: [EXAMPLE], next_cursor: null },
});

export const WaitlistQuery = PageQuery.extend({ status: WaitlistStatus.optional() });

export const WaitlistRequest = z
  .strictObject({
    contact_id: Id.optional().describe('A known patient; otherwise give name and phone'),
    name: singleLine(120).optional(),
    phone: singleLine(200).optional(),
    email: z.email().max(254).optional(),
    service_type: singleLine(80),
    provider_id: Id.optional().describe('Leave it out if any provider will do'),
    earliest_date: Day.optional(),
    latest_date: Day.optional(),
    windows: z
      .array(DayWindow)
      .max(10)
      .default([])
      .describe('Parts of the day that work, in the clinic’s time zone'),
  })
  .refine((body) => body.contact_id !== undefined || (body.name !== undefined && body.phone !== undefined), {
    path: ['contact_id'],
    message: 'Say who’s waiting: contact_id, or name and phone.',
  })
  .refine((body) => !body.earliest_date || !body.latest_date || body.earliest_date <= body.latest_date, {
    path: ['latest_date'],
    message: 'latest_date can’t come before earliest_date.',
  })
  .meta({
    id: 'WaitlistRequest',
    example: {
      name: 'Maria Lopez',
      phone: '+14155550132',
      service_type: 'consultation',
      latest_date: '2026-12-18',
      windows: [['09:00', '12:00']],
    },
  });
export type WaitlistRequest = z.input<typeof WaitlistRequest>;
