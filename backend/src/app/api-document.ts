import { createHash } from 'node:crypto';
import fastifySwagger from '@fastify/swagger';
import { RIGHTS, Role } from '@voxanne/contract';
import type { RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { negotiateEncoding, pack } from '../platform/compression.ts';
import type { HttpServer } from '../platform/http.ts';
import { knowsEtag } from '../platform/known-etag.ts';
import type { DescribedAnswer } from '../platform/route-kind.ts';
import { type Access, accessOf, rolesInWords } from '../tenancy/index.ts';
import { SECURITY_SCHEMES, TAGS } from './api-parts.ts';
import { moveExamples } from './example-dates.ts';
import { type ApiDocument, tidySchemas } from './tidy-schemas.ts';

export interface ApiDocumentOptions {
  version: string;
  publicUrl: string;
  now: () => Date;
}

/** The OpenAPI document of every route that is registered after this, at `/api/openapi.json`. */
export async function describeApi(server: HttpServer, options: ApiDocumentOptions): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Voxanne',
        version: options.version,
        description:
          'The back office of an AI phone receptionist. Sign up, get a token from GET /api/auth/token, send it as Authorization: Bearer. Errors are RFC 9457 problem documents.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: options.publicUrl, description: 'This deployment' }],
      tags: TAGS,
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: ({ schema, route, ...rest }) => {
      const input = { ...rest, route, schema: withDescribed(schema, route) };
      return jsonSchemaTransform(input as Parameters<typeof jsonSchemaTransform>[0]);
    },
    transformObject: (document) => finish(jsonSchemaTransformObject(document) as ApiDocument),
  });
  serveDocument(server, options.now);
}

// Passed from the routes into the document; the libraries keep names that begin like this.
const ANSWER_HEADERS = 'x-answer-headers';

/** The name of the right that an operation needs; docs/rights.md has them all. */
const RIGHT = 'x-right';

type Schema = NonNullable<RouteOptions['schema']>;

/** What a route describes is next to what it enforces. */
function withDescribed(schema: Schema | undefined, route: RouteOptions): Schema | undefined {
  if (!schema) return schema;
  const named = withRight(schema, accessOf(route));
  const described = route.config?.described;
  if (!described) return named;
  const { body, answers } = described;
  const response = Object.entries(answers ?? {}).map(([status, answer]) => [status, responseOf(answer)]);
  const headers = Object.entries(answers ?? {}).map(([status, answer]) => [status, answer.headers ?? {}]);
  const added: object = {
    ...named,
    ...(body ? { body: body.schema, consumes: [body.type] } : {}),
    [ANSWER_HEADERS]: Object.fromEntries(headers),
    response: { ...(schema.response as object | undefined), ...Object.fromEntries(response) },
  };
  return added as Schema;
}

/** Says which right an operation needs, and for whom it is where that isn't everyone in the clinic. */
function withRight(schema: Schema, access: Access | undefined): Schema {
  if (access === undefined || access === 'any member' || access === 'anyone signed in') return schema;
  const { roles } = RIGHTS[access];
  const forWhom = roles.length === Role.options.length ? '' : `For ${rolesInWords(roles)}. `;
  const added: object = {
    ...schema,
    [RIGHT]: access,
    description: `${forWhom}${schema.description ?? ''}`.trim(),
  };
  return added as Schema;
}

const responseOf = ({ description, content }: DescribedAnswer) =>
  content === undefined
    ? z.undefined().describe(description)
    : {
        description,
        content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
      };

interface Media {
  schema?: { anyOf?: { type?: string }[] };
}
interface Operation {
  [ANSWER_HEADERS]?: Record<string, Record<string, string>>;
  operationId?: string;
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media>; headers?: object }>;
}

const SAID: Record<string, string> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted; it’ll be done in a moment',
  204: 'Done; no content',
};
const PROBLEM_TYPE = 'application/problem+json';

