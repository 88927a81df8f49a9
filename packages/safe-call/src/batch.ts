import type { CallFunction, SafeCallOptions, SafeCallResult } from './types.ts';

/** One call of a batch, with a name and options of its own; its options win over those of the batch. */
export interface BatchItem<T> {
  name: string;
  fn: CallFunction<T>;
  options?: SafeCallOptions<T> | undefined;
}

/** How far a batch is: counts of items. `done` is `succeeded` and `failed` together. */
export interface BatchProgress {
  done: number;
  total: number;
  succeeded: number;
  failed: number;
}

/** Options of a batch. Those of a call are passed on to every item. */
export interface BatchOptions<T> extends Omit<SafeCallOptions<T>, 'deadlineMs'> {
  /** The name for items that are bare functions. Default `batch`. */
  name?: string | undefined;
  /** Items under way at the same time. Default 5. */
  concurrency?: number | undefined;
  /** Bound of the whole batch: what has not started by then is answered as timed out by its own deadline. */
  deadlineMs?: number | undefined;
  /** Called after each item; what it throws is ignored. */
  onProgress?: ((progress: BatchProgress) => void) | undefined;
}

type Run = <T>(name: string, fn: CallFunction<T>, options?: SafeCallOptions<T>) => Promise<SafeCallResult<T>>;

/** What goes into a batch that answers with `Data`: for each item a function, or a call with its own name. */
export type BatchItems<Data extends readonly unknown[]> = {
  readonly [Index in keyof Data]: BatchItem<Data[Index]> | CallFunction<Data[Index]>;
};

/** What comes out of it: for each item its result, with the type of its own data. */
export type BatchResults<Data extends readonly unknown[]> = {
  -readonly [Index in keyof Data]: SafeCallResult<Data[Index]>;
};

/** The type of `safeCallBatch`. Items of different types keep them: a list is answered by a list, place by place. */
export type SafeCallBatch = <Data extends readonly unknown[]>(
  items: readonly [...BatchItems<Data>],
  options?: BatchOptions<Data[number]>,
) => Promise<BatchResults<Data>>;

/**
 * Runs many calls with bounded concurrency and answers one result an item, in order.
 *
 * A tripped breaker needs no rule of its own here: each item that is left asks it, is turned away at once without
 * its function being called, and is marked CIRCUIT_OPEN; an item of another key or service still runs.
 */
export function createBatch(run: Run, now: () => number): SafeCallBatch {
  async function runAll<T>(
    items: ReadonlyArray<BatchItem<T> | CallFunction<T>>,
    options: BatchOptions<T> = {},
  ): Promise<SafeCallResult<T>[]> {
    const { name = 'batch', concurrency = 5, onProgress, deadlineMs, ...shared } = options;
    const results = new Array<SafeCallResult<T>>(items.length);
    const endsAt = deadlineMs === undefined ? undefined : now() + deadlineMs;
    const progress: BatchProgress = { done: 0, total: items.length, succeeded: 0, failed: 0 };
    let next = 0;

    function report(result: SafeCallResult<T>): void {
      progress.done++;
      if (result.success) progress.succeeded++;
      else progress.failed++;
      try {
        onProgress?.({ ...progress });
      } catch {
        // Progress is for display; the batch goes on.
      }
    }

    async function worker(): Promise<void> {
      while (next < items.length) {
        const index = next++;
        const item = items[index] as BatchItem<T> | CallFunction<T>;
        const one = typeof item === 'function' ? { name, fn: item, options: undefined } : item;
        const merged: SafeCallOptions<T> = { ...shared, ...one.options };
        if (endsAt !== undefined) {
          merged.deadlineMs = Math.max(
            Math.min(endsAt - now(), merged.deadlineMs ?? Number.POSITIVE_INFINITY),
            0,
          );
        }
        const result = await run(one.name, one.fn, merged);
        results[index] = result;
        report(result);
      }
    }

    const workers = Math.max(1, Math.min(Math.floor(concurrency), items.length));
    await Promise.all(Array.from({ length: workers }, worker));
    return results;
  }
  // One result an item in their order, which a loop cannot show to the compiler.
  return runAll as SafeCallBatch;
}
