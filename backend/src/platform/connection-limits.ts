import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bringsBody } from './brings-body.ts';

/** How long and how many connections may wait for something to be said over them. */
export const CONNECTION_LIMITS = {
  /** Until the headers of a request are complete. */
  headersMs: 10_000,
  /** Until headers and body are complete, for whatever a limit of a route does not end sooner. */
  requestMs: 60_000,
  /** How often the two are checked. */
  lookMs: 2_000,
  /** How long a connection may be silent. Longer than proxies keep idle connections. */
  silentMs: 120_000,
  /** Connections without a complete request yet. A well-behaved client is in this state for milliseconds. */
  unproven: 256,
  /** Above this, connections that are idle between two requests are closed. */
  resting: 1_000,
  /** Requests over one connection before the first of them is answered. Browsers and proxies wait for each answer. */
  pipelined: 32,
};
export type ConnectionLimits = typeof CONNECTION_LIMITS;

/**
 * Keeps room for new connections, however many are held open: the oldest of those that have brought nothing yet make
 * way, and so do idle ones. No one is refused for coming late.
 */
export function limitConnections(server: Server, limits: ConnectionLimits = CONNECTION_LIMITS): void {
  const unproven = new Set<Socket>();
  let open = 0;
  server.on('connection', (socket: Socket) => {
    open += 1;
    unproven.add(socket);
    socket.once('close', () => {
      open -= 1;
      unproven.delete(socket);
    });
    if (open > limits.resting) server.closeIdleConnections();
    if (unproven.size <= limits.unproven) return;
    const [oldest] = unproven;
    oldest?.destroy();
  });
  refusePipelines(server, limits.pipelined);
  // Before the application, which may answer at once.
  server.prependListener('request', (request: IncomingMessage) => {
    const { socket, headers } = request;
    unproven.delete(socket);
    if (!bringsBody(headers)) return;
    // Of a second request over the same connection, too: as long as its body is under way it proves nothing.
    unproven.add(socket);
    request.once('end', () => unproven.delete(socket));
  });
}

/**
 * Cuts a connection that sends requests without waiting for the answers. Node hands all requests in one packet to the
 * application before anything else gets its turn: 65 kB of them held the process for half a second.
 */
function refusePipelines(server: Server, most: number): void {
  const unanswered = new WeakMap<Socket, number>();
  const emit = server.emit.bind(server);
  // No listener can keep a request from those after it, and the application is one of them.
  server.emit = (event: string, ...values: unknown[]): boolean => {
    if (event !== 'request') return emit(event, ...values);
    const [request, response] = values as [IncomingMessage, ServerResponse];
    const { socket } = request;
    if (socket.destroyed) return true;
    const waiting = (unanswered.get(socket) ?? 0) + 1;
    if (waiting > most) {
      socket.destroy();
      return true;
    }
    unanswered.set(socket, waiting);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    return emit(event, ...values);
  };
}
