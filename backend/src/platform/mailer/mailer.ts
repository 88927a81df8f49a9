import type { SafeCallInstance } from '@voxanne/safe-call';
import type { Logger } from '../logger.ts';
import type { MailSettings } from '../settings/mail.ts';
import { createSmtpClient, type Mail } from './smtp.client.ts';

export type { Mail } from './smtp.client.ts';

export interface Mailer {
  /** False where the operator has set up no mail server. */
  canSend: boolean;
  /**
   * Sends in the background, with retries, and returns at once: no answer takes longer because there is someone to
   * write to. What fails is logged without address and words.
   */
  send(kind: string, mail: Mail): void;
  /** Work that ends with a mail, or with none; runs like `send`. */
  background(work: () => Promise<void>): void;
  /** When everything that was begun is over. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const DEADLINE_MS = 60_000;
const DRAIN_MS = 5_000;

/** SMTP answers 4yz for "not now" and 5yz for "never". A wrong password is a 535. */
const classify = (error: unknown) => {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  if (code === 'EAUTH') return 'AUTH' as const;
  if (responseCode !== undefined)
    return responseCode >= 500 ? ('PERMANENT' as const) : ('TEMPORARY' as const);
  return undefined;
};

/**
 * Mails are for people who wait for them now, and hold links that let them in: they are kept nowhere, and a lost one is
 * asked for again with one click (docs/adr/0087-mails.md).
 */
export function createMailer(options: {
  settings: MailSettings | undefined;
  resilience: Pick<SafeCallInstance, 'safeCall'>;
  log: Logger;
}): Mailer {
  const { settings, resilience, log } = options;
  const client = settings && createSmtpClient(settings, { timeoutMs: TIMEOUT_MS });
  const pending = new Set<Promise<void>>();
  const stopped = new AbortController();

  const background = (work: () => Promise<void>): void => {
    const running = work()
      .catch((err: unknown) => log.error({ err }, '[Mailer] Work in the background failed'))
      .finally(() => pending.delete(running));
    pending.add(running);
  };
  const idle = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending);
  };
  return {
    canSend: client !== undefined,
    background,
    send(kind, mail) {
      if (client === undefined) return;
      background(async () => {
        const result = await resilience.safeCall('mail', () => client.send(mail), {
          timeoutMs: TIMEOUT_MS,
          deadlineMs: DEADLINE_MS,
          signal: stopped.signal,
          // Two of the same mail are better than none.
          idempotent: true,
          classify,
        });
        if (result.success) log.info({ kind, attempts: result.attempts }, '[Mailer] Mail sent');
        else
          log.warn(
            { kind, reason: result.error.kind, status: result.error.status, attempts: result.attempts },
            '[Mailer] Mail not sent',
          );
      });
    },
    idle,
    async close() {
      const timer = setTimeout(() => stopped.abort(), DRAIN_MS);
      await idle();
      clearTimeout(timer);
      client?.close();
    },
  };
}
