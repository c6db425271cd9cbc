// Two processes on one Redis ask Daffron once: turns that are waited for, lost, fenced and given back (L3, L4, RTD-03, RTD-06).
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { answerKey, cacheKey, countKey, turnKey, type BalanceStore } from '../../datasources/cache/keptBalance';
import { openRedisStore } from '../../datasources/cache/redisStore';
import type { OwnTurn, Turn } from '../../datasources/cache/turn';
import type { Refreshed } from '../../domain/balance';
import {
  afterNine,
  makeItem,
  makeReply,
  NO_ANSWER,
  openPromise,
  openWorld,
  type World,
} from '../fixtures/balanceWorld';
import { makeAccount, makeInvoice, NINE } from '../fixtures/handMade';
import { startRedis, type TestRedis } from '../setup/servers';

const account = makeAccount('A-1');
const waiting = { signal: new AbortController().signal };
const refreshedAt = (observedAt: Date): Refreshed => ({
  observedAt,
  amountsAreFloats: true,
  items: [],
  tenders: { allowed: ['CARD', 'BANK'], blocked: [], unknownNames: [] },
});

let redis: TestRedis;
let admin: Redis;
/** The stores of two processes. */
let one: BalanceStore;
let other: BalanceStore;

const openStore = (): BalanceStore =>
  openRedisStore({ url: redis.url, ttlSeconds: 86_400, commandTimeoutMs: 1000 }, () => undefined);

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
  [one, other] = [openStore(), openStore()];
  // A store that is not connected yet counts as one without Redis.
  for (const store of [one, other]) {
    for (let isThere = false; !isThere;) {
      const turn = await ownTurn(store);
      isThere = (await admin.exists(turnKey(account))) === 1;
      await turn.end(undefined);
      if (!isThere) await sleep(5);
    }
    await admin.flushall();
  }
});
afterEach(async () => {
  await one.close();
  await other.close();
});

async function ownTurn(
  store: BalanceStore,
  options: Parameters<BalanceStore['takeTurn']>[1] = waiting,
): Promise<OwnTurn> {
  const turn = await store.takeTurn(account, options);
  if (turn.kind !== 'ours') throw new Error('somebody else has the turn');
  return turn;
}

/** The two processes with a Daffron that they share; it counts, and answers when it is told to. */
function openPair(override: boolean) {
  const calls = { made: 0, inFlight: 0, mostInFlight: 0 };
  const worlds: World[] = [one, other].map((store) => openWorld(override, store));
  let held = openPromise<void>();
  for (const world of worlds) {
    world.says = async () => {
      calls.made += 1;
      calls.inFlight += 1;
      calls.mostInFlight = Math.max(calls.mostInFlight, calls.inFlight);
      await held.promise;
      calls.inFlight -= 1;
      return makeReply([makeItem()]);
    };
  }
  return {
    calls,
    worlds,
    answer: () => held.resolve(),
    hold: () => (held = openPromise<void>()),
    settled: async () => void (await Promise.all(worlds.map(({ balances }) => balances.settled()))),
    at: (now: Date) => worlds.forEach((world) => (world.now = now)),
  };
}

test('L3 CIS-05 five hundred callers of one account over two processes cause one call, and all hear its answer', async () => {
  const pair = openPair(true);
  const callers = Array.from({ length: 500 }, async (_, at) => pair.worlds[at % 2]?.operation().ofAccount(account));
  while (pair.calls.inFlight === 0) await sleep(1);
  await sleep(20);
  pair.answer();
  const balances = await Promise.all(callers);
  expect(new Set(balances.map((balance) => `${balance?.totalCents} ${balance?.source}`))).toEqual(
    new Set(['8000 RTDR']),
  );
  expect(pair.calls).toEqual({ made: 1, inFlight: 0, mostInFlight: 1 });
});

