// Timers that ring when a test says so.
import type { Timers } from '../../../src/http/timers';

export interface TestTimers extends Timers {
  /** Alarms that are set and were not taken back, in milliseconds. */
  set(): readonly number[];
  /** Rings every alarm that is set for so many milliseconds or less, and for more than `overMs`. */
  ring(ms: number, overMs?: number): void;
  /** Waits until an alarm of so many milliseconds is set. */
  isSet(ms: number): Promise<void>;
}

export function openTestTimers(): TestTimers {
  const alarms = new Map<symbol, { readonly ms: number; readonly act: () => void }>();
  const waiting = new Map<number, () => void>();
  const set = (): number[] => [...alarms.values()].map(({ ms }) => ms).sort((one, other) => one - other);
  return {
    after: (ms, act) => {
      const key = Symbol('alarm');
      alarms.set(key, { ms, act });
      waiting.get(ms)?.();
      return () => void alarms.delete(key);
    },
    set,
    ring: (ms, overMs = 0) => {
      for (const [key, alarm] of alarms) {
        if (alarm.ms > ms || alarm.ms <= overMs) continue;
        alarms.delete(key);
        alarm.act();
      }
    },
    isSet: (ms) =>
      new Promise((resolve) => {
        if (set().includes(ms)) resolve();
        else waiting.set(ms, resolve);
      }),
  };
}
