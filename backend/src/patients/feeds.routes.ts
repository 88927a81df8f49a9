import { Id, ProviderFeed, singleLine } from '@voxanne/contract';
import { z } from 'zod';
import { bookingErrors } from '../booking/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { icsOfAppointment } from './ics.queries.ts';
import { CALENDAR_FILE, sendCalendar } from './ics.ts';
import type { PatientContext } from './patient-context.ts';
import { makeProviderFeed, readProviderFeed, revokeProviderFeed } from './provider-feed.ts';

const REFRESH_SECONDS = 900;

/** Calendar files for the clinic: one appointment, and a provider's private feed. */
export function registerFeedRoutes(
  server: HttpServer,
  { context, tenantResolver }: { context: PatientContext; tenantResolver: TenantResolver },
): void {
  const { database } = context;
  const tags = ['calendar files'];
  const params = z.object({ id: Id });

  server.get(
    '/api/appointments/:id/calendar.ics',
    {
      onRequest: [tenantResolver, requireRight('appointments.read')],
      config: { described: { answers: CALENDAR_FILE } },
      schema: {
        tags,
        operationId: 'downloadAppointmentCalendarFile',
        summary: 'One appointment as a calendar file',
        description: 'For the clinic’s calendar. 304 for a known ETag.',
        params,
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const row = await database.withTenant(tenant, (db) =>
        icsOfAppointment(db, tenant.orgId, request.params.id),
      );
      if (!row) throw bookingErrors.notFound();
      return sendCalendar(request, reply, {
        name: row.provider_name,
        events: [forTheClinic(row)],
        file: 'appointment.ics',
      });
    },
  );

  server.post(
    '/api/providers/:id/feed',
    {
      onRequest: [tenantResolver, requireRight('feeds.manage')],
      config: { secret: true },
      schema: {
        tags,
        operationId: 'createProviderFeed',
        summary: 'Make the private calendar feed of a provider (owner, admin)',
        description:
          'The address is shown once and never stored; a new one replaces the old one. The feed shows the last 30 days and everything booked ahead, at most 10,000 appointments, with the patient’s name and the service, but no phone and no notes.',
        params,
        response: { 201: ProviderFeed },
      },
    },
    async (request, reply) => {
      const url = await makeProviderFeed(context, tenantOf(request), request.params.id, request.id);
      return reply.code(201).send({ url });
    },
  );

  server.delete(
    '/api/providers/:id/feed',
    {
      onRequest: [tenantResolver, requireRight('feeds.manage')],
      schema: {
        tags,
        operationId: 'deleteProviderFeed',
        summary: 'Revoke the private calendar feed of a provider (owner, admin)',
        description: 'The feed’s address answers 404 from now on. Does nothing if there was no feed.',
        params,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await revokeProviderFeed(context, tenantOf(request), request.params.id, request.id);
      return reply.code(204).send();
    },
  );

  server.get(
    '/api/feeds/:file',
    {
      config: { kind: 'file', described: { answers: CALENDAR_FILE } },
      schema: {
        tags,
        security: [],
        operationId: 'readProviderFeed',
        summary: 'A provider’s private calendar feed',
        description:
          'The address is `/api/feeds/<token>.ics`; anyone who has it can read it. 304 for a known ETag.',
        params: z.object({ file: singleLine(100) }),
      },
    },
    async (request, reply) => {
      const { feed, rows } = await readProviderFeed(context, request.params.file);
      reply.headers({ 'cache-control': 'private, no-cache', 'x-robots-tag': 'noindex, nofollow' });
      return sendCalendar(request, reply, {
        name: feed.provider_name,
        events: rows.map(forTheClinic),
        file: 'calendar.ics',
        refreshSeconds: REFRESH_SECONDS,
      });
    },
  );
}

/** Calendars are shared and stored on other companies' servers: only who comes and for what. */
const forTheClinic = (row: Parameters<typeof sendCalendar>[2]['events'][number]['row']) => ({
  row,
  summary: `${row.service_name}: ${row.contact_name}`,
  description: `With ${row.provider_name}`,
});
