// One read from end to end: a bill file, a SOAP conversation, a GraphQL answer, and how often Daffron was asked.
import { openTestHouse, PATIENT, type TestHouse } from './testHouse';
import { bill } from './testBills';

const THREE = ['1001', '1002', '1003'];

const DASHBOARD = `{ viewer { customer { accounts { nodes { accountNumber balance { total { amount currencyCode } source stale asOf } } } } } }`;

async function fill(house: TestHouse): Promise<string> {
  await house.bills(THREE.map((account) => bill(account, 'C-1', '100.00', { LoginName: 'JaneDoe' })));
  for (const account of THREE)
    await house.book(account, [{ pastDue: '0.00', current: '80.00', dueDate: '2026-03-21' }]);
  return await house.payer('janedoe', THREE);
}

describe('with the override on, as it is by default', () => {
  let house: TestHouse;
  let token: string;

  beforeAll(async () => {
    house = await openTestHouse({ daffron: PATIENT });
    token = await fill(house);
  });
  afterAll(async () => await house.close());

  test('CIS-05 one customer with three accounts costs exactly three calls', async () => {
    await house.simulator.reset();
    for (const account of THREE) await house.book(account, [{ pastDue: '0.00', current: '80.00' }]);
    const { data, errors } = await house.ask(token, DASHBOARD);
    expect(errors).toBeUndefined();
    expect(data.viewer.customer.accounts.nodes).toEqual(
      THREE.map((accountNumber) => ({
        accountNumber,
        balance: {
          total: { amount: '80.00', currencyCode: 'USD' },
          source: 'RTDR',
          stale: false,
          asOf: '2026-03-05T15:00:00.000Z',
        },
      })),
    );
    expect(house.soapCalls()).toBe(3);
  });

  test('RTD-04 a new operation one second later asks again: three more calls', async () => {
    const before = house.soapCalls();
    house.now = new Date(house.now.getTime() + 1000);
    await house.ask(token, DASHBOARD);
    expect(house.soapCalls() - before).toBe(3);
  });

  test('CIS-05 many fields of one operation that need one balance share one call', async () => {
    const before = house.soapCalls();
    const { data } = await house.ask(
      token,
      `{ a: accountByNumber(accountNumber: "1001") { balance { total { amount } } currentInvoice { balance { total { amount } source } } }
         b: accountByNumber(accountNumber: "1001") { balance(maxAgeSeconds: 0) { total { amount } } } }`,
    );
    expect(data.a.currentInvoice.balance).toEqual({ total: { amount: '80.00' }, source: 'RTDR' });
    expect(house.soapCalls() - before).toBe(1);
  });

  test('ADJ-04 the bill keeps what it asked for, and its balance is what Daffron says now', async () => {
    const { data } = await house.ask(
      token,
      `{ accountByNumber(accountNumber: "1002") { currentInvoice { billedTotal { amount } balance { total { amount } source asOf } } } }`,
    );
    expect(data.accountByNumber.currentInvoice).toEqual({
      billedTotal: { amount: '100.00' },
      balance: { total: { amount: '80.00' }, source: 'RTDR', asOf: house.now.toISOString() },
    });
  });

  test('a caller who accepts an older answer spares Daffron the call', async () => {
    await house.service.sources.balances.settled();
    const before = house.soapCalls();
    const { data } = await house.ask(
      token,
      `{ accountByNumber(accountNumber: "1003") { balance(maxAgeSeconds: 3600) { source stale } } }`,
    );
    expect(data.accountByNumber.balance).toEqual({ source: 'CACHE', stale: false });
    expect(house.soapCalls() - before).toBe(0);
  });

  test('an age beyond six hours is refused, with the argument named', async () => {
    const { errors } = await house.ask(
      token,
      `{ accountByNumber(accountNumber: "1003") { balance(maxAgeSeconds: 21601) { source } } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'maxAgeSeconds' });
  });
});

describe('with the override off', () => {
  let house: TestHouse;
  let token: string;

  beforeAll(async () => {
    house = await openTestHouse({ cedar: { options: { overrideRefreshCheck: false } }, daffron: PATIENT });
    token = await fill(house);
  });
  afterAll(async () => await house.close());

  test('RTD-01 three calls at first, and none within six hours', async () => {
    await house.ask(token, DASHBOARD);
    expect(house.soapCalls()).toBe(3);
    house.now = new Date('2026-03-05T20:59:59Z');
    const { data } = await house.ask(token, DASHBOARD);
    expect(data.viewer.customer.accounts.nodes[0].balance).toEqual({
      total: { amount: '80.00', currencyCode: 'USD' },
      source: 'CACHE',
      stale: false,
      asOf: '2026-03-05T15:00:00.000Z',
    });
    expect(house.soapCalls()).toBe(3);
  });

  test('RTD-02 at exactly six hours it is asked again', async () => {
    house.now = new Date('2026-03-05T21:00:00Z');
    token = await house.payer('janedoe', THREE);
    await house.ask(token, DASHBOARD);
    expect(house.soapCalls()).toBe(6);
  });
});
