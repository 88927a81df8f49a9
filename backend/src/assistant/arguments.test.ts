import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

const keep = (_key: string, value: unknown) => value;
const read = (given: unknown) => readArguments(given, keep);
const GIVEN = { name: 'Maria Lopez', slotId: 'abc' };
const json = (value: unknown) => JSON.stringify(value);

describe('the arguments of a tool call', () => {
  test.each<[string, unknown]>([
    ['an object', GIVEN],
    ['JSON text', json(GIVEN)],
    ['JSON text of JSON text', json(json(GIVEN))],
    ['JSON text of JSON text of JSON text', json(json(json(GIVEN)))],
    ['JSON text with space around it', ` \n${json(GIVEN)} `],
    ['a list of one', [GIVEN]],
    ['a list of one, as text', json([GIVEN])],
    ['an object of its own', { arguments: GIVEN }],
    ['an object of its own, as text', json({ parameters: json(GIVEN) })],
    ['input', { input: GIVEN }],
    ['names with underscores', { name: 'Maria Lopez', slot_id: 'abc' }],
    ['names with hyphens', { name: 'Maria Lopez', 'slot-id': 'abc' }],
    ['lists of one for fields', { name: ['Maria Lopez'], slotId: ['abc'] }],
    ['words for nothing', { ...GIVEN, phone: 'null', email: 'undefined', notes: 'None', from: 'N/A' }],
    ['nothing for nothing', { ...GIVEN, phone: null, email: '', notes: ' ', from: undefined, to: [] }],
    ['a template that nobody filled in', { ...GIVEN, phone: '{{customer.number}}' }],
  ])('are read from %s', (_what, given) => {
    expect(read(given)).toEqual(GIVEN);
  });

  test.each([
    undefined,
    null,
    '',
    ' ',
    '{}',
    'null',
    '"null"',
    '"{}"',
    'undefined',
    '[]',
    [],
    {},
    [null],
    [{}],
  ])('are none in %j', (given) => {
    expect(read(given)).toEqual({});
  });

  test('keep numbers, yes and no, and the first of two spellings', () => {
    expect(read({ durationMinutes: 30, confirmed: false, slotId: 'a', slot_id: 'b' })).toEqual({
      durationMinutes: 30,
      confirmed: false,
      slotId: 'a',
    });
  });

  test.each<unknown>(['{oops', 7, true, ['a', 'b'], json(json(json(json(GIVEN))))])(
    'that cannot be read (%j) stay as they are, for the tool to refuse',
    (given) => {
      expect(typeof read(given)).not.toBe('undefined');
      expect(read(given)).not.toMatchObject(GIVEN);
    },
  );

  test('arguments nested without end are not parsed', () => {
    const deep = '['.repeat(100_000);
    expect(read(deep)).toBe(deep);
  });

  test('never become a prototype', () => {
    expect(Object.getPrototypeOf(read('{"__proto__":{"name":"x"}}'))).toBe(Object.prototype);
    expect((read('{"__proto__":{"name":"x"}}') as { name?: string }).name).toBeUndefined();
  });
});
