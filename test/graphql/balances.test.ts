// The balance when Daffron fails, contradicts itself or is not to be asked: what is shown then, and what it says of itself.
import { readAccount } from './readAccount';
import { bill } from './testBills';
import { CEDAR } from './testBillers';
import { openTestHouse, PATIENT, type Json, type TestHouse } from './testHouse';

const BALANCE = 'balance { total { amount } current { amount } pastDue { amount } source stale refreshProblem asOf }';
const FLAGS = 'balance { allowedTenders blockedTenders source stale }';

let house: TestHouse;
let staff: string;

beforeAll(async () => {
  house = await openTestHouse({ daffron: { retries: 0, breaker: { failures: 1000, pauseMs: 100 } } });
  staff = await house.staff();
});
beforeEach(async () => {
  await house.simulator.clearFaults();
});
afterAll(async () => await house.close());

/** An answer that nobody is still keeping behind it. */
async function balance(n: string, fields = BALANCE, token = staff): Promise<Json> {
  const answer = await readAccount(house, token, n, fields);
  await house.service.sources.balances.settled();
  return answer.balance;
}

/** A new account with one bill over 100.00, of which 40.00 are past due, and a book that says 80.00. */
async function newAccount(n: string, more: object = {}): Promise<void> {
  await house.bills([bill(n, 'C-1', '100.00', { LoginName: 'jane', PastDueAmount: '40.00' })]);
  await house.book(n, [{ pastDue: '10.00', current: '70.00' }], more);
}

const later = (seconds: number): void => {
  house.now = new Date(house.now.getTime() + seconds * 1000);
};
const fail = async (account: string, mode = 'http500', params = {}): Promise<unknown> =>
  await house.simulator.setFault({ mode, account, params });

test('BLK-05 the answer that first learns of a block says so in its payability as well, wherever that stands', async () => {
  await newAccount('1000', { transactionTypes: [] });
  const payability = 'payability { payable reasons { code } }';
  const fields = `balance { blockedTenders } currentInvoice { ${payability} balance { blockedTenders } }`;
  const blocked = { blockedTenders: ['CARD', 'BANK'] };
  expect(await readAccount(house, staff, '1000', fields)).toEqual({
    balance: blocked,
    currentInvoice: { payability: { payable: false, reasons: [{ code: 'PAYMENT_BLOCKED' }] }, balance: blocked },
  });
});

