// The balances of a list are asked for in one step; nobody must be able to tell, except by the time it takes.
import { bill } from './testBills';
import { CEDAR } from './testBillers';
import { openTestHouse, PATIENT, type Json, type TestHouse } from './testHouse';

const NUMBERS = ['2001', '2002', '2003'];

let house: TestHouse;
let staff: string;
let ids: readonly string[];
let callsBefore = 0;

beforeAll(async () => {
  house = await openTestHouse({ daffron: { ...PATIENT, retries: 0, breaker: { failures: 1000, pauseMs: 100 } } });
  staff = await house.staff();
  await house.bills(NUMBERS.map((number) => bill(number, 'C-1', '100.00')));
  for (const number of NUMBERS) await house.book(number, [{ pastDue: '0.00', current: `${number}.00` }]);
  ids = await Promise.all(NUMBERS.map(idOf));
});
beforeEach(async () => {
  await house.service.sources.balances.settled();
  await house.simulator.clearFaults();
  callsBefore = house.soapCalls();
});
afterAll(async () => await house.close());

async function idOf(number: string): Promise<string> {
  const answer = await house.ask(staff, `{ accountByNumber(accountNumber: "${number}") { id } }`);
  return answer.data.accountByNumber.id;
}

async function accounts(asked: readonly string[], fields: string, more: object = {}): Promise<Json> {
  const query = `query ($ids: [ID!]!, $wanted: Boolean = true, $age: Int) { accounts(ids: $ids) { accountNumber ${fields} } }
    fragment Total on Account { balance(maxAgeSeconds: $age) @include(if: $wanted) { total { amount } } }`;
  const used = fields.includes('...Total') ? query : query.slice(0, query.indexOf('fragment'));
  const declared = fields.includes('...Total') ? used : used.replace(', $wanted: Boolean = true, $age: Int', '');
  return await house.ask(staff, declared, { ids: asked, ...more });
}

const calls = (): number => house.soapCalls() - callsBefore;
const totals = (list: Json): unknown => list.map((account: Json) => account.balance.total.amount);

test('CIS-05 an account that stands twice in a list is asked for once, and answered in both places', async () => {
  const asked = [...ids, ...ids];
  const { data } = await accounts(asked, 'balance { total { amount } source }');
  expect(totals(data.accounts)).toEqual(['2001.00', '2002.00', '2003.00', '2001.00', '2002.00', '2003.00']);
  expect(calls()).toBe(3);
});

test('one account that Daffron does not answer for leaves the others of the list as they are', async () => {
  await house.simulator.setFault({ mode: 'http500', account: '2002', params: {} });
  const { data } = await accounts(ids, 'balance { total { amount } stale }');
  expect(data.accounts.map((account: Json) => account.balance.stale)).toEqual([false, true, false]);
});

test('an id that names nothing stays null among the others', async () => {
  const { data } = await accounts([ids[0] ?? '', 'acc_nothing', ids[2] ?? ''], 'balance { total { amount } }');
  expect(data.accounts[1]).toBeNull();
  expect(data.accounts[2].balance.total.amount).toBe('2003.00');
  expect(calls()).toBe(2);
});

test('a balance that is left out by @include causes no call', async () => {
  const { data } = await accounts(ids, '...Total', { wanted: false });
  expect(data.accounts).toEqual(NUMBERS.map((accountNumber) => ({ accountNumber })));
  expect(calls()).toBe(0);
});

test('RTD-04 the age that each field accepts is kept apart, also where two fields of one list differ', async () => {
  await accounts(ids, 'balance { total { amount } }');
  await house.service.sources.balances.settled();
  callsBefore = house.soapCalls();
  const kept = await accounts(ids, 'balance(maxAgeSeconds: 600) { source }');
  expect(kept.data.accounts[0].balance.source).toBe('CACHE');
  expect(calls()).toBe(0);
  const both = await accounts(ids, 'old: balance(maxAgeSeconds: 600) { source } fresh: balance { source }');
  expect(both.data.accounts[0].fresh.source).toBe('RTDR');
  expect(calls()).toBe(3);
});

test('an age that is none is told at each item, and not of the list', async () => {
  const { data, errors } = await accounts(ids, 'balance(maxAgeSeconds: -1) { source }');
  expect(data.accounts.map((account: Json) => account.balance)).toEqual([null, null, null]);
  expect(errors).toHaveLength(3);
  expect(errors[0].path).toEqual(['accounts', 0, 'balance']);
});

test('a list of a router is resolved in the same step, with its foreign and unknown entities in their places', async () => {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Account { accountNumber balance { total { amount } } }
    ... on Biller { name } } }`;
  const account = (id: string | undefined) => ({ __typename: 'Account', id });
  const biller = { __typename: 'Biller', id: CEDAR };
  const r = [account(ids[0]), biller, account('acc_nothing'), account(ids[1]), account(ids[0])];
  const { data } = await house.ask(staff, query, { r });
  expect(data._entities.map((entity: Json) => entity?.balance?.total.amount ?? entity?.__typename ?? null)).toEqual([
    '2001.00',
    'Biller',
    null,
    '2002.00',
    '2001.00',
  ]);
  expect(calls()).toBe(2);
});
