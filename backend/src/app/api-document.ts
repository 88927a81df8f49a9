import fastifySwagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { HttpServer } from '../platform/http.ts';
import { serveReference } from './reference-page.ts';

/** The OpenAPI document of every route that is registered after this, and the page that shows it. */
export async function describeApi(server: HttpServer, version: string): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Voxanne',
        version,
        description:
          'The back office of an AI phone receptionist. Sign up, take a token from GET /api/auth/token, send it as Authorization: Bearer. Errors are RFC 9457 problem documents.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withProblems(jsonSchemaTransformObject(document)),
  });
  server.get('/api/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  serveReference(server);
}

type ApiDocument = ReturnType<typeof jsonSchemaTransformObject>;

/** Every operation can answer a problem document; said once here instead of in every route. */
function withProblems(document: ApiDocument): ApiDocument {
  const problem = {
    description: 'What went wrong, why, and what to do (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations ?? {})) {
      const { responses } = operation as { responses?: Record<string, unknown> };
      if (responses) responses.default = problem;
    }
  }
  return document;
}
