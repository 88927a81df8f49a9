import type { Clock } from './clock.ts';

/** Something that happens at a time unless it is taken out before. */
export interface Deadline {
  at: number;
  /** Its place in the heap, -1 when it is not in it. Kept by the queue. */
  slot: number;
  onDue(): void;
}

/**
 * Every timeout and delay of an instance behind one timer.
 *
 * A heap whose members know their place: adding in order and taking out are next to free, and a thousand calls in
 * flight need one timer. When the queue runs empty the timer stays: the next call most likely ends after it, and
 * arming and clearing one for each call would cost more than the call. It keeps the process alive only as long as
 * something is in the queue, and never where no one is waiting for what is in it (`background`).
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  /** Absent where nothing in the queue is worth a process. */
  readonly #hold: ((timer: unknown, hold: boolean) => void) | undefined;
  readonly #heap: Deadline[] = [];
  #timer: unknown;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, options: { background?: boolean } = {}) {
    this.#clock = clock;
    this.#hold = options.background === true ? undefined : clock.holdProcess?.bind(clock);
  }

  get size(): number {
    return this.#heap.length;
  }

  add(deadline: Deadline): void {
    this.#heap.push(deadline);
    const last = this.#heap.length - 1;
    this.#up(deadline, last);
    if (deadline.at < this.#armedFor) this.#arm(deadline.at);
    else if (last === 0) this.#hold?.(this.#timer, true);
  }

  remove(deadline: Deadline): void {
    const { slot } = deadline;
    if (slot < 0) return;
    deadline.slot = -1;
    const last = this.#heap.pop();
    if (this.#heap.length === 0 && this.#timer !== undefined) this.#hold?.(this.#timer, false);
    if (last === undefined || last === deadline) return;
    this.#up(last, slot);
    this.#down(last, last.slot);
  }

  #arm(at: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#armedFor = at;
    // Timers of Node may fire a fraction of a millisecond early, so a whole one is the least.
    this.#timer = this.#clock.setTimer(this.#fire, Math.max(Math.ceil(at - this.#clock.now()), 1));
    this.#hold?.(this.#timer, true);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.remove(first);
      first.onDue();
    }
    const next = this.#heap[0];
    if (next !== undefined && next.at < this.#armedFor) this.#arm(next.at);
  };

  #up(deadline: Deadline, from: number): void {
    const heap = this.#heap;
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = heap[parent] as Deadline;
      if (above.at <= deadline.at) break;
      heap[slot] = above;
      above.slot = slot;
      slot = parent;
    }
    heap[slot] = deadline;
    deadline.slot = slot;
  }

  #down(deadline: Deadline, from: number): void {
    const heap = this.#heap;
    let slot = from;
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Deadline).at < (heap[child] as Deadline).at) child++;
      const below = heap[child] as Deadline;
      if (below.at >= deadline.at) break;
      heap[slot] = below;
      below.slot = slot;
      slot = child;
    }
    heap[slot] = deadline;
    deadline.slot = slot;
  }
}