/** Said once here instead of in every route. */
function finish(document: ApiDocument): ApiDocument {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const operation of Object.values(operations ?? {}) as unknown as Operation[]) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.description === 'Default Response') response.description = SAID[status] ?? 'Done';
      }
      addHeaders(operation);
      addProblems(operation);
      if (!isUncounted(path)) addTooMany(operation);
      letBodyBeAbsent(operation);
    }
  }
  return tidySchemas(document);
}

function addHeaders(operation: Operation): void {
  for (const [status, headers] of Object.entries(operation[ANSWER_HEADERS] ?? {})) {
    const said = Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]);
    const response = operation.responses[status];
    if (response && said.length > 0) response.headers = Object.fromEntries(said);
  }
  delete operation[ANSWER_HEADERS];
}

/** Every operation can answer a problem document. */
function addProblems({ responses }: Operation): void {
  const problem = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } as Record<
    string,
    Media
  >;
  for (const [status, description] of [
    ['4XX', 'What is wrong with the request, why, and what to do (RFC 9457)'],
    ['5XX', 'What went wrong here, and whether to try again (RFC 9457)'],
  ] as const) {
    const described = responses[status];
    responses[status] = { description, ...described, content: { ...described?.content, ...problem } };
  }
}

const isUncounted = (path: string): boolean => path === '/health' || path === '/ready';

const LIMIT_HEADERS = {
  RateLimit: 'What is left: `r` requests; the count starts again in `t` seconds',
  'RateLimit-Policy': 'The limit: `q` requests in a window of `w` seconds',
  'Retry-After': 'Seconds until the same request may work',
};

/** Wherever requests are counted. A described page for people stays what it is, under 4XX. */
function addTooMany({ responses }: Operation): void {
  const others = responses['4XX']?.content ?? {};
  responses[429] = {
    description: 'Too many requests; wait as long as Retry-After says',
    content: others,
    headers: Object.fromEntries(
      Object.entries(LIMIT_HEADERS).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    ),
  };
}

/** A body that may be null need not be sent at all. */
function letBodyBeAbsent({ requestBody }: Operation): void {
  for (const media of Object.values(requestBody?.content ?? {})) {
    const forms = media.schema?.anyOf;
    const rest = forms?.filter(({ type }) => type !== 'null');
    if (!requestBody || !forms || !rest || rest.length === forms.length) continue;
    requestBody.required = false;
    const [only] = rest;
    media.schema = rest.length === 1 && only ? (only as Media['schema'] & object) : { anyOf: rest };
  }
}

interface Served {
  week: string;
  bodies: Map<string, Promise<{ etag: string; bytes: Buffer }>>;
}

/** It changes with a new version and once a week, when its examples move on: so it has a strong ETag. */
function serveDocument(server: HttpServer, now: () => Date): void {
  let served: Served | undefined;
  const current = (): Served => {
    const { week, document } = moveExamples(server.swagger() as ApiDocument, now());
    if (served?.week === week) return served;
    const text = Buffer.from(JSON.stringify(document()));
    const made = async (encoding: string) => {
      const bytes = await pack(text, encoding);
      return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
    };
    const bodies = new Map<string, ReturnType<typeof made>>();
    served = { week, bodies };
    for (const encoding of ['identity', 'gzip', 'br']) bodies.set(encoding, made(encoding));
    return served;
  };
  server.get(
    '/api/openapi.json',
    { config: { kind: 'file' }, schema: { hide: true } },
    async (request, reply) => {
      const encoding = negotiateEncoding(request.headers['accept-encoding']);
      const made = await current().bodies.get(encoding);
      if (!made) throw new Error(`The API document has no form for ${encoding}.`);
      reply.headers({
        etag: made.etag,
        'cache-control': 'public, no-cache',
        vary: 'accept-encoding',
        // Nothing in it is anyone's: tools on other pages may read it, and the reference page has no origin.
        'access-control-allow-origin': '*',
      });
      if (knowsEtag(request, made.etag)) return reply.code(304).send();
      if (encoding !== 'identity') reply.header('content-encoding', encoding);
      return reply.type('application/json; charset=utf-8').send(made.bytes);
    },
  );
}
