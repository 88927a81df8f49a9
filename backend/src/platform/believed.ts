import type { Clock } from './clock.ts';

/**
 * How long a granted right is trusted without asking again. A revoked one is refused by every process within
 * 5 s: this, the look at open streams and the query itself stay below that together. It needs no notification, which
 * behind a transaction pooler never arrives.
 */
export const BELIEVED_MS = 2_000;
const KEPT_AT_MOST = 10_000;

export interface Believed<T> {
  (key: string): Promise<T | undefined>;
  /** What is believed for one key; without one, for all. */
  forget(key?: string): void;
}

/** One question at a time for each key, and its answer for a short time. "No" (undefined) and failures are not kept. */
export function believeBriefly<T>(clock: Clock, ask: (key: string) => Promise<T | undefined>): Believed<T> {
  let known = new Map<string, { askedAt: number; answer: Promise<T | undefined> }>();
  const believed = (key: string): Promise<T | undefined> => {
    const now = clock.now().getTime();
    const found = known.get(key);
    // Below zero the clock was set back, and the answer's age is unknown.
    const age = now - (found?.askedAt ?? 0);
    if (found && age >= 0 && age < BELIEVED_MS) return found.answer;
    if (known.size >= KEPT_AT_MOST) known = new Map();
    const entry = { askedAt: now, answer: ask(key) };
    known.set(key, entry);
    const drop = () => {
      if (known.get(key) === entry) known.delete(key);
    };
    entry.answer.then((value) => value === undefined && drop(), drop);
    return entry.answer;
  };
  return Object.assign(believed, {
    forget: (key?: string) => {
      if (key === undefined) known = new Map();
      else known.delete(key);
    },
  });
}
