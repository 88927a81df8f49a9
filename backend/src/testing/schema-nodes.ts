import type { z } from 'zod';

export interface SchemaNode {
  path: string;
  schema: z.core.$ZodType;
  /** Nothing below it was walked. */
  isLeaf: boolean;
}

/**
 * A schema and everything in it, from the outside in. With `intoPipes` a pipe is walked into at the end that reads
 * what was sent; otherwise it is a leaf.
 */
export function* nodesIn(
  schema: z.core.$ZodType,
  { path = '', intoPipes }: { path?: string; intoPipes: boolean },
): Generator<SchemaNode> {
  const below = childrenOf(schema, path, intoPipes);
  yield { path, schema, isLeaf: below === undefined };
  for (const [at, child] of below ?? []) yield* nodesIn(child, { path: at, intoPipes });
}

function childrenOf(
  schema: z.core.$ZodType,
  path: string,
  intoPipes: boolean,
): [path: string, schema: z.core.$ZodType][] | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([key, value]) => [path ? `${path}.${key}` : key, value]);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return [[path, def.innerType]];
    case 'array':
      return [[`${path}[]`, def.element]];
    case 'tuple':
      return def.items.map((item) => [`${path}[]`, item]);
    case 'record':
      return [
        [`${path}{}`, def.keyType],
        [`${path}{}`, def.valueType],
      ];
    case 'union':
      return def.options.map((option) => [path, option]);
    case 'intersection':
      return [
        [path, def.left],
        [path, def.right],
      ];
    case 'pipe':
      return intoPipes ? [[path, def.in]] : undefined;
    default:
      return undefined;
  }
}
