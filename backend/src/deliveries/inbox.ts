import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../platform/database.ts';
import { AppError, describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import {
  type Arrived,
  type Claim,
  type ClaimEventOptions,
  claimEvent,
  type InboxEvent,
  releaseEvent,
  storeAnswer,
  storedAnswer,
  wakeWorkers,
} from './inbox.queries.ts';
import { redactPayload } from './redact.ts';
import type { Carrier } from './webhook-queue.ts';

export interface Inbox {
  /**
   * Takes an event in for a worker; durable when it returns.
   * @returns false for a repeat.
   */
  receive(event: InboxEvent): Promise<boolean>;
  /** Stores an event that needs no work. @returns false for a repeat. */
  keep(event: InboxEvent): Promise<boolean>;
  /**
   * Answers an event once: the first copy produces the answer, every repeat gets the stored one.
   * @throws {AppError} IN_PROGRESS when the first copy has not answered within 5 s.
   */
  answerOnce<T>(event: InboxEvent, produce: () => Promise<T>): Promise<{ answer: T; replayed: boolean }>;
  /** The stored answer of an event, if it was answered. */
  findAnswer(
    event: Pick<InboxEvent, 'provider' | 'scope' | 'eventId'>,
  ): Promise<{ response: unknown } | undefined>;
}

export interface InboxOptions {
  database: Database;
  log: Logger;
  /** Carries the ids of new rows to the workers; without it (or when it is away) a notification wakes them. */
  carrier?: Carrier | undefined;
  /** How long a repeat waits for the answer of the call that still runs: 5 s, as the contract says. */
  waitForAnswerMs?: number;
}

// Contract: a tool call that repeats while the first one still runs waits up to 5 s.
const WAIT_FOR_ANSWER_MS = 5_000;
const LOOK_EVERY_MS = 50;
// Longer than any handler may run: past it the process that claimed the event is dead.
const ABANDONED_AFTER_MS = 30_000;

export function createInbox({
  database,
  log,
  carrier,
  waitForAnswerMs = WAIT_FOR_ANSWER_MS,
}: InboxOptions): Inbox {
  const wake = createWakeUp(database, log);
  const clean = (event: InboxEvent): InboxEvent => ({ ...event, payload: redactPayload(event.payload) });

  const produceFor = async <T>(event: InboxEvent, claim: Claim, produce: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const ms = () => Math.round((performance.now() - begun) * 10) / 10;
    const answer = await produce().catch(async (error: unknown) => {
      const reason = describeError(error).message.slice(0, 500);
      await database.serviceStatement(releaseEvent(event, claim, reason, ms())).catch(() => undefined);
      throw error;
    });
    const store = () => database.serviceStatement(storeAnswer(event, claim, answer, ms()));
    // It's done, whether or not the answer can be stored: the caller hears it, and a repeat that comes after the claim
    // expired is caught by the effect's own key.
    await store()
      .catch(store)
      .catch((err: unknown) =>
        log.error(
          { err, delivery_id: claim.deliveryId },
          '[Deliveries] Could not store the answer for a repeat',
        ),
      );
    return answer;
  };

  const arrive = async (event: InboxEvent, options: ClaimEventOptions): Promise<Arrived> => {
    const [arrived] = await database.serviceStatement(claimEvent(event, options));
    return arrived ?? { claim: null, counted: false };
  };

  /** For events that are only kept: a repeat is counted, even one that came while the first copy was being written. */
  const claimOrCount = async (event: InboxEvent, options: ClaimEventOptions): Promise<Claim | null> => {
    const { claim, counted } = await arrive(event, options);
    return claim || counted ? claim : (await arrive(event, options)).claim;
  };

  return {
    async receive(event) {
      const claim = await claimOrCount(clean(event), { status: 'pending', carried: carrier !== undefined });
      if (!claim) return false;
      // Not waited for: the row is there, and the sender shouldn't wait for Redis.
      void carrier?.announce([{ table: 'webhook_delivery_log', id: claim.deliveryId, attempt: 0 }]);
      if (carrier?.state() !== 'connected') wake();
      return true;
    },

    async keep(event) {
      return (await claimOrCount(clean(event), { status: 'completed' })) !== null;
    },

    async answerOnce<T>(event: InboxEvent, produce: () => Promise<T>) {
      const stored = clean(event);
      const giveUpAt = Date.now() + waitForAnswerMs;
      let countRepeat = true;
      do {
        const { claim, counted } = await arrive(stored, {
          status: 'processing',
          staleMs: ABANDONED_AFTER_MS,
          countRepeat,
        });
        if (claim) return { answer: await produceFor(stored, claim, produce), replayed: false };
        if (counted) countRepeat = false;
        const found = await database.withService((db) => storedAnswer(db, stored));
        if (found?.answered) return { answer: found.response as T, replayed: true };
        await sleep(LOOK_EVERY_MS);
      } while (Date.now() < giveUpAt);
      throw new AppError({
        code: 'IN_PROGRESS',
        status: 409,
        detail: 'The same request is still being processed. Ask again in a moment for its answer.',
        retryable: true,
      });
    },

    async findAnswer(event) {
      const found = await database.withService((db) => storedAnswer(db, event));
      return found?.answered ? { response: found.response } : undefined;
    },
  };
}

/** Notifies the workers at once, then at most once for all that came in while the notification was under way. */
function createWakeUp(database: Database, log: Logger): () => void {
  let underWay = false;
  let again = false;
  const notify = async (): Promise<void> => {
    underWay = true;
    do {
      again = false;
      // A hint: if it's lost, the workers find the row when they next poll.
      await database.serviceStatement(wakeWorkers()).catch((err: unknown) => {
        log.debug({ err }, '[Deliveries] Could not wake the workers');
      });
    } while (again);
    underWay = false;
  };
  return () => {
    if (underWay) again = true;
    else void notify();
  };
}
