import type { LiveEvent } from '@voxanne/contract';
import type { Change } from './staleness.ts';

/** For so long the event of an own change is recognized; it comes within a second, or after a gap in the stream. */
const KNOWN_MS = 30_000;
/** For so long an event waits for an answer that may say whose it is. */
const WAIT_MS = 2_000;

const idsByAnswer = new WeakMap<object, string[]>();

/** Remembers by which ids an answer names what was written for it. */
export function noteChangeIds(answer: unknown, header: string | null): void {
  if (header !== null && typeof answer === 'object' && answer !== null) {
    idsByAnswer.set(answer, header.split(' '));
  }
}

/** None for an answer that was put together from several. */
export const changeIdsOf = (answer: unknown): readonly string[] =>
  typeof answer === 'object' && answer !== null ? (idsByAnswer.get(answer) ?? []) : [];

interface Waiting {
  event: LiveEvent;
  apply: () => void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Tells the events of this page's own changes from those of others. After an own change the page reads again what
 * that change made stale, so its event has nothing to add. An event of someone else is never kept from the page: what is
 * not certainly an echo goes through.
 */
export function createOwnChanges() {
  const running = new Set<{ changes: ReadonlySet<Change> }>();
  const known = new Map<string, ReadonlySet<Change>>();
  let waiting: Waiting[] = [];

  /** Also of an own change an event of a kind that it did not name has something to add. */
  const isEcho = ({ change_id, type }: LiveEvent) =>
    change_id !== undefined && (known.get(change_id)?.has(type) ?? false);
  const mayBeEcho = ({ change_id, type }: LiveEvent) =>
    change_id !== undefined && [...running].some(({ changes }) => changes.has(type));

  function lookAgain() {
    const before = waiting;
    waiting = [];
    for (const one of before) {
      if (mayBeEcho(one.event) && !isEcho(one.event)) {
        waiting.push(one);
        continue;
      }
      clearTimeout(one.timer);
      if (!isEcho(one.event)) one.apply();
    }
  }

  return {
    /**
     * A change is on its way to the server.
     * @returns to be called with the ids that its answer named; with none when it failed or does not know.
     */
    begin(named: readonly Change[]): (ids: readonly string[]) => void {
      const change = { changes: new Set(named) };
      running.add(change);
      return (ids) => {
        running.delete(change);
        for (const id of ids) {
          known.set(id, change.changes);
          setTimeout(() => known.delete(id), KNOWN_MS);
        }
        lookAgain();
      };
    },
    /**
     * Applies an event unless it is the echo of an own change. Events often overtake the answer: while one is on its
     * way that may explain the event, it waits for it.
     */
    sift(event: LiveEvent, apply: () => void): void {
      if (isEcho(event)) return;
      if (!mayBeEcho(event)) {
        apply();
        return;
      }
      const one: Waiting = {
        event,
        apply,
        timer: setTimeout(() => {
          waiting = waiting.filter((other) => other !== one);
          apply();
        }, WAIT_MS),
      };
      waiting.push(one);
    },
    /** For when everything is read again anyway. */
    dropWaiting(): void {
      for (const { timer } of waiting) clearTimeout(timer);
      waiting = [];
    },
  };
}

export type OwnChanges = ReturnType<typeof createOwnChanges>;

/** Those of this page. */
export const ownChanges = createOwnChanges();
