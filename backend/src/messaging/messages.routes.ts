import {
  Id,
  type Message,
  MessageDetail,
  MessagePage,
  MessagePatch,
  MessageQuery,
  MessageStatus,
  TextAccepted,
  textReason,
} from '@voxanne/contract';
import { z } from 'zod';
import type { Database, Db } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { toE164 } from '../platform/phone.ts';
import { findOrganization, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import {
  countMessages,
  findListed,
  type ListedMessage,
  listMessages,
  type MessageFilter,
  markInformed,
  resendText,
  timelineOf,
} from './message-list.queries.ts';
import { messageNotFound, notSentAgain } from './messaging.errors.ts';

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
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'listMessages',
        summary: 'Texts, newest first',
        description:
          'What was sent and what came in, with the patient, the state of each and its reason. A search with letters looks for patients by name, one without by number.',
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
              to: to && asStored(to, (await findOrganization(db, tenant.orgId)).country),
              appointmentId,
              needsAttention: needs_attention === 'true',
            };
            total = await countMessages(db, filter);
            return listMessages(db, filter, position);
          }),
        present,
      );
      return { ...page, total };
    },
  );

  server.get(
    '/api/messages/:id',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'getMessage',
        summary: 'One text with everything that happened to it',
        description: 'With its timeline: queued, sent, delivered, or why not.',
        params,
        response: { 200: MessageDetail },
      },
    },
    async (request) => database.withTenant(tenantOf(request), (db) => show(db, request.params.id)),
  );

  server.patch(
    '/api/messages/:id',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'updateMessage',
        summary: 'Say that a patient was informed by phone instead',
        description:
          'For a text that did not arrive: it needs no attention anymore. Audited, and can be taken back.',
        params,
        body: MessagePatch,
        response: { 200: MessageDetail },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { id: messageId } = request.params;
      const { informed } = request.body;
      return database.withTenant(tenant, async (db) => {
        const change = { messageId, informed, requestId: request.id };
        if (!(await markInformed(db, tenant.orgId, change))) throw messageNotFound();
        return show(db, messageId);
      });
    },
  );

  server.post(
    '/api/messages/:id/resend',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'resendMessage',
        summary: 'Send a text again that did not arrive',
        description:
          'As a new text, to the number that the patient has now. A second request answers with the same text. 422 says why it cannot be sent: the patient sent STOP, the number takes no texts, or the text is not true anymore. Audited.',
        params,
        response: { 202: TextAccepted },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const accepted = await database.withTenant(tenant, async (db) => {
        const sent = await resendText(db, tenant.orgId, request.params.id, request.id);
        if (sent.message_id === null) throw notSentAgain(sent.outcome);
        const row = await findListed(db, sent.message_id);
        if (!row) throw messageNotFound();
        return { message_id: row.id, status: MessageStatus.parse(row.status) };
      });
      return reply.code(202).send(accepted);
    },
  );
}

async function show(db: Db, id: string): Promise<MessageDetail> {
  const row = await findListed(db, id);
  if (!row) throw messageNotFound();
  const timeline = await timelineOf(db, row.id);
  return {
    ...present(row),
    timeline: timeline.map(({ status, detail, created_at }) => ({
      status: MessageStatus.parse(status),
      at: created_at.toISOString(),
      detail,
      reason: textReason(status, detail),
    })),
  };
}

function present(row: ListedMessage): Message {
  const { to_address: to, from_address: from, created_at, channel, status, body, patient, contacts } = row;
  return {
    id: row.id,
    to,
    from,
    channel: channel as Message['channel'],
    status: MessageStatus.parse(status),
    body: withoutLinks(body),
    kind: row.kind,
    appointment_id: row.appointment_id,
    attempts: row.attempts,
    provider_id: row.provider_id,
    error_code: row.error_code,
    reason: textReason(status, row.error_code),
    patient: { phone: patient, contacts },
    informed_at: row.informed_at?.toISOString() ?? null,
    resendable: row.resendable,
    replaced_by: row.replaced_by,
    created_at: created_at.toISOString(),
  };
}

/** A patient's link acts as the patient; nobody else needs to see it whole. */
const withoutLinks = (body: string): string => body.replace(/(\/a\/)[\w-]{41}/g, '$1...');

/** A plus that was not escaped in the address arrives as a space. */
const asStored = (to: string, country: string): string => {
  const number = to.replace(/^ (?=\d)/, '+');
  return toE164(number, country) ?? number;
};
