import { askedSeldom } from '../asked-seldom.ts';
import type { Clock } from '../clock.ts';

const LIST_EVERY_MS = 5_000;

/** Whether a proof may be one of ours. A no is true of everything that is older than the list. */
export type MayBeOurs = (proof: string) => Promise<boolean>;

/**
 * For networks that were refused already. A provider sends for all clinics from the same few addresses, so a proof is
 * looked up there too; but a made-up one must not cost a statement. So the list of all proofs is read, by one request
 * every few seconds, and only what is in it is looked up.
 */
export function listKnownProofs(clock: Clock, readAll: () => Promise<readonly string[]>): MayBeOurs {
  const list = askedSeldom(clock, LIST_EVERY_MS, () =>
    readAll().then(
      (proofs) => new Set(proofs),
      // Nobody knows: the question itself will say that the database is away.
      () => undefined,
    ),
  );
  return async (proof) => (await list())?.has(proof) ?? true;
}
