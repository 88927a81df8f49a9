import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Ledger } from '../core/ledger.ts';
import type { StandIn, World } from '../core/stand-in.ts';
import { bearerOf } from './bearer.ts';
import { calendarRoutes } from './calendar.routes.ts';
import { consentRoutes } from './consent.routes.ts';
import { googleControl } from './control.ts';
import { failure, GoogleError, notFound, OAuthError } from './errors.ts';
import { GoogleState, googleEntry } from './state.ts';
import { tokenRoutes } from './token.routes.ts';
import type { GoogleWorld } from './world.ts';

const refreshForm = z.object({ refresh_token: z.string() });

export function googleStandIn({ config }: World): StandIn {
  const state = new GoogleState();
  const path = join(config.stateDir, 'google.jsonl');
  const ledger = new Ledger(path, googleEntry, (entry) => state.apply(entry));
  const google: GoogleWorld = { config, state, ledger };

  function routes(app: FastifyInstance): void {
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const isVendors = error instanceof GoogleError || error instanceof OAuthError;
      return send(reply, isVendors ? error : failure({ status: error.statusCode ?? 500 }, isOAuth(request)));
    });
    app.setNotFoundHandler((_request, reply) => send(reply, notFound()));
    consentRoutes(app, google);
    tokenRoutes(app, google);
    app.register(async (scope) => calendarRoutes(scope, google), { prefix: '/calendar/v3' });
  }

  return {
    provider: 'google',
    routes,
    control: (app) => googleControl(app, google),
    refuse(reply, refusal) {
      return send(reply, failure(refusal, isOAuth(reply.request)));
    },
    revoke(request) {
      const token = refreshForm.safeParse(request.body).data?.refresh_token ?? bearerOf(request);
      const held = state.refreshTokens.get(token) ?? state.accessTokens.get(token);
      if (held) ledger.record({ type: 'revoked', client_id: held.client_id, account: held.account });
      return held !== undefined;
    },
    open() {
      ledger.open();
      if (!state.epoch) ledger.record({ type: 'epoch', epoch: randomUUID() });
    },
    reset() {
      ledger.clear();
      state.clear();
      ledger.record({ type: 'epoch', epoch: randomUUID() });
    },
    async close() {
      ledger.close();
    },
  };
}

function send(reply: FastifyReply, error: GoogleError | OAuthError): FastifyReply {
  return reply.code(error.status).send(error.body());
}

function isOAuth(request: FastifyRequest): boolean {
  return !request.url.startsWith('/google/calendar/');
}
