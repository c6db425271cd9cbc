// Who sees what: owners, co-owners, guests, staff and services, each with a token of his own.
import { accountQuery } from './readAccount';
import { CEDAR, MILL } from './testBillers';
import { bill, type BillRow } from './testBills';
import { openTestHouse, type Json, type TestHouse } from './testHouse';

const JANE = { LoginName: 'JaneDoe' };
const JOHN = { CoOwners: 'C-9~JohnDoe~DOE JOHN;C-8~~ROE MAX' };

const rows: readonly BillRow[] = [
  bill('1001', 'C-1', '30.00', { ...JANE, ...JOHN }),
  bill('1001', 'C-1', '20.00', { ...JANE, ...JOHN, InvoiceDate: '2026-02-01', InvoiceDueDate: '2026-02-21' }),
  bill('1002', 'C-1', '40.00', { ...JANE, MainAccountNumber: '1001' }),
  bill('1003', 'C-1', '45.00', { ...JANE, MainAccountNumber: '1001' }),
  bill('1004', 'C-4', '50.00', { LoginName: 'tenant', MainAccountNumber: '1001', CustomerName: 'SUB TENANT' }),
  bill('1005', 'C-5', '60.00', { CustomerName: 'LOOSE LINKS' }),
];

const MINE = '{ viewer { role userName accounts { nodes { accountNumber } } } }';
const numbersOf = (data: Json): string[] =>
  data.viewer.accounts.nodes.map(({ accountNumber }: { accountNumber: string }) => accountNumber);

const CUSTOMER = '{ id customerNumber name email phone mailingAddress { line1 } }';

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse();
  await house.bills(rows);
  await house.bills([bill('2001', 'W-1', '70.00', { BillerGUID: MILL, LoginName: 'JaneDoe' })], MILL);
  for (const account of ['1001', '1002', '1003', '1004', '1005'])
    await house.book(account, [{ pastDue: '0.00', current: '9.00' }]);
});
afterAll(async () => await house.close());

const jane = async (): Promise<string> => await house.payer('janedoe', ['1001', '1002', '1003']);

describe('a payer', () => {
  test('REG-02 a login that Daffron links to several accounts lists them all', async () => {
    const { data } = await house.ask(await jane(), MINE);
    expect(data.viewer).toMatchObject({ role: 'OWNER', userName: 'janedoe' });
    expect(numbersOf(data)).toEqual(['1001', '1002', '1003']);
  });

  test('LOG-02 his user name is the same in whatever case it is written', async () => {
    const { data } = await house.ask(await house.payer(' JANEDOE', ['1001', '1002']), MINE);
    expect(data.viewer.userName).toBe('janedoe');
    expect(numbersOf(data)).toEqual(['1001', '1002']);
  });

  test('LOG-02 his e-mail address is no user name', async () => {
    const { data } = await house.ask(await house.payer('jane@example.org', ['1001']), MINE);
    expect(numbersOf(data)).toEqual([]);
  });

  test('AUT-02 an account that the token claims and Daffron does not link is not his', async () => {
    const { data } = await house.ask(await house.payer('janedoe', ['1001', '1004', '1005']), MINE);
    expect(numbersOf(data)).toEqual(['1001']);
  });

  test('AUT-02 an account that Daffron links and the token does not claim is not his', async () => {
    const { data } = await house.ask(await house.payer('janedoe', ['1002']), MINE);
    expect(numbersOf(data)).toEqual(['1002']);
  });

  test('AUT-02 a link at one biller is none at another', async () => {
    const { data } = await house.ask(await house.payer('janedoe', ['1001', '2001'], { biller: MILL }), MINE);
    expect(numbersOf(data)).toEqual(['2001']);
  });

  test('AUT-03 another’s account, one without a link and one that does not exist look alike, and cost no call', async () => {
    const token = await jane();
    const before = house.soapCalls();
    const query = accountQuery('id balance { total { amount } }');
    const answers = [];
    for (const n of ['1004', '1005', '2001', '9999']) answers.push((await house.ask(token, query, { n })).text);
    expect(new Set(answers)).toEqual(new Set(['{"data":{"accountByNumber":null}}\n']));
    expect(house.soapCalls() - before).toBe(0);
  });

  test('PRE-03 a main account lists his sub accounts, and each of them leads back to it', async () => {
    const { data } = await house.ask(
      await jane(),
      accountQuery('subAccounts { nodes { accountNumber mainAccount { accountNumber } } } mainAccount { id }'),
      { n: '1001' },
    );
    expect(data.accountByNumber.mainAccount).toBeNull();
    expect(data.accountByNumber.subAccounts.nodes).toEqual([
      { accountNumber: '1002', mainAccount: { accountNumber: '1001' } },
      { accountNumber: '1003', mainAccount: { accountNumber: '1001' } },
    ]);
  });

  test('PRE-03 the login of a sub account does not gain the main account, nor its other sub accounts', async () => {
    const token = await house.payer('tenant', ['1004']);
    const { data } = await house.ask(token, accountQuery('accountNumber mainAccount { id } customer { name }'), {
      n: '1004',
    });
    expect(data.accountByNumber).toEqual({
      accountNumber: '1004',
      mainAccount: null,
      customer: { name: 'SUB TENANT' },
    });
    expect((await house.ask(token, accountQuery('id'), { n: '1001' })).data.accountByNumber).toBeNull();
  });

  test('COO-01 the owner finds the co-owners of an account and of himself, in Daffron’s order and once each', async () => {
    const { data } = await house.ask(
      await jane(),
      accountQuery('coOwners { id userName name accounts { nodes { accountNumber } } } customer { coOwners { id } }'),
      { n: '1001' },
    );
    const { coOwners, customer } = data.accountByNumber;
    expect(coOwners.map(({ accounts }: { accounts: { nodes: object[] } }) => accounts.nodes)).toEqual([
      [{ accountNumber: '1001' }],
      [{ accountNumber: '1001' }],
    ]);
    expect(customer.coOwners.map(({ id }: { id: string }) => id).sort()).toEqual(
      coOwners.map(({ id }: { id: string }) => id).sort(),
    );
  });
});

