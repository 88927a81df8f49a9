// waits: between two looks at what is waited for
import { setTimeout as sleep } from 'node:timers/promises';

interface Patience {
  /** A journey never waits without a limit. */
  limitMs?: number;
  everyMs?: number;
}

/**
 * Looks until something is there.
 * @param what - Ends the sentence "Waited in vain for ...".
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { limitMs = 90_000, everyMs = 50 }: Patience = {},
): Promise<T> {
  const giveUpAt = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`Waited in vain for ${what} (${limitMs} ms).`, { cause: last });
    }
    await sleep(everyMs);
  }
}

export async function within<T>(what: string, limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // waits: the limit of a wait, not the wait
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
