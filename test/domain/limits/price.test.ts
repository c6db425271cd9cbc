// What an operation may cost, worked out from its lists: an honest screen is cheap, and what multiplies lists is dear (G12).
import { buildSchema, getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { readSchema } from '../../../src/graphql';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';
import { planOperation } from '../../../src/limits/price';

/** The directives as routers know them, on a contract small enough to count by hand. */
const SMALL = buildSchema(`
  directive @cost(weight: Int!) on FIELD_DEFINITION
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
  type Query {
    one: Thing
    dear: Thing @cost(weight: 10)
    told: [Thing!]! @listSize(assumedSize: 3)
    untold: [Thing!]!
    named(ids: [ID!]!): [Thing]! @listSize(assumedSize: 200)
    asked(count: Int): [Thing!]! @listSize(slicingArguments: ["count"], assumedSize: 7)
    paged(first: Int = 20, after: String): Page!
    rows(last: Int): Rows! @listSize(slicingArguments: ["last"], sizedFields: ["rows"])
    either: [Either!]! @listSize(assumedSize: 2)
  }
  type Thing { name: String words: [String!] one: Thing paged(first: Int = 20): Page! }
  type Page { edges: [Edge!]! nodes: [Thing!]! info: Info! }
  type Edge { node: Thing! cursor: String! }
  type Info { more: Boolean }
  type Rows { rows: [Thing!]! }
  type Other { one: Thing name: String }
  union Either = Thing | Other
`);

function price(text: string, variables: Record<string, unknown> = {}, schema: GraphQLSchema = SMALL): number {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error('no operation');
  return planOperation(schema, document, operation).price(variables);
}

test.each([
  ['an object', '{ one { name } }', 1],
  ['leaves alone, however many', '{ __typename a: __typename }', 0],
  ['objects in one another', '{ one { one { one { name words } } } }', 3],
  ['a field of a stated cost, and what is in it', '{ dear { one { name } } }', 11],
  ['a list of a stated length, and what is in each', '{ told { one { name } } }', 6],
  ['a list of an unknown length is taken for ten', '{ untold { name } }', 10],
  ['a list by its ids is as long as they are', '{ named(ids: ["a", "b", "c", "d"]) { name } }', 4],
  ['a single value stands for a list of one', '{ named(ids: "a") { name } }', 1],
  ['a list as long as is asked for', '{ asked(count: 5) { name } }', 5],
  ['a list as long as is asked for, where nothing was', '{ asked { name } }', 7],
  ['a connection by its first', '{ paged(first: 4) { nodes { name } } }', 5],
  ['a connection by its default', '{ paged { nodes { name } } }', 21],
  ['a connection by edges, which are objects too', '{ paged(first: 4) { edges { node { name } } } }', 9],
  ['what stands once in a connection counts once', '{ paged(first: 4) { info { more } nodes { name } } }', 6],
  [
    'connections within one another multiply',
    '{ paged(first: 5) { nodes { paged(first: 7) { nodes { name } } } } }',
    1 + 5 * (2 + 7),
  ],
  ['the field that a directive names is the long one', '{ rows(last: 6) { rows { name } } }', 7],
  ['less than none is none', '{ paged(first: -3) { nodes { name } } }', 1],
  [
    'of two types, one of which is met, the dearer',
    '{ either { ... on Thing { one { one { name } } } ... on Other { one { name } } } }',
    6,
  ],
  [
    'the same type twice counts twice',
    '{ either { ... on Thing { one { name } } ... on Thing { paged(first: 1) { info { more } } } } }',
    8,
  ],
  [
    'fragments are what they hold, each time',
    '{ one { ...f } b: one { ...f } } fragment f on Thing { one { name } }',
    4,
  ],
  [
    'a fragment on a connection has its length',
    '{ paged(first: 9) { ...p } } fragment p on Page { nodes { name } }',
    10,
  ],
  ['an alias is a field like any other', '{ a: one { name } b: one { name } }', 2],
  ['the contract’s own description is free', '{ __schema { types { fields { name } } } }', 0],
])('G12 %s', (_what, text, expected) => {
  expect(price(text)).toBe(expected);
});

describe('lists that variables make long', () => {
  const paged = 'query ($n: Int) { paged(first: $n) { nodes { name } } }';
  const named = 'query ($ids: [ID!]!) { named(ids: $ids) { name } }';

  test.each([
    ['given', paged, { n: 50 }, 51],
    ['not given, and no default of the operation', paged, {}, 21],
    ['null', paged, { n: null }, 21],
    ['a default of the operation', 'query ($n: Int = 3) { paged(first: $n) { nodes { name } } }', {}, 4],
    ['no number at all', paged, { n: 'many' }, 21],
    ['less than none', paged, { n: -5 }, 1],
    ['ids', named, { ids: ['a', 'b'] }, 2],
    ['no ids', named, { ids: null }, 0],
    ['one id', named, { ids: 'a' }, 1],
    ['ids by default', 'query ($ids: [ID!]! = ["a", "b", "c"]) { named(ids: $ids) { name } }', {}, 3],
  ])('G12 %s', (_what, text, variables, expected) => {
    expect(price(text, variables)).toBe(expected);
  });

  test('G12 one plan is judged anew for each request', () => {
    const document = parse(paged);
    const operation = getOperationAST(document);
    if (operation === null || operation === undefined) throw new Error('no operation');
    const plan = planOperation(SMALL, document, operation);
    expect([plan.price({ n: 1 }), plan.price({ n: 100 }), plan.price({ n: 1 })]).toEqual([2, 101, 2]);
  });
});

describe('the house’s own contract', () => {
  const house = readSchema();
  const { costMax } = DEFAULT_LIMITS.operation;

  /** As the README and the portal ask; a change that makes one of them too dear locks honest people out. */
  const honest: readonly (readonly [string, string, Record<string, unknown>])[] = [
    [
      'a dashboard',
      `{ viewer { userName customer { name email phone mailingAddress { line1 city state zip } }
         accounts { nodes { accountNumber serviceAddress prepaid underReview
           balance { total { amount } current { amount } pastDue { amount } dueDate source asOf stale lastPayment { amount { amount } date } }
           invoices(first: 12) { nodes { invoiceNumber invoiceDate dueDate status billedTotal { amount } invoiceType { name }
             payability { payable reasons { code } } } } } } } }`,
      {},
    ],
    [
      'customer service with fifty accounts',
      `query ($ids: [ID!]!) { accounts(ids: $ids) { accountNumber customer { name } balance { total { amount } pastDue { amount } stale source }
         currentInvoice { invoiceNumber dueDate billedTotal { amount } } coOwners { name } } }`,
      { ids: Array.from({ length: 50 }, () => 'acc_A') },
    ],
    [
      'a router with a thousand entities',
      `query ($r: [_Any!]!) { _entities(representations: $r) { __typename
         ... on Account { accountNumber serviceAddress prepaid } ... on Customer { name email } ... on Invoice { invoiceNumber dueDate } } }`,
      { r: Array.from({ length: 1000 }, () => ({ __typename: 'Account', id: 'acc_A' })) },
    ],
    [
      'a router with fifty balances',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { balance { total { amount } current { amount } pastDue { amount } } } } }`,
      { r: Array.from({ length: 50 }, () => ({ __typename: 'Account', id: 'acc_A' })) },
    ],
    [
      'a year of bills',
      '{ viewer { accounts(first: 100) { nodes { invoices(first: 24) { nodes { invoiceNumber } } } } } }',
      {},
    ],
  ];

  test.each(honest)('G12 %s is within the budget, with room', (_what, text, variables) => {
    const asked = price(text, variables, house);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(costMax * 0.75);
  });

  test.each([
    [
      'fifty customers with all their accounts and all bills of each',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { accounts { nodes { invoices(first: 100) { nodes { balance { total { amount } } } } } } } } }`,
      { r: Array.from({ length: 50 }, () => ({ __typename: 'Customer', id: 'cus_A' })) },
    ],
    [
      'accounts of co-owners of accounts of co-owners',
      '{ viewer { accounts { nodes { coOwners { accounts { nodes { coOwners { name } } } } } } } }',
      {},
    ],
    ['a list as long as a number can say', '{ viewer { accounts(first: 2147483647) { nodes { id } } } }', {}],
  ])('G12 %s is beyond it', (_what, text, variables) => {
    expect(price(text, variables, house)).toBeGreaterThan(costMax);
  });
});