describe('Daffron fails', () => {
  test('RTD-03 the last good answer stands in, as stale and as old as it is, with the reason', async () => {
    await newAccount('1001');
    const good = await balance('1001');
    expect(good).toMatchObject({ total: { amount: '80.00' }, source: 'RTDR', stale: false, refreshProblem: null });
    later(60);
    await fail('1001');
    expect(await balance('1001')).toEqual({
      ...good,
      source: 'CACHE',
      stale: true,
      refreshProblem: 'BALANCE_UNAVAILABLE',
    });
  });

  test('RTD-03 an operation whose time is over before Daffron speaks gets the bill, marked as stale, and no error', async () => {
    const hasty = await openTestHouse({ daffron: PATIENT, requestTimeoutMs: 500 });
    try {
      await hasty.bills([bill('1001', 'C-1', '100.00')]);
      await hasty.simulator.setFault({ mode: 'timeout-before', account: '1001', params: {} });
      const answer = await readAccount(hasty, await hasty.staff(), '1001', BALANCE);
      expect(answer.balance).toMatchObject({
        total: { amount: '100.00' },
        source: 'BIF',
        stale: true,
        refreshProblem: 'BALANCE_UNAVAILABLE',
      });
    } finally {
      await hasty.close();
    }
  });

  test('RTD-03 without an earlier answer the bill stands in, as stale, with the reason', async () => {
    await newAccount('1002');
    await fail('1002');
    expect(await balance('1002')).toEqual({
      total: { amount: '100.00' },
      current: { amount: '60.00' },
      pastDue: { amount: '40.00' },
      source: 'BIF',
      stale: true,
      refreshProblem: 'BALANCE_UNAVAILABLE',
      asOf: house.now.toISOString(),
    });
  });

  test.each([
    ['fault', {}, 'BALANCE_UNAVAILABLE'],
    ['http503', {}, 'BALANCE_UNAVAILABLE'],
    ['reset-mid', {}, 'BALANCE_UNAVAILABLE'],
    ['timeout-before', {}, 'BALANCE_UNAVAILABLE'],
    ['html', {}, 'BALANCE_UNPARSEABLE'],
    ['missing-result', {}, 'BALANCE_UNPARSEABLE'],
    ['missing-field', {}, 'BALANCE_UNPARSEABLE'],
    ['bomb', {}, 'BALANCE_UNPARSEABLE'],
  ])('RTD-03 an answer of the kind %s is a failed refresh, never 0.00', async (mode, params, problem) => {
    const n = `11${mode.replaceAll(/[^a-z0-9]/g, '')}`;
    await newAccount(n);
    await fail(n, mode, params);
    expect(await balance(n)).toMatchObject({
      total: { amount: '100.00' },
      source: 'BIF',
      stale: true,
      refreshProblem: problem,
    });
  });

  test.each(['NaN', 'INF', '-INF', '', '1,000.00'])(
    'MON-04 the amount "%s" fails the whole refresh, and nothing of it is kept',
    async (text) => {
      const n = `12${Buffer.from(text).toString('hex')}`;
      await newAccount(n);
      await fail(n, 'bad-number', { text });
      expect(await balance(n)).toMatchObject({ source: 'BIF', stale: true, refreshProblem: 'BALANCE_UNPARSEABLE' });
      await house.simulator.clearFaults();
      const kept = await readAccount(house, staff, n, 'balance(maxAgeSeconds: 21600) { source total { amount } }');
      expect(kept.balance).toEqual({ source: 'RTDR', total: { amount: '80.00' } });
    },
  );

  test('MON-04 noise behind the cents and exponents are read as the decimal texts they are', async () => {
    await newAccount('1301');
    await fail('1301', 'float-noise');
    expect(await balance('1301')).toMatchObject({ total: { amount: '80.00' }, source: 'RTDR' });
    await house.simulator.clearFaults();
    await fail('1301', 'exponent');
    expect(await balance('1301')).toMatchObject({ total: { amount: '80.00' }, source: 'RTDR' });
  });

  test('RTD-03 one account that fails leaves the others of the answer alone', async () => {
    await newAccount('1311');
    await newAccount('1312');
    await fail('1311', 'fault');
    const { data, errors } = await house.ask(
      staff,
      '{ a: accountByNumber(accountNumber: "1311") { balance { source } } b: accountByNumber(accountNumber: "1312") { balance { source } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ a: { balance: { source: 'BIF' } }, b: { balance: { source: 'RTDR' } } });
  });
});

describe('what Daffron says', () => {
  test('ADJ-03 no payable item and no fault is a balance of 0.00 as of now', async () => {
    await newAccount('1401');
    await house.book('1401', []);
    expect(await balance('1401')).toEqual({
      total: { amount: '0.00' },
      current: { amount: '0.00' },
      pastDue: { amount: '0.00' },
      source: 'RTDR',
      stale: false,
      refreshProblem: null,
      asOf: house.now.toISOString(),
    });
  });

  test('ADJ-02 items are summed, past due and current apart; the earliest dates and the last payment are told', async () => {
    await newAccount('1402');
    await house.book(
      '1402',
      [
        { pastDue: '0.10', current: '0.20', dueDate: '2026-03-21', disconnectDate: '2026-04-02' },
        { pastDue: '5.00', current: '-1.00', dueDate: '2026-03-11', disconnectDate: '2026-04-09' },
      ],
      { lastPayment: { amount: '12.34', date: '2026-02-20' } },
    );
    const fields =
      'balance { total { amount } current { amount } pastDue { amount } dueDate disconnectDate lastPayment { amount { amount } date } inconsistent }';
    expect(await balance('1402', fields)).toEqual({
      total: { amount: '4.30' },
      current: { amount: '-0.80' },
      pastDue: { amount: '5.10' },
      dueDate: '2026-03-11',
      disconnectDate: '2026-04-02',
      lastPayment: { amount: { amount: '12.34' }, date: '2026-02-20' },
      inconsistent: true,
    });
  });

  test('PST-02 more past due than is owed in all is shown as sent, and flagged', async () => {
    await newAccount('1403');
    await house.book('1403', [{ pastDue: '50.00', current: '-10.00' }]);
    expect(await balance('1403', 'balance { total { amount } pastDue { amount } inconsistent }')).toEqual({
      total: { amount: '40.00' },
      pastDue: { amount: '50.00' },
      inconsistent: true,
    });
  });
});

describe('block flags', () => {
  test('BLK-01 before Daffron was heard there are none to tell, whatever the bill says', async () => {
    await newAccount('1501');
    await fail('1501');
    expect(await balance('1501', FLAGS)).toEqual({
      allowedTenders: null,
      blockedTenders: null,
      source: 'BIF',
      stale: true,
    });
  });

  test.each([
    ['no list blocks nothing', undefined, ['CARD', 'BANK'], []],
    ['a list blocks what it does not name', ['Credit Card'], ['CARD'], ['BANK']],
    ['names are compared without case and punctuation', ['e-CHECK', 'Cash'], ['BANK'], ['CARD']],
    ['an empty list blocks all', [], [], ['CARD', 'BANK']],
  ])('BLK-03 %s', async (_what, transactionTypes, allowedTenders, blockedTenders) => {
    await newAccount('1502', transactionTypes && { transactionTypes });
    expect(await balance('1502', FLAGS)).toEqual({ allowedTenders, blockedTenders, source: 'RTDR', stale: false });
  });

  test('BLK-05 a later refresh sets and lifts them; while Daffron fails the last known ones hold', async () => {
    await newAccount('1503', { transactionTypes: ['ECheck'] });
    expect(await balance('1503', FLAGS)).toMatchObject({ blockedTenders: ['CARD'], source: 'RTDR' });
    await fail('1503');
    later(1);
    expect(await balance('1503', FLAGS)).toEqual({
      allowedTenders: ['BANK'],
      blockedTenders: ['CARD'],
      source: 'CACHE',
      stale: true,
    });
    // A newer bill takes the kept figures' place, and the flags are still Daffron's.
    later(1);
    await house.bills([bill('1503', 'C-1', '120.00', { InvoiceDate: '2026-03-04', LoginName: 'jane' })]);
    expect(await balance('1503', FLAGS)).toEqual({
      allowedTenders: ['BANK'],
      blockedTenders: ['CARD'],
      source: 'BIF',
      stale: true,
    });
    await house.simulator.clearFaults();
    later(1);
    await house.book('1503', [{ pastDue: '0.00', current: '1.00' }]);
    expect(await balance('1503', FLAGS)).toEqual({
      allowedTenders: ['CARD', 'BANK'],
      blockedTenders: [],
      source: 'RTDR',
      stale: false,
    });
    await fail('1503');
    expect(await balance('1503', FLAGS)).toMatchObject({ blockedTenders: [], source: 'CACHE' });
  });
});

describe('of a bill and a refresh the newer by time is believed', () => {
  test('PST-01 a bill that came after the kept answer takes its place, and an answer after the bill takes it back', async () => {
    await newAccount('1601');
    await house.book('1601', [{ pastDue: '0.00', current: '0.00' }]);
    expect((await balance('1601')).pastDue).toEqual({ amount: '0.00' });
    later(60);
    await house.bills([
      bill('1601', 'C-1', '50.00', { InvoiceDate: '2026-03-04', LoginName: 'jane', PastDueAmount: '50.00' }),
    ]);
    const read = async (): Promise<Json> =>
      await balance('1601', 'balance(maxAgeSeconds: 3600) { pastDue { amount } source stale asOf }');
    expect(await read()).toEqual({
      pastDue: { amount: '50.00' },
      source: 'BIF',
      stale: false,
      asOf: house.now.toISOString(),
    });
    later(60);
    await balance('1601');
    expect(await read()).toMatchObject({ pastDue: { amount: '0.00' }, source: 'CACHE', stale: false });
  });
});

describe('how often Daffron is asked', () => {
  test('RTD-08 lists of accounts and bills that do not select a balance cause no call', async () => {
    const token = await house.payer('jane', ['1001', '1002', '1401']);
    const before = house.soapCalls();
    const { data, errors } = await house.ask(
      token,
      `{ viewer { accounts { nodes { accountNumber currentInvoice { status payability { payable } }
         invoices { nodes { billedTotal { amount } status payability { payable reasons { code } } supersededBy { id } } } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.viewer.accounts.nodes).toHaveLength(3);
    expect(house.soapCalls() - before).toBe(0);
  });

  test('RTD-08 the history of an account with the balance of every bill is one call, for the newest alone', async () => {
    for (const month of ['01', '02', '03']) {
      await house.bills([
        bill('1701', 'C-1', `${month}.00`, { InvoiceDate: `2026-${month}-01`, InvoiceDueDate: `2026-${month}-21` }),
      ]);
    }
    await house.book('1701', [{ pastDue: '0.00', current: '9.00' }]);
    const before = house.soapCalls();
    const { invoices } = await readAccount(
      house,
      staff,
      '1701',
      'invoices { nodes { balance { total { amount } source stale } } }',
    );
    expect(invoices.nodes.map(({ balance: shown }: Json) => [shown.total.amount, shown.source, shown.stale])).toEqual([
      ['9.00', 'RTDR', false],
      ['2.00', 'BIF', false],
      ['1.00', 'BIF', false],
    ]);
    expect(house.soapCalls() - before).toBe(1);
  });

  test('CIS-05 many operations that ask for one account at once share the call that is in flight', async () => {
    await newAccount('1702');
    await house.simulator.setFault({ mode: 'slow', account: '1702', params: { delayMs: 150 } });
    const before = house.soapCalls();
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await balance('1702')));
    expect(new Set(answers.map(({ total }) => total.amount))).toEqual(new Set(['80.00']));
    expect(house.soapCalls() - before).toBe(1);
  });
});

describe('without Redis', () => {
  let alone: TestHouse;

  beforeAll(async () => {
    // Port 9 of this machine: nobody listens there, and a connection is refused at once.
    alone = await openTestHouse({ redisUrl: 'redis://127.0.0.1:9' });
    await alone.bills([bill('1801', 'C-1', '100.00'), bill('1802', 'C-1', '100.00')]);
    for (const account of ['1801', '1802']) await alone.book(account, [{ pastDue: '0.00', current: '80.00' }]);
  });
  afterAll(async () => await alone.close());

  test('RTD-06 reads go straight to Daffron, one call for each account, and no answer fails', async () => {
    const token = await alone.staff();
    const query =
      '{ a: accountByNumber(accountNumber: "1801") { balance(maxAgeSeconds: 3600) { source stale total { amount } } } b: accountByNumber(accountNumber: "1802") { balance { source stale total { amount } } } }';
    for (const round of [1, 2, 3]) {
      const { data, errors } = await alone.ask(token, query);
      expect(errors).toBeUndefined();
      const expected = { source: 'RTDR', stale: false, total: { amount: '80.00' } };
      expect(data).toEqual({ a: { balance: expected }, b: { balance: expected } });
      await alone.service.sources.balances.settled();
      expect(alone.simulator.stats().billers[CEDAR]?.['GetPayableItemsList']).toBe(round * 2);
    }
  });

  test('RTD-06 and when Daffron fails too, the bill stands in', async () => {
    await alone.simulator.setFault({ mode: 'fault', account: '1801' });
    const { balance: shown } = await readAccount(alone, await alone.staff(), '1801', BALANCE);
    expect(shown).toMatchObject({
      total: { amount: '100.00' },
      source: 'BIF',
      stale: true,
      refreshProblem: 'BALANCE_UNAVAILABLE',
    });
  });
});