describe('a co-owner', () => {
  const john = async (): Promise<string> => await house.payer('johndoe', ['1001', '1002'], { role: 'CO_OWNER' });

  test('COO-02 he sees the account with its bills and balance, and of the owner neither name nor contact', async () => {
    const { data } = await house.ask(
      await john(),
      accountQuery(
        `accountNumber balance { total { amount } source } invoices { nodes { billedTotal { amount } } } customer ${CUSTOMER}`,
      ),
      { n: '1001' },
    );
    expect(data.accountByNumber).toMatchObject({
      accountNumber: '1001',
      balance: { total: { amount: '9.00' }, source: 'RTDR' },
      invoices: { nodes: [{ billedTotal: { amount: '30.00' } }, { billedTotal: { amount: '20.00' } }] },
      customer: { customerNumber: 'C-1', name: null, email: null, phone: null, mailingAddress: null },
    });
  });

  test('COO-02 he knows himself, and of other co-owners no name', async () => {
    const { data } = await house.ask(await john(), accountQuery('coOwners { userName name }'), { n: '1001' });
    expect(data.accountByNumber.coOwners).toEqual([
      { userName: 'JohnDoe', name: 'DOE JOHN' },
      { userName: null, name: null },
    ]);
  });

  test('COO-02 accounts of the owner that he is not registered for are none of his', async () => {
    const { data } = await house.ask(
      await john(),
      `{ viewer { customer { id } accounts { nodes { accountNumber customer { accounts { nodes { accountNumber } } } subAccounts { nodes { id } } } } } }`,
    );
    expect(data.viewer).toEqual({
      customer: null,
      accounts: {
        nodes: [
          {
            accountNumber: '1001',
            customer: { accounts: { nodes: [{ accountNumber: '1001' }] } },
            subAccounts: { nodes: [] },
          },
        ],
      },
    });
  });
});

