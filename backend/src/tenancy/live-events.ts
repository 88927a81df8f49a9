import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { eventsAfter, newestEventId } from './live-events.queries.ts';
import { requireRight } from './rights.ts';
import { type Tenant, type TenantResolver, tenantOf } from './tenant-resolver.ts';

export interface LiveEvents {
  /** Something was written for this organization; without one, for any. */
  wake(orgId: string): void;
  registerRoutes(server: HttpServer): void;
}

const HEARTBEAT_MS = 15_000;
// Backs up the notification, which is a hint: it can be lost, and behind a pooler it never comes.
const LOOK_EVERY_MS = 2_000;
const BATCH = 200;

// A client that loses the right to a stream, or the session, loses the stream within 5 s. What the resolver answers may be
// 2 s old (platform/believed.ts), and a stream sends nothing once the last yes is 3 s old.
const LIMITS = { recheckMs: 1_500, trustMs: 3_000, stalledMs: 60_000, perUser: 20 };
/** The last data may still reach the reader, but a reader who is gone doesn't keep the socket open. */
const CLOSE_TIMEOUT_MS = 2_000;

interface Stream {
  tenant: Tenant;
  request: FastifyRequest;
  reply: FastifyReply;
  output: PassThrough;
  gone: AbortController;
  lastId: string;
  allowedAt: number;
  checking: boolean;
  busy: boolean;
  again: boolean;
}

/** `GET /api/events`: the rows of the event table as server-sent events, resumable because they are rows. */
export function createLiveEvents(options: {
  database: Database;
  tenantResolver: TenantResolver;
  limits?: Partial<typeof LIMITS>;
}): LiveEvents {
  const { database, tenantResolver } = options;
  const limits = { ...LIMITS, ...options.limits };
  const streams = new Set<Stream>();

  const end = (stream: Stream): void => {
    if (!streams.delete(stream)) return;
    stream.gone.abort();
    stream.output.end();
    setTimeout(() => {
      if (!stream.reply.raw.writableFinished) stream.reply.raw.destroy();
    }, CLOSE_TIMEOUT_MS).unref();
  };

  const mayRead = (stream: Stream): boolean =>
    streams.has(stream) && performance.now() - stream.allowedAt < limits.trustMs;

  /** Waits for a reader who is behind, so that never more than a batch is kept for anyone. */
  const drained = async (stream: Stream): Promise<void> => {
    const patience = AbortSignal.timeout(limits.stalledMs);
    try {
      await once(stream.output, 'drain', { signal: AbortSignal.any([stream.gone.signal, patience]) });
    } catch {
      // If it ever comes back, it resumes after the last event it got.
      end(stream);
    }
  };

  const pump = async (stream: Stream): Promise<void> => {
    stream.again = true;
    if (stream.busy) return;
    stream.busy = true;
    try {
      while (stream.again && mayRead(stream)) {
        stream.again = false;
        const rows = await database.withTenant(stream.tenant, (db) => eventsAfter(db, stream.lastId, BATCH));
        for (const row of rows) {
          if (stream.output.writableNeedDrain) await drained(stream);
          if (!mayRead(stream)) return;
          const { id, type, created_at, data, change_id } = row;
          const event = { id, type, at: created_at.toISOString(), data, change_id };
          stream.output.write(`id: ${row.id}\ndata: ${JSON.stringify(event)}\n\n`);
          stream.lastId = row.id;
        }
        if (rows.length === BATCH) stream.again = true;
      }
    } catch {
      // The database is away for a moment; the next look continues where this one stopped.
    } finally {
      stream.busy = false;
    }
  };

  /** Asks again, as for a new request, whether this person may read this clinic's events. */
  const recheck = async (stream: Stream): Promise<void> => {
    if (stream.checking) return;
    stream.checking = true;
    const askedAt = performance.now();
    try {
      await tenantResolver(stream.request);
      if (tenantOf(stream.request).orgId === stream.tenant.orgId) stream.allowedAt = askedAt;
      else end(stream);
    } catch (error) {
      // No one there to ask isn't a refusal; until someone is, nothing is sent.
      if (error instanceof AppError && error.status < 500) end(stream);
    } finally {
      stream.checking = false;
    }
  };

  const timers = [
    setInterval(() => {
      for (const stream of streams) void pump(stream);
    }, LOOK_EVERY_MS),
    setInterval(() => {
      for (const stream of streams) void recheck(stream);
    }, limits.recheckMs),
    setInterval(() => {
      for (const { output } of streams) if (!output.writableNeedDrain) output.write(': still here\n\n');
    }, HEARTBEAT_MS),
  ];
  for (const timer of timers) timer.unref();

  const makeRoom = (userId: string): void => {
    const theirs = [...streams].filter(({ tenant }) => tenant.userId === userId);
    for (const oldest of theirs.slice(0, Math.max(0, theirs.length - limits.perUser + 1))) end(oldest);
  };

  return {
    wake(orgId) {
      for (const stream of streams) if (orgId === '' || stream.tenant.orgId === orgId) void pump(stream);
    },
    registerRoutes(server) {
      server.get(
        '/api/events',
        {
          onRequest: [tenantResolver, requireRight('clinic.read')],
          // It would open a stream, and end the oldest one of this person for it.
          exposeHeadRoute: false,
          config: {
            described: {
              answers: {
                200: {
                  description: 'A stream that stays open',
                  content: {
                    'text/event-stream': z
                      .string()
                      .describe('Lines of server-sent events; each `data` is one LiveEvent in JSON'),
                  },
                },
              },
            },
          },
          schema: {
            tags: ['events'],
            operationId: 'streamEvents',
            summary: 'Live events (server-sent events), resumable by Last-Event-ID',
            description:
              'What changed in the clinic, as it happens: ids and states, no patient data. Each `data` line is one LiveEvent in JSON. Resume after the last `id` that arrived. The answer to a request that changed something names its changes in `x-change-id`, by the `change_id` of their events.',
          },
        },
        async (request, reply) => {
          const tenant = tenantOf(request);
          const asked = request.headers['last-event-id'];
          const resumeAt = typeof asked === 'string' && /^\d{1,18}$/.test(asked) ? asked : undefined;
          const allowedAt = performance.now();
          const lastId = resumeAt ?? (await database.withTenant(tenant, newestEventId));
          const stream: Stream = {
            tenant,
            request,
            reply,
            output: new PassThrough(),
            gone: new AbortController(),
            lastId,
            allowedAt,
            checking: false,
            busy: false,
            again: false,
          };
          stream.output.write('retry: 1000\n: live\n\n');
          makeRoom(tenant.userId);
          streams.add(stream);
          request.raw.on('close', () => {
            streams.delete(stream);
            stream.gone.abort();
            stream.output.destroy();
          });
          void pump(stream);
          return reply
            .header('content-type', 'text/event-stream; charset=utf-8')
            .header('cache-control', 'no-cache, no-transform')
            .header('x-accel-buffering', 'no')
            .send(stream.output);
        },
      );
      // An open stream would keep close() waiting forever.
      server.addHook('preClose', async () => {
        for (const timer of timers) clearInterval(timer);
        for (const stream of streams) end(stream);
      });
    },
  };
}
