import { Appointment, AppointmentPage, AppointmentQuery, Booked, BookRequest, Id } from '@voxanne/contract';
import { z } from 'zod';
import { presentTexts, refusalOfTexts } from '../contacts/index.ts';
import { IdempotencyHeaders } from '../deliveries/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { allowedActions } from './allowed-actions.ts';
import { answerOnce } from './answer-once.ts';
import { bookAppointment } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment, listAppointments } from './booking.queries.ts';
import { type BookingRouteOptions, insistenceOf, originOf } from './request-origin.ts';

export function registerAppointmentRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const { database } = context;
  const tags = ['booking'];

  server.post(
    '/api/appointments',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        tags,
        operationId: 'bookAppointment',
        summary: 'Book an appointment',
        description:
          'Give the time as `scheduled_at`, as the `slot_id` of a free time, or as the `hold_id` of a held time. A taken time is 409 SLOT_UNAVAILABLE with `alternatives`. A patient who already has an appointment at that time is 409 ALREADY_BOOKED with its `existing_id`, unless an owner double-books (`overbook`). A time when no one works is 422 OUTSIDE_HOURS with its `reason`; with `outside_hours` it’s booked anyway. A start within the last hour can be booked for a patient who is there; with `already_here`, any time today can.',
        body: BookRequest,
        headers: IdempotencyHeaders,
        response: { 201: Booked },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const booking = {
        name: body.name,
        phone: body.phone,
        email: body.email,
        serviceType: body.service_type,
        when:
          body.hold_id !== undefined
            ? { holdId: body.hold_id }
            : body.slot_id !== undefined
              ? { slotId: body.slot_id }
              : { at: new Date(body.scheduled_at ?? '') },
        durationMinutes: body.duration_minutes,
        providerId: body.provider_id,
        notes: body.notes,
        notifyAfterSeconds: body.notify_after_s,
        status: body.status,
        overbook: body.overbook,
        reason: body.reason,
        insist: insistenceOf(body),
      };
      return answerOnce(context, request, reply, async (tx) => {
        const booked = await bookAppointment(tx, booking, originOf(request));
        return {
          status: 201,
          body: {
            success: true,
            appointment_id: booked.appointmentId,
            contact_id: booked.contactId,
            scheduled_at: booked.scheduledAt.toISOString(),
            ...(booked.noTexts && { no_texts: booked.noTexts }),
            confirmation: booked.confirmation,
          } satisfies Booked,
        };
      });
    },
  );

  server.get(
    '/api/appointments',
    {
      onRequest: [tenantResolver, requireRight('appointments.read')],
      schema: {
        tags,
        operationId: 'listAppointments',
        summary: 'Appointments by time',
        description:
          'From `from` up to, but not including, `to`, soonest first; of every status or just one.',
        querystring: AppointmentQuery,
        response: { 200: AppointmentPage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return readPage(
        { name: 'appointments', sortedBy: 'moment' },
        request.query,
        (filter, page) =>
          database.withTenant(tenant, (db) => listAppointments(db, tenant.orgId, filter, page)),
        presentAppointment,
      );
    },
  );

  server.get(
    '/api/appointments/:id',
    {
      onRequest: [tenantResolver, requireRight('appointments.read')],
      schema: {
        tags,
        operationId: 'getAppointment',
        summary: 'One appointment',
        description: 'With its patient, its provider and the state of its calendar event.',
        params: z.object({ id: Id }),
        response: { 200: Appointment },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const row = await database.withTenant(tenant, (db) =>
        findAppointment(db, tenant.orgId, request.params.id),
      );
      if (!row) throw bookingErrors.notFound();
      return presentAppointment(row);
    },
  );
}

export const presentAppointment = (row: AppointmentRow): Appointment => ({
  id: row.id,
  status: row.status as Appointment['status'],
  scheduled_at: row.scheduled_at.toISOString(),
  duration_minutes: row.duration_minutes,
  service_type: row.service_type,
  service_name: row.service_name,
  provider_id: row.provider_id,
  provider_name: row.provider_name,
  contact: {
    id: row.contact_id,
    name: row.contact_name,
    phone: row.contact_phone,
    email: row.contact_email,
    no_texts: refusalOfTexts(row.why_no_text),
  },
  notes: row.notes,
  source: row.source,
  calendar_event_id: row.calendar_event_id,
  sync_state: row.sync_state as Appointment['sync_state'],
  texts: presentTexts(row.texts, row.why_no_text),
  version: row.version,
  overbooked: row.overbooked,
  calendar_unverified: row.calendar_unverified,
  undo_until: row.undo_until?.toISOString() ?? null,
  allowed_changes: row.allowed_changes as Appointment['allowed_changes'],
  allowed_actions: allowedActions(row.status as Appointment['status']),
  takes_time: row.takes_time,
  created_at: row.created_at.toISOString(),
});
