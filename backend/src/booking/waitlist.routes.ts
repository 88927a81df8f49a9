import {
  WaitlistEntry as Entry,
  Id,
  type WaitlistEntry,
  WaitlistPage,
  WaitlistQuery,
  WaitlistRequest,
  WaitlistStatus,
} from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { type Tenant, tenantOf } from '../tenancy/index.ts';
import { acceptForPatient } from './accept-for-patient.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { type ClinicForBooking, findClinic } from './booking.queries.ts';
import { cleanContact } from './contact.ts';
import { linesOf } from './contacts.queries.ts';
import { findService } from './find-availability.ts';
import { releaseHold } from './hold-slot.ts';
import { refusalOfTexts } from './present-texts.ts';
import { type BookingRouteOptions, originOf } from './request-origin.ts';
import { type EntryRow, findEntry, joinWaitlist, leaveWaitlist, listEntries } from './waitlist.queries.ts';
import { localDate } from './working-hours.ts';

export function registerWaitlistRoutes(
  server: HttpServer,
  { context, tenantResolver: onRequest }: BookingRouteOptions,
): void {
  const { database } = context;
  const tags = ['waitlist'];

  server.get(
    '/api/waitlist',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listWaitlist',
        summary: 'Who waits for a time, first come first',
        description: 'The order of the list is the order in which freed times are offered.',
        querystring: WaitlistQuery,
        response: { 200: WaitlistPage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return readPage(
        { name: 'waitlist', sortedBy: 'moment' },
        request.query,
        ({ status }, page) =>
          database.withTenant(tenant, async (db) => {
            const today = todayOf(context, await findClinic(db, tenant.orgId));
            return listEntries(db, tenant.orgId, { today, status }, page);
          }),
        present,
      );
    },
  );

  server.post(
    '/api/waitlist',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'joinWaitlist',
        summary: 'Put a patient on the waitlist',
        description:
          'A time that becomes free by a cancellation, a move or a hold that ran out is offered to the first person whom it suits: a text with a link, 15 minutes to say yes, then the next one. Nobody is texted from 21:00 to 08:00 on the clinic’s clock. Who waits for that service already is 409 ALREADY_WAITING.',
        body: WaitlistRequest,
        response: { 201: Entry },
      },
    },
    async (request, reply) => {
      const entry = await join(context, tenantOf(request), request.body, request.id);
      return reply.code(201).send(entry);
    },
  );

  server.delete(
    '/api/waitlist/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'leaveWaitlist',
        summary: 'Take a patient off the waitlist',
        description:
          'An offer that is open ends, and its time goes to the next one. The entry stays, as removed.',
        params: z.object({ id: Id }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const answer = await database.withTenant(tenant, (db) =>
        leaveWaitlist(db, tenant.orgId, request.params.id, {
          source: originOf(request).source,
          actorId: tenant.userId,
          requestId: request.id,
        }),
      );
      if (!answer.success) throw refused(answer);
      return reply.code(204).send();
    },
  );

  const entryOf = async (tenant: Tenant, id: string): Promise<EntryRow> =>
    database.withTenant(tenant, async (db) => {
      const today = todayOf(context, await findClinic(db, tenant.orgId));
      const row = await findEntry(db, tenant.orgId, id, today);
      if (!row) throw refused({ error: 'WAITLIST_ENTRY_NOT_FOUND' });
      return row;
    });

  server.post(
    '/api/waitlist/:id/offer/accept',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'acceptWaitlistOffer',
        summary: 'Take the offered time for a patient',
        description:
          'For a patient who says yes on the phone: the held time becomes their appointment, and they get the usual text. When the offer has ended it is 409 OFFER_ENDED.',
        params: z.object({ id: Id }),
        response: { 200: Entry },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const entry = await entryOf(tenant, request.params.id);
      if (entry.appointment_id !== null) return present(entry);
      if (entry.offer_id === null) throw bookingErrors.offerEnded();
      await acceptForPatient(context, tenant, entry.offer_id, originOf(request));
      return present(await entryOf(tenant, entry.id));
    },
  );

  server.post(
    '/api/waitlist/:id/offer/withdraw',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'withdrawWaitlistOffer',
        summary: 'Withdraw the offer that a patient has',
        description:
          'The held time goes to the next one who waits; the patient stays on the waitlist, and the link in the text says that the offer has ended. Without an offer it is 409 OFFER_ENDED.',
        params: z.object({ id: Id }),
        response: { 200: Entry },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { id, offer_hold_id } = await entryOf(tenant, request.params.id);
      if (offer_hold_id === null) throw bookingErrors.offerEnded();
      await releaseHold(context, tenant, offer_hold_id, originOf(request));
      return present(await entryOf(tenant, id));
    },
  );
}

