// Calls in flight, joined: whoever asks for what is being asked already waits for the same answer (RTD-03).
import { LightSignal, onLeaving } from '../departures';

/** Joins equal calls within this process. A call that nobody waits for any more is aborted. */
export interface JoinedCalls<T> {
  /** The answer of the call in flight for `key`, or of a new one; undefined where the caller's signal fires before it comes. */
  join(key: string, signal: AbortSignal, start: (signal: LightSignal) => Promise<T>): Promise<T | undefined>;
}

/** A call under way, with those who wait for it. */
class Flight<T> {
  readonly signal = new LightSignal();
  readonly waiting = new Set<Waiting<T>>();
}

interface Waiting<T> {
  readonly resolve: (answer: T | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly stopListening: () => void;
}

export function joinCalls<T>(onJoined?: () => void): JoinedCalls<T> {
  const flights = new Map<string, Flight<T>>();

  function take(key: string, start: (signal: LightSignal) => Promise<T>): Flight<T> {
    const running = flights.get(key);
    if (running !== undefined) {
      onJoined?.();
      return running;
    }
    const flight = new Flight<T>();
    flights.set(key, flight);
    start(flight.signal).then(
      (answer) => end(key, flight, ({ resolve }) => resolve(answer)),
      (error: unknown) => end(key, flight, ({ reject }) => reject(error)),
    );
    return flight;
  }

  function end(key: string, flight: Flight<T>, tell: (waiting: Waiting<T>) => void): void {
    leave(key, flight);
    for (const waiting of flight.waiting) {
      waiting.stopListening();
      tell(waiting);
    }
  }

  function leave(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  return {
    join: (key, signal, start) => {
      if (signal.aborted) return Promise.resolve(undefined);
      const flight = take(key, start);
      return new Promise((resolve, reject) => {
        const onLeft = (): void => {
          flight.waiting.delete(waiting);
          resolve(undefined);
          if (flight.waiting.size > 0) return;
          // The last one to leave ends the call.
          leave(key, flight);
          flight.signal.abort();
        };
        const waiting: Waiting<T> = { resolve, reject, stopListening: onLeaving(signal, onLeft) };
        flight.waiting.add(waiting);
      });
    },
  };
}
