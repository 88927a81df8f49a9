import type { Logger } from './logger.ts';
import { TimeUp, within } from './within.ts';

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
      const outcome = await outcomeOf(timeoutMs, work);
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

async function outcomeOf(
  timeoutMs: number,
  work: () => Promise<unknown>,
): Promise<'done' | 'timeout' | 'failed'> {
  try {
    await within(timeoutMs, work());
    return 'done';
  } catch (error) {
    return error instanceof TimeUp ? 'timeout' : 'failed';
  }
}
