import {
  Appointment,
  AppointmentPage,
  AppointmentQuery,
  Availability,
  AvailabilityQuery,
  Booked,
  BookRequest,
  Id,
  ServiceList,
} from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { type BookingContext, bookAppointment } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, activeServices, findAppointment, listAppointments } from './booking.queries.ts';
import { findAvailability } from './find-availability.ts';

export interface BookingRouteOptions {
  context: BookingContext;
  tenantResolver: TenantResolver;
}

export function registerBookingRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const { database } = context;
  const tags = ['booking'];

  server.post(
    '/api/appointments',
    {
      onRequest: tenantResolver,
      schema: { tags, summary: 'Book an appointment', body: BookRequest, response: { 201: Booked } },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { body } = request;
      const booked = await bookAppointment(
        context,
        tenant,
        {
          name: body.name,
          phone: body.phone,
          email: body.email,
          serviceType: body.service_type,
          when:
            body.slot_id === undefined ? { at: new Date(body.scheduled_at ?? '') } : { slotId: body.slot_id },
          durationMinutes: body.duration_minutes,
          providerId: body.provider_id,
          notes: body.notes,
        },
        // A session cookie is the dashboard; a bearer token is a program.
        {
          source: request.headers.authorization ? 'api' : 'dashboard',
          requestId: request.id,
          actorId: tenant.userId,
        },
      );
      return reply.code(201).send({
        success: true as const,
        appointment_id: booked.appointmentId,
        contact_id: booked.contactId,
        scheduled_at: booked.scheduledAt.toISOString(),
        confirmation: booked.confirmation,
      });
    },
  );

  server.get(
    '/api/appointments',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Appointments by time',
        querystring: AppointmentQuery,
        response: { 200: AppointmentPage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { from, to, status, limit, cursor } = request.query;
      const rows = await database.withTenant(tenant, (db) =>
        listAppointments(db, tenant.orgId, {
          limit: limit + 1,
          ...(from ? { from: new Date(from) } : {}),
          ...(to ? { to: new Date(to) } : {}),
          ...(status ? { status } : {}),
          ...(cursor ? { after: readCursor(cursor) } : {}),
        }),
      );
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { data: rows.slice(0, limit).map(present), next_cursor: last ? writeCursor(last) : null };
    },
  );

  server.get(
    '/api/appointments/:id',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'One appointment',
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
      return present(row);
    },
  );

  server.get(
    '/api/availability',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Free times, and why a day has none',
        querystring: AvailabilityQuery,
        response: { 200: Availability },
      },
    },
    async (request) => {
      const { service_type, from, to, provider_id, time_zone } = request.query;
      return findAvailability(context, tenantOf(request), {
        serviceType: service_type,
        ...(from ? { from } : {}),
        ...(to ? { to } : {}),
        ...(provider_id ? { providerId: provider_id } : {}),
        ...(time_zone ? { timeZone: time_zone } : {}),
      });
    },
  );

  server.get(
    '/api/services',
    {
      onRequest: tenantResolver,
      schema: { tags, summary: 'What the clinic offers', response: { 200: ServiceList } },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return {
        data: await database.withTenant(tenant, (db) => activeServices(db, tenant.orgId)),
        next_cursor: null,
      };
    },
  );
}

const present = (row: AppointmentRow): z.infer<typeof Appointment> => ({
  id: row.id,
  status: row.status as z.infer<typeof Appointment>['status'],
  scheduled_at: row.scheduled_at.toISOString(),
  duration_minutes: row.duration_minutes,
  service_type: row.service_type,
  provider_id: row.provider_id,
  provider_name: row.provider_name,
  contact: { id: row.contact_id, name: row.contact_name, phone: row.contact_phone, email: row.contact_email },
  notes: row.notes,
  source: row.source,
  calendar_event_id: row.calendar_event_id,
  sync_state: row.sync_state as z.infer<typeof Appointment>['sync_state'],
  created_at: row.created_at.toISOString(),
});

// PostgreSQL knows no year 0.
const Cursor = z.tuple([z.iso.datetime().refine((text) => text > '0001'), Id]);

const writeCursor = (row: AppointmentRow): string =>
  Buffer.from(JSON.stringify([row.exactly_at, row.id])).toString('base64url');

function readCursor(text: string): { scheduledAt: string; id: string } {
  try {
    const [scheduledAt, id] = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { scheduledAt, id };
  } catch {
    throw new AppError({
      code: 'INVALID_CURSOR',
      status: 400,
      detail: 'This cursor was not given out here. Begin again without one.',
    });
  }
}
