// Kept balances inside the process: the embedded mode's store, with the same policy as the one in Redis.
import { LRUCache } from 'lru-cache';
import { cacheKey, readKept, writeKept, type BalanceStore } from './keptBalance';

export interface MemoryStoreSettings {
  /** Kept values at most; the least recently used go first. */
  readonly entriesMax: number;
  readonly ttlSeconds: number;
}

/** Values are kept as the texts that Redis would hold, so that both stores believe exactly the same. */
export function openMemoryStore(settings: MemoryStoreSettings): BalanceStore {
  const kept = new LRUCache<string, string>({ max: settings.entriesMax, ttl: settings.ttlSeconds * 1000 });
  return {
    getMany: (keys) =>
      Promise.resolve(
        keys.map((key) => {
          const text = kept.get(cacheKey(key));
          return text === undefined ? undefined : readKept(key, text);
        }),
      ),
    put: (key, value) => {
      kept.set(cacheKey(key), writeKept(key, value));
      return Promise.resolve();
    },
    drop: (key) => {
      kept.delete(cacheKey(key));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
