import { describe, expect, test } from 'vitest';
import { IdempotencyHeaders } from './idempotency.ts';

describe('an Idempotency-Key', () => {
  const read = (key: string) => IdempotencyHeaders.safeParse({ 'idempotency-key': key });

  test.each(['3f0c2f0e-3f56-4b8c-9a1e-0d6d2f1b7c11', 'order 7/2 "blue"', 'Müller-7', 'x'.repeat(200)])(
    'is taken as it is: %s',
    (key) => {
      expect(read(key).data).toEqual({ 'idempotency-key': key });
    },
  );

  test('loses the spaces around it', () => {
    expect(read('  k1 ').data).toEqual({ 'idempotency-key': 'k1' });
  });

  test.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['201 characters', 'x'.repeat(201)],
  ])('is refused when it is %s', (_, key) => {
    expect(read(key).success).toBe(false);
  });

  // Cleaned, each of them would be the key "k 1" or "k1", and so the request that came under that key.
  test.each([
    ['a NUL', 'k\u00001'],
    ['a line break', 'k\r\n1'],
    ['an escape', 'k\u001b1'],
    ['a control character beyond ASCII', 'k\u00851'],
    ['a soft hyphen', 'k\u00ad1'],
    ['a space that does not break', 'k\u00a01'],
    ['two spaces', 'k  1'],
    ['a zero-width space', 'k\u200b1'],
    ['a change of direction', 'k\u202e1'],
  ])('with %s is refused instead of becoming another key', (_, key) => {
    const { error } = read(key);
    expect(error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('Use visible characters'),
    ]);
  });
});
