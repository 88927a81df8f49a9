import { z } from 'zod';
import { Id, page, Timestamp } from './common.ts';
import { singleLine } from './text.ts';
import { WeeklyHours, WeeklyHoursInput } from './weekly-hours.ts';

/** Beside what was saved: what a person should know about it. Nothing of it is an error. */
const Notices = z.array(z.string()).describe('What you should know about the change, in words; often empty');

const rules = {
  duration_minutes: z.int().min(5).max(480),
  buffer_before_minutes: z.int().min(0).max(120).describe('Kept free before the appointment'),
  buffer_after_minutes: z.int().min(0).max(120).describe('Kept free after the appointment'),
  capacity: z.int().min(1).max(100).describe('How many patients share one session; 1: not shared'),
  min_notice_minutes: z.int().min(0).max(43_200).describe('How long before the start it can still be booked'),
  horizon_days: z
    .int()
    .min(1)
    .max(1095)
    .nullable()
    .describe('How far ahead it can be booked; null: as far as the clinic allows'),
  slot_step_minutes: z.int().min(5).max(240).describe('How many minutes apart appointments start'),
};

const providerIds = z.array(Id).max(200).describe('Who offers it; none: every provider');

const exampleService = {
  id: '3d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
  name: 'Group physiotherapy',
  slug: 'group-physiotherapy',
  duration_minutes: 45,
  buffer_before_minutes: 0,
  buffer_after_minutes: 15,
  capacity: 6,
  min_notice_minutes: 120,
  horizon_days: 60,
  slot_step_minutes: 15,
  provider_ids: ['7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10'],
  active: true,
};

export const Service = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string().describe('The service_type of bookings; made from the name once, and then fixed'),
    ...rules,
    provider_ids: providerIds,
    active: z.boolean().describe('false: kept, but can’t be booked'),
  })
  .meta({ id: 'Service', example: exampleService });
export type Service = z.infer<typeof Service>;

export const ServiceList = page(Service).meta({ id: 'ServiceList' });

const serviceFields = {
  name: singleLine(80),
  ...rules,
  provider_ids: providerIds,
  active: z.boolean(),
};

export const ServiceCreate = z
  .strictObject({
    ...serviceFields,
    slug: z
      .string()
      .trim()
      .max(80)
      .regex(
        /^[a-z0-9]+(-[a-z0-9]+)*$/,
        'Use lowercase letters, digits and single hyphens, such as follow-up.',
      )
      .optional()
      .describe('Left out: made from the name'),
  })
  .partial()
  .required({ name: true, duration_minutes: true })
  .meta({
    id: 'ServiceCreate',
    example: { name: 'Teeth whitening', duration_minutes: 60, buffer_after_minutes: 10 },
  });
export type ServiceCreate = z.infer<typeof ServiceCreate>;

export const ServicePatch = z
  .strictObject(serviceFields)
  .partial()
  .meta({ id: 'ServicePatch', example: { duration_minutes: 45, provider_ids: [] } });
export type ServicePatch = z.infer<typeof ServicePatch>;

export const SavedService = Service.extend({ notices: Notices }).meta({ id: 'SavedService' });
export type SavedService = z.infer<typeof SavedService>;

const exampleHours = {
  '1': [
    ['09:00', '12:30'],
    ['13:30', '17:00'],
  ] as [string, string][],
  '2': [['09:00', '17:00']] as [string, string][],
};

export const Provider = z
  .object({
    id: Id,
    name: z.string(),
    working_hours: WeeklyHours,
    breaks: WeeklyHours.describe('Like working_hours: parts of the day when nothing is booked'),
    active: z.boolean().describe('false: kept, but can’t be booked'),
  })
  .meta({
    id: 'Provider',
    example: {
      id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
      name: 'Dr. Ada Lovelace',
      working_hours: exampleHours,
      breaks: { '2': [['12:00', '12:30']] },
      active: true,
    },
  });
export type Provider = z.infer<typeof Provider>;

export const ProviderList = page(Provider).meta({ id: 'ProviderList' });

const providerFields = {
  name: singleLine(120),
  working_hours: WeeklyHoursInput,
  breaks: WeeklyHoursInput,
  active: z.boolean(),
};

export const ProviderCreate = z
  .strictObject(providerFields)
  .partial()
  .required({ name: true })
  .meta({ id: 'ProviderCreate', example: { name: 'Dr. Ada Lovelace', working_hours: exampleHours } });
export type ProviderCreate = z.infer<typeof ProviderCreate>;

export const ProviderPatch = z
  .strictObject(providerFields)
  .partial()
  .meta({ id: 'ProviderPatch', example: { breaks: { '2': [['12:00', '12:30']] } } });
export type ProviderPatch = z.infer<typeof ProviderPatch>;

