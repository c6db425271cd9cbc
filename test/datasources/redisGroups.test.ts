// Redis as a cluster of three masters and under a sentinel: everything works as with one server, and a fail-over costs calls and
// no answer (RTD-06, O2, O5).
import { setTimeout as sleep } from 'node:timers/promises';
import type { BalanceStore, KeptBalance } from '../../datasources/cache/keptBalance';
import { openRedisStore } from '../../datasources/cache/redisStore';
import { openWorld } from '../fixtures/balanceWorld';
import { BILLER_ID, makeAccount, NINE } from '../fixtures/handMade';
import { keepIn } from '../fixtures/keepIn';
import { startRedisCluster, startRedisUnderSentinel, type RedisGroup } from '../setup/redisGroups';

const kept: KeptBalance = {
  generation: 0n,
  refreshed: {
    observedAt: NINE,
    amountsAreFloats: false,
    items: [],
    tenders: { allowed: ['CARD', 'BANK'], blocked: [], unknownNames: [] },
  },
};
/** Enough of them to lie on every master of a cluster. */
const KEYS = Array.from({ length: 60 }, (_, at) => ({ billerId: BILLER_ID, accountNumber: `A-${at}` }));

describe.each([
  ['a cluster of three masters', startRedisCluster],
  ['a master under a sentinel', startRedisUnderSentinel],
])('%s', (_what, start) => {
  let group: RedisGroup;
  let stores: BalanceStore[];

  beforeAll(async () => {
    group = await start();
    stores = [1, 2].map(() =>
      openRedisStore({ url: group.url, ttlSeconds: 600, commandTimeoutMs: 200 }, () => undefined),
    );
    for (const store of stores) await untilAllKept(store);
  }, 60_000);
  afterAll(async () => {
    for (const store of stores) await store.close();
    await group.stop();
  });

  async function untilAllKept(store: BalanceStore): Promise<void> {
    for (;;) {
      for (const key of KEYS) await keepIn(store, key, kept);
      const found = await store.getMany(KEYS);
      if (found.every((value) => value !== undefined)) return;
      await sleep(20);
    }
  }

  test('RTD-07 keeps and finds balances wherever their keys lie, for every process', async () => {
    for (const store of stores) expect(await store.getMany(KEYS)).toEqual(KEYS.map(() => kept));
  });

  test('L3 lets one process ask and the other hear', async () => {
    const worlds = stores.map((store) => openWorld(true, store));
    for (const world of worlds) {
      const { says } = world;
      world.says = async (asked) => {
        await sleep(30);
        return says(asked);
      };
    }
    const accounts = KEYS.map(({ accountNumber }) => makeAccount(accountNumber));
    const balances = await Promise.all(
      worlds.flatMap((world) => {
        // Sixty accounts are more than one operation may ask for.
        const operations = accounts.map(() => world.operation({ role: 'CSR' }));
        return accounts.map(async (account, at) => operations[at]?.ofAccount(account));
      }),
    );
    expect(new Set(balances.map((balance) => balance?.source))).toEqual(new Set(['RTDR']));
    expect(worlds.reduce((sum, { asked }) => sum + asked.length, 0)).toBe(KEYS.length);
  });

  test('RTD-06 loses its master, and every balance asked for meanwhile is answered; then it keeps again (O2)', async () => {
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    await group.master.stop();
    const world = openWorld(true, store);
    const back = new AbortController();
    // Accounts of their own: the turns of the others are taken below.
    const users = ['B-1', 'B-2', 'B-3', 'B-4', 'B-5'].map(async (accountNumber) => {
      while (!back.signal.aborted) {
        expect(await world.operation({ role: 'CSR' }).ofAccount(makeAccount(accountNumber))).toMatchObject({
          source: 'RTDR',
        });
        await sleep(5);
      }
    });
    await untilAllKept(store).finally(() => back.abort());
    await Promise.all(users);
    await world.balances.settled();
  }, 60_000);
});
