import type { FastifyError, FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FaultBoard } from './faults.ts';
import { Problem } from './problem.ts';
import { providers } from './providers.ts';
import type { Recorder } from './recorder.ts';
import type { StandIn } from './stand-in.ts';

const requestsQuery = z.object({
  provider: z.enum(providers).optional(),
  since: z
    .string()
    .refine((value) => /^\d+$/.test(value) || !Number.isNaN(Date.parse(value)))
    .optional(),
});

export interface ControlOptions {
  standIns: readonly StandIn[];
  faults: FaultBoard;
  recorder: Recorder;
  publicUrl: string;
}

/** The doors of the outside world, below /_sandbox. They open for this machine only. */
export function controlRoutes(
  app: FastifyInstance,
  { standIns, faults, recorder, publicUrl }: ControlOptions,
): void {
  app.addHook('onRequest', async (request) => {
    if (!isLoopback(request.raw.socket.remoteAddress)) {
      throw new Problem(403, 'NOT_LOOPBACK', 'The sandbox’s control routes only answer this machine.');
    }
    // A web page that is open on this machine also comes from this machine: by its own name that leads here, or
    // by sending a form. Either says so.
    const { host, origin } = request.headers;
    const page = origin === undefined ? undefined : URL.parse(origin);
    if (!isLocalName(URL.parse(`http://${host}`)) || (page !== undefined && !isLocalName(page))) {
      const detail =
        'The sandbox’s control routes only answer localhost, and never a page from another site.';
      throw new Problem(403, 'NOT_LOCALHOST', detail);
    }
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const problem =
      error instanceof Problem
        ? error
        : new Problem(error.statusCode ?? 500, error.code ?? 'SANDBOX_FAULT', error.message);
    return reply.code(problem.status).type('application/problem+json').send(problem.body());
  });
  app.setNotFoundHandler((request) => {
    throw new Problem(404, 'NOT_FOUND', `The sandbox has no ${request.method} ${request.url}.`);
  });

  // By this a second process knows whether the stand-ins that it found are those of its own deployment.
  app.get('/about', async () => ({ product: 'voxanne-sandbox', public_url: publicUrl }));

  app.get('/requests', async (request) => {
    const query = requestsQuery.safeParse(request.query);
    if (!query.success) {
      const detail = `"provider" is one of ${providers.join(', ')}; "since" is a request id or a time.`;
      throw new Problem(400, 'INVALID_QUERY', detail);
    }
    return { data: recorder.list(query.data) };
  });

  app.put('/faults', async (request) => faults.put(request.body));
  app.get('/faults', async () => ({ data: faults.list() }));
  app.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });

  app.get('/alerts', async () => ({ data: [] }));

  app.post('/reset', async (_request, reply) => {
    for (const standIn of standIns) standIn.reset();
    faults.clear();
    recorder.clear();
    return reply.code(204).send();
  });

  for (const standIn of standIns) standIn.control(app);
}

export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

const isLocalName = (address: URL | null): boolean =>
  address !== null &&
  (/^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(address.hostname) ||
    address.hostname.endsWith('.localhost'));

/** Reads the body of a control route, or says in a sentence what is wrong with it. */
export function parseControl<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.');
  const detail = field ? `The field "${field}" isn’t valid: ${issue?.message}.` : `${issue?.message}.`;
  throw new Problem(400, 'INVALID_BODY', detail);
}
