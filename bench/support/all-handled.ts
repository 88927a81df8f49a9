import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

const MAX_STANDSTILL_MS = 60_000;

interface Counted {
  /** Neither done nor given up. */
  open: number;
  given_up: number;
  reason: string | null;
}

/**
 * Waits until every webhook is handled, as long as the workers get on.
 * @throws when one was given up, or when none was handled for so long.
 */
export async function allHandled(
  owner: pg.Pool,
  { everyMs, standstillMs = MAX_STANDSTILL_MS }: { everyMs: number; standstillMs?: number },
): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  for (;;) {
    const { rows } = await owner.query<Counted>(
      `select count(*) filter (where status <> 'dead_letter')::int as open,
         count(*) filter (where status = 'dead_letter')::int as given_up, max(error_message) as reason
       from public.webhook_delivery_log where status <> 'completed'`,
    );
    const { open, given_up, reason } = rows[0] ?? { open: 0, given_up: 0, reason: null };
    if (given_up > 0) throw new Error(`The workers gave up ${given_up} webhooks: ${reason ?? 'no reason'}.`);
    if (open === 0) return;
    if (open < before) movedAt = performance.now();
    before = open;
    if (performance.now() - movedAt > standstillMs) {
      throw new Error(
        `No webhook was handled for ${standstillMs / 1_000} s; ${open} are left. Last error: ${reason ?? 'none'}.`,
      );
    }
    await sleep(everyMs);
  }
}
