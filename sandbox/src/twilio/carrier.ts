import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultKind, faultsOfCallbacks } from '../core/faults.ts';
import type { Ledger } from '../core/ledger.ts';
import { isUnreachable, post } from '../core/outbound.ts';
import type { World } from '../core/stand-in.ts';
import { sign } from './signature.ts';
import type { Message, MessageStatus, TwilioEntry, TwilioState } from './state.ts';

const readTimeoutMs = 15_000;

/** Carries messages to the phone, and calls the sender's callback at each step. */
export class Carrier {
  readonly #world: World;
  readonly #ledger: Ledger<TwilioEntry>;
  #running = new AbortController();
  #journeys = new Set<Promise<void>>();

  constructor(world: World, ledger: Ledger<TwilioEntry>) {
    this.#world = world;
    this.#ledger = ledger;
  }

  /** Goes on with what an earlier run had accepted and not finished. */
  resume(state: TwilioState): void {
    for (const message of state.messages.values()) {
      if (message.direction !== 'inbound' && !isFinished(message)) this.carry(message, true);
    }
  }

  carry(message: Message, isResumed = false): void {
    const { signal } = this.#running;
    const journey = this.#journey(message, signal, isResumed)
      // Only the end of this run stops a journey; the next run resumes it from the ledger.
      .catch(() => undefined)
      .finally(() => this.#journeys.delete(journey));
    this.#journeys.add(journey);
  }

  async stop(): Promise<void> {
    this.#running.abort();
    this.#running = new AbortController();
    await Promise.all(this.#journeys);
  }

  async #journey(message: Message, signal: AbortSignal, isResumed: boolean): Promise<void> {
    const pause = () => sleep(this.#world.config.pace.callbackMs, undefined, { signal });
    const background: Promise<void>[] = [];
    let held: (() => Promise<void>) | undefined;
    for (const status of stepsOf(message)) {
      if (isBefore(message, status)) {
        await pause();
        this.#ledger.record({ type: 'status', sid: message.sid, status, at: this.#world.config.now() });
      }
      if (!message.status_callback || message.called_back.includes(status)) continue;
      const faults = this.#callbackFaults(message.status_callback);
      const call = async () => {
        const isForged = faults.has('bad_signature');
        await this.#callBack(message, status, { signal, isResumed, isForged });
        if (faults.has('duplicate_callback')) {
          await this.#callBack(message, status, { signal, isResumed, isForged });
        }
        this.#ledger.record({ type: 'called_back', sid: message.sid, status });
      };
      const lateMs = faults.get('late_callback');
      if (lateMs !== undefined) {
        const late = sleep(lateMs, undefined, { signal }).then(call);
        late.catch(() => undefined);
        background.push(late);
      } else if (faults.has('reorder_callback')) {
        held = call;
      } else {
        await call();
        await held?.();
        held = undefined;
      }
    }
    await held?.();
    await Promise.all(background);
  }

  async #callBack(
    message: Message,
    status: MessageStatus,
    { signal, isResumed, isForged }: { signal: AbortSignal; isResumed: boolean; isForged: boolean },
  ): Promise<void> {
    const { config } = this.#world;
    const params = callbackParams(message, status, config.now());
    const url = (message.status_callback ?? '').split('#', 1)[0] ?? '';
    const token = isForged ? 'not-the-auth-token' : config.twilio.authToken;
    const request = {
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'TwilioProxy/1.1',
        'x-twilio-signature': sign(token, url, params),
        'i-twilio-idempotency-token': randomUUID(),
      },
      body: new URLSearchParams(params).toString(),
      timeoutMs: readTimeoutMs,
      signal,
    };
    const { callbackRetryMs, callbackPatienceMs } = config.pace;
    const giveUpAt = performance.now() + (isResumed ? callbackPatienceMs : 0);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await post(request);
        return;
      } catch (error) {
        signal.throwIfAborted();
        // Twilio tries a second time when it could not connect, and never when the answer was slow or bad.
        const isLast = attempt >= 2 && performance.now() >= giveUpAt;
        if (!isUnreachable(error) || isLast) return;
        await sleep(callbackRetryMs, undefined, { signal });
      }
    }
  }

  #callbackFaults(url: string): Map<FaultKind, number> {
    const struck = this.#world.faults.strike('twilio', `POST ${new URL(url).pathname}`, faultsOfCallbacks);
    return new Map(struck.map((fault) => [fault.kind, fault.latency_ms ?? 5_000]));
  }
}

function stepsOf(message: Message): MessageStatus[] {
  return message.fate === null ? ['queued', 'sent', 'delivered'] : ['queued', 'failed'];
}

const ranks: Partial<Record<MessageStatus, number>> = { accepted: 0, queued: 1, sent: 2 };

function isBefore(message: Message, status: MessageStatus): boolean {
  return (ranks[message.status] ?? 3) < (ranks[status] ?? 3);
}

function isFinished(message: Message): boolean {
  const steps = stepsOf(message);
  const isThere = steps.at(-1) === message.status;
  return isThere && (!message.status_callback || steps.every((step) => message.called_back.includes(step)));
}

function callbackParams(message: Message, status: MessageStatus, now: number): Record<string, string> {
  const isOver = status === 'delivered' || status === 'failed';
  return {
    MessageSid: message.sid,
    SmsSid: message.sid,
    MessageStatus: status,
    SmsStatus: status,
    AccountSid: message.account_sid,
    To: message.to,
    From: message.sender,
    ApiVersion: '2010-04-01',
    ...(message.messaging_service_sid && { MessagingServiceSid: message.messaging_service_sid }),
    ...(status === 'failed' && { ErrorCode: String(message.fate) }),
    ...(isOver && { RawDlrDoneDate: new Date(now).toISOString().replace(/\D/g, '').slice(2, 12) }),
  };
}
