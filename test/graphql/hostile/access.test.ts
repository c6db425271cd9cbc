// Who tries to be somebody else, or to learn what is there: the same bytes and the same work, whatever he tries.
import { generateKeyPair, SignJWT } from 'jose';
import { accountQuery } from '../readAccount';
import { CEDAR, MILL } from '../testBillers';
import { bill } from '../testBills';
import { openTestHouse, type TestHouse } from '../testHouse';

const QUESTION = accountQuery('id accountNumber balance { total { amount } source }');

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse({ cedar: { options: { overrideRefreshCheck: false } } });
  await house.bills([
    bill('1001', 'C-1', '30.00', { LoginName: 'jane' }),
    bill('1002', 'C-2', '40.00', { LoginName: 'bob' }),
    ...Array.from({ length: 30 }, (_, at) => bill(String(3000 + at), 'C-3', '50.00', { LoginName: 'other' })),
  ]);
  await house.bills([bill('1001', 'W-1', '60.00', { BillerGUID: MILL, LoginName: 'jane' })], MILL);
  await house.book('1001', [{ pastDue: '0.00', current: '11.00' }]);
  await house.book('1002', [{ pastDue: '0.00', current: '22.00' }]);
  await house.book('1001', [{ pastDue: '0.00', current: '66.00' }], { biller: MILL });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => await house.close());

const jane = async (): Promise<string> => await house.payer('jane', ['1001']);
const bob = async (): Promise<string> => await house.payer('bob', ['1002']);

async function send(headers: Record<string, string>, body: object = { query: '{ viewer { role userName } }' }) {
  const read = jest.spyOn(house.service.database, 'read');
  const {
    statusCode,
    body: text,
    headers: given,
  } = await house.service.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  const { date: _date, 'x-request-id': _id, ...lasting } = given;
  const statements = read.mock.calls.map(([name, , values]) => [name, values.length]);
  read.mockRestore();
  return { statusCode, text, headers: lasting, statements };
}

