// When to refuse at once what would only be answered late: the event loop is behind, or the queue to a Daffron is.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadLimits } from '../limits/limits';

/** What the shedder looks at; tests hand in their own. */
export interface LoadReadings {
  /** How far behind its time the event loop ran lately, in milliseconds. */
  loopDelayMs(): number;
  /** The queue to a biller's Daffron; undefined where there is none. */
  queueOf(billerId: string): { readonly waiting: number; readonly waitingMax: number } | undefined;
}

export type Overload = 'EVENT_LOOP' | 'DAFFRON_QUEUE';

export interface LoadShedder {
  /** Asked before anything is done for a request. */
  whyNotNow(): Overload | undefined;
  /** Asked when its biller is known. */
  whyNotFor(billerId: string): Overload | undefined;
}

export function openLoadShedder(limits: LoadLimits, readings: LoadReadings): LoadShedder {
  return {
    whyNotNow: () => (readings.loopDelayMs() > limits.loopDelayMsMax ? 'EVENT_LOOP' : undefined),
    whyNotFor: (billerId) => {
      const queue = readings.queueOf(billerId);
      // A queue of no places is a setting, and no sign of load.
      if (queue === undefined || queue.waitingMax === 0) return undefined;
      const percent = (100 * queue.waiting) / queue.waitingMax;
      return percent >= limits.queuePercentMax ? 'DAFFRON_QUEUE' : undefined;
    },
  };
}

/** How finely the loop is looked at, in milliseconds; the monitor counts this time into every reading. */
const RESOLUTION_MS = 20;

/** Readings are means over so many milliseconds: one long collection of garbage is no overload, half a second of lag is. */
const WINDOW_MS = 500;

const NANOSECONDS_PER_MS = 1e6;

/** Reads the delay of this process's event loop until it is closed. */
export function openLoopDelay(): { readonly loopDelayMs: () => number; readonly close: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    // Without a reading in the window the mean is not a number.
    delayMs = histogram.count === 0 ? 0 : Math.max(0, histogram.mean / NANOSECONDS_PER_MS - RESOLUTION_MS);
    histogram.reset();
  }, WINDOW_MS).unref();
  return {
    loopDelayMs: () => delayMs,
    close: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
