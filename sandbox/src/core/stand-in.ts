import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxConfig } from './config.ts';
import type { FaultBoard } from './faults.ts';
import type { Provider } from './providers.ts';
import type { Recorder } from './recorder.ts';

/** What every stand-in is given. */
export interface World {
  config: SandboxConfig;
  faults: FaultBoard;
  recorder: Recorder;
}

export interface Refusal {
  status: number;
  code?: string | number | undefined;
}

/** One vendor: its own routes, its own doors for the outside world, its own way to fail. */
export interface StandIn {
  readonly provider: Provider;
  /** below /<provider> */
  routes(app: FastifyInstance): void;
  /** below /_sandbox */
  control(app: FastifyInstance): void;
  /** answers in the vendor's words that it cannot or will not */
  refuse(reply: FastifyReply, refusal: Refusal): FastifyReply;
  /** takes access away from the one who is asking; true when the vendor's own rules then refuse the request */
  revoke(request: FastifyRequest): boolean;
  /** takes over a connection that came with HTTP CONNECT, for a vendor that does not speak HTTP */
  tunnel?(request: IncomingMessage, socket: Duplex): void;
  open(): void;
  reset(): void;
  close(): Promise<void>;
}
