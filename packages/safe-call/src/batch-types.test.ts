import { describe, expect, expectTypeOf, it } from 'vitest';
import { createSafeCall } from './create-safe-call.ts';
import type { BatchItem, BatchItems } from './index.ts';
import type { CallFunction, SafeCallResult } from './types.ts';

const { safeCallBatch } = createSafeCall({ defaults: { retries: 0 } });
const data = (results: readonly SafeCallResult<unknown>[]) => results.map((one) => one.success && one.data);

describe('the types of a batch', () => {
  it('are those of its items, place by place', async () => {
    const results = await safeCallBatch([() => 1, async () => 's', { name: 'c', fn: async () => true }]);
    expectTypeOf(results).toEqualTypeOf<
      [SafeCallResult<number>, SafeCallResult<string>, SafeCallResult<boolean>]
    >();
    expect(data(results)).toEqual([1, 's', true]);
  });

  it('items can have their own names and options, too', async () => {
    const results = await safeCallBatch([
      { name: 'a', fn: () => 1, options: { key: 'k', fallback: 2 } },
      { name: 'b', fn: async () => ({ id: 's' }) },
    ]);
    expectTypeOf(results).toEqualTypeOf<[SafeCallResult<number>, SafeCallResult<{ id: string }>]>();
    expect(data(results)).toEqual([1, { id: 's' }]);
  });

  it('an array of calls gives an array of results', async () => {
    const items: CallFunction<number>[] = [1, 2, 3].map((n) => async () => n);
    const results = await safeCallBatch(items, { concurrency: 2 });
    expectTypeOf(results).toEqualTypeOf<SafeCallResult<number>[]>();
    expect(data(results)).toEqual([1, 2, 3]);
  });

  it('an inline array of named calls gives an array of results', async () => {
    const results = await safeCallBatch(['a', 'b'].map((key) => ({ name: 'svc', fn: async () => key })));
    expectTypeOf(results).toEqualTypeOf<SafeCallResult<string>[]>();
    expect(data(results)).toEqual(['a', 'b']);
  });

  it('a read-only, a mixed and an empty array have their types, too', async () => {
    const fixed: readonly BatchItem<number>[] = [{ name: 'a', fn: () => 1 }];
    expectTypeOf(await safeCallBatch(fixed)).toEqualTypeOf<SafeCallResult<number>[]>();
    const mixed: (BatchItem<number> | CallFunction<number>)[] = [...fixed, () => 2];
    expectTypeOf(await safeCallBatch(mixed)).toEqualTypeOf<SafeCallResult<number>[]>();
    expectTypeOf(await safeCallBatch([])).toEqualTypeOf<[]>();
    const either: CallFunction<number | string>[] = [() => 1, () => 's'];
    expectTypeOf(await safeCallBatch(either)).toEqualTypeOf<SafeCallResult<number | string>[]>();
    expect(data(await safeCallBatch(either))).toEqual([1, 's']);
  });

  it('an item that only fails, and one that answers nothing', async () => {
    const results = await safeCallBatch([() => Promise.reject(new Error('no')), async () => {}]);
    expectTypeOf(results).toEqualTypeOf<[SafeCallResult<never>, SafeCallResult<void>]>();
    expect(results.map(({ success }) => success)).toEqual([false, true]);
  });

  it('the context of each function is known, and so are wrong options', async () => {
    const results = await safeCallBatch([
      ({ attempt }) => {
        expectTypeOf(attempt).toEqualTypeOf<number>();
        return attempt;
      },
      { name: 'b', fn: ({ signal }) => signal.aborted },
    ]);
    expectTypeOf(results).toEqualTypeOf<[SafeCallResult<number>, SafeCallResult<boolean>]>();
    // @ts-expect-error a fallback of another type than its item
    const wrong: BatchItems<[number]> = [{ name: 'a', fn: () => 1, options: { fallback: 'one' } }];
    expect(data([...results, ...(await safeCallBatch(wrong))])).toEqual([1, false, 1]);
  });
});
