import { Id, type Message, MessageDetail, MessagePage, MessageQuery, MessageStatus } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { toE164 } from '../platform/phone.ts';
import { findOrganization, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { findListed, type ListedMessage, listMessages, timelineOf } from './message-list.queries.ts';
import { messageNotFound } from './messaging.errors.ts';

export interface MessageRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
}

export function registerMessageRoutes(server: HttpServer, options: MessageRouteOptions): void {
  const { database, tenantResolver } = options;
  const tags = ['messages'];

  server.get(
    '/api/messages',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'listMessages',
        summary: 'Texts, newest first',
        description: 'What was sent and what came in, with the state of each.',
        querystring: MessageQuery,
        response: { 200: MessagePage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return readPage(
        { name: 'messages', sortedBy: 'moment' },
        request.query,
        ({ appointment_id: appointmentId, to }, page) =>
          database.withTenant(tenant, async (db) => {
            const address = to && asStored(to, (await findOrganization(db, tenant.orgId)).country);
            return listMessages(db, { to: address, appointmentId }, page);
          }),
        present,
      );
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
        params: z.object({ id: Id }),
        response: { 200: MessageDetail },
      },
    },
    async (request) =>
      database.withTenant(tenantOf(request), async (db) => {
        const row = await findListed(db, request.params.id);
        if (!row) throw messageNotFound();
        const timeline = await timelineOf(db, row.id);
        return {
          ...present(row),
          timeline: timeline.map(({ status, detail, created_at }) => ({
            status: MessageStatus.parse(status),
            at: created_at.toISOString(),
            detail,
          })),
        };
      }),
  );
}

function present(row: ListedMessage): Message {
  const { to_address: to, from_address: from, created_at, channel, status, body, ...rest } = row;
  return {
    ...rest,
    body: withoutLinks(body),
    to,
    from,
    channel: channel as Message['channel'],
    status: MessageStatus.parse(status),
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
