import type { HttpServer } from '../platform/http.ts';

/**
 * Answers name what was written for them by the ids that live events carry, so that a program that follows the events
 * knows its own changes among those of others.
 */
export function nameChanges(server: HttpServer): void {
  server.addHook('onSend', async (request, reply) => {
    const ids = request.tenant?.changeIds ?? [];
    if (ids.length > 0) reply.header('x-change-id', ids.join(' '));
  });
}
