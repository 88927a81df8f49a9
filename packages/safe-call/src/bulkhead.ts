import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { BulkheadOptions } from './policy.ts';

interface Place {
  running: number;
  waiting: Waiting[];
}

interface Waiting extends Deadline {
  enter(): void;
}

export type Entered = 'entered' | 'full' | 'gave_up';

/** Bounds how many calls of one name and key run at the same time. A key without calls has no entry. */
export class Bulkheads {
  readonly #queue: DeadlineQueue;
  readonly #places = new Map<string, Place>();

  constructor(queue: DeadlineQueue) {
    this.#queue = queue;
  }

  static id(name: string, key: string | undefined): string {
    return key === undefined ? name : `${name}\0${key}`;
  }

  /**
   * Enters, waits for a place until `until`, or finds it full. `onWait` is given the function that ends the wait
   * early.
   */
  enter(
    id: string,
    options: BulkheadOptions,
    until: number,
    onWait: (giveUp: () => void) => void,
  ): Entered | Promise<Entered> {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = { running: 0, waiting: [] };
      this.#places.set(id, place);
    }
    if (place.running < options.max) {
      place.running++;
      return 'entered';
    }
    if (place.waiting.length >= (options.queue ?? 0)) return 'full';
    return this.#wait(place, until, onWait);
  }

  leave(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    // The place is handed over, so `running` stays as it is.
    const next = place.waiting.shift();
    if (next !== undefined) next.enter();
    else if (--place.running === 0) this.#places.delete(id);
  }

  #wait(place: Place, until: number, onWait: (giveUp: () => void) => void): Promise<Entered> {
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#queue.remove(waiting);
        const index = place.waiting.indexOf(waiting);
        if (index >= 0) place.waiting.splice(index, 1);
        resolve('gave_up');
      };
      const waiting: Waiting = {
        at: until,
        slot: -1,
        onDue: giveUp,
        enter: () => {
          this.#queue.remove(waiting);
          resolve('entered');
        },
      };
      place.waiting.push(waiting);
      if (until !== Number.POSITIVE_INFINITY) this.#queue.add(waiting);
      onWait(giveUp);
    });
  }
}