async function join(
  context: BookingContext,
  tenant: Tenant,
  body: z.output<typeof WaitlistRequest>,
  requestId: string,
): Promise<WaitlistEntry> {
  const { orgId } = tenant;
  return context.database.withTenant(tenant, async (db) => {
    const clinic = await findClinic(db, orgId);
    const { name, phone, email, contact_id: contactId } = body;
    const now = todayOf(context, clinic);
    if (body.latest_date !== undefined && body.latest_date < now) {
      throw refused({
        error: 'IN_THE_PAST',
        message: `latest_date (${body.latest_date}) has passed: today is ${now} at the clinic. Leave it out, or choose a later one.`,
      });
    }
    const contact =
      contactId === undefined && name !== undefined && phone !== undefined
        ? cleanContact({ name, phone, email }, clinic.country, {
            phone: null,
            lines: await linesOf(db, orgId),
          })
        : undefined;
    const service = await findService(db, orgId, body.service_type);
    const answer = await joinWaitlist(db, {
      orgId,
      contactId: contactId ?? null,
      name: contact?.name ?? null,
      phone: contact?.phone ?? null,
      email: contact?.email ?? null,
      serviceType: service.slug,
      providerId: body.provider_id ?? null,
      earliestDate: body.earliest_date ?? null,
      latestDate: body.latest_date ?? null,
      windows: body.windows,
      requestId,
    });
    if (!answer.success || !answer.waitlist_id) throw refused(answer);
    const row = await findEntry(db, orgId, answer.waitlist_id, now);
    if (!row) throw refused({ error: 'WAITLIST_ENTRY_NOT_FOUND' });
    return present(row);
  });
}

const STATUS: Record<string, number> = {
  ALREADY_WAITING: 409,
  WAITLIST_ENTRY_NOT_FOUND: 404,
  ORG_NOT_FOUND: 404,
};

const refused = ({ error = 'REFUSED', message = 'There is no such entry in the waitlist.' }) =>
  new AppError({ code: error, status: STATUS[error] ?? 422, detail: message });

const todayOf = ({ clock }: BookingContext, { time_zone }: ClinicForBooking): string =>
  localDate(clock.now(), time_zone).toString();

const present = (row: EntryRow): WaitlistEntry => ({
  id: row.id,
  status: WaitlistStatus.parse(row.status),
  contact: {
    id: row.contact_id,
    name: row.contact_name,
    phone: row.contact_phone,
    email: row.contact_email,
    no_texts: refusalOfTexts(row.why_no_text),
  },
  service_type: row.service_type,
  service_name: row.service_name,
  provider_id: row.provider_id,
  earliest_date: row.earliest_date,
  latest_date: row.latest_date,
  windows: Entry.shape.windows.parse(row.windows),
  offers: Number(row.offers),
  offer:
    row.offered_at && row.offer_expires_at && row.offer_hold_id
      ? {
          hold_id: row.offer_hold_id,
          scheduled_at: row.offered_at.toISOString(),
          expires_at: row.offer_expires_at.toISOString(),
        }
      : null,
  appointment_id: row.appointment_id,
  created_at: row.created_at.toISOString(),
});
