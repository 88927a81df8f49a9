import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../platform/database.ts';
import { AppError, describeError } from '../platform/errors.ts';
import {
  type Claim,
  claimEvent,
  type InboxEvent,
  releaseEvent,
  storeAnswer,
  storedAnswer,
} from './inbox.queries.ts';

export type { InboxEvent } from './inbox.queries.ts';

// A tool call that repeats while the first still runs waits for its answer; contract: up to 5 s.
const WAIT_FOR_ANSWER_MS = 5_000;
const LOOK_EVERY_MS = 50;
// Longer than any handler may run: past it the process that claimed the event is dead.
const ABANDONED_AFTER_MS = 30_000;

/** Takes an event in for a worker. @returns false for a repeat. */
export async function receiveEvent(database: Database, event: InboxEvent): Promise<boolean> {
  return (await database.withService((db) => claimEvent(db, event, { status: 'pending' }))) !== undefined;
}

/**
 * Answers an event once: the first copy produces the answer, every repeat gets the stored one.
 * @throws {AppError} IN_PROGRESS when the first copy has not answered within 5 s.
 */
export async function answerOnce<T>(
  database: Database,
  event: InboxEvent,
  produce: () => Promise<T>,
): Promise<{ answer: T; replayed: boolean }> {
  const giveUpAt = Date.now() + WAIT_FOR_ANSWER_MS;
  do {
    const claim = await database.withService((db) =>
      claimEvent(db, event, { status: 'processing', staleMs: ABANDONED_AFTER_MS }),
    );
    if (claim) return { answer: await produceFor(database, event, claim, produce), replayed: false };
    const stored = await database.withService((db) => storedAnswer(db, event));
    if (stored?.answered) return { answer: stored.response as T, replayed: true };
    await sleep(LOOK_EVERY_MS);
  } while (Date.now() < giveUpAt);
  throw new AppError({
    code: 'IN_PROGRESS',
    status: 409,
    detail: 'The same request is still being worked on. Ask again in a moment for its answer.',
    retryable: true,
  });
}

async function produceFor<T>(
  database: Database,
  event: InboxEvent,
  claim: Claim,
  produce: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await produce();
    await database.withService((db) => storeAnswer(db, event, claim, answer));
    return answer;
  } catch (error) {
    const reason = describeError(error).message.slice(0, 500);
    await database.withService((db) => releaseEvent(db, event, claim, reason)).catch(() => undefined);
    throw error;
  }
}