describe('a guest', () => {
  const GUEST = `accountNumber serviceAddress customer ${CUSTOMER} coOwners { id }
    balance { total { amount } } invoices { nodes { billedTotal { amount } message customFields { name } payability { payable } } }`;

  test('VST-04 he sees the newest bill alone, numbers and name masked, and nothing by which to find the person', async () => {
    const { data } = await house.ask(await house.guest('1001'), accountQuery(GUEST), { n: '1001' });
    expect(data.accountByNumber).toEqual({
      accountNumber: '****',
      serviceAddress: null,
      customer: {
        id: expect.any(String),
        customerNumber: '****',
        name: 'D** J***',
        email: null,
        phone: null,
        mailingAddress: null,
      },
      coOwners: [],
      balance: { total: { amount: '9.00' } },
      invoices: {
        nodes: [{ billedTotal: { amount: '30.00' }, message: null, customFields: [], payability: { payable: true } }],
      },
    });
  });

  test('VST-04 an older bill of his account is none for him, and neither is any other account', async () => {
    const { data: staff } = await house.ask(await house.staff(), accountQuery('invoices { nodes { id } }'), {
      n: '1001',
    });
    const [newest, older] = staff.accountByNumber.invoices.nodes;
    const token = await house.guest('1001');
    const query = 'query ($id: ID!) { invoice(id: $id) { billedTotal { amount } supersededBy { id } } }';
    expect((await house.ask(token, query, { id: newest.id })).data.invoice).toEqual({
      billedTotal: { amount: '30.00' },
      supersededBy: null,
    });
    expect((await house.ask(token, query, { id: older.id })).data.invoice).toBeNull();
    const before = house.soapCalls();
    for (const n of ['1002', '1004', '9999'])
      expect((await house.ask(token, accountQuery(GUEST), { n })).data.accountByNumber).toBeNull();
    expect(house.soapCalls() - before).toBe(0);
  });

  test('VST-04 neither search values nor sub accounts are his', async () => {
    const { data } = await house.ask(
      await house.guest('1001'),
      accountQuery('subAccounts { nodes { id } } customer { accounts { nodes { accountNumber } } coOwners { id } }'),
      { n: '1001' },
    );
    expect(data.accountByNumber).toEqual({
      subAccounts: { nodes: [] },
      customer: { accounts: { nodes: [{ accountNumber: '****' }] }, coOwners: [] },
    });
  });
});

describe('staff and services', () => {
  test.each(['CSR', 'BILLER_ADMIN'])('AUT-02 %s sees the whole biller, and nothing of another', async (role) => {
    const token = await house.token({ sub: 'staff', biller: CEDAR, role, username: 'staff' });
    const query = accountQuery(`accountNumber customer ${CUSTOMER} coOwners { userName name }`);
    const { data } = await house.ask(token, query, { n: '1001' });
    expect(data.accountByNumber).toMatchObject({
      accountNumber: '1001',
      customer: { name: 'DOE JANE', email: 'jane@example.org', mailingAddress: { line1: '12 ELM ST' } },
      coOwners: [
        { userName: 'JohnDoe', name: 'DOE JOHN' },
        { userName: null, name: 'ROE MAX' },
      ],
    });
    expect((await house.ask(token, query, { n: '1005' })).data.accountByNumber.customer.name).toBe('LOOSE LINKS');
    expect((await house.ask(token, query, { n: '2001' })).data.accountByNumber).toBeNull();
  });

  test('AUT-02 a service reads nothing of any customer', async () => {
    const token = await house.token({
      sub: 'feed',
      biller: CEDAR,
      role: 'SERVICE',
      username: 'janedoe',
      accounts: ['1001'],
    });
    const before = house.soapCalls();
    const { data } = await house.ask(
      token,
      `{ viewer { role userName customer { id } accounts { nodes { id } } } accountByNumber(accountNumber: "1001") { id balance { source } } }`,
    );
    expect(data).toEqual({
      viewer: { role: 'SERVICE', userName: null, customer: null, accounts: { nodes: [] } },
      accountByNumber: null,
    });
    expect(house.soapCalls() - before).toBe(0);
  });
});

