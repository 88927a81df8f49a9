import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifySchema, RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';
import { type Description, type Operation, strictSchemas } from '../testing/described-answers.ts';
import { TAGS } from './api-parts.ts';
import { PAGES } from './dashboard-pages.ts';
import { moveExamples } from './example-dates.ts';

/** Sessions and keys are rows: these ask the database before anyone is refused. */
const ASKS_THE_DATABASE = new Set(['signOut', 'getToken', 'listSigningKeys']);
const MONTH_MS = 30 * 86_400_000;
/** No one is asked: what is looked at here comes before the database. */

describe('the API document', () => {
  let scene: TestApp;
  let api: Description;
  let routes: { method: string; url: string; schema?: FastifySchema; config?: RouteOptions['config'] }[];
  let operations: { name: string; method: string; path: string; operation: Operation }[];
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE);
    routes = scene.app.registeredRoutes.flatMap(({ method, url, schema, config }) =>
      [method]
        .flat()
        .map((one) => ({ method: one, url, ...(schema ? { schema } : {}), ...(config ? { config } : {}) })),
    );
    api = (await scene.app.inject('/api/openapi.json')).json();
    operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );
  });
  afterAll(() => scene.close());

  const failing = (holds: (one: (typeof operations)[number]) => boolean) =>
    operations.filter((one) => !holds(one)).map(({ name }) => name);

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(api) });
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(operations.length).toBeGreaterThan(70);
  });

  test('gives each operation its own name, a group, a summary and a description', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(failing(({ operation }) => /^[a-z]+([A-Z][a-z]*)*$/.test(operation.operationId ?? ''))).toEqual(
      [],
    );
    const groups = new Set(TAGS.map(({ name }) => name));
    expect(
      failing(({ operation }) => operation.tags?.length === 1 && groups.has(operation.tags[0] ?? '')),
    ).toEqual([]);
    expect(failing(({ operation }) => (operation.summary ?? '') !== '')).toEqual([]);
    expect(failing(({ operation }) => (operation.description ?? '') !== '')).toEqual([]);
    const used = new Set(operations.flatMap(({ operation }) => operation.tags ?? []));
    expect(TAGS.filter(({ name }) => !used.has(name))).toEqual([]);
  });

  test('says of each operation how it succeeds, with a schema for every body, and how it fails', () => {
    expect(
      failing(({ operation }) =>
        Object.keys(operation.responses).some((status) => /^[23]\d\d$/.test(status)),
      ),
    ).toEqual([]);
    const described = (one: Operation) =>
      Object.entries(one.responses).every(
        ([status, { content }]) =>
          ['204', '302', '303', '304'].includes(status) ||
          Object.values(content ?? { none: {} }).every(({ schema }) => schema !== undefined),
      );
    expect(failing(({ operation }) => described(operation))).toEqual([]);
    expect(
      failing(({ operation }) =>
        ['4XX', '5XX'].every((status) => operation.responses[status]?.content?.['application/problem+json']),
      ),
    ).toEqual([]);
  });

  test('knows every route: one that is hidden is named here', () => {
    const hidden = routes.filter(({ schema }) => schema?.hide).map(({ method, url }) => `${method} ${url}`);
    const pages = new Set(PAGES.map((url) => `GET ${url}`));
    const isFile = (name: string) => /\/assets\/|\.(js|svg)$/.test(name) && !name.startsWith('GET /docs/');
    const reads = hidden.filter((name) => name.startsWith('GET ') && !pages.has(name) && !isFile(name));
    expect(reads.sort()).toEqual([
      'GET /api/auth/get-session',
      'GET /api/openapi.json',
      'GET /docs',
      'GET /docs/reference.js',
      'GET /docs/start.js',
      'GET /docs/storage.js',
      'GET /robots.txt',
    ]);
    expect(hidden.filter((name) => !/^(GET|HEAD) /.test(name))).toEqual([]);
    const tagged = new Set(operations.map(({ name }) => name));
    const untagged = routes
      .filter(({ schema, method }) => !schema?.hide && method !== 'HEAD')
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
      .filter((name) => !tagged.has(name));
    expect(untagged).toEqual([]);
  });

  test('has a body wherever one is read, and none that must be sent where none is needed', () => {
    const byName = new Map(
      routes.map((route) => [`${route.method} ${route.url.replace(/:(\w+)/g, '{$1}')}`, route]),
    );
    const READS_NO_BODY = ['POST /api/webhooks/google/calendar'];
    const reads = ({ name }: { name: string }) => {
      const route = byName.get(name);
      return (
        (route?.schema?.body !== undefined ||
          route?.config?.rawBody === true ||
          route?.config?.form === true) &&
        !READS_NO_BODY.includes(name)
      );
    };
    expect(failing((one) => reads(one) === (one.operation.requestBody !== undefined))).toEqual([]);
    const optional = operations.filter(({ operation }) => operation.requestBody?.required === false);
    expect(optional.map(({ operation }) => operation.operationId)).toEqual([
      'connectGoogle',
      'cancelAppointment',
      'undoAppointmentChange',
      'rotateVapiSecret',
    ]);
  });

  test('tells the truth about who may call: without proof, an operation that asks for one is 401, and no other is', {
    timeout: 90_000,
  }, async () => {
    const wrong: string[] = [];
    for (const { name, method, path, operation } of operations) {
      const security = operation.security ?? api.security;
      const schemes = security.flatMap((one) => Object.keys(one));
      wrong.push(...schemes.filter((scheme) => !api.components.securitySchemes[scheme]));
      const asks = security.length > 0 && security.every((one) => Object.keys(one).length > 0);
      const url = path.replace(/\{\w+\}/g, '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10');
      if (ASKS_THE_DATABASE.has(operation.operationId ?? '')) continue;
      const answer = await scene.app.inject({ method: method as 'GET', url });
      // A consent that no one began is refused before anyone is asked who they are.
      const refused =
        operation.operationId === 'finishGoogleLink' ? answer.statusCode === 400 : answer.statusCode === 401;
      if (refused !== asks) wrong.push(`${name} ${answer.statusCode}`);
    }
    expect(wrong).toEqual([]);
  });

  test('has no schema that nothing uses, and none twice', () => {
    const text = JSON.stringify(api);
    const names = Object.keys(api.components.schemas);
    expect(names.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([]);
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([]);
  });

  test('has examples that their own schema takes, all of them still to come', () => {
    const compile = strictSchemas(api);
    const withExamples = Object.entries(api.components.schemas).filter(([, schema]) => 'examples' in schema);
    expect(withExamples.length).toBeGreaterThan(25);
    for (const [name, schema] of withExamples) {
      for (const example of (schema as { examples: unknown[] }).examples) {
        const valid = compile({ $ref: `#/components/schemas/${name}` });
        expect(valid(example) ? [] : valid.errors, name).toEqual([]);
      }
    }
  });

  test('shows an example of everything that booking takes and answers, and of a refusal', () => {
    const named = (schema: unknown) => {
      const name = (schema as { $ref?: string }).$ref?.split('/').at(-1) ?? '';
      return (api.components.schemas[name] ?? schema) as { examples?: unknown; type?: string };
    };
    const ofBooking = operations
      .filter(({ operation }) => operation.tags?.includes('booking'))
      .flatMap(({ name, operation: { requestBody, responses } }) =>
        [requestBody, ...Object.values(responses)].flatMap((one) =>
          Object.entries(one?.content ?? {}).map(([type, { schema }]) => ({
            name: `${name} ${type}`,
            type,
            schema,
          })),
        ),
      );
    expect(new Set(ofBooking.map(({ type }) => type))).toEqual(
      new Set(['application/json', 'application/problem+json']),
    );
    expect(ofBooking.filter(({ schema }) => !named(schema).examples).map(({ name }) => name)).toEqual([]);
  });

  test.each([0, 1, 7, 30, 200, 365, 1_000])('has no example in the past %i months from now', (months) => {
    const now = new Date(Date.now() + months * MONTH_MS);
    const { document } = moveExamples<unknown>(scene.app.swagger(), now);
    const past: string[] = [];
    const look = (value: unknown, inExample: boolean, key: string): void => {
      if (typeof value === 'string' && inExample && /^\d{4}-\d\d-\d\d/.test(value)) {
        const made = /^(at|created_at|joined_at|updated_at)$/.test(key);
        if (Date.parse(value) > now.getTime() === made) past.push(`${key} ${value}`);
      }
      if (typeof value !== 'object' || value === null) return;
      for (const [name, one] of Object.entries(value)) {
        look(one, inExample || name === 'examples', Array.isArray(value) ? key : name);
      }
    };
    look(document(), false, '');
    expect(past).toEqual([]);
  });

  test('says the weekday of an example as it falls', () => {
    const said = JSON.stringify(api).match(/(Mon|Tues|Wednes|Thurs|Fri)day, [A-Z][a-z]+ \d{1,2}/g) ?? [];
    const starts = JSON.stringify(api.components.schemas.Slot).match(/"start":"([^"]+)"/)?.[1] ?? '';
    const spoken = new Intl.DateTimeFormat('en-US', {
      weekday: 'long',
      month: 'long',
      day: 'numeric',
      timeZone: 'UTC',
    });
    expect(said.length).toBeGreaterThan(3);
    expect(new Set(said)).toEqual(new Set([spoken.format(new Date(starts))]));
  });
});
