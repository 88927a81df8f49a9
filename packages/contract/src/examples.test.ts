import { expect, test } from 'vitest';
import { z } from 'zod';
import * as contract from './index.ts';

const withExample = Object.entries(contract).flatMap(([name, schema]) => {
  if (!(schema instanceof z.ZodType)) return [];
  const { example } = schema.meta() ?? {};
  return example === undefined ? [] : [{ name, schema, example }];
});

test.each(withExample)('the example of $name is one', ({ schema, example }) => {
  expect(schema.safeParse(example).error?.issues ?? []).toEqual([]);
});

test('examples are what the schemas are, and not less', () => {
  expect(withExample.length).toBeGreaterThan(20);
});
