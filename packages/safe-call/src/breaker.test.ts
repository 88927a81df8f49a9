import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';
import { type BreakerOptions, breakerRules } from './policy.ts';

const half = () => 0.5;
const rulesOf = (options: BreakerOptions = {}) => breakerRules({ failures: 3, cooldownMs: 100, ...options });
const RULES = rulesOf();

/** A breaker opened at `now` by three failures; its epoch is 10. */
function opened(now = 1_000, options: BreakerOptions = {}): Breaker {
  const breaker = new Breaker();
  for (let n = 0; n < 3; n++) breaker.settle(1, 'failure', now, rulesOf(options), 10);
  return breaker;
}

/** The same, its probe under way with epoch 11. */
function probing(now = 1_100, options: BreakerOptions = {}): Breaker {
  const breaker = opened(1_000, options);
  breaker.startProbe(now, 50, 11);
  return breaker;
}

describe('closed', () => {
  it('counts failures in a row, and says when it opens', () => {
    const breaker = new Breaker();
    expect(breaker.settle(1, 'failure', 1_000, RULES, 10)).toBeUndefined();
    expect(breaker).toMatchObject({ failures: 1, until: 121_000, epoch: 0 });
    expect(breaker.settle(1, 'failure', 1_001, RULES, 10)).toBeUndefined();
    expect(breaker.settle(1, 'failure', 1_002.5, RULES, 10)).toBe('open');
    expect(breaker).toMatchObject({ state: 'open', failures: 3, epoch: 10, openedAt: 1_002, until: 1_103 });
  });

  it('a success ends the row, a slow one too; a neutral one does not and prolongs nothing', () => {
    for (const verdict of ['success', 'slow'] as const) {
      const breaker = new Breaker();
      breaker.settle(1, 'failure', 1_000, RULES, 10);
      breaker.settle(1, verdict, 2_000, RULES, 10);
      expect(breaker).toMatchObject({ failures: 0, until: 121_000 });
    }
    const breaker = new Breaker();
    breaker.settle(1, 'failure', 1_000, RULES, 10);
    breaker.settle(1, 'neutral', 2_000, RULES, 10);
    expect(breaker).toMatchObject({ failures: 1, until: 121_000 });
  });

  it('forgets a row at the very moment it is too old', () => {
    const breaker = new Breaker();
    breaker.settle(1, 'failure', 1_000, RULES, 10);
    breaker.settle(1, 'failure', 120_999, RULES, 10);
    expect(breaker.failures).toBe(2);
    breaker.settle(1, 'failure', 240_999, RULES, 10);
    expect(breaker.failures).toBe(1);
  });

  it('keeps nothing extra when nothing extra is asked for', () => {
    expect(opened().extra).toBeUndefined();
    expect(new Breaker().check(0, half)).toBe(0);
  });
});

describe('open', () => {
  it('says how long, and at its time asks for a probe', () => {
    const breaker = opened();
    expect(breaker.check(1_000, half)).toBe(100);
    expect(breaker.check(1_099, half)).toBe(1);
    expect(breaker.check(1_100, half)).toBe(-1);
  });

  it('hears no verdict, not even of its own epoch', () => {
    for (const verdict of ['success', 'failure', 'neutral'] as const) {
      const breaker = opened();
      expect(breaker.settle(10, verdict, 1_050, RULES, 12)).toBeUndefined();
      expect(breaker).toMatchObject({ state: 'open', failures: 3, until: 1_100, epoch: 10 });
    }
  });

  it('is held longer, never shorter, and that isn’t a second opening', () => {
    const breaker = opened();
    expect(breaker.hold(1_000, 99, 12)).toBeUndefined();
    expect(breaker.hold(1_000, 100, 12)).toBeUndefined();
    expect(breaker).toMatchObject({ until: 1_100, epoch: 10 });
    expect(breaker.hold(1_000, 500, 12)).toBeUndefined();
    expect(breaker).toMatchObject({ state: 'open', until: 1_500, epoch: 12 });
  });

  it('a hold opens a closed one and one whose probe was told to wait', () => {
    const breaker = new Breaker();
    expect(breaker.hold(1_000, 500, 12)).toBe('open');
    expect(breaker).toMatchObject({ state: 'open', until: 1_500, epoch: 12 });
    expect(probing().hold(1_100, 500, 12)).toBe('open');
  });
});

