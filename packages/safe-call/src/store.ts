import type { OpenReason } from './breaker.ts';
import type { Level } from './breaker-status.ts';
import type { BreakerRules } from './policy.ts';
import type { ErrorKind } from './types.ts';

/** One breaker, wherever it lives. */
export interface BreakerId {
  name: string;
  key: string | undefined;
  level: Level;
}

/** An open breaker as processes share it: by the time that is left, because clocks differ. */
export interface SharedOpen extends BreakerId {
  remainingMs: number;
  failures: number;
  kind: ErrorKind;
  message: string;
}

/** `failures`: enough calls failed. `probe`: a probe failed. `hold`: the service named a time. */
export type OpenedBy = 'failures' | 'probe' | 'hold';

/** News from the store: a breaker opened or closed somewhere. */
export type StoreMessage = { type: 'open'; open: SharedOpen } | { type: 'close'; id: BreakerId };

/** Leave to send the one probe, or how many milliseconds until it makes sense to ask again. */
export type ProbeLease = { granted: true; token: number } | { granted: false; waitMs: number };

/** The rules that a store counts by. */
export type SharedRules = Pick<
  BreakerRules,
  'failures' | 'cooldownMs' | 'failureMaxAgeMs' | 'serviceKeys' | 'serviceWithinMs'
>;

/**
 * What processes share about breakers. Local breakers decide; the store only carries news between them, so that
 * every method may fail or hang without a call noticing.
 */
export interface BreakerStore {
  /** Every breaker that is open now. Read at the start and by the poll. */
  load(): Promise<SharedOpen[]>;
  /** One call failed here. When that makes enough over all processes, the store opens it and notifies everyone. */
  failed(name: string, key: string | undefined, rules: SharedRules, reason: OpenReason): Promise<void>;
  /** A call succeeded here after failures: the shared count starts again. */
  recovered(name: string, key: string | undefined): Promise<void>;
  /** With a token: only if no later probe was let through. */
  opened(open: SharedOpen, by: OpenedBy, token?: number): Promise<void>;
  /** A breaker closed here. With a token: only if no later probe was let through. */
  closed(id: BreakerId, token?: number): Promise<void>;
  /** One probe at a time over all processes, and none before the breaker's time. Tokens only grow. */
  takeProbe(id: BreakerId, leaseMs: number): Promise<ProbeLease>;
  /** A probe that decided nothing lets the next one through. */
  releaseProbe(id: BreakerId, token: number): Promise<void>;
  /** Hears every opening and closing; `own` marks those that this process caused. Returns the function that stops it. */
  subscribe(listener: (message: StoreMessage, own: boolean) => void): () => void;
  close(): Promise<void>;
}

/** What local breakers report to the store. */
export interface BreakerObserver {
  failed(name: string, key: string | undefined, rules: BreakerRules, reason: OpenReason | undefined): void;
  recovered(name: string, key: string | undefined): void;
  opened(open: SharedOpen, by: OpenedBy, tick: number | undefined): void;
  closed(id: BreakerId, tick: number | undefined): void;
  /** A probe ended without a verdict. */
  released(id: BreakerId, tick: number): void;
}
