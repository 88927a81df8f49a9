import { Cron } from 'croner';

/** Every day at 04:00 UTC, which `cleanUp` calls due. */
const DAILY = '0 4 * * *';
// Catches up on what was due while nothing ran, and takes over from a worker that died.
const LOOK_EVERY_MS = 600_000;

export interface Schedule {
  /** Starts nothing new, and ends what is in progress. */
  stop(): Promise<void>;
}

/** Checks right away, at 04:00 UTC, and every ten minutes; `look` decides whether there is anything to do, and never rejects. */
export function scheduleDaily(look: (signal: AbortSignal) => Promise<unknown>): Schedule {
  const stopped = new AbortController();
  let running: Promise<unknown> | undefined;
  const lookOnce = (): void => {
    running ??= look(stopped.signal).finally(() => {
      running = undefined;
    });
  };
  const daily = new Cron(DAILY, { timezone: 'UTC', unref: true }, lookOnce);
  const often = setInterval(lookOnce, LOOK_EVERY_MS);
  lookOnce();
  return {
    async stop() {
      daily.stop();
      clearInterval(often);
      stopped.abort();
      await running;
    },
  };
}
