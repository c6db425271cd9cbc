// Kept balances in a real Redis that dies, hangs, is slow, full, read-only, flushed or poisoned: slower, never wrong, never
// an error (RTD-06, RTD-07, O1 to O7).
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cacheKey, writeKept, type BalanceStore, type KeptBalance } from '../../datasources/cache/keptBalance';
import { openRedisStore, type RedisTrouble } from '../../datasources/cache/redisStore';
import { openWorld } from '../fixtures/balanceWorld';
import { BILLER_ID, makeAccount, NINE } from '../fixtures/handMade';
import { keepIn } from '../fixtures/keepIn';
import { openRedisRelay, type RedisRelay } from '../fixtures/redisRelay';
import { startRedis, type TestRedis } from '../setup/servers';

const TTL_SECONDS = 86_400;
const key = keyOf('A-1');
const kept: KeptBalance = {
  generation: 0n,
  refreshed: {
    observedAt: NINE,
    amountsAreFloats: false,
    items: [],
    tenders: { allowed: ['CARD', 'BANK'], blocked: [], unknownNames: [] },
  },
};

let redis: TestRedis;
let admin: Redis;
let relay: RedisRelay;
let troubles: RedisTrouble[];
let store: BalanceStore;

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});

afterAll(async () => {
  await admin.quit();
  await redis.stop();
});

beforeEach(async () => {
  await admin.flushall();
  relay = await openRedisRelay(redis.url);
  open();
});

afterEach(async () => {
  await store.close();
  await relay.close();
});

function keyOf(accountNumber: string): { billerId: string; accountNumber: string } {
  return { billerId: BILLER_ID, accountNumber };
}

/** Opens the store under test through the relay; fifty milliseconds are long for a Redis next door. */
function open(): void {
  troubles = [];
  store = openRedisStore({ url: relay.url, ttlSeconds: TTL_SECONDS, commandTimeoutMs: 50 }, (trouble) =>
    troubles.push(trouble),
  );
}

async function read(): Promise<KeptBalance | undefined> {
  return (await store.getMany([key]))[0];
}

/** Comes back when the store keeps and finds; a test whose store never does runs into jest's own deadline. */
async function untilItKeeps(): Promise<void> {
  do {
    await sleep(30);
    await keepIn(store, key, kept);
  } while ((await read()) === undefined);
  troubles.length = 0;
}

test('RTD-07 what is kept is found again, in the order of the keys, and ends with its time to live', async () => {
  await untilItKeeps();
  expect(await store.getMany([keyOf('A-2'), key, keyOf('A-3')])).toEqual([undefined, kept, undefined]);
  const ttl = await admin.ttl(cacheKey(key));
  expect(ttl).toBeGreaterThan(TTL_SECONDS - 3_600);
  expect(ttl).toBeLessThanOrEqual(TTL_SECONDS);
  await store.drop(key);
  expect(await admin.exists(cacheKey(key))).toBe(0);
  expect(troubles).toEqual([]);
});

test('RTD-06 Redis down at the start is an empty cache, and is found when it comes (O1)', async () => {
  relay.target = null;
  await store.close();
  open();
  for (let ask = 0; ask < 5; ask += 1) {
    await keepIn(store, key, kept);
    expect(await read()).toBeUndefined();
    await store.drop(key);
  }
  expect(troubles).toEqual(expect.arrayContaining(['READ_FAILED', 'WRITE_FAILED']));
  relay.target = redis.url;
  await untilItKeeps();
  expect(await read()).toEqual(kept);
});

test('RTD-06 a port where nobody listens is told as trouble of the connection, and is an empty cache (O1)', async () => {
  await store.close();
  await relay.close();
  open();
  while (!troubles.includes('CONNECTION')) await sleep(5);
  await keepIn(store, key, kept);
  expect(await read()).toBeUndefined();
});

test('RTD-06 with Redis down each account costs one call, and no balance fails for it (O1)', async () => {
  relay.target = null;
  await store.close();
  open();
  const world = openWorld(false, store);
  const operation = world.operation();
  const balances = await Promise.all(
    ['A-1', 'A-2', 'A-3', 'A-1'].map((number) => operation.ofAccount(makeAccount(number))),
  );
  await world.balances.settled();
  expect(balances.map((balance) => balance?.source)).toEqual(['RTDR', 'RTDR', 'RTDR', 'RTDR']);
  expect(world.asked).toHaveLength(3);
});

test('RTD-06 Redis killed under use fails nobody, and another on its port is found by itself (O2)', async () => {
  const mortal = await startRedis();
  relay.target = mortal.url;
  await store.close();
  open();
  await untilItKeeps();
  const over = new AbortController();
  const users = Array.from({ length: 20 }, async () => {
    while (!over.signal.aborted) {
      await keepIn(store, key, kept);
      await read();
      // A store that is spared answers in the same turn; the others must have theirs.
      await sleep(1);
    }
  });
  await mortal.stop();
  while (!troubles.includes('READ_FAILED')) await sleep(5);
  over.abort();
  await Promise.all(users);
  expect(await read()).toBeUndefined();
  relay.target = redis.url;
  await untilItKeeps();
  expect(await admin.exists(cacheKey(key))).toBe(1);
});

