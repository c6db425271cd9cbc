// A utility whose Daffron speaks MultiSpeak 3.0: the same contract, and the truth about cents that its floats may have lost.
import pino from 'pino';
import { readAccount } from './readAccount';
import { bill } from './testBills';
import { CEDAR, MILL } from './testBillers';
import { openTestHouse, type Json, type TestHouse } from './testHouse';

const FIELDS = 'balance { total { amount } pastDue { amount } source stale precisionAtRisk refreshProblem }';

const lines: Json[] = [];
let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse({
    multiSpeak: '3.0',
    cedar: { options: { overrideRefreshCheck: false } },
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
});
beforeEach(async () => {
  lines.length = 0;
  await house.simulator.clearFaults();
});
afterAll(async () => await house.close());

async function newAccount(account: string, items: readonly object[], biller = CEDAR): Promise<void> {
  await house.bills([bill(account, 'C-1', '1.00', { BillerGUID: biller })], biller);
  await house.book(account, items, { biller });
}

/** An answer that nobody is still keeping behind it. */
async function balance(account: string, biller = CEDAR): Promise<Json> {
  const answer = await readAccount(house, await house.staff(biller), account, FIELDS);
  await house.service.sources.balances.settled();
  return answer.balance;
}

const ofRisk = () => lines.filter(({ code }) => code === 'PRECISION_AT_RISK');

test('MON-04 a balance in floats is shown to the cent', async () => {
  await newAccount('3001', [{ pastDue: '45.10', current: '83.00' }]);
  expect(await balance('3001')).toEqual({
    total: { amount: '128.10' },
    pastDue: { amount: '45.10' },
    source: 'RTDR',
    stale: false,
    precisionAtRisk: false,
    refreshProblem: null,
  });
  expect(house.simulator.stats().billers[CEDAR]).toEqual({ GetPayableItemsList: 1 });
  expect(ofRisk()).toEqual([]);
});

test.each([
  ['131072.00', true],
  ['-131072.00', true],
  ['131071.99', false],
])('MON-05 %s as a float: at risk is %s, from the cache too, and logged once', async (amount, precisionAtRisk) => {
  const account = `A${amount.replace('.', '-')}`;
  await newAccount(account, [{ pastDue: '0.00', current: amount }]);
  const shown = { total: { amount }, precisionAtRisk };
  expect(await balance(account)).toMatchObject({ ...shown, source: 'RTDR' });
  expect(await balance(account)).toMatchObject({ ...shown, source: 'CACHE' });
  expect(ofRisk()).toMatchObject(precisionAtRisk ? [{ level: 40, billerId: CEDAR }] : []);
});

test('MON-05 a type for money is at no risk: the same amount in 4.1', async () => {
  await newAccount('3002', [{ pastDue: '0.00', current: '131072.10' }], MILL);
  expect(await balance('3002', MILL)).toMatchObject({ total: { amount: '131072.10' }, precisionAtRisk: false });
  expect(ofRisk()).toEqual([]);
});

test('MON-04 a float that is no number is no balance: the bill stands in, with the reason', async () => {
  await newAccount('3003', [{ pastDue: '0.00', current: '5.00' }]);
  await house.simulator.setFault({ mode: 'bad-number', account: '3003', params: { text: 'INF' } });
  expect(await balance('3003')).toMatchObject({ source: 'BIF', stale: true, refreshProblem: 'BALANCE_UNPARSEABLE' });
});
