import { Appointment, ContactDetail, type Me, Provider, Service } from '@voxanne/contract';
import type { z } from 'zod';

/** The example that the API's documents show, with what a test changes about it. */
export function exampleOf<S extends z.ZodType>(schema: S, change: Partial<z.infer<S>> = {}): z.infer<S> {
  return schema.parse({ ...(schema.meta()?.example as object), ...change });
}

export const appointmentWith = (change: Partial<Appointment> = {}): Appointment =>
  exampleOf(Appointment, change);

export const contactWith = (change: Partial<ContactDetail> = {}): ContactDetail =>
  exampleOf(ContactDetail, change);

const WEEKDAYS_9_TO_5 = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]]),
);

export const providerWith = (change: Partial<Provider> = {}): Provider =>
  exampleOf(Provider, {
    id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
    name: 'Dr. Ada',
    working_hours: WEEKDAYS_9_TO_5 as Provider['working_hours'],
    breaks: {},
    ...change,
  });

export const serviceWith = (change: Partial<Service> = {}): Service =>
  exampleOf(Service, {
    name: 'Consultation',
    slug: 'consultation',
    duration_minutes: 30,
    buffer_after_minutes: 0,
    capacity: 1,
    min_notice_minutes: 0,
    horizon_days: null,
    provider_ids: [],
    ...change,
  });

export const meAs = (role: Me['role']): Me => ({
  user_id: '2d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
  email: 'owner@example.com',
  org_id: '1d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
  organization: {
    id: '1d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
    name: 'Lakeside Clinic',
    time_zone: 'America/Los_Angeles',
  },
  role,
  org_source: 'jwt',
});

/** A list as the API sends it, all of it on one page. */
export const listOf = <T>(...data: T[]): { data: T[]; next_cursor: null } => ({ data, next_cursor: null });
