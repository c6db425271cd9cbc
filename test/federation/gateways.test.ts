// Questions that cross both subgraphs, through two gateways by two makers: who asks is known behind them, and sees what is his.
import type { Outage } from '../../supergraph/outages/outage';
import { CEDAR, MILL } from '../graphql/testBillers';
import { bill } from '../graphql/testBills';
import { openTestHouse, PATIENT, type Answer, type TestHouse } from '../graphql/testHouse';
import { GATEWAY_NAMES, openFederation, type Federation, type GatewayName } from './federation';

jest.setTimeout(120_000);

/** Of the form of an id, and nobody's. */
const NOBODY = `acc_${'A'.repeat(22)}`;
const CROWD = Array.from({ length: 120 }, (_, at) => `3${String(at).padStart(3, '0')}`);

let house: TestHouse;
let federation: Federation;
let reads: jest.SpyInstance;
let jane: string;
let bob: string;
let staff: string;
const idOf = new Map<string, { accountId: string; customerId: string }>();

/** An outage of its own number over the accounts given by their ids. */
function outage(id: string, accountIds: readonly string[], more: Partial<Outage> = {}): Outage {
  return {
    id,
    cause: 'TREE',
    startedAt: new Date('2026-03-05T13:25:00Z'),
    expectedAt: null,
    restoredAt: null,
    accounts: accountIds.map((accountId) => ({
      accountId,
      customerId: [...idOf.values()].find((known) => known.accountId === accountId)?.customerId ?? null,
    })),
    ...more,
  };
}

const accountId = (accountNumber: string): string => idOf.get(accountNumber)?.accountId ?? '';

async function learnIds(token: string, accountNumbers: readonly string[]): Promise<void> {
  const asked = accountNumbers.map((n) => `a${n}: accountByNumber(accountNumber: "${n}") { id customer { id } }`);
  const { data } = await house.ask(token, `{ ${asked.join(' ')} }`);
  for (const n of accountNumbers) idOf.set(n, { accountId: data[`a${n}`].id, customerId: data[`a${n}`].customer.id });
}

beforeAll(async () => {
  house = await openTestHouse({ daffron: PATIENT });
  await house.bills([
    bill('1001', 'C-1', '100.00', { LoginName: 'jane' }),
    bill('1002', 'C-1', '50.00', { LoginName: 'jane' }),
    bill('1003', 'C-2', '70.00', { LoginName: 'bob' }),
    ...CROWD.map((account) => bill(account, 'C-3', '10.00', { LoginName: 'crowd' })),
  ]);
  await house.bills([bill('2001', 'W-1', '70.00', { BillerGUID: MILL })], MILL);
  await house.book('1001', [{ pastDue: '0.00', current: '60.00' }]);
  staff = await house.staff();
  jane = await house.payer('jane', ['1001', '1002']);
  bob = await house.payer('bob', ['1003']);
  for (let from = 0; from < CROWD.length; from += 20) await learnIds(staff, CROWD.slice(from, from + 20));
  await learnIds(staff, ['1001', '1002', '1003']);
  await learnIds(await house.staff(MILL), ['2001']);
  const foreign = ['1003', '2001'].map(accountId);
  federation = await openFederation(house, [
    outage('road', [...['1001', '1002'].map(accountId), ...foreign, NOBODY]),
    outage('old', [accountId('1001')], {
      cause: 'STORM',
      startedAt: new Date('2026-02-01T10:00:00Z'),
      restoredAt: new Date('2026-02-01T12:00:00Z'),
    }),
    outage('storm', [
      ...CROWD.map(accountId),
      ...foreign,
      ...CROWD.map((_, at) => `${NOBODY.slice(0, -4)}${String(at).padStart(3, 'B')}A`),
    ]),
    outage('nobody', [NOBODY]),
    outage('neighbour', [accountId('1003')]),
    outage('elsewhere', [accountId('2001')]),
    outage('odd', ['no id at all']),
    outage('customer', [idOf.get('1001')?.customerId ?? '']),
  ]);
  reads = jest.spyOn(house.service.database, 'read');
});
afterAll(async () => {
  await (federation as Federation | undefined)?.close();
  await house.close();
});
beforeEach(() => {
  federation.seenByService();
  reads.mockClear();
});