export const AffectedAppointment = z
  .object({ appointment_id: Id, name: z.string().describe('The patient'), scheduled_at: Timestamp })
  .meta({ id: 'AffectedAppointment' });
export type AffectedAppointment = z.infer<typeof AffectedAppointment>;
const Affected = z
  .array(AffectedAppointment)
  .describe(
    'Appointments outside the new hours, soonest first, at most 50. They stay booked, so let the patients know',
  );

export const SavedProvider = Provider.extend({ notices: Notices, affected: Affected }).meta({
  id: 'SavedProvider',
});
export type SavedProvider = z.infer<typeof SavedProvider>;

export const ActiveQuery = z.object({
  active: z
    .stringbool()
    .meta({ type: 'boolean' })
    .optional()
    .describe('true: only what can be booked; false: only what can’t'),
});

/** `force` is the explicit choice to delete although appointments are coming: they stay as they are. */
export const DeleteQuery = z.object({
  force: z
    .stringbool()
    .meta({ type: 'boolean' })
    .default(false)
    .describe('Delete even though appointments are coming up. They stay booked.'),
});

export const Deleted = z
  .object({
    success: z.literal(true),
    id: Id,
    /** How many are still to come; they were not touched. */
    appointments: z.int(),
    until: Timestamp.nullable().describe('When the last of them starts'),
    notices: Notices,
  })
  .meta({ id: 'Deleted' });
export type Deleted = z.infer<typeof Deleted>;

const LocalDate = z.iso
  .date({ error: 'Write days as YYYY-MM-DD, such as 2026-12-24.', abort: true })
  .refine((day) => day >= '2000' && day < '2200', 'That year is out of range.');
/** Wall clock of the clinic: no Z, no offset. */
const LocalMoment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, {
    error: 'Write times as 2026-12-24T13:00, without a time zone.',
    abort: true,
  })
  .refine((text) => LocalDate.safeParse(text.slice(0, 10)).success, 'That day doesn’t exist.');
const LocalStart = z
  .union([LocalDate, LocalMoment], {
    error:
      'Write a day as 2026-12-24, or a time as 2026-12-24T13:00, without a time zone. The clinic’s time zone is used.',
  })
  .describe('A day (2026-12-24), or a time in the clinic’s time zone (2026-12-24T13:00)');

export const TimeOff = z
  .object({
    id: Id,
    provider_id: Id.nullable().describe('null: the whole clinic is closed'),
    title: z.string(),
    starts_local: z.string().describe('In the clinic’s time zone, such as 2026-12-24T00:00:00; no offset'),
    ends_local: z.string().describe('Like starts_local; the end itself isn’t included'),
    all_day: z.boolean(),
    first_day: z.string().describe('YYYY-MM-DD'),
    last_day: z.string().describe('YYYY-MM-DD; included'),
  })
  .meta({
    id: 'TimeOff',
    example: {
      id: '0b0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
      provider_id: null,
      title: 'Staff training',
      starts_local: '2026-11-26T00:00:00',
      ends_local: '2026-11-28T00:00:00',
      all_day: true,
      first_day: '2026-11-26',
      last_day: '2026-11-27',
    },
  });
export type TimeOff = z.infer<typeof TimeOff>;

export const TimeOffList = page(TimeOff).meta({ id: 'TimeOffList' });

export const TimeOffQuery = z.object({
  from: LocalDate.optional().describe('First day, in the clinic’s time zone'),
  to: LocalDate.optional().describe('Last day'),
  provider_id: Id.optional().describe('Only what affects this provider: their own and the clinic’s'),
});

const timeOffFields = {
  provider_id: Id.nullable().describe('null: the whole clinic is closed'),
  title: singleLine(120),
  starts_local: LocalStart,
  ends_local: LocalStart.describe('A day is included; a time isn’t'),
};

export const TimeOffCreate = z
  .strictObject(timeOffFields)
  .partial({ provider_id: true })
  .meta({
    id: 'TimeOffCreate',
    example: { title: 'Staff training', starts_local: '2026-11-26', ends_local: '2026-11-27' },
  });
export type TimeOffCreate = z.infer<typeof TimeOffCreate>;

export const TimeOffPatch = z
  .strictObject(timeOffFields)
  .partial()
  .meta({ id: 'TimeOffPatch', example: { ends_local: '2026-11-28' } });
export type TimeOffPatch = z.infer<typeof TimeOffPatch>;

export const SavedTimeOff = TimeOff.extend({
  appointments_inside: z
    .int()
    .describe('How many appointments fall in it. They’re still booked, so let the patients know'),
  affected: Affected,
  notices: Notices,
}).meta({ id: 'SavedTimeOff' });
export type SavedTimeOff = z.infer<typeof SavedTimeOff>;

export const TimeOffDeleted = z.object({ success: z.literal(true), id: Id }).meta({ id: 'TimeOffDeleted' });
