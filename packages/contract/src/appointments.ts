import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { NoTexts, TextState } from './messages.ts';
import { multiLine, singleLine } from './text.ts';

export const AppointmentStatus = z.enum([
  'pending',
  'held',
  'confirmed',
  'arrived',
  'completed',
  'cancelled',
  'no_show',
]);

/** What an appointment can be set to by hand; canceling, holding and undoing have routes of their own. */
const SettableStatus = z.enum(['confirmed', 'arrived', 'completed', 'no_show']);

/** What can be done with an appointment besides setting its status and undoing the last change. */
export const AppointmentAction = z.enum(['move', 'edit', 'cancel']);
export type AppointmentAction = z.infer<typeof AppointmentAction>;

export const SyncState = z.enum(['not_linked', 'pending', 'synced', 'error']);

const EXAMPLE = {
  id: '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10',
  status: 'confirmed' as const,
  scheduled_at: '2026-11-23T16:00:00.000Z',
  duration_minutes: 30,
  service_type: 'consultation',
  service_name: 'Consultation',
  provider_id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
  provider_name: 'Dr. Ada',
  contact: {
    id: '5f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
    name: 'Maria Lopez',
    phone: '+14155550132',
    email: 'maria@example.com',
    no_texts: null,
  },
  notes: null,
  source: 'voice',
  calendar_event_id: 'b1946ac92492d2347c6235b4d2611184g1',
  sync_state: 'synced' as const,
  texts: [
    {
      kind: 'confirmation',
      status: 'delivered' as const,
      reason: null,
      error_code: null,
      message_id: '9d0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
      at: '2026-11-09T15:00:01.000Z',
      sends_at: null,
      resendable: false,
      informed_at: null,
    },
  ],
  version: 1,
  overbooked: false,
  calendar_unverified: false,
  undo_until: null,
  allowed_changes: ['arrived' as const, 'completed' as const, 'no_show' as const],
  allowed_actions: ['move' as const, 'edit' as const, 'cancel' as const],
  takes_time: true,
  created_at: '2026-11-09T15:00:00.000Z',
};

export const Contact = z.object({
  id: Id,
  name: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  no_texts: NoTexts.nullable().describe('Why this patient gets no texts; null when they get them'),
});

export const Appointment = z
  .object({
    id: Id,
    status: AppointmentStatus,
    scheduled_at: Timestamp,
    duration_minutes: z.int(),
    service_type: z.string(),
    service_name: z.string().describe('As people read it'),
    provider_id: Id,
    provider_name: z.string(),
    contact: Contact,
    notes: z.string().nullable(),
    source: z.string(),
    calendar_event_id: z.string().nullable(),
    sync_state: SyncState,
    texts: z.array(TextState).describe('The newest text of each kind, newest first'),
    /** Counts up with every move, cancellation and undo. */
    version: z.int(),
    overbooked: z.boolean(),
    calendar_unverified: z
      .boolean()
      .describe(
        'The linked calendar couldn’t be read when this was booked; check whether the time is free there',
      ),
    /** Until when the last move or cancellation can be undone; null when there is nothing to undo. */
    undo_until: Timestamp.nullable(),
    allowed_changes: z
      .array(SettableStatus)
      .describe('What POST /api/appointments/{id}/status can set it to, most useful first'),
    allowed_actions: z
      .array(AppointmentAction)
      .describe(
        'What can be done with it now. move: another time, length or provider; edit: its service, patient or notes',
      ),
    takes_time: z.boolean().describe('Whether it keeps its time from other patients'),
    created_at: Timestamp,
  })
  .meta({ id: 'Appointment', example: EXAMPLE });
export type Appointment = z.infer<typeof Appointment>;

export const AppointmentPage = page(Appointment).meta({
  id: 'AppointmentPage',
  example: { data: [EXAMPLE], next_cursor: null },
});

export const AppointmentQuery = PageQuery.extend({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  status: AppointmentStatus.optional(),
});

const Reason = singleLine(500).min(1).describe('Why; stored with the appointment and deleted with it');
const NotifyAfter = z
  .int()
  .min(0)
  .max(600)
  .default(0)
  .describe(
    'How many seconds the text to the patient waits. Until then, POST /api/appointments/{id}/withdraw-text stops it; if you undo the change, or cancel what was just booked, nothing is sent.',
  );
const Overbook = z
  .boolean()
  .default(false)
  .describe('Double-book on purpose. For owners only, and with a reason.');

const OutsideHours = z
  .boolean()
  .default(false)
  .describe(
    'Book even though the provider doesn’t work then: outside working hours, during a break, on time off or on a holiday. Recorded in the audit log.',
  );
const AlreadyHere = z
  .boolean()
  .default(false)
  .describe(
    'The patient is already there, so the start may have passed, as long as it’s today at the clinic.',
  );

const OffStep = z
  .boolean()
  .default(false)
  .describe(
    'Start between the service’s regular start times (slot_step_minutes) on purpose. Otherwise that’s 422 OFF_STEP, with the nearest ones as alternatives.',
  );

