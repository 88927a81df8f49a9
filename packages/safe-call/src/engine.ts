import type { Breakers } from './breakers.ts';
import type { Bulkheads } from './bulkhead.ts';
import type { Clock } from './clock.ts';
import type { DeadlineQueue } from './deadline-queue.ts';
import type { Emitter } from './emitter.ts';
import type { RetryBudgets } from './retry-budget.ts';
import type { SharedBreakers } from './shared-breakers.ts';
import type { CallDefaults, ErrorKind } from './types.ts';

/** The parts that all calls of one instance share. */
export interface Engine {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly queue: DeadlineQueue;
  readonly breakers: Breakers;
  readonly bulkheads: Bulkheads;
  readonly budgets: RetryBudgets;
  /** Present when there is a store. */
  shared: SharedBreakers | undefined;
  readonly emitter: Emitter;
  readonly defaults: Readonly<CallDefaults>;
  readonly userMessage: (kind: ErrorKind, name: string) => string;
}
