// Kept balances in Redis. Redis slow, hung, full, read-only, flushed or poisoned costs milliseconds and never an answer (O1 to O7).
import { circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { Redis } from 'ioredis';
import { cacheKey, readKept, writeKept, type BalanceStore } from './keptBalance';

export interface RedisStoreSettings {
  readonly url: string;
  readonly ttlSeconds: number;
  /** How long one command may take, in milliseconds. */
  readonly commandTimeoutMs: number;
}

/** What went wrong with Redis: a code for the log and the metrics, never a value or an address. */
export type RedisTrouble = 'READ_FAILED' | 'WRITE_FAILED' | 'CONNECTION' | 'POISONED';

/** After this many commands in a row without an answer Redis is left alone for a second, so that a hung one costs its time limit rarely. */
const FAILURES_BEFORE_PAUSE = 3;
const PAUSE_MS = 1000;

/** A connection that is given up gets no time for a farewell: nothing of value is under way, and a timer would hold the process. */
const FAREWELL_MS = 0;

/** Reconnecting goes on for ever, a little later each time up to this many milliseconds. */
const RECONNECT_MS_MAX = 2000;

export function openRedisStore(settings: RedisStoreSettings, onTrouble: (trouble: RedisTrouble) => void): BalanceStore {
  const redis = new Redis(settings.url, {
    // A command waits neither for a connection nor for a second try: the cache is a hint.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeoutMs,
    connectTimeout: 1000,
    disconnectTimeout: FAREWELL_MS,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (tries) => Math.min(tries * 50, RECONNECT_MS_MAX),
  });
  redis.on('error', () => onTrouble('CONNECTION'));
  // A Redis that refuses a command is not away: one that is full or read-only refuses writes and still serves reads (O6).
  const isSilence = handleWhen((error) => error.name !== 'ReplyError');
  const breaker = circuitBreaker(isSilence, {
    halfOpenAfter: PAUSE_MS,
    breaker: new ConsecutiveBreaker(FAILURES_BEFORE_PAUSE),
  });

  async function attempt<T>(trouble: RedisTrouble, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await breaker.execute(run);
    } catch {
      // A cache that is away is one that is empty; the trouble is counted, and the caller asks Daffron.
      onTrouble(trouble);
      return undefined;
    }
  }

  return {
    getMany: async (keys) => {
      const texts = await attempt('READ_FAILED', () => redis.mget(keys.map(cacheKey)));
      return keys.map((key, at) => {
        const text = texts?.[at];
        if (text === undefined || text === null) return undefined;
        const kept = readKept(key, text);
        if (kept === undefined) {
          onTrouble('POISONED');
          void attempt('WRITE_FAILED', () => redis.del(cacheKey(key)));
        }
        return kept;
      });
    },
    put: async (key, kept) => {
      await attempt('WRITE_FAILED', () => redis.set(cacheKey(key), writeKept(key, kept), 'EX', settings.ttlSeconds));
    },
    drop: async (key) => {
      await attempt('WRITE_FAILED', () => redis.del(cacheKey(key)));
    },
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
