import { join } from 'node:path';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { Ledger } from '../core/ledger.ts';
import type { StandIn, World } from '../core/stand-in.ts';
import { callRoutes } from './calls.routes.ts';
import { vapiControl } from './control.ts';
import { failure, unauthorized, VapiError } from './errors.ts';
import { resourceRoutes } from './resources.routes.ts';
import { VapiState, vapiEntry } from './state.ts';

export function vapiStandIn({ config, faults }: World): StandIn {
  const state = new VapiState();
  const path = join(config.stateDir, 'vapi.jsonl');
  const ledger = new Ledger(path, vapiEntry, (entry) => state.apply(entry));
  const world = { config, faults, state, ledger };
  const answer = (reply: FastifyReply, error: VapiError) => reply.code(error.status).send(error.body());
  const playing = new Set<Promise<void>>();
  let running = new AbortController();

  async function hangUp(): Promise<void> {
    running.abort();
    running = new AbortController();
    await Promise.all(playing);
  }

  function routes(app: FastifyInstance): void {
    app.addHook('preHandler', async (request) => {
      if (request.headers.authorization !== `Bearer ${config.vapi.apiKey}`) throw unauthorized();
    });
    app.setErrorHandler((error: FastifyError, _request, reply) =>
      answer(reply, error instanceof VapiError ? error : failure(error.statusCode ?? 500)),
    );
    app.setNotFoundHandler((request, reply) =>
      answer(reply, new VapiError(404, [`Cannot ${request.method} ${request.url.replace('/vapi', '')}`])),
    );
    resourceRoutes(app, world);
    callRoutes(app, state);
  }

  return {
    provider: 'vapi',
    routes,
    control: (app) =>
      vapiControl(app, world, {
        signal: () => running.signal,
        add(call) {
          // A call that is cut off by the end of this run is found unfinished, and ended, by the next.
          const over = call.catch(() => undefined).finally(() => playing.delete(over));
          playing.add(over);
        },
      }),
    refuse: (reply, { status, code }) => answer(reply, failure(status, code)),
    revoke: () => false,
    open() {
      ledger.open();
      state.hangUp();
    },
    reset() {
      hangUp().catch(() => undefined);
      ledger.clear();
      state.clear();
    },
    async close() {
      await hangUp();
      ledger.close();
    },
  };
}
