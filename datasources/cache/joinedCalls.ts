// Calls in flight, joined: whoever asks for what is being asked already waits for the same answer (RTD-03).

import { setMaxListeners } from 'node:events';

/** Joins equal calls within this process. A call that nobody waits for any more is aborted. */
export interface JoinedCalls<T> {
  /** The answer of the call in flight for `key`, or of a new one; undefined where the caller's signal fires before it comes. */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  isOver: boolean;
}

export function joinCalls<T>(onJoined?: () => void): JoinedCalls<T> {
  const flights = new Map<string, Flight<T>>();

  function take(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const running = flights.get(key);
    if (running !== undefined) {
      onJoined?.();
      return running;
    }
    const controller = new AbortController();
    const flight: Flight<T> = {
      controller,
      waiting: 0,
      isOver: false,
      answer: start(controller.signal).finally(() => {
        flight.isOver = true;
        leave(key, flight);
      }),
    };
    flights.set(key, flight);
    return flight;
  }

  function leave(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  return {
    join: async (key, signal, start) => {
      if (signal.aborted) return undefined;
      const flight = take(key, start);
      flight.waiting += 1;
      let onLeave = (): void => undefined;
      const left = new Promise<undefined>((resolve) => {
        onLeave = () => resolve(undefined);
      });
      // One operation asks for up to fifty accounts under one signal; Node would print a warning from the eleventh on.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', onLeave, { once: true });
      try {
        return await Promise.race([flight.answer, left]);
      } finally {
        signal.removeEventListener('abort', onLeave);
        flight.waiting -= 1;
        if (flight.waiting === 0 && !flight.isOver) {
          // The last one to leave an unfinished call ends it; an abort that nobody hears would still cost its error.
          leave(key, flight);
          flight.controller.abort();
        }
      }
    },
  };
}
