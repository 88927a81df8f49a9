import type { BreakerRules, CircuitState } from './policy.ts';
import type { ErrorKind } from './types.ts';
import { type CallWindow, createWindow, isTooBad } from './window.ts';

/** How an admitted call ended, as far as the breaker cares. `slow` is a success that took too long. */
export type Verdict = 'success' | 'slow' | 'failure' | 'neutral';

export type Transition = 'open' | 'close' | undefined;

/** Why it opened, kept short on purpose: a sick key must stay small. */
export interface OpenReason {
  kind: ErrorKind;
  message: string;
}

/** State of the parts that are off by default, so that a breaker without them does not carry their fields. */
interface Extra {
  window: CallWindow | undefined;
  /** Probes that failed since it was last closed. */
  reopened: number;
  rampEndsAt: number;
  rampMs: number;
}

/** Of the calls during a slow start, so many pass from the first moment. */
const RAMP_START = 0.1;

/**
 * One breaker: a pure state machine that gets the time and the ticks.
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
  extra: Extra | undefined = undefined;

  /** 0: may pass. Above: rejected, and for how many milliseconds more. Below: may pass as the probe. */
  check(now: number, random: () => number): number {
    if (this.forced !== undefined) return this.forced === 'open' ? Number.POSITIVE_INFINITY : 0;
    if (this.state === 'closed') return this.extra === undefined ? 0 : this.#checkRamp(now, random);
    // A lease that ran out is an open breaker whose time has come.
    return now < this.until ? this.until - now : -1;
  }

  #checkRamp(now: number, random: () => number): number {
    const { rampEndsAt = 0, rampMs = 0 } = this.extra ?? {};
    const left = rampEndsAt - now;
    if (left <= 0) return 0;
    return random() < Math.max(1 - left / rampMs, RAMP_START) ? 0 : Math.min(left, rampMs * RAMP_START);
  }

  /** Hands out the probe; the lease keeps a probe that never settles from holding the breaker forever. */
  startProbe(now: number, leaseMs: number, tick: number): void {
    this.state = 'half_open';
    this.until = Math.ceil(now + leaseMs);
    this.epoch = tick;
  }

  settle(epoch: number, verdict: Verdict, now: number, rules: BreakerRules, tick: number): Transition {
    if (epoch < this.epoch || this.forced !== undefined || this.state === 'open') return undefined;
    if (this.state === 'half_open') return this.#settleProbe(verdict, now, rules, tick);
    if (verdict === 'neutral') return undefined;
    const aged = now >= this.until;
    if (aged || verdict !== 'failure') this.failures = 0;
    if (verdict === 'failure') this.failures++;
    const tooBad =
      rules.window === undefined ? this.failures >= rules.failures : this.#count(verdict, now, rules);
    if (verdict === 'failure' || rules.window !== undefined)
      this.until = Math.ceil(now + rules.failureMaxAgeMs);
    return tooBad ? this.open(now, rules.cooldownMs, tick) : undefined;
  }

  #count(verdict: Verdict, now: number, rules: BreakerRules): boolean {
    if (rules.window === undefined) return false;
    const extra = this.#extra();
    extra.window ??= createWindow(rules.window);
    extra.window.record(now, verdict === 'failure', verdict === 'slow');
    return isTooBad(extra.window, rules.window);
  }

  #settleProbe(verdict: Verdict, now: number, rules: BreakerRules, tick: number): Transition {
    if (verdict === 'neutral') {
      this.state = 'open';
      this.until = Math.floor(now);
      this.epoch = tick;
      return undefined;
    }
    if (verdict !== 'failure') {
      const transition = this.close(now, rules.cooldownMs, tick);
      if (rules.slowStartMs > 0) {
        const extra = this.#extra();
        extra.rampEndsAt = now + rules.slowStartMs;
        extra.rampMs = rules.slowStartMs;
        this.until = Math.max(this.until, Math.ceil(extra.rampEndsAt));
      }
      return transition;
    }
    this.failures++;
    if (rules.cooldownGrowth <= 1) return this.open(now, rules.cooldownMs, tick);
    const extra = this.#extra();
    extra.reopened++;
    const grown = rules.cooldownMs * rules.cooldownGrowth ** extra.reopened;
    return this.open(now, Math.min(grown, Math.max(rules.maxCooldownMs, rules.cooldownMs)), tick);
  }

  #extra(): Extra {
    this.extra ??= { window: undefined, reopened: 0, rampEndsAt: 0, rampMs: 0 };
    return this.extra;
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
    this.extra = undefined;
    return transition;
  }

  /** Nothing is lost when this entry goes: a missing entry is a closed breaker without failures. */
  isForgettable(now: number, idleMs: number): boolean {
    if (this.forced !== undefined) return false;
    if (this.state !== 'closed') return now >= this.until + idleMs;
    return now >= this.until || (this.failures === 0 && this.epoch === 0 && this.extra === undefined);
  }
}
