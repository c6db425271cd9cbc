// What a gateway asks for: entities by their keys, in one statement for each type, and the subgraph's own text.
import { CEDAR, MILL } from './testBillers';
import { bill } from './testBills';
import { openTestHouse, PATIENT, type Json, type TestHouse } from './testHouse';

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
  __typename
  ... on Biller { id name timeZone }
  ... on Customer { id customerNumber }
  ... on Account { id accountNumber }
  ... on Invoice { id invoiceNumber }
  ... on CoOwner { id userName }
} }`;

interface Representation {
  readonly __typename: string;
  readonly id: unknown;
}

/** Fifty accounts are what one operation may refresh (RTD-08). */
const NUMBERS = Array.from({ length: 51 }, (_, at) => `10${String(at).padStart(2, '0')}`);

let house: TestHouse;
let staff: string;
let reads: jest.SpyInstance;
let accounts: readonly {
  id: string;
  customer: { id: string };
  currentInvoice: { id: string };
  coOwners: { id: string }[];
}[];

beforeAll(async () => {
  house = await openTestHouse({ daffron: PATIENT });
  await house.bills(
    NUMBERS.map((account, at) =>
      bill(account, `C-${at}`, '30.00', { CoOwners: `K-${at}~co${at}~CO ${at}`, LoginName: 'many' }),
    ),
  );
  await house.bills([bill('2001', 'W-1', '70.00', { BillerGUID: MILL })], MILL);
  for (const account of NUMBERS) await house.book(account, [{ pastDue: '0.00', current: `${Number(account)}.00` }]);
  staff = await house.staff();
  const fields = 'id customer { id } currentInvoice { id } coOwners { id }';
  const { data } = await house.ask(
    staff,
    `{ ${NUMBERS.slice(0, 10)
      .map((n) => `a${n}: accountByNumber(accountNumber: "${n}") { ${fields} }`)
      .join(' ')} }`,
  );
  accounts = Object.values(data);
  reads = jest.spyOn(house.service.database, 'read');
});
beforeEach(() => reads.mockClear());
afterAll(async () => await house.close());

const ask = async (of: readonly Representation[], token = staff) => await house.ask(token, ENTITIES, { of });

/** How often each statement ran since the test began. */
function statements(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name] of reads.mock.calls) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const representations = (): Record<string, Representation[]> => ({
  Customer: accounts.map(({ customer }) => ({ __typename: 'Customer', id: customer.id })),
  Account: accounts.map(({ id }) => ({ __typename: 'Account', id })),
  Invoice: accounts.map(({ currentInvoice }) => ({ __typename: 'Invoice', id: currentInvoice.id })),
  CoOwner: accounts.map(({ coOwners: [coOwner] }) => ({ __typename: 'CoOwner', id: coOwner?.id })),
});

describe('entities', () => {
  test('AUT-01 each kind comes by its key, the right ones in the order that was asked', async () => {
    const { Customer = [], Account = [], Invoice = [], CoOwner = [] } = representations();
    // Interleaved and backwards, so that an answer by position would be seen.
    const of = Account.toReversed()
      .flatMap((account, at) => [account, Customer[at], Invoice[at], CoOwner[at]])
      .filter((one) => one !== undefined);
    const { data, errors } = await ask([...of, { __typename: 'Biller', id: CEDAR.toUpperCase() }]);
    expect(errors).toBeUndefined();
    expect(data._entities.slice(0, -1).map(({ __typename, id }: Representation) => ({ __typename, id }))).toEqual(of);
    expect(data._entities.at(-1)).toEqual({
      __typename: 'Biller',
      id: CEDAR,
      name: 'Cedar',
      timeZone: 'America/Chicago',
    });
    expect(data._entities[0].accountNumber).toBe('1009');
    expect(data._entities[1].customerNumber).toBe('C-0');
    expect(data._entities[2].invoiceNumber).toBe('42-2026-03-01-1000');
    expect(data._entities[3].userName).toBe('co0');
  });

  test.each([
    ['Customer', { customers_by_key: 1 }],
    ['Account', { accounts_by_key: 1 }],
    ['Invoice', { invoices_by_key: 1, accounts_by_number: 1, newest_invoices: 1 }],
    ['CoOwner', { co_owners_by_key: 1 }],
  ])('ten of type %s are one batch, whatever is asked twice', async (type, expected) => {
    const of = representations()[type] ?? [];
    const { data } = await ask([...of, ...of]);
    expect(data._entities.every((entity: unknown) => entity !== null)).toBe(true);
    expect(statements()).toEqual(expected);
  });

  test('all types in one question are still one batch for each', async () => {
    await ask(Object.values(representations()).flat());
    expect(statements()).toEqual({
      customers_by_key: 1,
      accounts_by_key: 1,
      co_owners_by_key: 1,
      invoices_by_key: 1,
      accounts_by_number: 1,
      newest_invoices: 1,
    });
  });

  test('AUT-01 unknown, foreign, malformed and misnamed ones are null, and the rest stand in their places', async () => {
    const { Customer = [], Account = [] } = representations();
    const { data: mill } = await house.ask(
      await house.staff(MILL),
      '{ accountByNumber(accountNumber: "2001") { id customer { id } } }',
    );
    const wrong: Representation[] = [
      { __typename: 'Account', id: mill.accountByNumber.id },
      { __typename: 'Customer', id: mill.accountByNumber.customer.id },
      { __typename: 'Account', id: `acc_${'A'.repeat(22)}` },
      { __typename: 'Account', id: Customer[0]?.id },
      { __typename: 'Customer', id: Account[0]?.id },
      { __typename: 'Invoice', id: '' },
      { __typename: 'CoOwner', id: 7 },
      { __typename: 'Biller', id: MILL },
      { __typename: 'Biller', id: null },
    ];
    const { data, errors } = await ask([Account[0], ...wrong, Customer[0]].filter((one) => one !== undefined));
    expect(errors).toBeUndefined();
    expect(data._entities.slice(1, -1)).toEqual(wrong.map(() => null));
    expect([data._entities[0].id, data._entities.at(-1).id]).toEqual([Account[0]?.id, Customer[0]?.id]);
  });

  test('AUT-03 a payer gets those of his accounts and null for the others', async () => {
    const { Account = [], Customer = [], Invoice = [], CoOwner = [] } = representations();
    const token = await house.payer('many', ['1003']);
    for (const asked of [Account, Customer, Invoice, CoOwner]) {
      const { data } = await ask(asked, token);
      expect(data._entities.map((entity: unknown) => entity !== null)).toEqual(asked.map((_, at) => at === 3));
    }
  });

  test.each(['Nobody', 'Money', 'Query', 'String'])(
    'a type that has no key (%s) gives no data, and an error without details',
    async (type) => {
      const { data, errors, text } = await ask([{ __typename: type, id: accounts[0]?.id }]);
      expect(data?._entities?.[0] ?? null).toBeNull();
      expect(errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
      expect(text).not.toMatch(/resolver tried|Runtime Object|at \//);
    },
  );
});

describe('entities with balances', () => {
  const BALANCES = `query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on Account { accountNumber balance { total { amount } source stale } } } }`;

  async function idsOf(numbers: readonly string[]): Promise<Representation[]> {
    const { data } = await house.ask(
      staff,
      `{ ${numbers.map((n) => `a${n}: accountByNumber(accountNumber: "${n}") { id }`).join(' ')} }`,
    );
    return Object.values<Json>(data).map(({ id }) => ({ __typename: 'Account', id }));
  }

  test('CIS-05 fifty accounts, each named twice, cost fifty calls and answer each with its own figure', async () => {
    const of = await idsOf(NUMBERS.slice(0, 50));
    const before = house.soapCalls();
    const { data } = await house.ask(staff, BALANCES, { of: [...of, ...of] });
    expect(house.soapCalls() - before).toBe(50);
    expect(data._entities).toEqual(
      [...NUMBERS.slice(0, 50), ...NUMBERS.slice(0, 50)].map((accountNumber) => ({
        accountNumber,
        balance: { total: { amount: `${Number(accountNumber)}.00` }, source: 'RTDR', stale: false },
      })),
    );
    await house.service.sources.balances.settled();
  });

  test('RTD-08 the fifty-first of one operation is not asked for: its figure is a kept or billed one, and says so', async () => {
    const of = await idsOf(NUMBERS);
    const before = house.soapCalls();
    const { data } = await house.ask(staff, BALANCES, { of });
    expect(house.soapCalls() - before).toBe(50);
    expect(data._entities.filter(({ balance }: { balance: { stale: boolean } }) => balance.stale)).toEqual([
      { accountNumber: '1050', balance: { total: { amount: '30.00' }, source: 'BIF', stale: true } },
    ]);
  });
});

test('the subgraph tells its own text, with the five keys in it', async () => {
  const { data } = await house.ask(staff, '{ _service { sdl } }');
  const { sdl } = data._service;
  for (const type of ['Biller', 'Customer', 'Account', 'Invoice', 'CoOwner']) {
    expect(sdl).toMatch(new RegExp(`type ${type}\\s+@key\\(fields: "id"\\)`));
  }
  expect(sdl).toContain('https://specs.apollo.dev/federation/v2.9');
});
