import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';

export const AppointmentStatus = z.enum([
  'pending',
  'held',
  'confirmed',
  'arrived',
  'completed',
  'cancelled',
  'no_show',
]);

export const SyncState = z.enum(['not_linked', 'pending', 'synced', 'error']);

export const Contact = z.object({
  id: Id,
  name: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
});

export const Appointment = z
  .object({
    id: Id,
    status: AppointmentStatus,
    scheduled_at: Timestamp,
    duration_minutes: z.int(),
    service_type: z.string(),
    provider_id: Id,
    provider_name: z.string(),
    contact: Contact,
    notes: z.string().nullable(),
    source: z.string(),
    calendar_event_id: z.string().nullable(),
    sync_state: SyncState,
    created_at: Timestamp,
  })
  .meta({ id: 'Appointment' });
export type Appointment = z.infer<typeof Appointment>;

export const AppointmentPage = page(Appointment).meta({ id: 'AppointmentPage' });

export const AppointmentQuery = PageQuery.extend({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  status: AppointmentStatus.optional(),
});

export const BookRequest = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    phone: z.string().trim().min(1).max(40),
    email: z.email().max(254).optional(),
    service_type: z.string().trim().min(1).max(80),
    scheduled_at: Timestamp.optional(),
    slot_id: z.string().max(400).optional(),
    duration_minutes: z.int().min(5).max(480).optional(),
    provider_id: Id.optional(),
    notes: z.string().max(2000).optional(),
  })
  .refine((body) => body.scheduled_at !== undefined || body.slot_id !== undefined, {
    path: ['scheduled_at'],
    message: 'Say when: scheduled_at (RFC 3339) or slot_id.',
  })
  .meta({ id: 'BookRequest' });
export type BookRequest = z.infer<typeof BookRequest>;

export const Slot = z
  .object({
    slot_id: z.string(),
    start: Timestamp,
    end: Timestamp,
    provider_id: Id,
    provider_name: z.string(),
    label: z.string(),
  })
  .meta({ id: 'Slot' });
export type Slot = z.infer<typeof Slot>;

export const Booked = z
  .object({
    success: z.literal(true),
    appointment_id: Id,
    contact_id: Id,
    scheduled_at: Timestamp,
    confirmation: z.string(),
  })
  .meta({ id: 'Booked' });
export type Booked = z.infer<typeof Booked>;

export const AvailabilityQuery = z.object({
  service_type: z.string().trim().min(1).max(80),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  provider_id: Id.optional(),
  time_zone: z.string().max(64).optional(),
});

export const Availability = z
  .object({
    slots: z.array(Slot),
    reasons: z.array(z.object({ date: z.string(), reason: z.string(), detail: z.string() })),
  })
  .meta({ id: 'Availability' });
export type Availability = z.infer<typeof Availability>;

export const Service = z
  .object({ id: Id, name: z.string(), slug: z.string(), duration_minutes: z.int(), active: z.boolean() })
  .meta({ id: 'Service' });
export type Service = z.infer<typeof Service>;

export const ServiceList = z
  .object({ data: z.array(Service), next_cursor: z.string().nullable() })
  .meta({ id: 'ServiceList' });
