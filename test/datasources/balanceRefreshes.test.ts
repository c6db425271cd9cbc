// When Daffron is asked, and when a kept answer stands in for it: options, ages, caps (RTD, CIS-05, CIS-06).
import { openMemoryStore } from '../../datasources/cache/memoryStore';
import type { BalanceStore } from '../../datasources/cache/keptBalance';
import { REFRESHES_PER_OPERATION_MAX, type Balance } from '../../domain/balance';
import { afterNine, makeItem, makeReply, NO_ANSWER, openWorld, type World } from '../fixtures/balanceWorld';
import { makeAccount, makeBill, makeInvoice, NINE } from '../fixtures/handMade';

const account = makeAccount('A-1');
const ON = true;
const OFF = false;

/** A world in which the account was refreshed at nine. */
async function refreshedAtNine(override: boolean): Promise<World> {
  const world = openWorld(override);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  return world;
}

test('RTD-01 RTD-04 with override on a good answer one second old is refreshed by the next operation', async () => {
  const world = await refreshedAtNine(ON);
  world.now = afterNine(0, 1);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'RTDR', asOf: afterNine(0, 1) });
  expect(world.asked).toHaveLength(2);
});

test('RTD-01 RTD-04 with override off it is served as what it is, and Daffron is spared', async () => {
  const world = await refreshedAtNine(OFF);
  world.now = afterNine(0, 1);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'CACHE', asOf: NINE, stale: false });
  expect(world.asked).toHaveLength(1);
});

test('RTD-02 at 5 h 59 m 59 s the kept answer serves, at exactly 6 h it is refreshed', async () => {
  const world = await refreshedAtNine(OFF);
  world.now = afterNine(6, -1);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'CACHE' });
  world.now = afterNine(6);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'RTDR', asOf: afterNine(6) });
});

test('RTD-02 a failed refresh makes nothing younger: the next operation asks again', async () => {
  const world = await refreshedAtNine(OFF);
  world.says = () => NO_ANSWER;
  world.now = afterNine(6);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'CACHE', asOf: NINE, stale: true });
  world.now = afterNine(6, 1);
  await world.operation().ofAccount(account);
  expect(world.asked).toHaveLength(3);
});

test('RTD-03 with override on the kept answer stands in when Daffron fails, as stale and with the reason', async () => {
  const world = await refreshedAtNine(ON);
  world.says = () => NO_ANSWER;
  world.now = afterNine(20);
  expect(await world.operation().ofAccount(account)).toMatchObject({
    totalCents: 80_00n,
    source: 'CACHE',
    asOf: NINE,
    stale: true,
    refreshProblem: 'BALANCE_UNAVAILABLE',
  });
});

test('RTD-03 CIS-05 however many fields of one operation want one balance, Daffron is asked once', async () => {
  const world = openWorld(ON);
  const operation = world.operation();
  const bill = makeBill(account, makeInvoice('A-1'));
  const ofAccount = async (): Promise<Balance | undefined> => operation.ofAccount(account);
  const ofBill = async (): Promise<Balance | undefined> => operation.ofBill(bill);
  const balances = await Promise.all([ofAccount(), ofBill(), ofAccount()]);
  balances.push(await ofAccount(), await ofBill());
  expect(balances.map((balance) => balance?.source)).toEqual(['RTDR', 'RTDR', 'RTDR', 'RTDR', 'RTDR']);
  expect(world.asked).toHaveLength(1);
});

test('RTD-03 CIS-05 a failure too is asked for once in an operation', async () => {
  const world = openWorld(ON);
  world.says = () => NO_ANSWER;
  const operation = world.operation();
  await Promise.all([operation.ofAccount(account), operation.ofAccount(account)]);
  await operation.ofAccount(account);
  expect(world.asked).toHaveLength(1);
});

test('CIS-05 three accounts are three calls, each for its own figures', async () => {
  const world = openWorld(ON);
  world.says = ({ accountNumber }) => makeReply([makeItem({ currentCents: BigInt(accountNumber.slice(2)) })]);
  const operation = world.operation();
  const numbers = ['A-3', 'A-1', 'A-2'];
  const balances = await Promise.all(numbers.map((number) => operation.ofAccount(makeAccount(number))));
  expect(balances.map((balance) => balance?.totalCents)).toEqual([3n, 1n, 2n]);
  expect(world.asked.map(({ accountNumber }) => accountNumber)).toEqual(numbers);
});

test('RTD-01 within six hours the kept answers of three accounts come from one look at the cache', async () => {
  const kept = openMemoryStore({ entriesMax: 10, ttlSeconds: 60 });
  const looks: number[] = [];
  const store: BalanceStore = {
    ...kept,
    getMany: async (keys) => {
      looks.push(keys.length);
      return kept.getMany(keys);
    },
  };
  const world = openWorld(OFF, store);
  const accounts = ['A-1', 'A-2', 'A-3'].map((number) => makeAccount(number));
  for (const source of ['RTDR', 'CACHE']) {
    const operation = world.operation();
    const balances = await Promise.all(accounts.map((each) => operation.ofAccount(each)));
    expect(balances.map((balance) => balance?.source)).toEqual([source, source, source]);
    await world.balances.settled();
  }
  expect(world.asked).toHaveLength(3);
  expect(looks).toEqual([3, 3]);
});