describe.each(GATEWAY_NAMES)('through %s', (gateway: GatewayName) => {
  const ask = async (token: string, query: string, variables = {}): Promise<Answer> =>
    await federation.ask(gateway, { query, variables }, { authorization: `Bearer ${token}` });

  test('a member sees what she owes and what is out, in one question', async () => {
    const { data, errors } = await ask(
      jane,
      `{ viewer { userName customer { openOutages { id } } accounts(first: 1) { nodes {
        accountNumber balance { total { amount } source } outages { id cause startedAt restoredAt }
      } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.viewer).toEqual({
      userName: 'jane',
      customer: { openOutages: [{ id: 'road' }] },
      accounts: {
        nodes: [
          {
            accountNumber: '1001',
            balance: { total: { amount: '60.00' }, source: 'RTDR' },
            outages: [
              { id: 'road', cause: 'TREE', startedAt: '2026-03-05T13:25:00.000Z', restoredAt: null },
              {
                id: 'old',
                cause: 'STORM',
                startedAt: '2026-02-01T10:00:00.000Z',
                restoredAt: '2026-02-01T12:00:00.000Z',
              },
            ],
          },
        ],
      },
    });
  });

  test('AUT-01, AUT-03 of the accounts behind an outage each caller is told his own, and nothing of the others', async () => {
    const query = '{ outage(id: "road") { accounts { accountNumber serviceAddress customer { name } } } }';
    const { data: janes } = await ask(jane, query);
    expect(janes.outage.accounts.map((account: { accountNumber: string } | null) => account?.accountNumber)).toEqual([
      '1001',
      '1002',
      undefined,
      undefined,
      undefined,
    ]);
    const { data: bobs } = await ask(bob, query);
    expect(bobs.outage.accounts.map((account: { accountNumber: string } | null) => account?.accountNumber)).toEqual([
      undefined,
      undefined,
      '1003',
      undefined,
      undefined,
    ]);
    const { data: staffs } = await ask(staff, query);
    expect(staffs.outage.accounts[2].accountNumber).toBe('1003');
    expect(staffs.outage.accounts.slice(3)).toEqual([null, null]);
  });

  test.each([
    ['another payer’s', 'neighbour'],
    ['another biller’s', 'elsewhere'],
    ['a malformed', 'odd'],
    ['a customer’s', 'customer'],
  ])(
    'AUT-01 %s id is answered, byte by byte, as one that does not exist, and Daffron is not asked',
    async (_whose, id) => {
      const query = `query ($of: ID!) { outage(id: $of) { accounts {
        accountNumber serviceAddress balance { total { amount } } invoices { nodes { id } }
      } } }`;
      const before = house.soapCalls();
      const unknown = await ask(jane, query, { of: 'nobody' });
      const foreign = await ask(jane, query, { of: id });
      expect(unknown.data).toEqual({ outage: { accounts: [null] } });
      expect(foreign.text).toBe(unknown.text);
      expect(foreign.status).toBe(unknown.status);
      expect(house.soapCalls()).toBe(before);
    },
  );

  test('AUT-01 many representations, foreign and unknown ones among them, are one question to us and stay in their places', async () => {
    const { data, errors } = await ask(staff, '{ outage(id: "storm") { accounts { accountNumber } } }');
    const kinds = new Set((errors ?? []).map(({ message, extensions }) => JSON.stringify([message, extensions])));
    expect(kinds.size).toBeLessThanOrEqual(1);
    const numbers = data.outage.accounts.map((account: { accountNumber: string } | null) => account?.accountNumber);
    expect(numbers).toEqual([...CROWD, '1003', ...Array.from({ length: 1 + CROWD.length })]);
    expect(federation.seenByService()).toHaveLength(1);
    expect(reads.mock.calls.map(([name]) => name)).toEqual(['accounts_by_key']);
  });

  test('A9 the caller’s own token is what the service receives, and a header of the client’s own making changes nothing', async () => {
    const query = '{ viewer { userName role } outage(id: "road") { accounts { accountNumber } } }';
    const { data } = await federation.ask(
      gateway,
      { query },
      {
        authorization: `Bearer ${bob}`,
        'x-role': 'CSR',
        'x-user': 'jane',
        'x-biller': CEDAR,
        'x-forwarded-user': 'jane',
      },
    );
    expect(data.viewer).toEqual({ userName: 'bob', role: 'OWNER' });
    expect(data.outage.accounts.filter((account: unknown) => account !== null)).toEqual([{ accountNumber: '1003' }]);
    const seen = federation.seenByService();
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([`Bearer ${bob}`]));
  });

  test.each([
    ['no token', {}],
    ['a token that nobody signed', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.AAAA' }],
  ])('A1 with %s nothing is answered by either subgraph', async (_what, headers: Record<string, string>) => {
    const { data, errors } = await federation.ask(
      gateway,
      { query: '{ viewer { userName } outage(id: "road") { cause } }' },
      headers,
    );
    expect(data ?? null).toBeNull();
    expect(errors?.length).toBeGreaterThan(0);
    const { data: alone } = await federation.ask(gateway, { query: '{ outage(id: "road") { cause } }' }, headers);
    expect(alone?.outage ?? null).toBeNull();
    expect(reads).not.toHaveBeenCalled();
  });
});
