// A clock's alarm, handed in so that tests ring it themselves.

export interface Timers {
  /** Calls `act` after so many milliseconds; gives what takes the call back. */
  after(ms: number, act: () => void): () => void;
}

export const REAL_TIMERS: Timers = {
  after: (ms, act) => {
    // An alarm alone is no reason for a process to stay.
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};