test('RTD-04 with the override on, whoever asks after the answer causes a new call, in either process', async () => {
  const pair = openPair(true);
  pair.answer();
  for (const world of [...pair.worlds, ...pair.worlds]) {
    expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'RTDR', stale: false });
  }
  expect(pair.calls.made).toBe(4);
});

test('L4 RTD-01 without the override, callers of both processes who meet an expired answer cause one call', async () => {
  const pair = openPair(false);
  pair.answer();
  await pair.worlds[0]?.operation().ofAccount(account);
  await pair.settled();
  pair.at(afterNine(6));
  pair.hold();
  const ask = (): Promise<unknown>[] =>
    Array.from({ length: 100 }, async (_, at) => pair.worlds[at % 2]?.operation().ofAccount(account));
  const early = ask();
  while (pair.calls.inFlight === 0) await sleep(1);
  pair.answer();
  // These come while the answer is being told and kept.
  const late = ask();
  await Promise.all([...early, ...late]);
  expect(pair.calls.made).toBe(2);
});

test('L4 a caller who found nothing kept a moment before it was hears the answer that came since, as an earlier one', async () => {
  const turn = await ownTurn(one);
  await turn.end({ ok: true, refreshed: refreshedAt(NINE) });
  const accepting = {
    ...waiting,
    acceptsEarlier: ({ observedAt }: Refreshed) => observedAt.getTime() === NINE.getTime(),
  };
  expect(await other.takeTurn(account, accepting)).toEqual({
    kind: 'heard',
    answer: { ok: true, refreshed: refreshedAt(NINE) },
    isEarlier: true,
  });
  const refusing = { ...waiting, acceptsEarlier: () => false };
  expect(await other.takeTurn(account, refusing)).toMatchObject({ kind: 'ours' });
});

test('RTD-04 a caller who wants a call does not hear an answer that had come before he asked', async () => {
  await (await ownTurn(one)).end({ ok: true, refreshed: refreshedAt(NINE) });
  expect(await other.takeTurn(account, waiting)).toMatchObject({ kind: 'ours' });
});

test('CIS-04 a call that fails fails for all who waited for it; nobody asks again at once', async () => {
  const pair = openPair(true);
  const failing = openPromise<void>();
  for (const world of pair.worlds) {
    world.says = async () => {
      pair.calls.made += 1;
      await failing.promise;
      return NO_ANSWER;
    };
  }
  const newest = [makeInvoice('A-1')];
  const callers = pair.worlds.map(async (world) => world.operation({ newest }).ofAccount(account));
  while (pair.calls.made === 0) await sleep(1);
  await sleep(20);
  failing.resolve();
  const failed = { source: 'BIF', stale: true, refreshProblem: 'BALANCE_UNAVAILABLE' };
  expect(await Promise.all(callers)).toMatchObject([failed, failed]);
  expect(pair.calls.made).toBe(1);
});

test('L3 a process whose callers never pause does not keep the others waiting: they hear the call that was under way', async () => {
  const worlds = [one, other].map((store) => openWorld(true, store));
  const [busy, single] = worlds;
  if (busy === undefined || single === undefined) throw new Error('two worlds');
  for (const world of worlds) {
    world.says = async () => {
      await sleep(20);
      return makeReply([makeItem()]);
    };
  }
  const over = new AbortController();
  const crowd = Array.from({ length: 20 }, async () => {
    while (!over.signal.aborted) await busy.operation().ofAccount(account);
  });
  try {
    for (let ask = 0; ask < 5; ask += 1) {
      const before = busy.asked.length;
      expect(await single.operation().ofAccount(account)).toMatchObject({ source: 'RTDR' });
      // The call that was under way, at most the next ones while it was looked for: never a crowd of them.
      expect(busy.asked.length - before).toBeLessThan(8);
    }
  } finally {
    over.abort();
    await Promise.all(crowd);
  }
});

