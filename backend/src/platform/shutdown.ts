import type { Logger } from './logger.ts';

export interface Shutdown {
  /** True from the first request on; `/ready` says so. */
  readonly requested: boolean;
  /** Phases run in the order they were added, each within its time. */
  phase(name: string, timeoutMs: number, work: () => Promise<unknown>): void;
  /** Runs the phases, once; later calls wait for the same end. */
  run(reason: string): Promise<void>;
}

export function createShutdown(log: Logger): Shutdown {
  const phases: { name: string; timeoutMs: number; work: () => Promise<unknown> }[] = [];
  let running: Promise<void> | undefined;

  const runPhases = async (reason: string): Promise<void> => {
    log.info({ reason }, '[Shutdown] Draining');
    for (const { name, timeoutMs, work } of phases) {
      const outcome = await within(timeoutMs, work);
      if (outcome !== 'done') log.warn({ phase: name, outcome }, '[Shutdown] A phase did not end well');
    }
    log.info('[Shutdown] Done');
  };

  return {
    get requested() {
      return running !== undefined;
    },
    phase(name, timeoutMs, work) {
      phases.push({ name, timeoutMs, work });
    },
    run(reason) {
      running ??= runPhases(reason);
      return running;
    },
  };
}

async function within(
  timeoutMs: number,
  work: () => Promise<unknown>,
): Promise<'done' | 'timeout' | 'failed'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs);
  });
  try {
    return await Promise.race([work().then(() => 'done' as const), timeout]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