describe('a token', () => {
  const post = async (headers: Record<string, string>) =>
    await house.service.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify({ query: MINE }),
    });

  test('AUT-02, A1 to A3: none, garbage, an expired and a forged one are refused with the same bytes', async () => {
    const good = await jane();
    const [header, payload, signature] = good.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), role: 'BILLER_ADMIN' };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const expired = await house.keys.sign(
      { sub: 'janedoe', biller: CEDAR, role: 'OWNER', username: 'janedoe', accounts: ['1001'] },
      new Date('2026-03-04T02:00:00Z'),
    );
    const tomorrow = await house.keys.sign(
      { sub: 'janedoe', biller: CEDAR, role: 'OWNER', username: 'janedoe', accounts: ['1001'] },
      new Date('2026-03-06T15:00:00Z'),
    );
    const nowhere = await house.token({ sub: 's', biller: '00000000-0000-4000-8000-000000000000', role: 'CSR' });
    const tokens = ['x', `${header}.${forged}.${signature}`, `${unsigned}.${forged}.`, expired, tomorrow, nowhere];
    const answers = await Promise.all([
      post({}),
      post({ authorization: '' }),
      post({ authorization: `Basic ${good}` }),
      ...tokens.map(async (token) => await post({ authorization: `Bearer ${token}` })),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]?.json().errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED' });
    expect((await post({ authorization: `Bearer ${good}` })).statusCode).toBe(200);
  });

  test('AUT-02, A9: roles and accounts in headers that a client sets change nothing', async () => {
    const authorization = `Bearer ${await jane()}`;
    const plain = await post({ authorization });
    const dressed = await post({
      authorization,
      'x-role': 'BILLER_ADMIN',
      'x-user': 'staff',
      'x-biller': MILL,
      'x-accounts': '1004',
      'x-forwarded-user': 'staff',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(dressed.body).toBe(plain.body);
  });

  test('AUT-02, A8: two users whose requests interleave never get each other’s answers', async () => {
    const tokens = [await jane(), await house.payer('tenant', ['1004'])];
    const query =
      '{ viewer { userName accounts { nodes { accountNumber customer { name } balance { total { amount } } } } } }';
    await house.book('1004', [{ pastDue: '0.00', current: '44.00' }]);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => await house.ask(tokens[at % 2] ?? '', query)),
    );
    const texts = answers.map(({ text }) => text);
    expect(new Set(texts.filter((_, at) => at % 2 === 0)).size).toBe(1);
    expect(new Set(texts.filter((_, at) => at % 2 === 1)).size).toBe(1);
    expect(answers[0]?.data.viewer.userName).toBe('janedoe');
    expect(answers[0]?.text).not.toMatch(/1004|44\.00|SUB TENANT/);
    expect(answers[1]?.data.viewer).toEqual({
      userName: 'tenant',
      accounts: {
        nodes: [{ accountNumber: '1004', customer: { name: 'SUB TENANT' }, balance: { total: { amount: '44.00' } } }],
      },
    });
  });

  test('AUT-02, REG-02, A10: the next request after Daffron ended the link is refused the account, with the same token', async () => {
    const token = await jane();
    expect(numbersOf((await house.ask(token, MINE)).data)).toContain('1003');
    const { data } = await house.ask(token, accountQuery('id balance { source }'), { n: '1003' });
    house.now = new Date(house.now.getTime() + 60_000);
    await house.bills([
      bill('1003', 'C-1', '45.00', { LoginName: 'newlogin', MainAccountNumber: '1001', InvoiceDate: '2026-03-02' }),
    ]);
    expect(numbersOf((await house.ask(token, MINE)).data)).toEqual(['1001', '1002']);
    const before = house.soapCalls();
    const after = await house.ask(token, 'query ($id: ID!) { account(id: $id) { balance { source } } }', {
      id: data.accountByNumber.id,
    });
    expect(after.data.account).toBeNull();
    expect(house.soapCalls() - before).toBe(0);
    expect(numbersOf((await house.ask(await house.payer('NewLogin', ['1003']), MINE)).data)).toEqual(['1003']);
  });
});

describe('where the biller lets names be seen and links come from the assertion', () => {
  let trusting: TestHouse;

  beforeAll(async () => {
    trusting = await openTestHouse({ cedar: { linksFromAssertion: true, coOwnerNamesVisible: true } });
    await trusting.bills(rows);
  });
  afterAll(async () => await trusting.close());

  test('COO-02 owner and co-owners see each other’s names, and still no address', async () => {
    const john = await trusting.payer('johndoe', ['1001'], { role: 'CO_OWNER' });
    const { data } = await trusting.ask(john, accountQuery(`customer ${CUSTOMER} coOwners { userName name }`), {
      n: '1001',
    });
    expect(data.accountByNumber).toMatchObject({
      customer: { name: 'DOE JANE', email: null, phone: null, mailingAddress: null },
      coOwners: [
        { userName: 'JohnDoe', name: 'DOE JOHN' },
        { userName: null, name: 'ROE MAX' },
      ],
    });
  });

  test('AUT-02 a claimed account without any link counts', async () => {
    const { data } = await trusting.ask(await trusting.payer('sso-user', ['1005']), MINE);
    expect(numbersOf(data)).toEqual(['1005']);
  });

  test('REG-02 yet not where Daffron ended the link after the token was issued; a token issued later counts again', async () => {
    const token = await trusting.payer('tenant', ['1004']);
    expect(numbersOf((await trusting.ask(token, MINE)).data)).toEqual(['1004']);
    trusting.now = new Date(trusting.now.getTime() + 60_000);
    await trusting.bills([
      bill('1004', 'C-4', '50.00', { LoginName: '', MainAccountNumber: '1001', InvoiceDate: '2026-03-02' }),
    ]);
    expect(numbersOf((await trusting.ask(token, MINE)).data)).toEqual([]);
    trusting.now = new Date(trusting.now.getTime() + 60_000);
    expect(numbersOf((await trusting.ask(await trusting.payer('tenant', ['1004']), MINE)).data)).toEqual(['1004']);
  });
});
