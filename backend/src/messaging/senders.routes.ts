import { RemovedSender, Sender, SenderAddress, SenderList, SetSenderRequest } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { createOperatorCheck } from '../platform/operator.ts';
import { noSuchClinic, noSuchSender, senderIsShared, senderIsTaken } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { listSenders, removeSender, type SenderRow, setSender } from './senders.queries.ts';

/** For the operator of the deployment, not for clinics: which clinic texts from its own number. */
export function registerSenderRoutes(
  server: HttpServer,
  options: { messaging: Messaging; database: Database; operatorToken: string },
): void {
  const { database, messaging } = options;
  const onRequest = createOperatorCheck(options.operatorToken);
  const common = { tags: ['operator'], security: [{ operator: [] }] };
  const present = (row: SenderRow) => ({ ...row, created_at: row.created_at.toISOString() });

  server.get(
    '/api/operator/senders',
    {
      onRequest,
      schema: {
        ...common,
        operationId: 'listSenders',
        summary: 'Clinics with their own texting number',
        description: 'All others text from the shared sender.',
        response: { 200: SenderList },
      },
    },
    async () => ({ data: (await database.withService(listSenders)).map(present) }),
  );

  server.put(
    '/api/operator/senders',
    {
      onRequest,
      schema: {
        ...common,
        operationId: 'setSender',
        summary: 'Give a clinic its own number',
        description:
          'A number in the deployment’s Twilio account that no other clinic uses. A clinic has at most one; a new number replaces the old one. Waiting texts are sent from it too, and texts to it go only to this clinic.',
        body: SetSenderRequest,
        response: { 200: Sender },
      },
    },
    async ({ body: { org_id: orgId, address } }) => {
      const { sharedNumbers: shared } = messaging.context;
      const row = await database.withService(async (db) => {
        const outcome = await setSender(db, { orgId, address, shared });
        if (outcome === 'SHARED') throw senderIsShared();
        if (outcome === 'TAKEN') throw senderIsTaken();
        if (outcome === 'NO_CLINIC') throw noSuchClinic();
        return (await listSenders(db)).find((sender) => sender.org_id === orgId);
      });
      if (!row) throw new Error('The new sender couldn’t be read.');
      return present(row);
    },
  );

  server.delete(
    '/api/operator/senders',
    {
      onRequest,
      schema: {
        ...common,
        operationId: 'removeSender',
        summary: 'Remove a clinic’s own number',
        description: 'The clinic texts from the shared sender again, including texts that are waiting now.',
        querystring: z.strictObject({ address: SenderAddress }),
        response: { 200: RemovedSender },
      },
    },
    async ({ query: { address } }) => {
      const orgId = await database.withService((db) => removeSender(db, address));
      if (orgId === null) throw noSuchSender();
      return { org_id: orgId, address };
    },
  );
}