test('A1 whatever is wrong with a token, the answer is the same to the byte, and nothing is looked up', async () => {
  const good = await jane();
  const [header = '', claims = '', signature = ''] = good.split('.');
  const expired = await house.keys.sign({ sub: 'jane', biller: CEDAR, role: 'OWNER', username: 'jane' }, new Date(0));
  const tokens = [
    '',
    'x',
    'a.b.c',
    `${header}.${claims}.`,
    `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
    expired,
  ];
  const expected = await send({});
  expect(expected).toMatchObject({ statusCode: 401, statements: [] });
  for (const authorization of [...tokens.map((token) => `Bearer ${token}`), 'Basic amFuZTpqYW5l', good, '']) {
    expect(await send({ authorization })).toEqual(expected);
  }
});

describe('A6 an account that is not linked and one that does not exist', () => {
  /** Numbers that are there and another's, beside as many that nobody has. */
  const linkedToOthers = Array.from({ length: 30 }, (_, at) => String(3000 + at));
  const nobodys = Array.from({ length: 30 }, (_, at) => String(7000 + at));

  /** What it costs to find out: each answer, each statement with the number of its values, and every call. */
  async function probe(token: string, query: string, values: readonly unknown[]) {
    const callsBefore = house.soapCalls();
    const answers = [];
    for (const value of values)
      answers.push(await send({ authorization: `Bearer ${token}` }, { query, variables: { value } }));
    return { answers, calls: house.soapCalls() - callsBefore };
  }

  test('A6 by number: the same statements, no call, the same bytes, thirty times over', async () => {
    const token = await jane();
    const query =
      'query ($value: String!) { accountByNumber(accountNumber: $value) { id balance { total { amount } } } }';
    const others = await probe(token, query, linkedToOthers);
    expect(others).toEqual(await probe(token, query, nobodys));
    expect(others.calls).toBe(0);
    // The links of the token's own account are looked up, and nothing of the number that was asked for.
    expect(new Set(others.answers.map(({ text }) => text))).toEqual(new Set(['{"data":{"accountByNumber":null}}\n']));
    expect(new Set(others.answers.map(({ statements }) => statements.length)).size).toBe(1);
  });

  test('A6 by id and as an entity: the same statements, no call, the same bytes', async () => {
    const staff = await house.staff();
    const ids: string[] = [];
    for (const n of linkedToOthers.slice(0, 5))
      ids.push((await house.ask(staff, accountQuery('id'), { n })).data.accountByNumber.id);
    const none = ids.map((_, at) => `acc_${'A'.repeat(20)}${'BCDEF'[at] ?? 'G'}A`);
    const token = await jane();
    for (const query of [
      'query ($value: ID!) { account(id: $value) { id balance { total { amount } } } }',
      'query ($value: ID!) { accounts(ids: [$value]) { id balance { total { amount } } } }',
    ]) {
      const others = await probe(token, query, ids);
      expect(others).toEqual(await probe(token, query, none));
      expect(others.calls).toBe(0);
      expect(others.answers[0]?.statements.length).toBeGreaterThan(0);
    }
    const entity = 'query ($value: _Any!) { _entities(representations: [$value]) { ... on Account { id } } }';
    const of = (id: string): object => ({ __typename: 'Account', id });
    expect(await probe(token, entity, ids.map(of))).toEqual(await probe(token, entity, none.map(of)));
  });
});

test('A7 what one caller left in the cache is no side door for another, of this biller or of the other', async () => {
  const first = await house.ask(await jane(), QUESTION, { n: '1001' });
  expect(first.data.accountByNumber.balance).toEqual({ total: { amount: '11.00' }, source: 'RTDR' });
  const before = house.soapCalls();
  // It is in the cache: its owner is answered from there.
  const again = await house.ask(await jane(), QUESTION, { n: '1001' });
  expect(again.data.accountByNumber.balance.source).toBe('CACHE');
  expect((await house.ask(await bob(), QUESTION, { n: '1001' })).data.accountByNumber).toBeNull();
  expect(house.soapCalls() - before).toBe(0);
  // The same number and the same user name at the other biller are another account.
  const theirs = await house.ask(await house.payer('jane', ['1001'], { biller: MILL }), QUESTION, { n: '1001' });
  expect(theirs.data.accountByNumber.balance).toEqual({ total: { amount: '66.00' }, source: 'RTDR' });
});

test('A8 two callers at the same time get each his own, however their requests cross', async () => {
  const tokens = [await jane(), await bob()];
  const query =
    '{ viewer { userName accounts { nodes { accountNumber customer { customerNumber } balance { total { amount } } } } } }';
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => (await house.ask(tokens[at % 2] ?? '', query)).data.viewer),
  );
  const view = (userName: string, accountNumber: string, customerNumber: string, amount: string): object => ({
    userName,
    accounts: { nodes: [{ accountNumber, customer: { customerNumber }, balance: { total: { amount } } }] },
  });
  const expected = [view('jane', '1001', 'C-1', '11.00'), view('bob', '1002', 'C-2', '22.00')];
  expect(answers).toEqual(answers.map((_, at) => expected[at % 2]));
});

test('A9 no header that a client could set makes him anybody, where no router is known', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const signedByHimself = await new SignJWT({ biller: CEDAR, role: 'CSR', username: 'x' })
    .setProtectedHeader({ alg: 'ES256', typ: 'router-claims+jwt' })
    .setSubject('x')
    .sign(privateKey);
  const raising: Record<string, string>[] = [
    { 'x-role': 'CSR' },
    { 'x-user': 'staff', 'x-biller': MILL },
    { 'x-forwarded-user': 'staff', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'router' },
    { forwarded: 'for=127.0.0.1;by=router' },
    { 'x-router-claims': signedByHimself },
    { 'x-router-claims': await house.staff() },
    { 'x-router-claims': JSON.stringify({ role: 'CSR', biller: CEDAR }) },
    { 'x-client-cert': 'CN=router', 'x-ssl-client-verify': 'SUCCESS' },
  ];
  const authorization = `Bearer ${await jane()}`;
  const [asHimself, asNobody] = [await send({ authorization }), await send({})];
  expect(asHimself.text).toBe('{"data":{"viewer":{"role":"OWNER","userName":"jane"}}}\n');
  for (const headers of raising) {
    expect(await send({ authorization, ...headers })).toEqual(asHimself);
    expect(await send(headers)).toEqual(asNobody);
  }
});