describe('half-open', () => {
  it('turns others away until the lease ends, then asks for another probe', () => {
    const breaker = probing();
    expect(breaker).toMatchObject({ state: 'half_open', epoch: 11, until: 1_150 });
    expect(breaker.check(1_149, half)).toBe(1);
    expect(breaker.check(1_150, half)).toBe(-1);
  });

  it('the probe closes it; that is remembered for a cooldown', () => {
    const breaker = probing();
    expect(breaker.settle(11, 'success', 1_120, RULES, 12)).toBe('close');
    expect(breaker).toMatchObject({
      state: 'closed',
      failures: 0,
      epoch: 12,
      until: 1_220,
      reason: undefined,
    });
    expect(breaker.extra).toBeUndefined();
    expect(probing().settle(11, 'slow', 1_120, RULES, 12)).toBe('close');
  });

  it('the probe opens it again', () => {
    const breaker = probing();
    expect(breaker.settle(11, 'failure', 1_120, RULES, 12)).toBe('open');
    expect(breaker).toMatchObject({ state: 'open', failures: 4, epoch: 12, until: 1_220, openedAt: 1_120 });
    expect(breaker.extra).toBeUndefined();
  });

  it('a probe without a verdict leaves it open and due', () => {
    const breaker = probing();
    expect(breaker.settle(11, 'neutral', 1_120.7, RULES, 12)).toBeUndefined();
    expect(breaker).toMatchObject({ state: 'open', epoch: 12, until: 1_120, failures: 3 });
    expect(breaker.check(1_120.7, half)).toBe(-1);
  });

  it('no one else has a say', () => {
    const breaker = probing();
    expect(breaker.settle(10, 'failure', 1_120, RULES, 12)).toBeUndefined();
    expect(breaker.settle(10, 'success', 1_120, RULES, 12)).toBeUndefined();
    expect(breaker).toMatchObject({ state: 'half_open', epoch: 11 });
  });
});

describe('a growing cooldown', () => {
  const options = { cooldownGrowth: 3, maxCooldownMs: 500 };

  it('grows with each failed probe up to its bound', () => {
    const breaker = probing(1_100, options);
    const waits: number[] = [];
    for (let now = 1_100; waits.length < 3; now = breaker.until) {
      if (waits.length > 0) breaker.startProbe(now, 50, 11);
      breaker.settle(11, 'failure', now, rulesOf(options), 11);
      waits.push(breaker.until - now);
    }
    expect(waits).toEqual([300, 500, 500]);
    expect(breaker.extra?.reopened).toBe(3);
  });

  it('never shrinks below the cooldown itself', () => {
    const breaker = probing();
    breaker.settle(11, 'failure', 1_100, rulesOf({ cooldownGrowth: 2, maxCooldownMs: 10 }), 12);
    expect(breaker.until).toBe(1_200);
  });

  it('a growth factor of one doesn’t grow', () => {
    const breaker = probing();
    breaker.settle(11, 'failure', 1_100, rulesOf({ cooldownGrowth: 1 }), 12);
    expect(breaker.extra).toBeUndefined();
  });
});

