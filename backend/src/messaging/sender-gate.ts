import type { Clock } from '../platform/clock.ts';

/** After so many refusals in a row the fault is the sender's and not a text's. */
const REFUSALS = 3;
/** How often one text tries whether the fault has ended. */
const PROBE_EVERY_MS = 10_000;

/**
 * While Twilio refuses whatever a sender sends (wrong credentials, an unknown number), one text every few seconds
 * tries and the others wait: a thousand refused texts help no one, and get the account blocked.
 * What concerns the account stops every sender, what concerns a number that number alone. Per process; the state of a
 * text is in its row.
 */
export interface SenderGate {
  /** How long a text of this sender has to wait; 0: it may try now. Without a number: the deployment's sender. */
  waitMs(sender: string | null): number;
  refused(sender: string | null, concerns: 'account' | 'sender'): void;
  accepted(sender: string | null): void;
}

export function createSenderGate(clock: Clock): SenderGate {
  const now = () => clock.now().getTime();
  const account = createBar(now);
  const bars = new Map<string | null, ReturnType<typeof createBar>>();
  return {
    waitMs(sender) {
      const both = [account, bars.get(sender)];
      const left = Math.max(...both.map((bar) => bar?.leftMs() ?? 0));
      if (left === 0) for (const bar of both) bar?.probe();
      return left;
    },
    refused(sender, concerns) {
      if (concerns === 'account') return account.refused();
      // An answer about the number shows that Twilio accepts the credentials.
      account.accepted();
      const bar = bars.get(sender) ?? createBar(now);
      bars.set(sender, bar);
      bar.refused();
    },
    accepted(sender) {
      account.accepted();
      bars.delete(sender);
    },
  };
}

function createBar(now: () => number) {
  let refusals = 0;
  let nextProbeAt = 0;
  return {
    leftMs: () => (refusals < REFUSALS ? 0 : Math.max(0, nextProbeAt - now())),
    probe() {
      if (refusals >= REFUSALS) nextProbeAt = now() + PROBE_EVERY_MS;
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