export const BookRequest = z
  .strictObject({
    name: singleLine(120),
    phone: singleLine(200),
    email: z.email().max(254).optional(),
    service_type: singleLine(80),
    scheduled_at: Timestamp.optional(),
    slot_id: singleLine(400).optional(),
    hold_id: Id.optional().describe(
      'Turn this hold into the appointment; its time, provider and service are used',
    ),
    duration_minutes: z.int().min(5).max(480).optional(),
    provider_id: Id.optional(),
    notes: multiLine(2000).optional(),
    notify_after_s: NotifyAfter.optional(),
    status: z
      .enum(['confirmed', 'pending'])
      .optional()
      .describe('pending: booked, but the patient hasn’t been notified yet'),
    overbook: Overbook.optional(),
    outside_hours: OutsideHours,
    already_here: AlreadyHere,
    off_step: OffStep,
    reason: Reason.optional(),
  })
  .refine((body) => (body.scheduled_at ?? body.slot_id ?? body.hold_id) !== undefined, {
    path: ['scheduled_at'],
    message: 'Give a time: scheduled_at (RFC 3339), slot_id or hold_id.',
  })
  .meta({
    id: 'BookRequest',
    example: {
      name: 'Maria Lopez',
      phone: '+14155550132',
      email: 'maria@example.com',
      service_type: 'consultation',
      scheduled_at: '2026-11-23T09:00:00-07:00',
    },
  });
export type BookRequest = z.input<typeof BookRequest>;

const CHANGES = [
  'scheduled_at',
  'slot_id',
  'duration_minutes',
  'provider_id',
  'service_type',
  'contact_id',
  'notes',
] as const;

/** What a change can say; at least one of them. */
export const MoveRequest = z
  .strictObject({
    scheduled_at: Timestamp.optional(),
    slot_id: singleLine(400).optional(),
    duration_minutes: z
      .int()
      .min(5)
      .max(480)
      .optional()
      .describe('Default: the current length, or that of a new service'),
    provider_id: Id.optional(),
    service_type: singleLine(80).optional(),
    contact_id: Id.optional().describe(
      'Another patient of the clinic. Both get a text: the new one that it’s booked, the previous one that it’s canceled',
    ),
    notes: multiLine(2000).nullable().optional().describe('null removes them'),
    overbook: Overbook.optional(),
    outside_hours: OutsideHours,
    already_here: AlreadyHere,
    off_step: OffStep,
    reason: Reason.optional(),
    notify: z.boolean().default(true).describe('Text the patient about the new time'),
    notify_after_s: NotifyAfter,
    version: z
      .int()
      .min(1)
      .optional()
      .describe('The version you saw; if someone has changed it since then, 409 CHANGED_MEANWHILE'),
  })
  .refine((body) => CHANGES.some((name) => body[name] !== undefined), {
    path: ['scheduled_at'],
    message: `Say what to change: at least one of ${CHANGES.join(', ')}.`,
  })
  .meta({
    id: 'MoveRequest',
    example: { scheduled_at: '2026-11-24T15:30:00-07:00', reason: 'The patient asked for the afternoon' },
  });
export type MoveRequest = z.input<typeof MoveRequest>;

export const CancelRequest = z
  .strictObject({
    reason: Reason.optional(),
    notify: z.boolean().default(true).describe('Text the patient that the appointment is canceled'),
    notify_after_s: NotifyAfter,
  })
  .meta({ id: 'CancelRequest', example: { reason: 'The patient is ill' } });
export type CancelRequest = z.input<typeof CancelRequest>;

export const UndoRequest = z
  .strictObject({ reason: Reason.optional(), notify_after_s: NotifyAfter })
  .meta({ id: 'UndoRequest', example: {} });
export type UndoRequest = z.input<typeof UndoRequest>;

export const StatusRequest = z
  .strictObject({
    status: SettableStatus,
    early: z
      .boolean()
      .default(false)
      .describe(
        'Record it even though the appointment starts more than 30 minutes from now; recorded in the audit log',
      ),
    reason: Reason.optional(),
    notify_after_s: NotifyAfter,
  })
  .meta({ id: 'StatusRequest', example: { status: 'arrived' } });
export type StatusRequest = z.input<typeof StatusRequest>;

/** The appointment as it is now. */
export const ChangedAppointment = Appointment.extend({
  success: z.literal(true),
  appointment_id: Id,
  /** A sentence to show or to speak. */
  confirmation: z.string(),
}).meta({
  id: 'ChangedAppointment',
  example: {
    ...EXAMPLE,
    version: 2,
    undo_until: '2026-11-23T15:10:00.000Z',
    success: true,
    appointment_id: EXAMPLE.id,
    confirmation: 'Your appointment is now on Monday, November 23 at 9:00 AM with Dr. Ada.',
  },
});
export type ChangedAppointment = z.infer<typeof ChangedAppointment>;

export const Booked = z
  .object({
    success: z.literal(true),
    appointment_id: Id,
    contact_id: Id,
    scheduled_at: Timestamp,
    no_texts: NoTexts.optional().describe(
      'Why the patient gets no text about it; left out when they get one',
    ),
    confirmation: z.string(),
  })
  .meta({
    id: 'Booked',
    example: {
      success: true,
      appointment_id: EXAMPLE.id,
      contact_id: EXAMPLE.contact.id,
      scheduled_at: EXAMPLE.scheduled_at,
      confirmation:
        'You’re booked: Consultation, Monday, November 23 at 9:00 AM with Dr. Ada. You’ll get a text to confirm it.',
    },
  });
export type Booked = z.infer<typeof Booked>;
