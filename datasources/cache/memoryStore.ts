// Kept balances inside the process: the embedded mode's store, with the same policy as the one in Redis.
import { LRUCache } from 'lru-cache';
import { onLeaving, type AnySignal } from '../departures';
import { cacheKey, readKept, turnKey, writeKept, type BalanceStore, type TurnKey } from './keptBalance';
import { NOBODY_WAITS, type CallAnswer, type Turn } from './turn';

export interface MemoryStoreSettings {
  /** Kept values at most; the least recently used go first. */
  readonly entriesMax: number;
  readonly ttlSeconds: number;
}

/** A kept text with the number of the turn that it comes from. */
interface Kept {
  readonly text: string;
  readonly number: number;
}

/** Values are kept as the texts that Redis would hold, so that both stores believe exactly the same. */
export function openMemoryStore(settings: MemoryStoreSettings): BalanceStore {
  const kept = new LRUCache<string, Kept>({ max: settings.entriesMax, ttl: settings.ttlSeconds * 1000 });
  /** What each call under way will bring. */
  const turns = new Map<string, Promise<CallAnswer | undefined>>();
  let count = 0;

  function hold(key: TurnKey): Turn {
    const place = turnKey(key);
    let leave: (answer: CallAnswer | undefined) => void = () => undefined;
    turns.set(place, new Promise((resolve) => (leave = resolve)));
    count += 1;
    const number = count;
    return {
      kind: 'ours',
      end: (answer) => {
        turns.delete(place);
        leave(answer);
        return Promise.resolve();
      },
      keep: (refreshed) => {
        const isEarlier = (kept.peek(cacheKey(key))?.number ?? 0) > number;
        const text = writeKept(key, { refreshed, generation: key.generation });
        if (!isEarlier) kept.set(cacheKey(key), { text, number });
        return Promise.resolve();
      },
    };
  }

  return {
    getMany: (keys) =>
      Promise.resolve(
        keys.map((key) => {
          const found = kept.get(cacheKey(key));
          return found === undefined ? undefined : readKept(key, found.text);
        }),
      ),
    takeTurn: async (key, { signal }) => {
      for (;;) {
        if (signal.aborted) return NOBODY_WAITS;
        const running = turns.get(turnKey(key));
        if (running === undefined) return hold(key);
        const answer = await untilLeft(running, signal);
        if (answer !== undefined) return { kind: 'heard', answer, isEarlier: false };
      }
    },
    drop: (key) => {
      kept.delete(cacheKey(key));
      return Promise.resolve();
    },
    isThere: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}

/** What the running call brings, or undefined when the signal fires first. */
function untilLeft<T>(running: Promise<T>, signal: AnySignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stopListening = onLeaving(signal, () => resolve(undefined));
    running.then(resolve, reject).finally(stopListening);
  });
}