test('RTD-06 a Redis that hangs costs its time limit three times and is then spared, until it answers again (O3)', async () => {
  await untilItKeeps();
  await admin.config('RESETSTAT');
  const reads = 20;
  redis.pause();
  try {
    for (let ask = 0; ask < reads; ask += 1) expect(await read()).toBeUndefined();
  } finally {
    redis.resume();
  }
  expect(troubles).toEqual(Array.from({ length: reads }, () => 'READ_FAILED'));
  // The server answers now whatever had been sent to it meanwhile: three reads, and one more for each second of pause.
  const asked = async (): Promise<number> =>
    Number(/cmdstat_mget:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
  while ((await asked()) < 3) await sleep(5);
  expect(await asked()).toBeLessThan(reads / 2);
  await untilItKeeps();
  expect(await read()).toEqual(kept);
});

test('RTD-06 a Redis that hangs delays no balance beyond its time limit: Daffron answers (O3)', async () => {
  await untilItKeeps();
  redis.pause();
  try {
    const world = openWorld(false, store);
    expect(await world.operation().ofAccount(makeAccount('A-1'))).toMatchObject({ source: 'RTDR' });
    await world.balances.settled();
  } finally {
    redis.resume();
  }
  expect(troubles).toEqual(['READ_FAILED', 'WRITE_FAILED']);
});

test('RTD-06 a Redis slower than its time limit is passed by (O4)', async () => {
  await untilItKeeps();
  relay.delayMs = 400;
  expect(await read()).toBeUndefined();
  expect(troubles).toEqual(['READ_FAILED']);
  relay.delayMs = 0;
  await untilItKeeps();
});

test('RTD-06 a flushed Redis gives misses and no trouble (O5)', async () => {
  await untilItKeeps();
  await admin.flushall();
  expect(await read()).toBeUndefined();
  expect(troubles).toEqual([]);
  await keepIn(store, key, kept);
  expect(await read()).toEqual(kept);
});

test.each([
  ['full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
  ['a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
])(
  'RTD-06 a Redis that is %s goes on serving reads while each write is dropped and told (O6)',
  async (_name, begin, end) => {
    await untilItKeeps();
    const [command = '', ...words] = begin;
    await admin.call(command, ...words);
    try {
      const writes = 6;
      for (let write = 0; write < writes; write += 1) await keepIn(store, keyOf('A-2'), kept);
      expect(troubles).toEqual(Array.from({ length: writes }, () => 'WRITE_FAILED'));
      expect(await store.getMany([key, keyOf('A-2')])).toEqual([kept, undefined]);
    } finally {
      const [back = '', ...rest] = end;
      await admin.call(back, ...rest);
    }
    await keepIn(store, keyOf('A-2'), kept);
    expect(await store.getMany([keyOf('A-2')])).toEqual([kept]);
  },
);

test.each([
  ['no JSON', 'rubbish'],
  ['of another version', writeKept(key, kept).replace('"version":3', '"version":99')],
  ['of another account', writeKept(keyOf('A-2'), kept)],
])(
  'RTD-07 a value that is %s is a miss, is told and is deleted; its neighbours are found (O7)',
  async (_name, poison) => {
    await untilItKeeps();
    await keepIn(store, keyOf('A-3'), kept);
    await admin.set(cacheKey(key), poison);
    expect(await store.getMany([keyOf('A-3'), key])).toEqual([kept, undefined]);
    expect(troubles).toEqual(['POISONED']);
    while ((await admin.exists(cacheKey(key))) === 1) await sleep(5);
    await keepIn(store, key, kept);
    expect(await read()).toEqual(kept);
  },
);

test('RTD-07 something that is no text under the key is a miss, and the next refresh takes its place (O7)', async () => {
  await untilItKeeps();
  await admin.del(cacheKey(key));
  await admin.lpush(cacheKey(key), 'poison');
  expect(await read()).toBeUndefined();
  await keepIn(store, key, kept);
  expect(await read()).toEqual(kept);
});

describe('closing leaves nothing open', () => {
  const waysToBe: readonly (readonly [string, () => Promise<void>])[] = [
    ['connected', untilItKeeps],
    ['not connected yet', async () => undefined],
    [
      'reconnecting',
      async () => {
        await untilItKeeps();
        relay.target = null;
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        while (troubles.length === 0) {
          await read();
          await sleep(5);
        }
      },
    ],
    [
      'hanging',
      async () => {
        await untilItKeeps();
        redis.pause();
        await read();
      },
    ],
  ];

  test.each(waysToBe)('RTD-06 while %s', async (_name, become) => {
    // The store of beforeEach shares the relay; it must be gone before anything is counted.
    await store.close();
    await sleep(50);
    const before = openResources();
    open();
    await become();
    await store.close();
    try {
      expect(await isAsBefore(before)).toBe(true);
    } finally {
      redis.resume();
    }
  });

  /** Sockets and timers of this process that keep it alive. */
  function openResources(): number {
    return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout').length;
  }

  /** A socket that was destroyed is gone a few turns later; a timer of seconds is not. */
  async function isAsBefore(before: number): Promise<boolean> {
    for (let look = 0; look < 30; look += 1) {
      if (openResources() <= before) return true;
      await sleep(10);
    }
    return false;
  }
});
