import { Id, ProviderFeed, singleLine } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { randomToken, sha256 } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { type TenantResolver, tenantOf, writeAudit } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { endFeed, feedByHash, keepFeed, providerExists } from './feeds.queries.ts';
import { icsOfAppointment, icsOfProvider } from './ics.queries.ts';
import { CALENDAR_FILE, sendCalendar } from './ics.ts';
import type { PatientContext } from './patient-context.ts';

const DAY_MS = 86_400_000;
const DAYS_BACK = 30;
/** Three years of a full calendar; what is further away comes nearer. */
const MAX_EVENTS = 10_000;
const REFRESH_SECONDS = 900;

/** Calendar files for the clinic: one appointment, and a provider's private feed. */
export function registerFeedRoutes(
  server: HttpServer,
  { context, tenantResolver: onRequest }: { context: PatientContext; tenantResolver: TenantResolver },
): void {
  const { database, clock, publicUrl } = context;
  const tags = ['calendar files'];
  const params = z.object({ id: Id });

  server.get(
    '/api/appointments/:id/calendar.ics',
    {
      onRequest,
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
      onRequest,
      config: { secret: true },
      schema: {
        tags,
        operationId: 'createProviderFeed',
        summary: 'Make the private calendar feed of a provider (owner, admin)',
        description:
          'The address is shown once and kept nowhere; a new one ends the old one. It shows 30 days back and everything that is booked ahead, at most 10,000 appointments: name of the patient and service, no phone, no notes.',
        params,
        response: { 201: ProviderFeed },
      },
    },
    async (request, reply) => {
      const tenant = manager(request);
      const { id: providerId } = request.params;
      const token = randomToken();
      await database.withTenant(tenant, async (db) => {
        if (!(await providerExists(db, tenant.orgId, providerId))) throw noProvider();
        await keepFeed(db, { orgId: tenant.orgId, providerId, hash: sha256(token), now: clock.now() });
        await writeAudit(db, { action: 'feed.made', objectId: providerId, requestId: request.id });
      });
      return reply.code(201).send({ url: `${publicUrl}/api/feeds/${token}.ics` });
    },
  );

  server.delete(
    '/api/providers/:id/feed',
    {
      onRequest,
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
      const tenant = manager(request);
      const { id: providerId } = request.params;
      await database.withTenant(tenant, async (db) => {
        if (!(await providerExists(db, tenant.orgId, providerId))) throw noProvider();
        if (!(await endFeed(db, tenant.orgId, providerId))) return;
        await writeAudit(db, { action: 'feed.revoked', objectId: providerId, requestId: request.id });
      });
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
          'The address is `/api/feeds/<token>.ics`; whoever has it reads it. 304 for a known ETag.',
        params: z.object({ file: singleLine(100) }),
      },
    },
    async (request, reply) => {
      const token = /^([\w-]{43})\.ics$/.exec(request.params.file)?.[1] ?? '';
      const feed = await database.withService((db) => feedByHash(db, sha256(token)));
      if (!feed) throw noFeed();
      const orgId = mintOrgId(feed.org_id);
      const now = clock.now().getTime();
      const rows = await database.withTenant({ orgId, userId: null }, (db) =>
        icsOfProvider(db, orgId, feed.provider_id, {
          from: new Date(now - DAYS_BACK * DAY_MS),
          limit: MAX_EVENTS,
        }),
      );
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

/** Calendars are shared and lie on other companies' servers: who comes and for what, and no more. */
const forTheClinic = (row: Parameters<typeof sendCalendar>[2]['events'][number]['row']) => ({
  row,
  summary: `${row.service_name}: ${row.contact_name}`,
  description: `With ${row.provider_name}`,
});

function manager(request: FastifyRequest) {
  const tenant = tenantOf(request);
  if (tenant.role === 'member') {
    throw new AppError({
      code: 'NOT_ALLOWED',
      status: 403,
      detail: 'Only an owner or an administrator of the clinic makes or revokes calendar feeds.',
    });
  }
  return tenant;
}

const noProvider = () =>
  new AppError({
    code: 'PROVIDER_NOT_FOUND',
    status: 404,
    detail: 'There is no such provider in this clinic.',
  });

const noFeed = () =>
  new AppError({
    code: 'FEED_NOT_FOUND',
    status: 404,
    detail: 'There is no calendar at this address. It may have been revoked: ask the clinic for the new one.',
  });
