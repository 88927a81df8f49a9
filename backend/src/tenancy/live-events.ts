import { PassThrough } from 'node:stream';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { eventsAfter, newestEventId } from './live-events.queries.ts';
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

interface Stream {
  tenant: Tenant;
  output: PassThrough;
  lastId: string;
  busy: boolean;
  again: boolean;
}

/** `GET /api/events`: the rows of the event table as server-sent events, resumable because they are rows. */
export function createLiveEvents(options: {
  database: Database;
  tenantResolver: TenantResolver;
}): LiveEvents {
  const { database } = options;
  const streams = new Set<Stream>();

  const pump = async (stream: Stream): Promise<void> => {
    stream.again = true;
    if (stream.busy) return;
    stream.busy = true;
    try {
      while (stream.again) {
        stream.again = false;
        const rows = await database.withTenant(stream.tenant, (db) => eventsAfter(db, stream.lastId, BATCH));
        for (const row of rows) {
          stream.lastId = row.id;
          const event = { id: row.id, type: row.type, at: row.created_at.toISOString(), data: row.data };
          stream.output.write(`id: ${row.id}\ndata: ${JSON.stringify(event)}\n\n`);
        }
        if (rows.length === BATCH) stream.again = true;
      }
    } catch {
      // The database is away for a moment; the next look continues where this one stopped.
    } finally {
      stream.busy = false;
    }
  };

  const timers = [
    setInterval(() => {
      for (const stream of streams) void pump(stream);
    }, LOOK_EVERY_MS),
    setInterval(() => {
      for (const stream of streams) stream.output.write(': still here\n\n');
    }, HEARTBEAT_MS),
  ];
  for (const timer of timers) timer.unref();

  return {
    wake(orgId) {
      for (const stream of streams) if (orgId === '' || stream.tenant.orgId === orgId) void pump(stream);
    },
    registerRoutes(server) {
      server.get(
        '/api/events',
        {
          onRequest: options.tenantResolver,
          schema: {
            tags: ['events'],
            summary: 'Live events (server-sent events), resumable by Last-Event-ID',
          },
        },
        async (request, reply) => {
          const tenant = tenantOf(request);
          const asked = request.headers['last-event-id'];
          const resumeAt = typeof asked === 'string' && /^\d{1,18}$/.test(asked) ? asked : undefined;
          const lastId = resumeAt ?? (await database.withTenant(tenant, newestEventId));
          const stream: Stream = { tenant, output: new PassThrough(), lastId, busy: false, again: false };
          stream.output.write('retry: 1000\n: live\n\n');
          streams.add(stream);
          request.raw.on('close', () => {
            streams.delete(stream);
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
      // An open stream would keep close() waiting for ever.
      server.addHook('preClose', async () => {
        for (const timer of timers) clearInterval(timer);
        for (const stream of streams) stream.output.end();
        streams.clear();
      });
    },
  };
}
