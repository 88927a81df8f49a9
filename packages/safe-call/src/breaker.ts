import type { BreakerRules, CircuitState } from './policy.ts';
import type { ErrorKind } from './types.ts';

/** How an admitted call ended, as far as the breaker cares. */
export type Verdict = 'success' | 'failure' | 'neutral';

export type Transition = 'open' | 'close' | undefined;

/** Why it opened, kept short on purpose: a sick key must stay small. */
export interface OpenReason {
  kind: ErrorKind;
  message: string;
}

/**
 * One breaker: a pure state machine that is told the time and the ticks.
 *
 * `epoch` is the tick of the last transition. A permit carries the tick of its admission, so a permit older than
 * the epoch belongs to a past state and has no say; in half-open only the probe carries the epoch itself.
 */
export class Breaker {
  state: CircuitState = 'closed';
  failures = 0;
  epoch = 0;
  /** closed: when it may be forgotten; open: when a probe may pass; half-open: when the probe's lease ends. */
  until = 0;
  openedAt = 0;
  reason: OpenReason | undefined = undefined;
  forced: 'open' | 'closed' | undefined = undefined;

  /** 0: may pass. Above: rejected, and for how many milliseconds more. Below: may pass as the probe. */
  check(now: number): number {
    if (this.forced !== undefined) return this.forced === 'open' ? Number.POSITIVE_INFINITY : 0;
    if (this.state === 'closed') return 0;
    // A lease that ran out is an open breaker whose time has come.
    return now < this.until ? this.until - now : -1;
  }

  /** Hands out the probe; the lease keeps a probe that never settles from holding the breaker for ever. */
  startProbe(now: number, leaseMs: number, tick: number): void {
    this.state = 'half_open';
    this.until = Math.ceil(now + leaseMs);
    this.epoch = tick;
  }

  settle(epoch: number, verdict: Verdict, now: number, rules: BreakerRules, tick: number): Transition {
    if (epoch < this.epoch || this.forced !== undefined || this.state === 'open') return undefined;
    if (this.state === 'half_open') return this.#settleProbe(verdict, now, rules, tick);
    if (verdict === 'success') this.failures = 0;
    if (verdict !== 'failure') return undefined;
    if (now >= this.until) this.failures = 0;
    this.failures++;
    this.until = Math.ceil(now + rules.failureMaxAgeMs);
    return this.failures >= rules.failures ? this.open(now, rules.cooldownMs, tick) : undefined;
  }

  #settleProbe(verdict: Verdict, now: number, rules: BreakerRules, tick: number): Transition {
    if (verdict === 'success') return this.close(now, rules.cooldownMs, tick);
    if (verdict === 'failure') {
      this.failures++;
      return this.open(now, rules.cooldownMs, tick);
    }
    this.state = 'open';
    this.until = Math.floor(now);
    this.epoch = tick;
    return undefined;
  }

  open(now: number, forMs: number, tick: number): Transition {
    this.state = 'open';
    this.openedAt = Math.floor(now);
    this.until = Math.ceil(now + forMs);
    this.epoch = tick;
    return 'open';
  }

  /** The service named a time: nothing passes before it. An open breaker is only ever held longer. */
  hold(now: number, forMs: number, tick: number): Transition {
    if (this.state === 'open' && this.until >= now + forMs) return undefined;
    const wasOpen = this.state === 'open';
    this.open(now, forMs, tick);
    return wasOpen ? undefined : 'open';
  }

  /** It is remembered for a while after closing, so that calls from before cannot be mistaken for new ones. */
  close(now: number, rememberMs: number, tick: number): Transition {
    const transition = this.state === 'closed' ? undefined : 'close';
    this.state = 'closed';
    this.failures = 0;
    this.until = Math.ceil(now + rememberMs);
    this.epoch = tick;
    this.reason = undefined;
    return transition;
  }

  /** Nothing is lost when this entry goes: a missing entry is a closed breaker without failures. */
  isForgettable(now: number, idleMs: number): boolean {
    if (this.forced !== undefined) return false;
    if (this.state === 'closed') return now >= this.until || (this.failures === 0 && this.epoch === 0);
    return now >= this.until + idleMs;
  }
}
