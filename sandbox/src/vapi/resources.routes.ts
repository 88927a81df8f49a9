import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { VapiError } from './errors.ts';
import { newId } from './ids.ts';
import { type ResourceKind, resourceSchemas, type Stored } from './schemas.ts';
import { orgId } from './state.ts';
import type { VapiWorld } from './world.ts';

const idParams = z.object({ id: z.string() });
const listQuery = z.object({ limit: z.coerce.number().int().min(0).max(1_000).catch(100) });

/** Assistants, tools and phone numbers: kept as given, after the checks that matter to us. */
export function resourceRoutes(app: FastifyInstance, world: VapiWorld): void {
  for (const kind of ['assistant', 'tool', 'phone-number'] as const) routesOf(kind);

  function routesOf(kind: ResourceKind): void {
    const { state, ledger, config } = world;
    const find = (request: FastifyRequest): Stored => {
      const { id } = idParams.parse(request.params);
      const resource = state.resources(kind).get(id);
      if (!resource) throw new VapiError(404, [`Couldn't get ${kind}. Key or id is invalid: ${id}`]);
      return resource;
    };
    const keep = (resource: Stored): Stored => {
      ledger.record({ type: 'stored', kind, resource });
      return resource;
    };
    const now = () => new Date(config.now()).toISOString();

    app.post(`/${kind}`, async (request, reply) => {
      const given = { ...check(kind, request.body), ...(kind === 'phone-number' && numberFor(request.body)) };
      const at = now();
      return reply.code(201).send(keep({ ...given, id: newId(), orgId, createdAt: at, updatedAt: at }));
    });

    app.get(`/${kind}`, async (request) => {
      const { limit } = listQuery.parse(request.query);
      return [...state.resources(kind).values()].reverse().slice(0, limit);
    });

    app.get(`/${kind}/:id`, async (request) => find(request));

    app.patch(`/${kind}/:id`, async (request) => {
      const old = find(request);
      const { id, createdAt } = old;
      // Vapi replaces whole fields: a `server` that is sent without its secret has none from then on.
      const changed = check(kind, { ...old, ...z.record(z.string(), z.unknown()).parse(request.body ?? {}) });
      return keep({ ...changed, id, orgId, createdAt, updatedAt: now() });
    });

    app.delete(`/${kind}/:id`, async (request) => {
      const resource = find(request);
      ledger.record({ type: 'deleted', kind, id: resource.id });
      return resource;
    });
  }

  /** A number of Vapi's own is assigned; it is one that no telephone has. */
  function numberFor(body: unknown): object {
    const { number } = resourceSchemas['phone-number'].parse(body);
    const taken = new Set(world.state.phoneNumbers.map((one) => one.number));
    let next = 100;
    const assigned = () => `+1555010${String(next).padStart(4, '0')}`;
    while (taken.has(assigned())) next += 1;
    return { number: number ?? assigned(), status: 'active' };
  }
}

function check(kind: ResourceKind, body: unknown): object {
  const parsed = resourceSchemas[kind].safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new VapiError(400, details);
}
