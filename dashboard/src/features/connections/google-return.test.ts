import { expect, test } from 'vitest';
import { googleReturn } from './google-return.ts';

test('what Google sent the browser back with is a sentence, and nothing is said without it', () => {
  expect(googleReturn(undefined)).toBeNull();
  expect(googleReturn('connected')?.ok).toBe(true);
  expect(googleReturn('denied')?.text).toContain('didn’t give access');
  expect(googleReturn('something new')?.ok).toBe(false);
});