test('CIS-04 a Daffron that cannot be reached fails all who wait at once, and not one process after the other', async () => {
  const pair = openPair(true);
  const failing = openPromise<void>();
  for (const world of pair.worlds) {
    world.says = async () => {
      pair.calls.made += 1;
      await failing.promise;
      return { kind: 'notSent', code: 'ECONNREFUSED' };
    };
  }
  const callers = pair.worlds.map(async (world) =>
    world.operation({ newest: [makeInvoice('A-1')] }).ofAccount(account),
  );
  while (pair.calls.made === 0) await sleep(1);
  await sleep(20);
  failing.resolve();
  expect(await Promise.all(callers)).toMatchObject([{ stale: true }, { stale: true }]);
  expect(pair.calls.made).toBe(1);
});

test.each(['QUEUE_FULL', 'BREAKER_OPEN', 'CLOSED'])(
  'CIS-04 what failed in one process for want of a place (%s) is asked by another that waits',
  async (code) => {
    const pair = openPair(true);
    const [first, second] = pair.worlds;
    if (first === undefined || second === undefined) throw new Error('two worlds');
    const refusing = openPromise<void>();
    first.says = async () => {
      pair.calls.made += 1;
      await refusing.promise;
      return { kind: 'notSent', code };
    };
    second.says = () => makeReply([makeItem()]);
    const refused = first.operation({ newest: [makeInvoice('A-1')] }).ofAccount(account);
    while (pair.calls.made === 0) await sleep(1);
    const waits = second.operation().ofAccount(account);
    await sleep(20);
    refusing.resolve();
    expect(await refused).toMatchObject({ source: 'BIF', stale: true });
    expect(await waits).toMatchObject({ source: 'RTDR', totalCents: 80_00n });
  },
);

test('CIS-04 callers who leave fail nobody else: one of those who wait in another process asks', async () => {
  const pair = openPair(true);
  const [first, second] = pair.worlds;
  if (first === undefined || second === undefined) throw new Error('two worlds');
  second.says = () => makeReply([makeItem()]);
  const leaving = new AbortController();
  const left = first.operation({ signal: leaving.signal, newest: [makeInvoice('A-1')] }).ofAccount(account);
  while (pair.calls.made === 0) await sleep(1);
  const waits = second.operation().ofAccount(account);
  await sleep(20);
  leaving.abort();
  await left;
  expect(await waits).toMatchObject({ source: 'RTDR', totalCents: 80_00n });
});

