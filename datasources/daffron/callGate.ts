// How many calls to one back end run at a time, and who waits: a short queue that forgets callers who left.

/** Why a caller was not let in: the queue is full, the caller's signal fired while waiting, or the gate is closed. */
export type Refusal = 'QUEUE_FULL' | 'GONE' | 'CLOSED';

export interface CallGate {
  /**
   * Lets the caller in as soon as a place is free; waiting callers enter in the order of their deadlines (milliseconds on
   * any one clock). Resolves to what must be called on leaving, or to the reason why not.
   */
  enter(deadlineAt: number, signal: AbortSignal): Promise<(() => void) | Refusal>;
  /** Callers who wait for a place, and those who have one. */
  crowd(): { readonly waiting: number; readonly inside: number };
  /** Refuses everybody who waits or comes later, and resolves when the last one inside has left. */
  close(): Promise<void>;
}

interface Waiting {
  readonly deadlineAt: number;
  readonly decide: (verdict: (() => void) | Refusal) => void;
}

/** `placesNow` is asked at each entry, so that the number of places may follow what is known of the back end. */
export function openCallGate(settings: { readonly placesNow: () => number; readonly queueMax: number }): CallGate {
  const queue: Waiting[] = [];
  let inside = 0;
  let closed = false;
  let onEmpty: (() => void) | undefined;

  function admit(): () => void {
    inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      letWaitersIn();
      if (inside === 0) onEmpty?.();
    };
  }

  function letWaitersIn(): void {
    while (inside < settings.placesNow()) {
      const next = queue.shift();
      if (next === undefined) return;
      next.decide(admit());
    }
  }

  function wait(deadlineAt: number, signal: AbortSignal): Promise<(() => void) | Refusal> {
    return new Promise((resolve) => {
      const leave = (): void => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        resolve('GONE');
      };
      const decide: Waiting['decide'] = (verdict) => {
        signal.removeEventListener('abort', leave);
        resolve(verdict);
      };
      const waiting = { deadlineAt, decide };
      signal.addEventListener('abort', leave, { once: true });
      queue.splice(placeFor(queue, deadlineAt), 0, waiting);
    });
  }

  return {
    async enter(deadlineAt, signal) {
      if (closed) return 'CLOSED';
      if (signal.aborted) return 'GONE';
      if (queue.length === 0 && inside < settings.placesNow()) return admit();
      return queue.length >= settings.queueMax ? 'QUEUE_FULL' : wait(deadlineAt, signal);
    },
    crowd: () => ({ waiting: queue.length, inside }),
    close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.decide('CLOSED');
      return new Promise((resolve) => {
        if (inside === 0) resolve();
        else onEmpty = resolve;
      });
    },
  };
}

/** The first index whose deadline is later; equal deadlines keep the order in which they came. */
function placeFor(queue: readonly Waiting[], deadlineAt: number): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const waiting = queue[middle];
    if (waiting !== undefined && waiting.deadlineAt <= deadlineAt) low = middle + 1;
    else high = middle;
  }
  return low;
}
