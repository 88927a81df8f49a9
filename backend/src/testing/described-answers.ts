import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { HttpServer } from '../platform/http.ts';

interface Media {
  schema?: object;
}
interface Answer {
  content?: Record<string, Media>;
}
export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema: object; description?: string }[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Answer>;
}
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
  tags: { name: string }[];
  security: Record<string, string[]>[];
}

/** Compiles the schemas of a document, with every keyword and format known or refused. */
export function strictSchemas(api: Description): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
  addFormats.default(ajv);
  const inHouse = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/components/schemas/', '"api#/$defs/')) as object;
  ajv.addSchema({ $id: 'api', $defs: inHouse(api.components.schemas) });
  const compiled = new Map<object, ValidateFunction>();
  return (schema) => {
    const known = compiled.get(schema) ?? ajv.compile(inHouse(schema));
    compiled.set(schema, known);
    return known;
  };
}

type Check = (operation: Operation, status: number, type: string, body: string) => string | undefined;

function checkOf(api: Description): Check {
  const compile = strictSchemas(api);
  return (operation, status, type, body) => {
    const answer = operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`];
    if (!answer) return `answers ${status}, which is not described`;
    if (body === '') return answer.content === undefined || status === 304 ? undefined : 'answers nothing';
    const media = answer.content?.[type];
    if (!media?.schema) return `answers ${status} with ${type}, which is not described`;
    const valid = compile(media.schema);
    const value: unknown = type.endsWith('json') ? JSON.parse(body) : body;
    if (valid(value)) return undefined;
    const faults = (valid.errors ?? []).slice(0, 3);
    return `answers ${status} with what its schema refuses: ${JSON.stringify(faults)} in ${body.slice(0, 300)}`;
  };
}

// A document differs by mode only, and takes a tenth of a second.
const known = new Map<string, { api: Description; check: Check }>();

/** Holds every answer of a test's server against its own API document. */
export function watchAnswers(app: HttpServer, mode: string): { expectAllDescribed(): void } {
  const violations = new Set<string>();
  app.addHook('onSend', async (request, reply, payload) => {
    const { url, schema } = request.routeOptions;
    if (url === undefined || request.is404 || request.method === 'HEAD' || schema?.hide) return payload;
    const { api, check } = known.get(mode) ?? describe(app, mode);
    const path = url.replace(/:(\w+)/g, '{$1}');
    const operation = api.paths[path]?.[request.method.toLowerCase()];
    const said = `${request.method} ${path}`;
    if (!operation) {
      violations.add(`${said} is not described`);
      return payload;
    }
    const isText = payload === undefined || payload === null || typeof payload === 'string';
    if (!isText || reply.hasHeader('content-encoding')) return payload;
    const type = String(reply.getHeader('content-type') ?? '').split(';')[0] ?? '';
    const fault = check(operation, reply.statusCode, type, payload ?? '');
    if (fault) violations.add(`${said} ${fault}`);
    return payload;
  });
  return {
    expectAllDescribed() {
      if (violations.size > 0) {
        throw new Error(`Answers that the API document does not describe:\n${[...violations].join('\n')}`);
      }
    },
  };
}

function describe(app: HttpServer, mode: string) {
  const api = app.swagger() as unknown as Description;
  const made = { api, check: checkOf(api) };
  known.set(mode, made);
  return made;
}
