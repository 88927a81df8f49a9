import { z } from 'zod';
import { AppointmentStatus } from './appointments.ts';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { NoTexts, TextState } from './messages.ts';
import { typedLine, typedLines, visibleLine } from './text.ts';

export const ContactStatus = z
  .enum(['pending', 'active', 'archived'])
  .describe('pending: added by a booking, and not reviewed by the clinic yet');
export type ContactStatus = z.infer<typeof ContactStatus>;

const summary = {
  id: Id,
  name: z.string(),
  title: z.string().nullable().describe('Such as Dr. or Mrs.; not part of the name'),
  phone: z.string().nullable().describe('E.164'),
  phone_extension: z.string().nullable(),
  phone_flag: z
    .enum(['unassigned'])
    .nullable()
    .describe('unassigned: the number looks valid, but no carrier uses numbers like it'),
  email: z.string().nullable(),
  status: ContactStatus,
  next_appointment_at: Timestamp.nullable(),
  no_texts: NoTexts.nullable().describe('Why this patient gets no texts; null when they get them'),
  texts: z.array(TextState).describe('The newest text of each kind to this number, newest first'),
  created_at: Timestamp,
  updated_at: Timestamp,
};

const example = {
  id: '5f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  name: 'Maria de la Cruz',
  title: 'Dr.',
  phone: '+14155550132',
  phone_extension: null,
  phone_flag: null,
  email: 'maria@gmial.com',
  status: 'pending' as const,
  next_appointment_at: '2026-11-23T16:00:00.000Z',
  no_texts: null,
  texts: [],
  created_at: '2026-11-09T15:00:00.000Z',
  updated_at: '2026-11-09T15:00:00.000Z',
};

export const ContactSummary = z.object(summary).meta({ id: 'ContactSummary', example });
export type ContactSummary = z.infer<typeof ContactSummary>;

export const ContactPage = page(ContactSummary).meta({
  id: 'ContactPage',
  example: { data: [example], next_cursor: null },
});
export type ContactPage = z.infer<typeof ContactPage>;

export const ContactQuery = PageQuery.extend({
  search: z
    .string()
    .overwrite(visibleLine)
    .max(120)
    .optional()
    .describe('Parts of the name or email address, or digits of the phone number'),
  status: ContactStatus.optional(),
});

const ContactAppointment = z.object({
  id: Id,
  status: AppointmentStatus,
  scheduled_at: Timestamp,
  duration_minutes: z.int(),
  service_type: z.string(),
  service_name: z.string(),
  provider_id: Id,
  provider_name: z.string(),
});
export type ContactAppointment = z.infer<typeof ContactAppointment>;

export const ContactDetail = z
  .object({
    ...summary,
    notes: z.string().nullable(),
    name_raw: z
      .string()
      .nullable()
      .describe('As it was first given, if more than upper and lower case changed'),
    phone_raw: z.string().nullable().describe('As it was first given, if more than its format changed'),
    proposed_email: z.string().nullable().describe('A different address from a later caller; staff decide'),
    email_suggestion: z
      .string()
      .nullable()
      .describe('The address with a likely typo in its domain fixed; ask the patient before using it'),
    appointments: z.array(ContactAppointment).describe('The latest 50, newest first'),
  })
  .meta({
    id: 'ContactDetail',
    example: {
      ...example,
      notes: 'Prefers mornings.',
      name_raw: 'dr maria de la cruz',
      phone_raw: null,
      proposed_email: null,
      email_suggestion: 'maria@gmail.com',
      appointments: [],
    },
  });
export type ContactDetail = z.infer<typeof ContactDetail>;

export const ContactPatch = z
  .strictObject({
    name: typedLine(120, 1),
    title: typedLine(40).nullable(),
    phone: typedLine(200, 1).describe('In any format; an extension is stored separately'),
    email: typedLine(254).nullable(),
    proposed_email: z.null().describe('null dismisses the proposal'),
    status: ContactStatus,
    notes: typedLines(2000).nullable(),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, {
    message: 'Say what to change: name, title, phone, email, proposed_email, status or notes.',
  })
  .meta({ id: 'ContactPatch', example: { email: 'maria@gmail.com', status: 'active' } });
export type ContactPatch = z.infer<typeof ContactPatch>;
