// Every field that takes an id, walked with ids that the caller must not use: the answer is that of an id that does not
// exist, to the byte, and Daffron is not asked (A4, A5). What is walked comes from the contract itself.
import { isObjectType } from 'graphql';
import { readSchema } from '../../src/graphql';
import { DEFAULT_LIMITS } from '../../src/limits/limitSettings';
import { CEDAR, MILL } from './testBillers';
import { bill } from './testBills';
import { openTestHouse, type TestHouse } from './testHouse';
import { entityTypes, namingArguments, operationFor, selectionOf, type NamingArgument, type Own } from './schemaWalk';

const schema = readSchema();
const steps = namingArguments(schema);
const entities = entityTypes(schema);

/** Well formed, and nobody's: the key is all zeros. */
const NOBODY = 'A'.repeat(22);
const NOBODYS_NUMBER = '9999';
const NO_BILLER = '00000000-0000-4000-8000-000000000000';

/** Texts that are no id at all. */
const GARBAGE = [
  '',
  'x',
  `acc_${'!'.repeat(22)}`,
  `acc_${NOBODY}A`,
  `"' OR 1=1 --`,
  '\u0000',
  '../1001',
  '💡'.repeat(30),
];

/** Ids of all that a biller has, by type. */
type Things = Readonly<Record<string, readonly string[]>>;

let house: TestHouse;
let jane: Own;
let hers: Things;
let cedars: Things;
let mills: Things;

beforeAll(async () => {
  // The walk takes ways that no client takes, through lists of lists, and is judged by what it finds and not by its price.
  house = await openTestHouse({
    limits: { operation: { ...DEFAULT_LIMITS.operation, costMax: 10_000_000 } },
  });
  const coo = { CoOwners: 'C-9~coo~COO KIM' };
  const janes = { LoginName: 'janedoe' };
  const march = { InvoiceDate: '2026-03-01' };
  await house.bills([
    bill('1001', 'C-1', '30.00', { ...janes, ...coo }),
    bill('1001', 'C-1', '20.00', { ...janes, ...coo, InvoiceDate: '2026-02-01', InvoiceDueDate: '2026-02-21' }),
    bill('1001', 'C-1', '10.00', { ...janes, InvoiceDate: '2025-11-01', InvoiceDueDate: '2025-11-21' }),
    // The same customer's, but of another login; it stands between two accounts of Jane's in every list.
    bill('1002', 'C-1', '40.00', { ...march, LoginName: 'other', ...coo }),
    bill('1003', 'C-1', '50.00', { ...janes, ...coo }),
    bill('1004', 'C-1', '60.00', { ...janes, MainAccountNumber: '1001' }),
    bill('1005', 'C-2', '70.00', { LoginName: 'bob', MainAccountNumber: '1001', CoOwners: 'C-8~eve~EVE LEE' }),
    bill('1006', 'C-1', '80.00', { ...janes, MainAccountNumber: '1001' }),
  ]);
  // A former owner's bill: it stands between two bills of Jane's.
  await house.bills([bill('1001', 'C-3', '15.00', { InvoiceDate: '2025-12-01', InvoiceDueDate: '2025-12-21' })]);
  await house.bills(
    [bill('2001', 'W-1', '90.00', { BillerGUID: MILL, LoginName: 'millie', CoOwners: 'W-9~moe~MOE MAY' })],
    MILL,
  );
  cedars = await thingsOf(await house.staff(), ['1001', '1002', '1003', '1004', '1005', '1006']);
  mills = await thingsOf(await house.staff(MILL), ['2001']);
  hers = await thingsOf(await janesToken(), ['1001', '1003', '1004', '1006']);
  jane = {
    ids: Object.fromEntries(Object.entries(hers).map(([type, ids]) => [type, ids[0] ?? ''])),
    accountNumber: '1001',
  };
  for (const account of ['1001', '1002', '1003', '1004', '1005', '1006'])
    await house.book(account, [{ pastDue: '0.00', current: '1.00' }]);
  await house.book('2001', [{ pastDue: '0.00', current: '1.00' }], { biller: MILL });
});
afterAll(async () => await house.close());

const janesToken = async (): Promise<string> => await house.payer('janedoe', ['1001', '1003', '1004', '1006']);

