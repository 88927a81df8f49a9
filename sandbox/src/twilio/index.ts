import { join } from 'node:path';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Ledger } from '../core/ledger.ts';
import type { StandIn, World } from '../core/stand-in.ts';
import { Carrier } from './carrier.ts';
import { twilioControl } from './control.ts';
import { failure, notFound, TwilioError, unauthorized } from './errors.ts';
import { messageRoutes } from './messages.routes.ts';
import { rfc2822 } from './resource.ts';
import { TwilioState, twilioEntry } from './state.ts';

const accountParams = z.object({ account: z.string() });

export function twilioStandIn(world: World): StandIn {
  const { config } = world;
  const { accountSid, authToken } = config.twilio;
  const state = new TwilioState();
  const ledger = new Ledger(join(config.stateDir, 'twilio.jsonl'), twilioEntry, (entry) =>
    state.apply(entry),
  );
  const carrier = new Carrier(world, ledger);
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const answer = (reply: FastifyReply, error: TwilioError) => reply.code(error.status).send(error.body());

  function authenticate(request: FastifyRequest): void {
    const account = accountParams.safeParse(request.params).data?.account.replace(/\.json$/, '');
    if (request.headers.authorization !== expected || account !== accountSid) throw unauthorized();
  }

  function routes(app: FastifyInstance): void {
    app.setErrorHandler((error: FastifyError, _request, reply) =>
      answer(reply, error instanceof TwilioError ? error : failure(error.statusCode ?? 500)),
    );
    app.setNotFoundHandler((request, reply) => answer(reply, notFound(request.url.replace('/twilio', ''))));
    app.register(
      async (scope) => {
        scope.addHook('preHandler', async (request) => authenticate(request));
        scope.get('/:account', async () => ({
          sid: accountSid,
          friendly_name: 'Sandbox',
          status: 'active',
          type: 'Full',
          date_created: rfc2822(0),
          date_updated: rfc2822(0),
          auth_token: null,
          owner_account_sid: accountSid,
          uri: `/2010-04-01/Accounts/${accountSid}.json`,
          subresource_uris: {},
        }));
        await scope.register(async (inner) => messageRoutes(inner, { config, state, ledger, carrier }), {
          prefix: '/:account',
        });
      },
      { prefix: '/2010-04-01/Accounts' },
    );
  }

  return {
    provider: 'twilio',
    routes,
    control: (app) => twilioControl(app, { world, state, ledger, carrier }),
    refuse: (reply, { status, code }) => answer(reply, failure(status, code)),
    // The credentials of an account do not come back by themselves: it is refused while the fault is on.
    revoke: () => false,
    open() {
      ledger.open();
      carrier.resume(state);
    },
    reset() {
      carrier.stop().catch(() => undefined);
      ledger.clear();
      state.clear();
    },
    async close() {
      await carrier.stop();
      ledger.close();
    },
  };
}
