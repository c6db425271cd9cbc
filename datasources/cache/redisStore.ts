// Kept balances and calls in flight in Redis. Redis slow, hung, full, read-only, flushed or poisoned costs milliseconds and
// never an answer (O1 to O7).
import { parseRedisAddress } from './redisAddress';
import { openRedisLine, type RedisTrouble } from './redisLine';
import { openRedisTurns } from './redisTurns';
import { cacheKey, readKept, type BalanceStore } from './keptBalance';

export type { RedisTrouble } from './redisLine';

export interface RedisStoreSettings {
  /** As `parseRedisAddress` takes it. */
  readonly url: string;
  readonly ttlSeconds: number;
  /** How long one command may take, in milliseconds. */
  readonly commandTimeoutMs: number;
}

/** Throws for a text that is no address of a Redis. */
export function openRedisStore(settings: RedisStoreSettings, onTrouble: (trouble: RedisTrouble) => void): BalanceStore {
  const address = parseRedisAddress(settings.url);
  if (address === undefined) throw new Error('the address of Redis cannot be read');
  const line = openRedisLine(address, settings.commandTimeoutMs, onTrouble);
  const turns = openRedisTurns(line, settings.ttlSeconds);
  return {
    getMany: async (keys) => {
      const texts = await line.attempt('READ_FAILED', (commands) => commands.read(keys.map(cacheKey)));
      return keys.map((key, at) => {
        const text = texts?.[at];
        if (text === undefined || text === null) return undefined;
        const kept = readKept(key, text);
        if (kept === undefined) {
          line.tell('POISONED');
          void line.attempt('WRITE_FAILED', (commands) => commands.delete(cacheKey(key)));
        }
        return kept;
      });
    },
    takeTurn: (key, options) => turns.take(key, options),
    drop: async (key) => {
      await line.attempt('WRITE_FAILED', (commands) => commands.delete(cacheKey(key)));
    },
    isThere: async () => (await line.attempt('READ_FAILED', (commands) => commands.ping())) === 'PONG',
    close: async () => {
      await turns.settled();
      line.close();
    },
  };
}
