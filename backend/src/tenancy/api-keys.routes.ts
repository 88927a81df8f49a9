import {
  ApiKey,
  ApiKeyCreate,
  ApiKeyList,
  ApiKeyPatch,
  ApiKeyRotate,
  Id,
  NewApiKey,
  type Scope,
} from '@voxanne/contract';
import { z } from 'zod';
import { newApiKey } from '../identity/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database, Db } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import {
  changeApiKey,
  createApiKey,
  findMaxRequestsPerHour,
  type ListedApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from './api-keys.queries.ts';
import { maxRequestsPerHour, refuseAbove } from './org-rate-limiter.ts';
import { requireRight } from './rights.ts';
import { done } from './team-refusal.ts';
import { type TenantResolver, tenantOf } from './tenant-resolver.ts';

export interface ApiKeyRouteOptions {
  database: Database;
  clock: Clock;
  config: Pick<Config, 'mode' | 'rateLimits'>;
  tenantResolver: TenantResolver;
  /** So that this process does not believe a key that was revoked a moment ago. */
  onChange: () => void;
}

const ONCE = 'The key itself is in this answer and never again: only a hash is kept.';

export function registerApiKeyRoutes(server: HttpServer, options: ApiKeyRouteOptions): void {
  const { database, clock, config, tenantResolver, onChange } = options;
  const onRequest = [tenantResolver, requireRight('api_keys.manage')];
  const tags = ['api keys'];
  const params = z.object({ id: Id.toLowerCase() });

  const present = ({ overlap_ends_at, scopes, ...row }: ListedApiKey): ApiKey => {
    const ends = [row.expires_at, overlap_ends_at].filter((at) => at !== null);
    const goodUntil = ends.length > 0 ? new Date(Math.min(...ends.map(Number))) : null;
    const isOver = goodUntil !== null && goodUntil <= clock.now();
    return {
      ...row,
      scopes: scopes as Scope[],
      status: isOver ? 'expired' : overlap_ends_at === null ? 'active' : 'rotated',
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at?.toISOString() ?? null,
      expires_at: row.expires_at?.toISOString() ?? null,
      good_until: goodUntil?.toISOString() ?? null,
    };
  };
  const read = async (db: Db, orgId: string, id: string): Promise<ApiKey> => {
    const row = (await listApiKeys(db, orgId)).find((key) => key.id === id);
    if (!row) throw new Error('An API key that was changed is not in the list.');
    return present(row);
  };
  /** Refuses a limit that the clinic's would make untrue. */
  const checkLimit = async (db: Db, orgId: string, limit: number | null): Promise<void> => {
    if (limit === null) return;
    const allowed = { requests_per_hour: await findMaxRequestsPerHour(db, orgId) };
    refuseAbove(maxRequestsPerHour(allowed, config.rateLimits.orgPerHour), limit);
  };

  server.get(
    '/api/api-keys',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listApiKeys',
        summary: 'The clinic’s API keys',
        description:
          'Newest first, without the revoked ones. A key belongs to the clinic and works on when the person who made it leaves.',
        response: { 200: ApiKeyList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const keys = await database.withTenant(tenant, (db) => listApiKeys(db, tenant.orgId));
      return { data: keys.map(present), next_cursor: null };
    },
  );

  server.post(
    '/api/api-keys',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'createApiKey',
        summary: 'Make an API key',
        description: `${ONCE} Send it as \`Authorization: Bearer\`. You can give a key what you may do yourself, and no more (403 SCOPE_NOT_ALLOWED). Audited.`,
        body: ApiKeyCreate,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { name, scopes, expires_at = null, requests_per_hour: limit = null } = request.body;
      const { key, ...kept } = newApiKey(config.mode);
      const made = await database.withTenant(tenant, async (db) => {
        await checkLimit(db, tenant.orgId, limit);
        const more = { name, scopes, expiresAt: expires_at, requestsPerHour: limit, requestId: request.id };
        const { key_id } = done(await createApiKey(db, tenant.orgId, { ...kept, ...more }));
        return read(db, tenant.orgId, key_id);
      });
      return reply.code(201).send({ ...made, key });
    },
  );

  server.post(
    '/api/api-keys/:id/rotate',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'rotateApiKey',
        summary: 'Replace an API key with a new one',
        description: `The new key has the name, the scopes and the limit of the old one, and expires after as long a time. The old one works for \`overlap_hours\` more, so that programs can change over. A key is rotated once (409 API_KEY_ROTATED). ${ONCE} Audited.`,
        params,
        body: ApiKeyRotate,
        response: { 201: NewApiKey },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { key, ...kept } = newApiKey(config.mode);
      const how = { ...kept, overlapHours: request.body.overlap_hours, requestId: request.id };
      const made = await database.withTenant(tenant, async (db) => {
        const { key_id } = done(await rotateApiKey(db, tenant.orgId, request.params.id, how));
        return read(db, tenant.orgId, key_id);
      });
      onChange();
      return reply.code(201).send({ ...made, key });
    },
  );

  server.patch(
    '/api/api-keys/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'updateApiKey',
        summary: 'Change the limit of an API key',
        description:
          'Within what the operator allows the clinic (400 LIMIT_TOO_HIGH): its requests count against the limit of the clinic, too. Audited.',
        params,
        body: ApiKeyPatch,
        response: { 200: ApiKey },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { id } = request.params;
      const { requests_per_hour: limit } = request.body;
      const changed = await database.withTenant(tenant, async (db) => {
        await checkLimit(db, tenant.orgId, limit);
        done(await changeApiKey(db, tenant.orgId, id, limit, request.id));
        return read(db, tenant.orgId, id);
      });
      onChange();
      return changed;
    },
  );

  server.delete(
    '/api/api-keys/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key',
        description:
          'Every server process refuses it within 5 seconds, streams that are open included; invitations that it made end. Revoking it again changes nothing. Audited.',
        params,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { id } = request.params;
      done(await database.withTenant(tenant, (db) => revokeApiKey(db, tenant.orgId, id, request.id)));
      onChange();
      return reply.code(204).send();
    },
  );
}
