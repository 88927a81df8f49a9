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
/** The type of `safeCallBatch`. */
export type SafeCallBatch = <T>(
  items: ReadonlyArray<BatchItem<T> | CallFunction<T>>,
  options?: BatchOptions<T>,
) => Promise<SafeCallResult<T>[]>;

/**
 * Runs many calls with bounded concurrency and answers one result an item, in order.
 *
 * A tripped breaker needs no rule of its own here: each item that is left asks it, is turned away at once without
 * its function being called, and is marked CIRCUIT_OPEN; an item of another key or service still runs.
 */
export function createBatch(run: Run, now: () => number): SafeCallBatch {
  return async function safeCallBatch<T>(
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
  };
}
