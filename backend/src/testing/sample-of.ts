/** As much of JSON Schema as our API document uses. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
}

const WRITTEN: Record<string, string> = {
  'date-time': '2031-03-03T15:00:00Z',
  date: '2031-03-03',
  email: 'someone@example.com',
  uri: 'https://example.com/',
};

/** A value that fits a schema of the API document: its example, or the least it asks for, with `id` for every id it knows. */
export function sampleOf(schema: object, known: Record<string, object>, id: string): unknown {
  const sample = (one: Schema): unknown => {
    if (one.$ref) return sample((known[one.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema);
    const [choice] = one.anyOf ?? one.oneOf ?? one.allOf ?? [];
    if (choice) return sample(choice);
    if (one.properties) return object(one);
    if (one.format === 'uuid') return id;
    if (one.examples?.length) return one.examples[0];
    if (one.const !== undefined) return one.const;
    if (one.enum) return one.enum[0];
    const type = [one.type].flat()[0];
    if (type === 'array') return one.items && (one.minItems ?? 0) > 0 ? [sample(one.items)] : [];
    if (type === 'object') return {};
    if (type === 'integer' || type === 'number') return one.minimum ?? 1;
    if (type === 'boolean') return true;
    return (one.format && WRITTEN[one.format]) ?? 'sample';
  };
  const object = ({ properties = {}, required = [], examples }: Schema): unknown => {
    const shown = { ...((examples?.[0] as object | undefined) ?? {}) } as Record<string, unknown>;
    for (const [name, property] of Object.entries(properties)) {
      const value = sample(property);
      const holdsId = JSON.stringify(value ?? null).includes(id);
      if (holdsId || (required.includes(name) && shown[name] === undefined)) shown[name] = value;
    }
    return shown;
  };
  return sample(schema as Schema);
}
