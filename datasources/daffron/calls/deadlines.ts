// One timer for many deadlines: all lie the same time ahead, so who came first is due first.

export interface Due {
  /** The time is over; it is no longer among the deadlines when it hears this. */
  onDue(): void;
}

/**
 * Deadlines of one length. Thousands of calls wait at once, nearly all end in time, and a timer for each would be made
 * only to be taken away; here one timer follows the oldest.
 */
export class Deadlines {
  readonly #lengthMs: number;
  /** When each is due, on the monotonic clock; a Map keeps the order in which they came. */
  readonly #dueAt = new Map<Due, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** From now on, once: `due` hears when the time is over, unless it is deleted before. */
  add(due: Due): void {
    this.#dueAt.set(due, performance.now() + this.#lengthMs);
    if (this.#timer === undefined) this.#timer = this.#ringAfter(this.#lengthMs);
  }

  delete(due: Due): void {
    this.#dueAt.delete(due);
  }

  #ring(): void {
    const now = performance.now();
    const over: Due[] = [];
    let nextAt: number | undefined;
    for (const [due, dueAt] of this.#dueAt) {
      if (dueAt > now) {
        nextAt = dueAt;
        break;
      }
      over.push(due);
    }
    // Set before anybody hears: who hears may add another, which must not put off the ones that were here before.
    this.#timer = nextAt === undefined ? undefined : this.#ringAfter(nextAt - now);
    // Who hears may also end another one of them.
    for (const due of over) if (this.#dueAt.delete(due)) due.onDue();
  }

  /** Nobody has to wait for this timer before the process ends: what is bounded by it are sockets at work. */
  #ringAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#ring(), Math.ceil(ms)).unref();
  }
}
