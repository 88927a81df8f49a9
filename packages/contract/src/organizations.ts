import { z } from 'zod';
import { clinicName } from './clinic-name.ts';
import { Id, page, Timestamp } from './common.ts';
import { Role } from './identity.ts';
import { typedLine } from './text.ts';

export const CalendarPolicy = z
  .enum(['internal_only', 'closed'])
  .describe(
    'What to offer while a linked calendar can’t be read: internal_only goes by the appointments saved here, closed offers nothing',
  );
export type CalendarPolicy = z.infer<typeof CalendarPolicy>;

export const Organization = z
  .object({
    id: Id,
    name: z.string(),
    phone: z
      .string()
      .nullable()
      .describe('The owner’s phone: system texts go there, and patients never see it'),
    public_phone: z
      .string()
      .nullable()
      .describe('What patients see on pages and in texts; null: the number the receptionist answers'),
    time_zone: z.string(),
    country: z.string().length(2),
    booking_horizon_days: z.int().describe('How far ahead the clinic takes bookings, in days'),
    calendar_policy: CalendarPolicy,
    uses_google_calendar: z
      .boolean()
      .describe('false: the clinic doesn’t use Google Calendar, so setup doesn’t wait for it'),
    message_retention_days: z
      .int()
      .nullable()
      .describe('After how many days the words of a finished text are deleted; null: never'),
    requests_per_hour: z
      .int()
      .nullable()
      .describe(
        'How many requests all programs of the clinic can make in an hour, as it chose; null: max_requests_per_hour',
      ),
    max_requests_per_hour: z.int().describe('What the operator allows. The lower of the two counts'),
    require_second_factor: z
      .boolean()
      .describe('Whether people reach the clinic only with a sign-in that took two steps'),
    created_at: Timestamp,
  })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof Organization>;

export const SecondFactorRule = z.strictObject({ required: z.boolean() }).meta({ id: 'SecondFactorRule' });
export type SecondFactorRule = z.infer<typeof SecondFactorRule>;

export const OrganizationPatch = z
  .strictObject({
    name: clinicName,
    phone: typedLine(32).min(3).nullable(),
    public_phone: typedLine(32).min(3).nullable(),
    time_zone: typedLine(64).min(1),
    confirm_time_zone: z
      .boolean()
      .describe(
        'Change the time zone even if upcoming appointments would show at a different time; without it, that’s refused (TIME_ZONE_MOVES_APPOINTMENTS)',
      ),
    country: z
      .string()
      .trim()
      .regex(/^[A-Za-z]{2}$/, 'Use the two-letter country code, such as US or DE.'),
    calendar_policy: CalendarPolicy,
    uses_google_calendar: z
      .boolean()
      .describe(
        'false stops waiting for a calendar; a linked one stays linked, and linking one makes it true',
      ),
    booking_horizon_days: z.int().min(1).max(1095),
    message_retention_days: z.int().min(1).max(3650).nullable(),
    requests_per_hour: z
      .int()
      .min(1)
      .max(999_999)
      .nullable()
      .describe('At most max_requests_per_hour (400 LIMIT_TOO_HIGH)'),
  })
  .partial()
  .meta({ id: 'OrganizationPatch', example: { booking_horizon_days: 180, message_retention_days: 90 } });
export type OrganizationPatch = z.infer<typeof OrganizationPatch>;

const MINE = {
  id: '3d1c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  name: 'Bright Smiles',
  time_zone: 'America/New_York',
  role: 'owner' as const,
  is_active: true,
};

/** A clinic of the person who asks. */
export const MyOrganization = z
  .object({
    id: Id,
    name: z.string(),
    time_zone: z.string(),
    role: Role,
    is_active: z.boolean().describe('true: this session or token is for it'),
  })
  .meta({ id: 'MyOrganization', example: MINE });
export type MyOrganization = z.infer<typeof MyOrganization>;

export const MyOrganizationList = page(MyOrganization).meta({
  id: 'MyOrganizationList',
  example: { data: [MINE], next_cursor: null },
});

export const OrganizationCreate = z
  .strictObject({
    name: clinicName,
    phone: typedLine(32)
      .optional()
      .describe('The owner’s phone: system texts go there, and patients never see it'),
    public_phone: typedLine(32)
      .optional()
      .describe('What patients see; left out: the number the receptionist answers'),
    time_zone: typedLine(64).optional().describe('Left out: UTC'),
    invitation: z
      .string()
      .regex(/^[\w-]{20,64}$/, 'is not the end of an owner’s link')
      .optional()
      .describe('The end of the operator’s link, where sign-up isn’t open'),
  })
  .meta({ id: 'OrganizationCreate', example: { name: MINE.name, time_zone: MINE.time_zone } });
export type OrganizationCreate = z.infer<typeof OrganizationCreate>;
