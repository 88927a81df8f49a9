import { vi } from 'vitest';
import { type Circuit, COOLDOWN, type Subject } from './subjects.ts';

/** One hazard as a question that any library can be asked. True: the library does the right thing. */
export interface Scenario {
  hazard: string;
  question: string;
  ask(subject: Subject): Promise<boolean>;
}

const down = () => Promise.reject(new Error('down'));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

function outcome(promise: Promise<unknown>): Promise<Outcome> {
  return promise.then(
    (value) => ({ ok: true, value }),
    (error) => ({ ok: false, error }),
  );
}

async function opened(circuit: Circuit): Promise<Circuit> {
  for (let call = 0; call < 3; call++) await outcome(circuit.call(down));
  return circuit;
}

/** Starts a call that the scenario ends itself. */
function start(circuit: Circuit) {
  const gate = Promise.withResolvers<unknown>();
  return { ...gate, result: outcome(circuit.call(() => gate.promise)) };
}

/** Whether it has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await pass(0);
  return done;
}

export const scenarios: Scenario[] = [
  {
    hazard: 'H1',
    question: 'A call from before the opening fails during the probe, the probe succeeds: closed?',
    async ask({ make }) {
      const circuit = make();
      const stale = start(circuit);
      await opened(circuit);
      await pass(COOLDOWN);
      const probe = start(circuit);
      await pass(0);
      stale.reject(new Error('old failure'));
      await stale.result;
      probe.resolve('back');
      await probe.result;
      return circuit.isClosed();
    },
  },
  {
    hazard: 'H2',
    question: 'A call from before the opening succeeds during the probe: is the probe still what decides?',
    async ask({ make }) {
      const circuit = make();
      const stale = start(circuit);
      await opened(circuit);
      await pass(COOLDOWN);
      const probe = start(circuit);
      await pass(0);
      stale.resolve('old answer');
      await stale.result;
      const undecided = !circuit.isClosed();
      probe.reject(new Error('still down'));
      await probe.result;
      return undecided && circuit.isOpen();
    },
  },
  {
    hazard: 'H3',
    question: 'Fifty callers during the probe: one passes, the others are answered at once?',
    async ask({ make }) {
      const circuit = await opened(make());
      await pass(COOLDOWN);
      const probe = start(circuit);
      await pass(0);
      const others = Array.from({ length: 49 }, () => outcome(circuit.call(async () => 'passed')));
      const answered = await settled(Promise.all(others));
      probe.resolve('back');
      const results = await Promise.all(others);
      return answered && results.every((one) => !one.ok);
    },
  },
  {
    hazard: 'H4',
    question: 'The probe hangs and there is no timeout: does another probe pass after a while?',
    async ask({ make }) {
      const circuit = await opened(make());
      await pass(COOLDOWN);
      void start(circuit);
      await pass(10 * COOLDOWN);
      const next = outcome(circuit.call(async () => 'back'));
      return (await settled(next)) && (await next).ok;
    },
  },
  {
    hazard: 'H5',
    question: 'A bug of the caller during the probe: does it leave the circuit as it was?',
    async ask({ make }) {
      const circuit = await opened(make());
      await pass(COOLDOWN);
      await outcome(circuit.call(() => Promise.reject(new TypeError('a bug'))));
      return !circuit.isClosed();
    },
  },
  {
    hazard: 'H6',
    question: 'Three callers hang up: closed?',
    async ask({ make }) {
      const circuit = make();
      for (let call = 0; call < 3; call++) {
        const controller = new AbortController();
        const work = ({ signal }: { signal?: AbortSignal | undefined }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
        const result = outcome(circuit.call(work, controller.signal));
        await pass(0);
        controller.abort();
        await result;
      }
      return circuit.isClosed();
    },
  },
  {
    hazard: 'H7',
    question: 'Too many calls at the same time here, the service is well: closed?',
    async ask({ make }) {
      const circuit = make({ limit: 1 });
      const running = start(circuit);
      await pass(0);
      for (let call = 0; call < 5; call++) await outcome(circuit.call(async () => 'ok'));
      const closed = circuit.isClosed();
      running.resolve('ok');
      await running.result;
      return closed;
    },
  },
  {
    hazard: 'H8',
    question: 'With three retries, a call to an open circuit: answered at once?',
    async ask({ make }) {
      const circuit = make({ retries: 3 });
      for (let call = 0; call < 3; call++) {
        const result = outcome(circuit.call(down));
        await pass(5_000);
        await result;
      }
      return circuit.isOpen() && settled(outcome(circuit.call(down)));
    },
  },
  {
    hazard: 'H8',
    question: 'With three retries, one bad call: still closed?',
    async ask({ make }) {
      const circuit = make({ retries: 3 });
      const result = outcome(circuit.call(down));
      await pass(5_000);
      await result;
      return circuit.isClosed();
    },
  },
  {
    hazard: 'H9',
    question: 'Two failures, an idle hour, one failure: closed?',
    async ask({ make }) {
      const circuit = make();
      await outcome(circuit.call(down));
      await outcome(circuit.call(down));
      await pass(3_600_000);
      await outcome(circuit.call(down));
      return circuit.isClosed();
    },
  },
  {
    hazard: 'H11',
    question: 'The wall clock is set back an hour: does the probe pass in time?',
    async ask({ make }) {
      const circuit = await opened(make());
      vi.setSystemTime(Date.now() - 3_600_000);
      await pass(COOLDOWN);
      const probe = outcome(circuit.call(async () => 'back'));
      return (await settled(probe)) && (await probe).ok;
    },
  },
  {
    hazard: 'H12',
    question: 'Does the error of an open circuit say why, and when to come back?',
    async ask({ make }) {
      const circuit = await opened(make());
      const result = await outcome(circuit.call(down));
      const error = result.ok ? {} : (result.error as { cause?: unknown; retryAfterMs?: unknown });
      return error.cause !== undefined && typeof error.retryAfterMs === 'number';
    },
  },
  {
    hazard: 'H13',
    question: 'A listener throws when it opens: does the caller still get the own error?',
    async ask({ make }) {
      const circuit = make();
      circuit.onOpen?.(() => {
        throw new Error('a bug in the metrics');
      });
      for (let call = 0; call < 3; call++) {
        const result = outcome(circuit.call(down));
        // A library may even leave the caller without any answer.
        if (!(await settled(result))) return false;
        const answer = await result;
        if (answer.ok || !String(answer.error).includes('down')) return false;
      }
      return true;
    },
  },
  {
    hazard: 'H14',
    question: 'A service asks for a pause of 30 days: is it left alone?',
    async ask({ make }) {
      const circuit = make({ retries: 1, delayMs: 30 * 24 * 3_600_000 });
      const work = vi.fn(down);
      void outcome(circuit.call(work));
      await pass(60_000);
      return work.mock.calls.length === 1;
    },
  },
  {
    hazard: 'H15',
    question: 'The caller hangs up during the back-off: answered at once, and not called again?',
    async ask({ make }) {
      const circuit = make({ retries: 3 });
      const controller = new AbortController();
      const work = vi.fn(down);
      const result = outcome(circuit.call(work, controller.signal));
      await pass(50);
      controller.abort();
      const answered = await settled(result);
      await pass(10_000);
      return answered && work.mock.calls.length === 1;
    },
  },
  {
    hazard: 'H16',
    question: 'The work ignores its signal: is the call answered at the timeout?',
    async ask({ make }) {
      const circuit = make({ timeoutMs: 100 });
      const result = outcome(circuit.call(() => new Promise(() => {})));
      await pass(100);
      return settled(result);
    },
  },
];
