import { Id, MessageDetail, MessagePage, MessagePatch, MessageQuery, TextAccepted } from '@voxanne/contract';
import { z } from 'zod';
import type { Database, Db } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { toE164 } from '../platform/phone.ts';
import { findClinic, requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { markInformed } from './mark-informed.ts';
import { countMessages, listMessages, type MessageFilter } from './message-list.queries.ts';
import { presentMessage, showMessage } from './present-message.ts';
import { resendMessage } from './resend-message.ts';

export interface MessageRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
  /** Whom a search means: the numbers of patients with such a name, or digits; null for one that says nothing. */
  searchNumbers(db: Db, orgId: string, typed: string): MessageFilter['patient'];
}

export function registerMessageRoutes(server: HttpServer, options: MessageRouteOptions): void {
  const { database, searchNumbers, tenantResolver } = options;
  const tags = ['messages'];
  const params = z.object({ id: Id });

  server.get(
    '/api/messages',
    {
      onRequest: [tenantResolver, requireRight('messages.read')],
      schema: {
        tags,
        operationId: 'listMessages',
        summary: 'Texts, newest first',
        description:
          'Sent and received texts, with the patient, the status of each and its reason. A search with letters looks for patients by name; one without looks for phone numbers.',
        querystring: MessageQuery,
        response: { 200: MessagePage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      let total = 0;
      const page = await readPage(
        { name: 'messages', sortedBy: 'moment' },
        request.query,
        ({ appointment_id: appointmentId, needs_attention, search, to }, position) =>
          database.withTenant(tenant, async (db) => {
            const filter: MessageFilter = {
              patient: searchNumbers(db, tenant.orgId, search ?? ''),
              to: to && asStored(to, (await findClinic(db, tenant.orgId)).country),
              appointmentId,
              needsAttention: needs_attention === 'true',
            };
            total = await countMessages(db, filter);
            return listMessages(db, filter, position);
          }),
        presentMessage,
      );
      return { ...page, total };
    },
  );

  server.get(
    '/api/messages/:id',
    {
      onRequest: [tenantResolver, requireRight('messages.read')],
      schema: {
        tags,
        operationId: 'getMessage',
        summary: 'One text with everything that happened to it',
        description: 'With its timeline: queued, sent, delivered, or why not.',
        params,
        response: { 200: MessageDetail },
      },
    },
    async (request) => database.withTenant(tenantOf(request), (db) => showMessage(db, request.params.id)),
  );

  server.patch(
    '/api/messages/:id',
    {
      onRequest: [tenantResolver, requireRight('messages.send')],
      schema: {
        tags,
        operationId: 'updateMessage',
        summary: 'Mark a patient as called instead',
        description: 'For a text that didn’t arrive: marks it as taken care of. Audited, and can be undone.',
        params,
        body: MessagePatch,
        response: { 200: MessageDetail },
      },
    },
    async (request) => {
      const { id } = request.params;
      return markInformed(database, tenantOf(request), { id, informed: request.body.informed }, request.id);
    },
  );

  server.post(
    '/api/messages/:id/resend',
    {
      onRequest: [tenantResolver, requireRight('messages.send')],
      schema: {
        tags,
        operationId: 'resendMessage',
        summary: 'Resend a text that didn’t arrive',
        description:
          'Sent as a new text, to the patient’s current number. A second request returns the same text. 422 says why it can’t be sent: the patient sent STOP, the number doesn’t get texts, or the text is out of date. Audited.',
        params,
        response: { 202: TextAccepted },
      },
    },
    async (request, reply) => {
      const accepted = await resendMessage(database, tenantOf(request), request.params.id, request.id);
      return reply.code(202).send(accepted);
    },
  );
}

/** A plus that was not escaped in the address arrives as a space. */
const asStored = (to: string, country: string): string => {
  const number = to.replace(/^ (?=\d)/, '+');
  return toE164(number, country) ?? number;
};
