import type { Attempt } from './attempt.ts';
import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { CallFunction } from './types.ts';

interface Hedged<T> {
  first: Attempt<T>;
  fn: CallFunction<T>;
  queue: DeadlineQueue;
  /** When the second may start. */
  at: number;
  /** Makes the second, or declines. */
  second: () => Attempt<T> | undefined;
}

/**
 * Runs an attempt and, if it has not answered by then, a second one beside it; the first success wins and the
 * other is aborted. The answer is an attempt that has ended.
 */
export function runHedged<T>({ first, fn, queue, at, second }: Hedged<T>): Promise<Attempt<T>> {
  return new Promise((resolve) => {
    const running = new Set<Attempt<T>>();

    function start(attempt: Attempt<T>): void {
      running.add(attempt);
      void attempt.run(fn, queue).then(ended);
    }

    function ended(attempt: Attempt<T>): void {
      if (!running.delete(attempt)) return;
      if (attempt.state !== 'succeeded' && attempt.state !== 'cancelled' && running.size > 0) return;
      queue.remove(timer);
      for (const loser of running) {
        running.delete(loser);
        loser.cancel();
      }
      resolve(attempt);
    }

    const timer: Deadline = {
      at,
      slot: -1,
      onDue() {
        const other = second();
        if (other !== undefined) start(other);
      },
    };
    queue.add(timer);
    start(first);
  });
}
