// The line to Redis: one server, one behind sentinels, or a cluster. A command waits for nothing and nobody fails for it
// (RTD-06, O1 to O6).
import { hash } from 'node:crypto';
import { circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './redisAddress';

/** What went wrong with Redis: a code for the log and the metrics, never a value or an address. */
export type RedisTrouble = 'READ_FAILED' | 'WRITE_FAILED' | 'CONNECTION' | 'POISONED';

/** What is asked of Redis here; a cluster and a single server answer alike. */
export interface RedisCommands {
  /** The texts under the keys, in their order. */
  read(keys: readonly string[]): Promise<readonly (string | null)[]>;
  delete(key: string): Promise<unknown>;
  ping(): Promise<unknown>;
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown>;
}

/** What a script does its work for: the keys of one account, and what belongs to them. */
export interface ScriptEntry {
  readonly keys: readonly string[];
  readonly values: readonly (string | number)[];
}

export interface RedisLine {
  /** What `ask` brings, or undefined where Redis does not answer in time or refuses; the trouble is told. */
  attempt<T>(trouble: RedisTrouble, ask: (commands: RedisCommands) => Promise<T>): Promise<T | undefined>;
  /**
   * Runs a script that replies to many entries with a list. Each one's reply in their order; undefined for whom Redis does not
   * answer in time or refuses. `common` stands before the entries' own values.
   */
  runForEach(script: string, common: readonly number[], entries: readonly ScriptEntry[]): Promise<readonly unknown[]>;
  tell(trouble: RedisTrouble): void;
  close(): void;
}

/** After this many commands in a row without an answer Redis is left alone for a second, so that a hung one costs its time limit rarely. */
const FAILURES_BEFORE_PAUSE = 3;
const PAUSE_MS = 1000;

/** A connection that is given up gets no time for a farewell: nothing of value is under way, and a timer would hold the process. */
const FAREWELL_MS = 0;

/** Reconnecting goes on for ever, a little later each time up to this many milliseconds. */
const RECONNECT_MS_MAX = 2000;

const CONNECT_TIMEOUT_MS = 1000;

/** How often the map of a cluster is read again: a fail-over is found this much later, in milliseconds. */
const CLUSTER_MAP_MS = 1000;

export function openRedisLine(
  address: RedisAddress,
  commandTimeoutMs: number,
  onTrouble: (trouble: RedisTrouble) => void,
): RedisLine {
  const redis = connect(address);
  redis.on('error', () => onTrouble('CONNECTION'));
  const commands = commandsOf(redis);
  // A Redis that refuses a command is not away: one that is full or read-only refuses writes and still serves reads (O6).
  const isSilence = handleWhen((error) => error.name !== 'ReplyError');
  const breaker = circuitBreaker(isSilence, {
    halfOpenAfter: PAUSE_MS,
    breaker: new ConsecutiveBreaker(FAILURES_BEFORE_PAUSE),
  });
  const attempt: RedisLine['attempt'] = async (trouble, ask) => {
    try {
      return await breaker.execute(() => inTime(ask(commands), commandTimeoutMs));
    } catch {
      // A cache that is away is one that is empty; the trouble is counted, and the caller asks Daffron.
      onTrouble(trouble);
      return undefined;
    }
  };

  /** One command; the keys of all entries must lie in one slot of a cluster. */
  async function runTogether(
    script: string,
    common: readonly number[],
    entries: readonly ScriptEntry[],
  ): Promise<readonly unknown[]> {
    const keys: string[] = [];
    const values: (string | number)[] = [...common];
    for (const entry of entries) {
      for (const key of entry.keys) keys.push(key);
      for (const value of entry.values) values.push(value);
    }
    const replies = await attempt('WRITE_FAILED', (redisCommands) => redisCommands.run(script, keys, values));
    return Array.isArray(replies) ? replies : [];
  }

  return {
    attempt,
    runForEach: async (script, common, entries) => {
      if (!redis.isCluster) return await runTogether(script, common, entries);
      const replies = await Promise.all(entries.map((entry) => runTogether(script, common, [entry])));
      return replies.map(([reply]) => reply);
    },
    tell: onTrouble,
    close: () => redis.disconnect(),
  };
}

/**
 * Fails after so many milliseconds without an answer. Not by the library's own limit: when this process was busy for that
 * long, its timers run before its sockets are read, and an answer that has come would count as none. One look at the
 * sockets lies between.
 */
function inTime<T>(answer: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('Redis did not answer in time'));
    const timer = setTimeout(() => setImmediate(giveUp), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const reconnectAfterMs = (tries: number): number => Math.min(tries * 50, RECONNECT_MS_MAX);

function connect(address: RedisAddress): Redis | Cluster {
  // A command waits neither for a connection nor for a second try: the cache is a hint.
  const impatient = {
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: FAREWELL_MS,
    autoResendUnfulfilledCommands: false,
  } satisfies RedisOptions;
  const own = { ...impatient, enableOfflineQueue: false, retryStrategy: reconnectAfterMs } satisfies RedisOptions;
  if (address.kind === 'single') return new Redis(address.url, own);
  if (address.kind === 'sentinel') {
    return new Redis({
      ...own,
      ...address.credentials,
      sentinels: [...address.nodes],
      // The client's own `tls` is for sentinels and master alike only where this is said.
      ...(address.credentials.tls !== undefined && {
        enableTLSForSentinelMode: true,
        sentinelTLS: address.credentials.tls,
      }),
      name: address.name,
      sentinelRetryStrategy: reconnectAfterMs,
      sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
      // A master that became a replica refuses every write: it is left, and the sentinels are asked anew.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
  }
  return new Cluster([...address.nodes], {
    redisOptions: { ...impatient, ...address.credentials },
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectAfterMs,
    slotsRefreshInterval: CLUSTER_MAP_MS,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Waiting for a fail-over would hold up the answer; the next command finds the new master.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });
}

function commandsOf(redis: Redis | Cluster): RedisCommands {
  return {
    // The keys of one MGET must lie on one node of a cluster; single reads go to the right ones by themselves.
    read: (keys) => (redis.isCluster ? Promise.all(keys.map((key) => redis.get(key))) : redis.mget([...keys])),
    delete: (key) => redis.del(key),
    ping: () => redis.ping(),
    run: async (script, keys, values) => {
      try {
        return await redis.evalsha(hashOf(script), keys.length, ...keys, ...values);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        // This server has not seen the script yet, or forgot it at a restart; told once, it knows it by its hash.
        return await redis.eval(script, keys.length, ...keys, ...values);
      }
    },
  };
}

const hashes = new Map<string, string>();

/** Redis knows a script by its SHA-1. */
function hashOf(script: string): string {
  const known = hashes.get(script);
  if (known !== undefined) return known;
  const made = hash('sha1', script);
  hashes.set(script, made);
  return made;
}
