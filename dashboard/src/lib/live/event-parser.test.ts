import { expect, test } from 'vitest';
import { createEventParser } from './event-parser.ts';

test('an event is given out once it is whole, however the bytes were cut', () => {
  const parse = createEventParser();
  expect(parse('id: 7\nda')).toEqual([]);
  expect(parse('ta: {"a":1}\n')).toEqual([]);
  expect(parse('\nid: 8\ndata: x\n\n')).toEqual([
    { id: '7', data: '{"a":1}' },
    { id: '8', data: 'x' },
  ]);
});

test('heartbeat comments are silent', () => {
  expect(createEventParser()(': heartbeat\n\n:\n\n')).toEqual([]);
});

test('carriage returns and several data lines are read as the format says', () => {
  expect(createEventParser()('id:1\r\ndata: a\r\ndata: b\r\n\r\n')).toEqual([{ id: '1', data: 'a\nb' }]);
});
