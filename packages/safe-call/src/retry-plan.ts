import { afterRetryAfter, backoffDelay } from './backoff.ts';
import type { Engine } from './engine.ts';
import { DEFAULTS } from './policy.ts';
import type { Classified, ErrorKind, SafeCallOptions } from './types.ts';
import { isRetryable } from './verdict.ts';

interface Situation {
  name: string;
  /** Attempts made so far. */
  attempts: number;
  firstKind: ErrorKind;
  now: number;
  deadline: number;
}

/** How long to wait before another attempt; nothing when there is none. Their number is counted by the call. */
export function delayBeforeRetry(
  engine: Engine,
  options: SafeCallOptions<never>,
  failure: Classified,
  situation: Situation,
): number | undefined {
  const { defaults } = engine;
  const { now, deadline } = situation;
  if (!isRetryable(failure, options.idempotent ?? defaults.idempotent ?? true)) return undefined;
  const delayMs =
    failure.retryAfterMs === undefined
      ? ownDelay(engine, options, situation)
      : askedDelay(engine, options, failure.retryAfterMs);
  if (delayMs === undefined || now + delayMs >= deadline) return undefined;
  const budget = options.retryBudget ?? defaults.retryBudget;
  if (budget === false || engine.budgets.take(situation.name, budget)) return delayMs;
  engine.emitter.emit('budget', { name: situation.name, key: options.key, kind: failure.kind });
  return undefined;
}

function ownDelay(engine: Engine, options: SafeCallOptions<never>, situation: Situation): number {
  const { defaults, random } = engine;
  const baseMs = options.backoffMs ?? defaults.backoffMs ?? DEFAULTS.backoffMs;
  const maxMs = options.maxBackoffMs ?? defaults.maxBackoffMs ?? DEFAULTS.maxBackoffMs;
  return backoffDelay(situation.attempts - 1, situation.firstKind, baseMs, maxMs, random());
}

function askedDelay(engine: Engine, options: SafeCallOptions<never>, askedMs: number): number | undefined {
  const most = options.maxRetryAfterMs ?? engine.defaults.maxRetryAfterMs ?? DEFAULTS.maxRetryAfterMs;
  return askedMs > most ? undefined : afterRetryAfter(askedMs, engine.random());
}
