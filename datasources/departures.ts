// Who waits under a signal and wants to hear that it fires. One request waits for fifty things under one signal: they share one
// listener, since Node's own list of them warns from the eleventh on and is searched for each that goes.

/** Does what an AbortSignal does, where thousands are made a second: one of Node's costs more than the rest of a call's book-keeping. */
export class LightSignal {
  #aborted = false;
  #waiting: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const leave of this.#waiting ?? []) leave();
  }

  /** As `onLeaving`. */
  hear(leave: () => void): () => void {
    const waiting = (this.#waiting ??= new Set());
    waiting.add(leave);
    return () => void waiting.delete(leave);
  }
}

export type AnySignal = AbortSignal | LightSignal;

const waitingUnder = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `leave` when the signal fires, which must not have fired yet; what is returned ends that. */
export function onLeaving(signal: AnySignal, leave: () => void): () => void {
  if (signal instanceof LightSignal) return signal.hear(leave);
  const waiting = waitingUnder.get(signal) ?? beginListening(signal);
  waiting.add(leave);
  return () => {
    waiting.delete(leave);
    if (waiting.size > 0 || waitingUnder.get(signal) !== waiting) return;
    waitingUnder.delete(signal);
    signal.removeEventListener('abort', hear);
  };
}

function beginListening(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  waitingUnder.set(signal, waiting);
  signal.addEventListener('abort', hear, { once: true });
  return waiting;
}

/** One function for all signals, so that nothing is made for each. */
function hear(this: AbortSignal): void {
  const waiting = waitingUnder.get(this);
  waitingUnder.delete(this);
  for (const leave of waiting ?? []) leave();
}
