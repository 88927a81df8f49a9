import type { Clock } from '../platform/clock.ts';

/** After so many refusals in a row the fault is the sender's and not a text's. */
const REFUSALS = 3;
/** How often one text tries whether the fault has ended. */
const PROBE_EVERY_MS = 10_000;

/**
 * While Twilio refuses whatever our sender sends (wrong credentials, an unknown number), one text every few seconds
 * tries and the others wait: a thousand that are refused again and again help nobody, and end with a blocked account.
 * Per process; the state of a text is in its row.
 */
export interface SenderGate {
  /** How long a text has to wait; 0: it may try now. */
  waitMs(): number;
  refused(): void;
  accepted(): void;
}

export function createSenderGate(clock: Clock): SenderGate {
  let refusals = 0;
  let nextProbeAt = 0;
  const now = () => clock.now().getTime();
  return {
    waitMs() {
      if (refusals < REFUSALS) return 0;
      const left = nextProbeAt - now();
      if (left > 0) return left;
      nextProbeAt = now() + PROBE_EVERY_MS;
      return 0;
    },
    refused() {
      refusals += 1;
      nextProbeAt = now() + PROBE_EVERY_MS;
    },
    accepted() {
      refusals = 0;
    },
  };
}