describe('a slow start', () => {
  const started = () => {
    const breaker = probing();
    breaker.settle(11, 'success', 1_100, rulesOf({ slowStartMs: 1_000 }), 12);
    return breaker;
  };

  it('lets a growing share through', () => {
    const breaker = started();
    expect(breaker.until).toBe(2_100);
    expect(breaker.check(1_100, () => 0.09)).toBe(0);
    expect(breaker.check(1_100, () => 0.1)).toBe(100);
    expect(breaker.check(1_600, () => 0.49)).toBe(0);
    expect(breaker.check(1_600, () => 0.5)).toBe(100);
    expect(breaker.check(2_050, () => 0.99)).toBe(50);
    expect(breaker.check(2_100, () => 1)).toBe(0);
    expect(breaker.check(9_000, () => 1)).toBe(0);
  });

  it('is remembered as long as the cooldown when that is longer', () => {
    const breaker = probing();
    breaker.settle(11, 'success', 1_100, rulesOf({ slowStartMs: 10 }), 12);
    expect(breaker.until).toBe(1_200);
  });
});

describe('a window', () => {
  const options = {
    window: { by: { size: 4 }, minimum: 4, failureRate: 0.5, slowCallMs: 1, slowRate: 0.75 },
  };
  const play = (verdicts: ('success' | 'slow' | 'failure')[]) => {
    const breaker = new Breaker();
    return {
      breaker,
      transitions: verdicts.map((one) => breaker.settle(1, one, 1_000, rulesOf(options), 10)),
    };
  };

  it('counts failures and slow calls apart', () => {
    expect(play(['failure', 'slow', 'slow', 'success']).transitions).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(play(['failure', 'success', 'success', 'failure']).transitions.at(-1)).toBe('open');
    expect(play(['slow', 'success', 'slow', 'slow']).transitions.at(-1)).toBe('open');
    expect(play(['failure', 'failure', 'failure']).transitions).toEqual([undefined, undefined, undefined]);
  });

  it('stays while calls come, successes included', () => {
    const { breaker } = play(['success']);
    expect(breaker.until).toBe(121_000);
    expect(breaker.isForgettable(120_999, 0)).toBe(false);
    expect(breaker.isForgettable(121_000, 0)).toBe(true);
  });
});

describe('forced', () => {
  it('open turns everyone away, closed no one, and neither hears a verdict', () => {
    const breaker = opened();
    breaker.forced = 'closed';
    expect(breaker.check(1_000, half)).toBe(0);
    breaker.forced = 'open';
    expect(breaker.check(9_000, half)).toBe(Number.POSITIVE_INFINITY);
    const closed = new Breaker();
    closed.forced = 'closed';
    closed.settle(1, 'failure', 1_000, RULES, 10);
    expect(closed.failures).toBe(0);
    expect(closed.isForgettable(1e9, 0)).toBe(false);
  });
});

describe('forgetting', () => {
  it('a closed one at its time, or at once when there is nothing to remember', () => {
    expect(new Breaker().isForgettable(-1, 0)).toBe(true);
    const counted = new Breaker();
    counted.settle(1, 'failure', 1_000, RULES, 10);
    expect(counted.isForgettable(120_999, 0)).toBe(false);
    expect(counted.isForgettable(121_000, 0)).toBe(true);
    counted.settle(1, 'success', 1_001, RULES, 10);
    expect(counted.isForgettable(1_002, 0)).toBe(true);
    const recovered = probing();
    recovered.settle(11, 'success', 1_120, RULES, 12);
    expect(recovered.isForgettable(1_219, 0)).toBe(false);
    expect(recovered.isForgettable(1_220, 0)).toBe(true);
  });

  it('an open one when no one has asked for it for long', () => {
    expect(opened().isForgettable(1_599, 500)).toBe(false);
    expect(opened().isForgettable(1_600, 500)).toBe(true);
  });

  it('closing a closed one isn’t a transition, but what came before is stale', () => {
    const breaker = new Breaker();
    expect(breaker.close(1_000, 50, 12)).toBeUndefined();
    expect(breaker).toMatchObject({ epoch: 12, until: 1_050 });
    expect(opened().close(1_000, 50, 12)).toBe('close');
  });
});
