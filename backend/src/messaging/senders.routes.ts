import { RemovedSender, Sender, SenderAddress, SenderList, SetSenderRequest } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { createOperatorCheck } from '../platform/operator.ts';
import { noSuchClinic, noSuchSender, senderIsShared, senderIsTaken } from './messaging.errors.ts';
import type { Messaging } from './messaging.ts';
import { listSenders, removeSender, type SenderRow, setSender } from './senders.queries.ts';

/** For the operator of the deployment, not for clinics: which clinic texts from a number of its own. */
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
        summary: 'Clinics that text from a number of their own',
        description: 'All others text from the sender of the deployment.',
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
        summary: 'Give a clinic a number of its own',
        description:
          'A number of the deployment’s Twilio account that no other clinic has; a clinic has one at most, and a new one takes the place of the old. Texts that wait leave from it too, and what patients write to it is for this clinic alone.',
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
      if (!row) throw new Error('A sender that was set could not be read.');
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
        summary: 'Take a clinic’s own number back',
        description:
          'The clinic texts from the sender of the deployment again, including the texts that are waiting now.',
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
