import { useReducedMotion } from '@mantine/hooks';
import type { Onboarding } from '@voxanne/contract';
import { useEffect, useState } from 'react';
import { elapsedSeconds, RESTS_AFTER_S } from './clock.ts';

/** Ticks only while the server's clock runs and someone may be in a hurry; with reduced motion once a second. */
export function useSetupClock(onboarding: Onboarding, receivedAt: number): number {
  const slow = useReducedMotion();
  const [now, setNow] = useState(Date.now);
  const running = onboarding.completed_at === null && onboarding.elapsed_seconds < RESTS_AFTER_S;

  useEffect(() => {
    if (!running) return;
    const tick = setInterval(() => setNow(Date.now()), slow ? 1_000 : 250);
    return () => clearInterval(tick);
  }, [running, slow]);

  return elapsedSeconds(onboarding, receivedAt, Math.max(now, receivedAt));
}
