import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, type FaultBoard, type FaultKind, faultsOfRequests } from './faults.ts';
import { providerOf } from './providers.ts';
import { type RecordedRequest, type Recorder, redact } from './recorder.ts';
import type { StandIn } from './stand-in.ts';

interface Trace {
  entry: RecordedRequest;
  faults: Map<FaultKind, Fault>;
}

export interface InterferenceOptions {
  standIns: readonly StandIn[];
  faults: FaultBoard;
  recorder: Recorder;
  now: () => number;
}

/** Watches every request to a vendor, and does to it what the fault board says. */
export function interfere(app: FastifyInstance, options: InterferenceOptions): void {
  const traces = new WeakMap<FastifyRequest, Trace>();
  const faultOf = (request: FastifyRequest, kind: FaultKind) => traces.get(request)?.faults.get(kind);

  app.addHook('onRequest', async (request) => {
    const provider = providerOf(request.url);
    if (!provider) return;
    const entry = options.recorder.add({
      provider,
      method: request.method,
      path: pathOf(request),
      query: request.query,
      at: new Date(options.now()).toISOString(),
      authorization: redact(request.headers.authorization),
    });
    traces.set(request, { entry, faults: new Map() });
  });

  app.addHook('preHandler', async (request, reply) => {
    const trace = traces.get(request);
    const standIn = options.standIns.find(({ provider }) => provider === trace?.entry.provider);
    if (!trace || !standIn) return;
    trace.entry.body = request.body ?? null;
    const target = `${request.method} ${pathOf(request)}`;
    const isToken = target === 'POST /google/token';
    const wanted = faultsOfRequests.filter((kind) => kind !== 'invalid_grant' || isToken);
    for (const fault of options.faults.strike(standIn.provider, target, wanted)) {
      trace.faults.set(fault.kind, fault);
      trace.entry.faults.push(fault.kind);
    }
    return beforeTheVendor(standIn, trace.faults, request, reply);
  });

  // From here on the vendor has accepted the request and written it down.
  app.addHook('onSend', async (request, reply, payload) => {
    const latency = faultOf(request, 'latency');
    if (latency) await sleep(latency.latency_ms ?? 1_000, undefined, { ref: false });
    if (faultOf(request, 'drop_after_commit')) request.raw.socket.destroy();
    if (!faultOf(request, 'malformed') || typeof payload !== 'string') return payload;
    reply.removeHeader('content-length');
    return payload.slice(0, Math.ceil(payload.length / 2));
  });

  app.addHook('onResponse', async (request, reply) => {
    const trace = traces.get(request);
    if (trace && !trace.faults.has('drop_after_commit')) trace.entry.status = reply.statusCode;
  });
}

function beforeTheVendor(
  standIn: StandIn,
  faults: Map<FaultKind, Fault>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  if (faults.has('reset')) {
    reply.hijack();
    request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (faults.has('timeout')) return reply.hijack();
  const limit = faults.get('rate_limit');
  if (limit) {
    reply.header('retry-after', String(limit.retry_after_s ?? 1));
    return standIn.refuse(reply, { status: 429, code: limit.code });
  }
  const failure = faults.get('status');
  if (failure) return standIn.refuse(reply, { status: failure.status ?? 503, code: failure.code });
  const grant = faults.get('invalid_grant');
  if (grant) return standIn.refuse(reply, { status: 400, code: 'invalid_grant' });
  if (faults.has('revoke') && !standIn.revoke(request)) return standIn.refuse(reply, { status: 401 });
  return undefined;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