/** Who walks, and whether the rest of the cooperative is foreign to him too. */
const callers = [
  { who: 'a payer', token: janesToken, ownBiller: true },
  { who: 'a co-owner', token: () => house.payer('coo', ['1001', '1002'], { role: 'CO_OWNER' }), ownBiller: false },
  { who: 'a guest', token: () => house.guest('1001'), ownBiller: true },
  { who: 'staff', token: () => house.staff(), ownBiller: false },
  {
    who: 'a payer of the other biller',
    token: () => house.payer('millie', ['2001'], { biller: MILL }),
    ownBiller: false,
  },
  { who: 'a service', token: () => house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' }), ownBiller: true },
];

async function thingsOf(token: string, accounts: readonly string[]): Promise<Things> {
  const things: Record<string, Set<string>> = {
    Account: new Set(),
    Customer: new Set(),
    Invoice: new Set(),
    CoOwner: new Set(),
  };
  const found = { Biller: new Set<string>(), ...things };
  for (const accountNumber of accounts) {
    const { data } = await house.ask(
      token,
      `query ($n: String!) { biller { id } accountByNumber(accountNumber: $n) {
         id customer { id } coOwners { id } invoices { nodes { id } edges { cursor } } } }`,
      { n: accountNumber },
    );
    const account = data.accountByNumber;
    found.Biller.add(data.biller.id);
    things['Account']?.add(account.id);
    things['Customer']?.add(account.customer.id);
    for (const { id } of account.coOwners) things['CoOwner']?.add(id);
    for (const { id } of account.invoices.nodes) things['Invoice']?.add(id);
    // The walk makes cursors from ids; that they are made so is shown here.
    expect(account.invoices.edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual(
      account.invoices.nodes.map(({ id }: { id: string }) => cursorOf(id)),
    );
  }
  return Object.fromEntries(Object.entries(found).map(([type, ids]) => [type, [...ids]]));
}

const cursorOf = (id: string): string => `cur_${id.slice(4)}`;
const prefixOf = (type: string): string => (jane.ids[type] ?? '').slice(0, 4);

/** What is the caller's own to name, of everything that is foreign to him, and of nothing that exists. */
function foreignTo(type: string, ownBiller: boolean, isMills: boolean): readonly string[] {
  const others = isMills ? cedars : mills;
  const beside = ownBiller ? (cedars[type] ?? []).filter((id) => !hers[type]?.includes(id)) : [];
  return [...(others[type] ?? []), ...beside];
}

const NUMBERS_OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  'a payer': ['1002', '1005', '2001'],
  'a co-owner': ['1003', '1005', '2001'],
  'a guest': ['1002', '1003', '1005', '2001'],
  staff: ['2001'],
  'a payer of the other biller': ['1001', '1005'],
  'a service': ['1001', '2001'],
};

function wrongValues(step: NamingArgument, caller: (typeof callers)[number]): readonly unknown[] {
  if (step.naming === 'number') return [...(NUMBERS_OF_OTHERS[caller.who] ?? []), ...GARBAGE];
  const foreign = foreignTo(step.names, caller.ownBiller, caller.who === 'a payer of the other biller');
  if (step.naming === 'cursor') return foreign.map(cursorOf);
  // An own id of another kind names nothing either.
  const otherKinds = Object.entries(jane.ids).flatMap(([type, id]) => (type === step.names ? [] : [id]));
  const wrong = [...foreign, ...otherKinds, ...GARBAGE];
  return step.naming === 'ids' ? wrong.map((id) => [id]) : wrong;
}

function unknownValue(step: NamingArgument): unknown {
  if (step.naming === 'number') return NOBODYS_NUMBER;
  if (step.naming === 'cursor') return `cur_${NOBODY}`;
  const id = `${prefixOf(step.names)}${NOBODY}`;
  return step.naming === 'ids' ? [id] : id;
}

function ownValue(step: NamingArgument): unknown {
  if (step.naming === 'number') return jane.accountNumber;
  const id = jane.ids[step.names] ?? '';
  // Of the list of sub accounts the first is the third of hers.
  if (step.naming === 'cursor')
    return cursorOf(step.name === 'Account.subAccounts(after)' ? (hers['Account']?.[2] ?? '') : id);
  return step.naming === 'ids' ? [id] : id;
}

const soapCalls = (): number =>
  Object.values(house.simulator.stats().operations).reduce((sum, count) => sum + count, 0);

test('AUT-01 the walk knows every field that takes an id, a cursor or an account number, and every entity', () => {
  expect(steps.map(({ name }) => name).sort()).toEqual([
    'Account.invoices(after)',
    'Account.subAccounts(after)',
    'CoOwner.accounts(after)',
    'Customer.accounts(after)',
    'Query.account(id)',
    'Query.accountByNumber(accountNumber)',
    'Query.accounts(ids)',
    'Query.customer(id)',
    'Query.invoice(id)',
    'Viewer.accounts(after)',
  ]);
  expect([...entities].sort()).toEqual(['Account', 'Biller', 'CoOwner', 'Customer', 'Invoice']);
});

describe('what is one’s own is found, so that the walk below proves something', () => {
  test.each(steps.map((step) => [step.name, step] as const))('AUT-01 %s', async (name, step) => {
    const token = await janesToken();
    const operation = operationFor(schema, step, jane);
    const own = await house.ask(token, operation, { value: ownValue(step) });
    const unknown = await house.ask(token, operation, { value: unknownValue(step) });
    expect(own.errors).toBeUndefined();
    expect(unknown.errors).toBeUndefined();
    expect({ name, differs: own.text !== unknown.text }).toEqual({ name, differs: true });
  });
});

describe.each(callers)('$who', (caller) => {
  test.each(steps.map((step) => [step.name, step] as const))(
    'A4, A5, AUT-01, AUT-03 %s answers a foreign value as one that does not exist, and Daffron is not asked',
    async (_name, step) => {
      const token = await caller.token();
      const operation = operationFor(schema, step, jane);
      const unknown = await house.ask(token, operation, { value: unknownValue(step) });
      expect(unknown.status).toBe(200);
      const before = soapCalls();
      const wrong = wrongValues(step, caller);
      expect(wrong.length).toBeGreaterThan(0);
      for (const value of wrong) {
        const answer = await house.ask(token, operation, { value });
        expect({ value, text: answer.text }).toEqual({ value, text: unknown.text });
      }
      expect(soapCalls() - before).toBe(0);
    },
  );

  test.each(entities)('A4, AUT-01 _entities answers a foreign %s as one that does not exist', async (typename) => {
    const token = await caller.token();
    const type = schema.getType(typename);
    const selection = isObjectType(type) ? selectionOf(type, 2) : '';
    const operation = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${typename} ${selection} } }`;
    const ask = async (id: unknown): Promise<string> =>
      (await house.ask(token, operation, { of: [{ __typename: typename, id }] })).text;
    const nobody = typename === 'Biller' ? NO_BILLER : `${prefixOf(typename)}${NOBODY}`;
    const unknown = await ask(nobody);
    expect(unknown).toBe('{"data":{"_entities":[null]}}\n');
    const before = soapCalls();
    const isMills = caller.who === 'a payer of the other biller';
    const foreign = typename === 'Biller' ? [isMills ? CEDAR : MILL] : foreignTo(typename, caller.ownBiller, isMills);
    const otherKinds = Object.entries(jane.ids).flatMap(([kind, id]) => (kind === typename ? [] : [id]));
    for (const id of [
      ...foreign,
      ...otherKinds.filter((other) => other !== CEDAR),
      ...GARBAGE,
      1001,
      null,
      true,
      {},
      { toString: 1 },
      ['x'],
      undefined,
    ]) {
      expect({ id, text: await ask(id) }).toEqual({ id, text: unknown });
    }
    expect(soapCalls() - before).toBe(0);
  });
});

test('AUT-01 a cursor that is none is refused for its form alone, whatever list it is given to', async () => {
  const token = await janesToken();
  const cursors = steps.filter(({ naming }) => naming === 'cursor');
  for (const step of cursors) {
    for (const value of ['x', `acc_${NOBODY}`, jane.ids['Account']]) {
      const { errors } = await house.ask(token, operationFor(schema, step, jane), { value });
      expect(errors?.map(({ extensions }) => [extensions['code'], extensions['argument']])).toEqual([
        ['BAD_USER_INPUT', 'after'],
      ]);
    }
  }
});
