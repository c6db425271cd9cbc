// How many calls to one back end run at a time, and who waits: a short queue that forgets callers who left.

/** Why a caller was not let in: the queue is full, or the gate is closed. */
export type Refusal = 'QUEUE_FULL' | 'CLOSED';

/** Who asks for a place; hears exactly one of the two unless it leaves before, and perhaps at once. */
export interface Visitor {
  /** Its deadline, in milliseconds on any one clock. */
  readonly endsAt: number;
  onPlace(): void;
  onTurnedAway(refusal: Refusal): void;
}

export interface CallGate {
  /** Lets the visitor in as soon as a place is free; those who wait enter in the order of their deadlines. */
  enter(visitor: Visitor): void;
  /** Gives up the visitor's place, inside or in the queue; twice is as good as once. */
  leave(visitor: Visitor): void;
  /** Callers who wait for a place, and those who have one. */
  crowd(): { readonly waiting: number; readonly inside: number };
  /** Refuses everybody who waits or comes later, and resolves when the last one inside has left. */
  close(): Promise<void>;
}

/** `placesNow` is asked at each entry, so that the number of places may follow what is known of the back end. */
export function openCallGate(settings: { readonly placesNow: () => number; readonly queueMax: number }): CallGate {
  // Nothing is made for who waits: the queue holds the visitors themselves.
  const queue: Visitor[] = [];
  const inside = new Set<Visitor>();
  let closed = false;
  let letting = false;
  let onEmpty: (() => void) | undefined;

  function letWaitersIn(): void {
    // Who enters may be out again at once, as all do while the breaker is open; the loop below then takes the next one,
    // and the stack does not grow with the queue.
    if (letting) return;
    letting = true;
    try {
      while (queue.length > 0 && inside.size < settings.placesNow()) {
        const next = queue.shift();
        if (next === undefined) return;
        inside.add(next);
        next.onPlace();
      }
    } finally {
      letting = false;
    }
  }

  return {
    enter(visitor) {
      if (closed) return visitor.onTurnedAway('CLOSED');
      if (queue.length === 0 && inside.size < settings.placesNow()) {
        inside.add(visitor);
        return visitor.onPlace();
      }
      if (queue.length >= settings.queueMax) return visitor.onTurnedAway('QUEUE_FULL');
      queue.splice(placeFor(queue, visitor.endsAt), 0, visitor);
    },
    leave(visitor) {
      if (inside.delete(visitor)) {
        letWaitersIn();
        if (inside.size === 0) onEmpty?.();
      } else {
        const at = queue.indexOf(visitor);
        if (at >= 0) queue.splice(at, 1);
      }
    },
    crowd: () => ({ waiting: queue.length, inside: inside.size }),
    close() {
      closed = true;
      for (const visitor of queue.splice(0)) visitor.onTurnedAway('CLOSED');
      return new Promise((resolve) => {
        if (inside.size === 0) resolve();
        else onEmpty = resolve;
      });
    },
  };
}

/** The first index whose deadline is later; equal deadlines keep the order in which they came. */
function placeFor(queue: readonly Visitor[], endsAt: number): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const visitor = queue[middle];
    if (visitor !== undefined && visitor.endsAt <= endsAt) low = middle + 1;
    else high = middle;
  }
  return low;
}
