import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
  type RouteOptions,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  isResponseSerializationError,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { CONNECTION_LIMITS, limitConnections } from './connection-limits.ts';
import { sqlState } from './database.ts';
import { AppError } from './errors.ts';
import type { Logger } from './logger.ts';
import { sendProblem } from './problem.ts';
import { takeForm, takeJson } from './read-body.ts';
import {
  bodyTooLarge,
  discardRest,
  FOR_STRANGERS,
  limitRoute,
  limitsOf,
  limitTime,
  type Schedule,
  scheduleForReal,
} from './request-limits.ts';
import { answerUnreadable } from './unreadable-requests.ts';

export { sendProblem };

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, for rules that hold for all of them. */
    registeredRoutes: readonly RouteOptions[];
  }
  interface FastifyContextConfig {
    /** The route gets the body as the bytes that were signed, and parses them itself. */
    rawBody?: boolean;
    /** The route takes a form, and gets its fields. */
    form?: boolean;
  }
}

/** A Fastify with zod at every boundary, RFC 9457 for every error, and one log line a request. */
export function createHttpServer(options: {
  log: Logger;
  trustProxyHops: number;
  schedule?: Schedule;
  /** Counts a request that proved nothing, and says so when there were too many. */
  countStranger?: (request: FastifyRequest) => Promise<AppError | undefined>;
}): HttpServer {
  const { schedule = scheduleForReal, countStranger } = options;
  const server = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    return503OnClosing: true,
    clientErrorHandler: answerUnreadable,
    bodyLimit: FOR_STRANGERS.bytes,
    requestTimeout: CONNECTION_LIMITS.requestMs,
    connectionTimeout: CONNECTION_LIMITS.silentMs,
    http: {
      // Without one Node would answer by itself, without a word.
      requireHostHeader: false,
      headersTimeout: CONNECTION_LIMITS.headersMs,
      connectionsCheckingInterval: CONNECTION_LIMITS.lookMs,
    },
    // Exactly so many proxies in front: whatever a client writes into X-Forwarded-For lies beyond them.
    trustProxy: (_address: string, hop: number) => hop < options.trustProxyHops,
    routerOptions: { ignoreTrailingSlash: true },
    // An address that the router cannot read reaches neither the error handler nor a hook.
    frameworkErrors(error, request, reply) {
      reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
      sendProblem(reply, request, toFailure(error, request));
    },
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  limitConnections(server.server);
  parseBodies(server);
  const registered: RouteOptions[] = [];
  server.decorate('registeredRoutes', registered);
  server.decorate('intake', { bytes: 0, fields: 0 });
  server.addHook('onRoute', (route) => {
    limitRoute(route);
    registered.push(route);
  });
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    const { headers } = error as { headers?: Record<string, string> };
    // Of a part of a file that does not exist: how long the file is.
    if (error.statusCode === 416 && headers?.['Content-Range']) {
      reply.header('content-range', headers['Content-Range']);
    }
    const failure = toFailure(error, request);
    const refusal = failure.status === 401 ? await countStranger?.(request) : undefined;
    return sendProblem(reply, request, refusal ?? failure);
  });
  server.addHook('preParsing', async (request) => limitTime(request, schedule));
  server.addHook('onSend', async (request, reply) => {
    discardRest(request, reply, schedule);
    reply.header('x-request-id', request.id);
  });
  server.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode >= 500 ? 'error' : 'debug';
    request.log[level](
      {
        method: request.method,
        // The pattern, not the URL: a query string or an id in the path may name a patient.
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      '[Http] Request answered',
    );
  });
  return server;
}

function parseBodies(server: HttpServer): void {
  server.removeContentTypeParser('text/plain');
  server.removeContentTypeParser('application/json');
  const options = { parseAs: 'buffer' as const };
  server.addContentTypeParser('application/json', options, async (request: FastifyRequest, raw: Buffer) => {
    request.server.intake.bytes += raw.length;
    const { rawBody, form } = request.routeOptions.config;
    if (rawBody) return raw;
    if (form) throw unsupportedMediaType();
    return raw.length === 0 ? undefined : takeJson(request, raw);
  });
  const forms = 'application/x-www-form-urlencoded';
  server.addContentTypeParser(forms, options, async (request: FastifyRequest, raw: Buffer) => {
    request.server.intake.bytes += raw.length;
    const { rawBody, form } = request.routeOptions.config;
    if (rawBody) return raw;
    if (!form) throw unsupportedMediaType();
    return takeForm(request, raw);
  });
}

const unsupportedMediaType = () =>
  new AppError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    detail: 'Send the body as JSON with content-type application/json.',
  });

/** What Fastify calls by its own names. */
const PARTS: Record<string, string> = {
  body: 'body',
  params: 'address',
  querystring: 'query',
  headers: 'header',
};

function toFailure(error: FastifyError | AppError, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: issue.message ?? 'is not valid',
    }));
    const sentence = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
    return new AppError({
      code: 'VALIDATION_FAILED',
      status: 400,
      detail: `The ${PARTS[error.validationContext ?? ''] ?? 'request'} isn’t valid. ${sentence}`,
      extra: { errors },
    });
  }
  const status = error.statusCode ?? 500;
  if (status < 500 && !isResponseSerializationError(error)) {
    if (status === 415) return unsupportedMediaType();
    if (error.code === 'FST_ERR_BAD_URL') {
      return new AppError({
        code: 'BAD_URL',
        status,
        detail:
          'The address isn’t valid: each % must be followed by two hexadecimal digits. Fix it and try again.',
      });
    }
    if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') {
      return new AppError({
        code: 'URL_TOO_LONG',
        status,
        detail: 'Part of the address is longer than any id. Check the id in it.',
      });
    }
    if (status === 413) return bodyTooLarge(limitsOf(request).bytes);
    if (status === 416) {
      return new AppError({
        code: 'RANGE_NOT_SATISFIABLE',
        status,
        detail: 'The requested range is beyond the end of the file. Content-Range says how long it is.',
      });
    }
    return new AppError({ code: error.code ?? 'BAD_REQUEST', status, detail: error.message });
  }
  if (isRightMissing(error)) {
    return new AppError({
      code: 'NOT_ALLOWED',
      status: 403,
      detail: 'Your role doesn’t allow this. Nothing was changed; ask an owner or admin of the clinic.',
    });
  }
  request.log.error({ err: error, route: request.routeOptions.url }, '[Http] Request failed');
  if (databaseIsAway(error)) {
    return new AppError({
      code: 'DATABASE_UNAVAILABLE',
      status: 503,
      detail: 'The database isn’t responding right now. Nothing was changed; please try again in a moment.',
      retryable: true,
    });
  }
  return new AppError({
    code: 'INTERNAL',
    status: 500,
    detail: `Something went wrong on our side. As far as we know, nothing was lost. If it keeps happening, give the operator this request id: ${request.id}.`,
    retryable: true,
  });
}

/** What `app_private.require_right` raises: the role of the person changed since the request was let in. */
const isRightMissing = (error: unknown): boolean =>
  sqlState(error) === '42501' && typeof (error as { constraint?: unknown }).constraint === 'string';

const databaseIsAway = (error: unknown): boolean => {
  const state = sqlState(error);
  const code = (error as { code?: unknown }).code;
  return (
    state?.startsWith('08') === true ||
    state === '57P01' ||
    state === '57P02' ||
    state === '57P03' ||
    code === 'ECONNREFUSED' ||
    /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/.test(
      (error as Error).message ?? '',
    )
  );
};
