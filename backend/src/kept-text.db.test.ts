import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestApp, PASSWORD, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import { nodesIn, type SchemaNode } from './testing/schema-nodes.ts';

/** What may not be kept, in ways that strangers, programs and copied text bring it along. */
const HOSTILE = [
  '\u0000',
  'Ann\u0000Lee',
  'Ann \ud83d',
  'Ann\r\nBEGIN:VEVENT',
  'Ann\u0085Lee',
  'Ann\u2028Lee',
  'Ann\u001b[31m',
  'Ann\u0007',
  '\u202eeeL nnA',
  '\u200b',
  'Ann\ufeff',
];
/** Control, format and surrogate characters, and what some programs take for the end of a line. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const INVISIBLE_BUT_LAYOUT = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029]/u;
/** Where people write several lines. */
const SEVERAL_LINES = new Set(['notes', 'body']);
/** Hashed and never kept; a password may hold anything. */
const NEVER_KEPT = new Set(['password', 'current_password', 'new_password']);

/** Holds no text, whatever is sent. */
const TEXTLESS = new Set(['number', 'boolean', 'bigint', 'null', 'undefined', 'enum', 'literal', 'never']);

/** The texts in a schema. A field that may be anything is one of them: it must show that it isn't. */
const textsIn = (schema: z.core.$ZodType): SchemaNode[] =>
  [...nodesIn(schema, { intoPipes: false })].filter(
    ({ isLeaf, schema: leaf }) => isLeaf && !TEXTLESS.has(leaf._zod.def.type),
  );

const PARTS = ['params', 'querystring', 'headers', 'body'] as const;

function leavesOf(routes: readonly RouteOptions[]): [where: string, leaf: SchemaNode][] {
  const found = new Map<string, SchemaNode>();
  for (const { method, url, schema } of routes) {
    if (method === 'HEAD' || method === 'OPTIONS') continue;
    for (const part of PARTS) {
      const declared = schema?.[part];
      if (!(declared instanceof z.ZodType)) continue;
      for (const leaf of textsIn(declared)) found.set(`${String(method)} ${url} ${part}.${leaf.path}`, leaf);
    }
  }
  return [...found];
}

/** Node hands headers over as Latin-1. */
const isHeaderText = (text: string) => /^[\0-\u00ff]*$/.test(text);

const lastName = (path: string) =>
  path
    .replaceAll(/[[\]{}]/g, '')
    .split('.')
    .at(-1) ?? '';

describe('text that is kept', () => {
  let db: TestDatabase;
  let app: TestApp;
  let bearer: Record<string, string>;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db);
    ({ bearer } = await app.signUp());
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  test('has nothing invisible in it, in any field of any route', () => {
    const leaves = leavesOf(app.app.registeredRoutes);
    // A walk that finds nothing would be green.
    expect(leaves.length).toBeGreaterThan(60);
    const keys = leaves.filter(([where]) => where.endsWith('headers.idempotency-key'));
    expect(keys.length).toBeGreaterThan(7);
    const faults = leaves.flatMap(([where, { path, schema }]) => {
      const name = lastName(path);
      if (NEVER_KEPT.has(name)) return [];
      const invisible = SEVERAL_LINES.has(name) ? INVISIBLE_BUT_LAYOUT : INVISIBLE;
      return HOSTILE.flatMap((text) => {
        const read = z.safeParse(schema, text);
        const isClean = !read.success || typeof read.data !== 'string' || !invisible.test(read.data);
        return isClean
          ? []
          : [`${where} takes ${JSON.stringify(text)}: use singleLine, multiLine or typedLine`];
      });
    });
    expect(faults).toEqual([]);
  });

  const examples = (routes: readonly RouteOptions[]) =>
    routes.flatMap(({ method, url, schema }) => {
      const body = schema?.body;
      if (!(body instanceof z.ZodType) || method === 'HEAD' || !url.startsWith('/api/')) return [];
      // Asks the stand-ins, which do not run here.
      if (url.startsWith('/api/simulator/')) return [];
      const example = body.meta()?.example as Record<string, unknown> | undefined;
      const fields = textsIn(body)
        .filter(({ path }) => /^[a-z_]+$/.test(path))
        .map(({ path }) => path);
      const headers = schema?.headers instanceof z.ZodType ? textsIn(schema.headers) : [];
      return [
        {
          method: String(method) as 'POST',
          url,
          example: example ?? {},
          fields: [...new Set(fields)],
          headers: headers.map(({ path }) => path),
        },
      ];
    });

  test('is refused in words or cleaned, and is never the end of a request', async () => {
    const unknown = '00000000-0000-4000-8000-000000000001';
    app.lines.length = 0;
    let asked = 0;
    const ask = async (method: 'GET' | 'POST', url: string, payload?: object, more: object = {}) => {
      const headers = { ...bearer, ...more };
      const answer = await app.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
      asked += 1;
      expect(answer.statusCode, `${method} ${url} ${JSON.stringify(payload)}`).toBeLessThan(500);
    };
    for (const { method, url, example, fields, headers } of examples(app.app.registeredRoutes)) {
      for (const header of headers) {
        for (const text of HOSTILE.filter(isHeaderText)) {
          await ask(method, url.replaceAll(/:\w+/g, unknown), example, { [header]: text });
        }
      }
      for (const field of fields) {
        for (const text of HOSTILE) {
          await ask(method, url.replaceAll(/:\w+/g, unknown), { ...example, [field]: text });
        }
      }
    }
    for (const { method, url, schema } of app.app.registeredRoutes) {
      const query = schema?.querystring;
      if (method !== 'GET' || !(query instanceof z.ZodType)) continue;
      const required: Record<string, string> =
        url === '/api/availability' ? { service_type: 'consultation' } : {};
      for (const { path } of textsIn(query)) {
        for (const text of HOSTILE.map((text) => text.toWellFormed())) {
          const search = new URLSearchParams({ ...required, [path]: text });
          await ask('GET', `${url.replaceAll(/:\w+/g, unknown)}?${search}`);
        }
      }
    }
    expect(asked).toBeGreaterThan(300);
    expect(app.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);

    // And none of it lies in any column of any table.
    const { rows } = await db.owner.query<{ table_name: string; column_name: string }>(`
      select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type = 'text' order by 1, 2`);
    expect(rows.length).toBeGreaterThan(50);
    for (const { table_name: table, column_name: column } of rows) {
      const kept = await db.owner.query<{ text: string }>(
        `select ${column} as text from public.${table} where ${column} is not null`,
      );
      const invisible = SEVERAL_LINES.has(column) ? INVISIBLE_BUT_LAYOUT : INVISIBLE;
      const found = kept.rows.map(({ text }) => text).filter((text) => invisible.test(text));
      expect(found, `${table}.${column}`).toEqual([]);
    }
  });

  test('the text of the program that signed in is cleaned, too', async () => {
    const { email } = await app.signUp();
    const answer = await app.post(
      '/api/auth/sign-in/email',
      { email, password: PASSWORD },
      { 'user-agent': 'Front\u0085desk \u00ad7' },
    );
    expect(answer.statusCode).toBe(200);
    const { rows } = await db.owner.query<{ agent: string }>(
      `select "userAgent" as agent from auth.ba_sessions where "userAgent" like 'Front%'`,
    );
    expect(rows).toEqual([{ agent: 'Front desk 7' }]);
  });
});
