import type { OpenAPIV3_1 } from 'openapi-types';

export type ApiDocument = OpenAPIV3_1.Document;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const HOME = '#/components/schemas/';
const INPUT = /Input$/;

/**
 * Each schema is written twice by the library, as it is sent and as it is answered. Only what an operation uses stays;
 * where the two do not differ, or one is not used, it has the plain name.
 */
export function tidySchemas(document: ApiDocument): ApiDocument {
  const schemas = (document.components?.schemas ?? {}) as { [name: string]: Json };
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = tidySchema(schema);
  document.paths = tidyBodies((document.paths ?? {}) as Json) as typeof document.paths;

  const used = reachable(document.paths as Json, schemas);
  const names = new Map<string, string>();
  for (const name of used) {
    const plain = name.replace(INPUT, '');
    const canLosePart = plain !== name && schemas[plain] !== undefined;
    names.set(name, canLosePart && (!used.has(plain) || same(name, plain, schemas)) ? plain : name);
  }
  const kept: { [name: string]: Json } = {};
  for (const name of [...used].sort()) {
    const target = names.get(name) ?? name;
    if (kept[target] === undefined) kept[target] = rename(schemas[name] ?? {}, names);
  }
  document.paths = rename(document.paths as Json, names) as typeof document.paths;
  document.components = { ...document.components, schemas: kept as never };
  return document;
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As JSON, with input and output names treated as the same. */
const same = (left: string, right: string, schemas: { [name: string]: Json }): boolean =>
  JSON.stringify(schemas[left]).replaceAll('Input"', '"') ===
  JSON.stringify(schemas[right]).replaceAll('Input"', '"');

function reachable(from: Json, schemas: { [name: string]: Json }): Set<string> {
  const found = new Set<string>();
  const look = (value: Json): void => {
    if (Array.isArray(value)) {
      for (const one of value) look(one);
    }
    if (!isObject(value)) return;
    for (const [key, one] of Object.entries(value)) {
      if (key !== '$ref' || typeof one !== 'string') {
        look(one);
        continue;
      }
      const name = one.slice(HOME.length);
      if (found.has(name)) continue;
      found.add(name);
      look(schemas[name] ?? null);
    }
  };
  look(from);
  return found;
}

function rename(value: Json, names: Map<string, string>): Json {
  if (Array.isArray(value)) return value.map((one) => rename(one, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === '$ref' && typeof one === 'string'
        ? `${HOME}${names.get(one.slice(HOME.length)) ?? one.slice(HOME.length)}`
        : rename(one, names),
    ]),
  );
}

function tidyBodies(value: Json): Json {
  if (Array.isArray(value)) return value.map(tidyBodies);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      // Parameters keep their defaults: client generators take one as optional there.
      if (key === 'parameters') return [key, one];
      return [key, key === 'schema' ? tidySchema(one) : tidyBodies(one)];
    }),
  );
}

const LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const SINGLES = new Set(['items', 'additionalProperties', 'propertyNames', 'not', 'contains']);

/**
 * Two words of a schema that tools read differently. `example` is `examples` in OpenAPI 3.1. A `default` makes some
 * client generators take a field as required in what is sent, so the description says it.
 */
function tidySchema(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const tidied: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'example') tidied.examples = [value];
    else if (key === 'properties' && isObject(value)) {
      tidied.properties = Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, tidySchema(one)]),
      );
    } else if (LISTS.has(key) && Array.isArray(value)) tidied[key] = value.map(tidySchema);
    else if (SINGLES.has(key)) tidied[key] = tidySchema(value);
    else if (key !== 'default') tidied[key] = value;
  }
  if ('default' in schema) {
    const said = typeof tidied.description === 'string' ? `${tidied.description.replace(/\.$/, '')}. ` : '';
    tidied.description = `${said}Left out: ${JSON.stringify(schema.default)}.`;
  }
  return tidied;
}
