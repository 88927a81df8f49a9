import { WaitlistEntry as Entry, Id, WaitlistPage, WaitlistQuery, WaitlistRequest } from '@voxanne/contract';
import { z } from 'zod';
import { type BookingRouteOptions, originOf } from '../booking/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { findClinic, requireRight, tenantOf } from '../tenancy/index.ts';
import { acceptForPatient } from './accept-for-patient.ts';
import { joinWaitlist } from './join-waitlist.ts';
import { leaveWaitlist } from './leave-waitlist.ts';
import { presentEntry, todayAt } from './present-waitlist.ts';
import { listEntries } from './waitlist.queries.ts';
import { withdrawOffer } from './withdraw-offer.ts';

export function registerWaitlistRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const { clock, database } = context;
  const tags = ['waitlist'];

  server.get(
    '/api/waitlist',
    {
      onRequest: [tenantResolver, requireRight('waitlist.read')],
      schema: {
        tags,
        operationId: 'listWaitlist',
        summary: 'Who is waiting for a time, first come, first served',
        description: 'Freed times are offered in the order of this list.',
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
            const today = todayAt(await findClinic(db, tenant.orgId), clock);
            return listEntries(db, tenant.orgId, { today, status }, page);
          }),
        presentEntry,
      );
    },
  );

  server.post(
    '/api/waitlist',
    {
      onRequest: [tenantResolver, requireRight('waitlist.edit')],
      schema: {
        tags,
        operationId: 'joinWaitlist',
        summary: 'Put a patient on the waitlist',
        description:
          'When a cancellation, a move or an expired hold frees a time, it’s offered to the first person it works for: they get a text with a link and have 15 minutes to say yes, then the next person gets it. No offers are texted from 21:00 to 08:00 clinic time. A patient already waiting for that service is 409 ALREADY_WAITING.',
        body: WaitlistRequest,
        response: { 201: Entry },
      },
    },
    async (request, reply) => {
      const entry = await joinWaitlist(context, tenantOf(request), request.body, request.id);
      return reply.code(201).send(entry);
    },
  );

  server.delete(
    '/api/waitlist/:id',
    {
      onRequest: [tenantResolver, requireRight('waitlist.edit')],
      schema: {
        tags,
        operationId: 'leaveWaitlist',
        summary: 'Take a patient off the waitlist',
        description:
          'An open offer ends, and its time goes to the next person. The entry is kept as removed.',
        params: z.object({ id: Id }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await leaveWaitlist(context, tenantOf(request), request.params.id, originOf(request));
      return reply.code(204).send();
    },
  );

  server.post(
    '/api/waitlist/:id/offer/accept',
    {
      onRequest: [tenantResolver, requireRight('waitlist.edit')],
      schema: {
        tags,
        operationId: 'acceptWaitlistOffer',
        summary: 'Accept the offered time for a patient',
        description:
          'For a patient who says yes on the phone: the held time becomes their appointment, and they get the usual text. If the offer has ended, it’s 409 OFFER_ENDED.',
        params: z.object({ id: Id }),
        response: { 200: Entry },
      },
    },
    (request) => acceptForPatient(context, tenantOf(request), request.params.id, originOf(request)),
  );

  server.post(
    '/api/waitlist/:id/offer/withdraw',
    {
      onRequest: [tenantResolver, requireRight('waitlist.edit')],
      schema: {
        tags,
        operationId: 'withdrawWaitlistOffer',
        summary: 'Withdraw a patient’s offer',
        description:
          'The held time goes to the next person waiting; the patient stays on the waitlist, and the link in the text says that the offer has ended. Without an offer, it’s 409 OFFER_ENDED.',
        params: z.object({ id: Id }),
        response: { 200: Entry },
      },
    },
    (request) => withdrawOffer(context, tenantOf(request), request.params.id, originOf(request)),
  );
}