describe('a turn', () => {
  test('RTD-03 that was given back without an answer is taken by one of those who wait', async () => {
    const turn = await ownTurn(one);
    const next = other.takeTurn(account, waiting);
    await turn.end(undefined);
    expect(await next).toMatchObject({ kind: 'ours' });
  });

  test('RTD-03 whose holder died is taken when its lease has run out', async () => {
    await ownTurn(one);
    await one.close();
    expect(await other.takeTurn(account, waiting)).toMatchObject({ kind: 'ours' });
  });

  test('RTD-03 is renewed while its holder lives, however long Daffron takes', async () => {
    await ownTurn(one);
    await admin.pexpire(turnKey(account), 1500);
    while ((await admin.pttl(turnKey(account))) <= 1500) await sleep(5);
    expect(await admin.exists(turnKey(account))).toBe(1);
  });

  test('RTD-03 that was lost leaves nothing to those who wait for a newer one, and keeps nothing over what that kept', async () => {
    const lost = await ownTurn(one);
    // As after a pause that was longer than the lease.
    await admin.del(turnKey(account));
    const newer = await ownTurn(other);
    const hearing = one.takeTurn(account, waiting);
    await lost.end({ ok: true, refreshed: refreshedAt(NINE) });
    expect(await admin.get(turnKey(account))).toMatch(/^A/);
    await newer.keep(refreshedAt(afterNine(1)));
    await lost.keep(refreshedAt(NINE));
    await newer.end({ ok: true, refreshed: refreshedAt(afterNine(1)) });
    expect(await hearing).toMatchObject({ answer: { refreshed: { observedAt: afterNine(1) } }, isEarlier: false });
    expect(await other.getMany([account])).toMatchObject([{ refreshed: { observedAt: afterNine(1) } }]);
  });

  test('RTD-03 of another generation is another turn', async () => {
    await ownTurn(one);
    expect(await other.takeTurn({ ...account, generation: 1n }, waiting)).toMatchObject({ kind: 'ours' });
  });

  test('CIS-04 is waited for no longer by a caller who leaves', async () => {
    await ownTurn(one);
    const leaving = new AbortController();
    const left: Promise<Turn> = other.takeTurn(account, { signal: leaving.signal });
    await sleep(10);
    leaving.abort();
    expect(await left).toMatchObject({ kind: 'heard', answer: { ok: false } });
  });

  test.each(['', 'rubbish', 'X', 'Awithout an end'])(
    'RTD-07 that is written as %j was written by nobody here, and is free (O7)',
    async (state) => {
      await admin.set(turnKey(account), state);
      expect(await other.takeTurn(account, waiting)).toMatchObject({ kind: 'ours' });
    },
  );

  test.each(['', 'rubbish', '|K', 'KEPT', 'a-b|K{}', '00000000-0000-4000-8000-000000000000|Fno problem of ours'])(
    'RTD-07 whose answer is %j is as if it had none, for who waits and who would take an earlier one (O7)',
    async (answer) => {
      const turn = await ownTurn(one);
      const waits = other.takeTurn(account, waiting);
      await sleep(10);
      await admin.set(answerKey(account), answer);
      await turn.end(undefined);
      const next = await waits;
      expect(next).toMatchObject({ kind: 'ours' });
      if (next.kind === 'ours') await next.end(undefined);
      await admin.set(answerKey(account), answer);
      expect(await one.takeTurn(account, { ...waiting, acceptsEarlier: () => true })).toMatchObject({ kind: 'ours' });
    },
  );

  test('RTD-07 is free and can be kept by where something that is no text lies under its keys (O7)', async () => {
    for (const key of [turnKey, answerKey, countKey, cacheKey]) await admin.lpush(key(account), 'poison');
    const turn = await ownTurn(one);
    await turn.keep(refreshedAt(NINE));
    await turn.end(undefined);
    expect(await other.getMany([account])).toMatchObject([{ refreshed: { observedAt: NINE } }]);
  });

  test.each(['lost', 'rubbish', '-5'])(
    'RTD-02 keeps the newer refresh although the count of turns is %s (O5, O7)',
    async (count) => {
      for (let turns = 0; turns < 3; turns += 1) await (await ownTurn(one)).end(undefined);
      const early = await ownTurn(one);
      await early.keep(refreshedAt(NINE));
      await early.end(undefined);
      await (count === 'lost' ? admin.del(countKey(account)) : admin.set(countKey(account), count));
      const late = await ownTurn(other);
      await late.keep(refreshedAt(afterNine(1)));
      expect(await one.getMany([account])).toMatchObject([{ refreshed: { observedAt: afterNine(1) } }]);
      expect(await admin.ttl(countKey(account))).toBeGreaterThan(0);
    },
  );

  test('I12 that has ended asks nothing of Redis any more', async () => {
    const turn = await ownTurn(one);
    await turn.end(undefined);
    await admin.config('RESETSTAT');
    // Longer than a holder waits before it renews.
    await sleep(1000);
    expect(await admin.info('commandstats')).not.toContain('cmdstat_eval');
  });

  test('RTD-06 is everybody’s with Redis gone: each process asks for itself, and nothing fails', async () => {
    const mortal = await startRedis();
    const stores = [1, 2].map(() =>
      openRedisStore({ url: mortal.url, ttlSeconds: 60, commandTimeoutMs: 50 }, () => undefined),
    );
    await mortal.stop();
    try {
      for (const store of stores) {
        const turn = await ownTurn(store);
        await turn.keep(refreshedAt(NINE));
        await turn.end({ ok: true, refreshed: refreshedAt(NINE) });
      }
    } finally {
      for (const store of stores) await store.close();
    }
  });
});