test.each([
  ['an hour, and it is 59 m 59 s old', ON, 3_600, afterNine(1, -1), 'CACHE'],
  ['an hour, and it is an hour old', ON, 3_600, afterNine(1), 'RTDR'],
  ['an hour, and it is an hour old, override or not', OFF, 3_600, afterNine(1), 'RTDR'],
  ['six hours, and it is 5 h 59 m 59 s old', ON, 21_600, afterNine(6, -1), 'CACHE'],
  ['six hours, and it is six hours old', ON, 21_600, afterNine(6), 'RTDR'],
  ['nothing kept, even with override off', OFF, 0, NINE, 'RTDR'],
])('RTD-04 a caller may say how old an answer he accepts: %s', async (_name, override, maxAgeSeconds, now, source) => {
  const world = await refreshedAtNine(override);
  world.now = now;
  expect(await world.operation().ofAccount(account, maxAgeSeconds)).toMatchObject({ source, stale: false });
});

test.each([
  ['the stricter first', [0, 21_600]],
  ['the more patient first', [21_600, 0]],
  ['one that leaves it to the biller', [undefined, 21_600]],
])('CIS-05 two fields that accept different ages cost one call: %s', async (_name, ages) => {
  const world = await refreshedAtNine(ON);
  world.now = afterNine(7);
  const operation = world.operation();
  const balances = await Promise.all(ages.map((maxAgeSeconds) => operation.ofAccount(account, maxAgeSeconds)));
  expect(balances.map((balance) => balance?.source)).toEqual(['RTDR', 'RTDR']);
  expect(world.asked).toHaveLength(2);
});

test('CIS-05 a field that accepts a kept answer after the refresh of its operation gets the refresh', async () => {
  const world = await refreshedAtNine(ON);
  world.now = afterNine(1);
  const operation = world.operation();
  await operation.ofAccount(account, 0);
  expect(await operation.ofAccount(account, 21_600)).toMatchObject({ source: 'RTDR', asOf: afterNine(1) });
});

test('RTD-08 an operation refreshes fifty accounts; the next are kept or billed figures, marked as stale', async () => {
  const world = openWorld(ON);
  const accounts = Array.from({ length: REFRESHES_PER_OPERATION_MAX + 2 }, (_, at) => makeAccount(`N-${at + 1}`));
  const [kept, billed] = accounts.slice(REFRESHES_PER_OPERATION_MAX);
  if (kept === undefined || billed === undefined) throw new Error('two accounts more than may be refreshed');
  await world.operation({ role: 'CSR' }).ofAccount(kept);
  await world.balances.settled();

  world.now = afterNine(1);
  const operation = world.operation({ role: 'CSR', newest: [makeInvoice(billed.accountNumber)] });
  const balances = await Promise.all(accounts.map((each) => operation.ofAccount(each)));
  const refreshed = balances.slice(0, REFRESHES_PER_OPERATION_MAX);
  expect(refreshed.every((balance) => balance?.source === 'RTDR' && !balance.stale)).toBe(true);
  expect(balances.slice(REFRESHES_PER_OPERATION_MAX)).toMatchObject([
    { source: 'CACHE', asOf: NINE, stale: true, refreshProblem: null },
    { source: 'BIF', stale: true, refreshProblem: null },
  ]);
  expect(world.asked).toHaveLength(1 + REFRESHES_PER_OPERATION_MAX);
  expect(REFRESHES_PER_OPERATION_MAX).toBe(50);
});

test('RTD-08 the cap spares Daffron and not the reader: a kept answer that is young enough is not stale', async () => {
  const world = openWorld(OFF);
  const accounts = Array.from({ length: REFRESHES_PER_OPERATION_MAX + 1 }, (_, at) => makeAccount(`N-${at + 1}`));
  const last = accounts.slice(-1);
  for (const each of last) await world.operation({ role: 'CSR' }).ofAccount(each);
  const operation = world.operation({ role: 'CSR' });
  const balances = await Promise.all(accounts.map((each) => operation.ofAccount(each)));
  expect(balances.at(-1)).toMatchObject({ source: 'CACHE', stale: false });
});

test('AUT-01 a foreign account is answered like none, and neither Daffron nor the cache is asked for it', async () => {
  const touched: string[] = [];
  const kept = openMemoryStore({ entriesMax: 10, ttlSeconds: 60 });
  const world = openWorld(OFF, {
    ...kept,
    getMany: async (keys) => {
      touched.push(...keys.map(({ accountNumber }) => accountNumber));
      return kept.getMany(keys);
    },
  });
  const operation = world.operation({ accountNumbers: ['A-2'], newest: [makeInvoice('A-1')] });
  expect(await operation.ofAccount(account)).toBeUndefined();
  expect(world.asked).toEqual([]);
  expect(touched).toEqual([]);
});
