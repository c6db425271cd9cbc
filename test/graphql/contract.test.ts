// The contract as such: its names, its descriptions, its keys, and that a gateway can take it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  printType,
  type GraphQLNamedType,
} from 'graphql';
import { readSchema } from '../../src/graphql';
import { entityTypes } from './schemaWalk';

const schema = readSchema();
const SDL_DIR = join(__dirname, '../../schema');
const sdl = readdirSync(SDL_DIR)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => readFileSync(join(SDL_DIR, name), 'utf8'));

/** What the federation library brings along is described by its own specification. */
const ours = Object.values(schema.getTypeMap()).filter(
  (type) => !/^(_|link__|federation__)/.test(type.name) && !isSpecifiedScalarType(type),
);

interface Described {
  readonly place: string;
  readonly description: string | null | undefined;
}

function describedParts(type: GraphQLNamedType): readonly Described[] {
  const itself = { place: type.name, description: type.description };
  if (isEnumType(type)) {
    return [
      itself,
      ...type.getValues().map(({ name, description }) => ({ place: `${type.name}.${name}`, description })),
    ];
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return [itself, ...fields.map(({ name, description }) => ({ place: `${type.name}.${name}`, description }))];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [itself];
  const fields = Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));
  return [
    itself,
    ...fields.flatMap(({ name, description, args }) => [
      { place: `${type.name}.${name}`, description },
      ...args.map((argument) => ({
        place: `${type.name}.${name}(${argument.name})`,
        description: argument.description,
      })),
    ]),
  ];
}

const parts = ours.flatMap(describedParts);

function fieldsOf(name: string): readonly string[] {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

test('every type, field, argument and value of the contract is described', () => {
  expect(parts.length).toBeGreaterThan(150);
  expect(parts.filter(({ description }) => (description ?? '').trim().length < 3).map(({ place }) => place)).toEqual(
    [],
  );
});

test('LOG-03 nothing in the contract takes, gives or names a password or another secret', () => {
  const names = parts.map(({ place }) => place);
  expect(
    names.filter((name) => /passw|passphrase|secret|\bpin\b|pwd|credential|registrationvalue|token/i.test(name)),
  ).toEqual([]);
});

test('A11 a payment instrument’s number is nowhere in the contract', () => {
  const names = parts.map(({ place }) => place);
  expect(names.filter((name) => /\bpan\b|cardnumber|cvv|cvc|routing|bankaccount|iban/i.test(name))).toEqual([]);
});

test.each([
  ['Query', 'viewer biller customer account accounts accountByNumber invoice'],
  ['Viewer', 'role userName accounts customer'],
  ['Customer', 'id customerNumber name email phone mailingAddress accounts coOwners'],
  [
    'Account',
    'id accountNumber customer serviceAddress mainAccount subAccounts prepaid balance currentInvoice invoices coOwners',
  ],
  [
    'Balance',
    'total current pastDue dueDate disconnectDate lastPayment allowedTenders blockedTenders source asOf stale precisionAtRisk inconsistent',
  ],
  ['LastPayment', 'amount date'],
  [
    'Invoice',
    'id invoiceNumber invoiceType account invoiceDate dueDate expireDate autoPayCollectionDate notifications servicePeriod balanceForward currentCharges adjustments billedTotal pastDue balance status payability supersededBy message customFields',
  ],
  ['Payability', 'payable reasons mostRecentInvoice'],
  ['PayabilityReason', 'code message'],
  ['CoOwner', 'id userName name accounts'],
  ['Money', 'amount currencyCode'],
])('%s has the fields that were agreed', (type, fields) => {
  expect(fieldsOf(type)).toEqual(expect.arrayContaining(fields.split(' ')));
});

test('MON-03 money is decimal text with a currency, and no amount is a float anywhere', () => {
  const money = schema.getType('Money');
  expect(isObjectType(money) && printType(money).replaceAll(/"""[\s\S]*?"""\s*/g, '')).toContain('amount: Decimal!');
  expect(isObjectType(money) && String(money.getFields()['currencyCode']?.type)).toBe('CurrencyCode!');
  const floats = ours.flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter((field) => getNamedType(field.type).name === 'Float')
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
  expect(floats).toEqual([]);
});

test('the scalars are those that were agreed', () => {
  expect(
    ours
      .filter(isScalarType)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Date', 'DateTime', 'Decimal']);
  expect(schema.getType('BalanceSource')?.toString()).toBe('BalanceSource');
  const source = schema.getType('BalanceSource');
  expect(isEnumType(source) && source.getValues().map(({ name }) => name)).toEqual(['RTDR', 'CACHE', 'BIF']);
});

test('five types have a key, and each is its id', () => {
  expect([...entityTypes(schema)].sort()).toEqual(['Account', 'Biller', 'CoOwner', 'Customer', 'Invoice']);
  for (const name of entityTypes(schema)) {
    const type = schema.getType(name);
    expect(isObjectType(type) && String(type.getFields()['id']?.type)).toBe('ID!');
  }
});

test('value types may be resolved by other subgraphs too', () => {
  const shareable = ours
    .filter(({ astNode }) => astNode?.directives?.some(({ name }) => name.value === 'shareable'))
    .map(({ name }) => name);
  expect(shareable).toEqual(
    expect.arrayContaining(['Balance', 'LastPayment', 'MailingAddress', 'Money', 'PageInfo', 'PayabilityReason']),
  );
  expect(shareable.filter((name) => entityTypes(schema).includes(name))).toEqual([]);
});

test('every connection has edges and nodes, and cursors that may be null where a page is empty', () => {
  const connections = ours.filter(({ name }) => name.endsWith('Connection'));
  expect(connections.map(({ name }) => name).sort()).toEqual(['AccountConnection', 'InvoiceConnection']);
  for (const { name } of connections) expect(fieldsOf(name)).toEqual(['edges', 'nodes', 'pageInfo']);
  const pageInfo = schema.getType('PageInfo');
  const types = isObjectType(pageInfo)
    ? Object.values(pageInfo.getFields()).map(({ name, type }) => `${name}: ${String(type)}`)
    : [];
  expect(types).toEqual([
    'hasNextPage: Boolean!',
    'hasPreviousPage: Boolean!',
    'startCursor: String',
    'endCursor: String',
  ]);
});

test('a composition takes the contract: a fresh subgraph of its text has the same types', () => {
  const again = buildSubgraphSchema([{ typeDefs: parse(sdl.join('\n')) }]);
  expect(Object.keys(again.getTypeMap()).sort()).toEqual(Object.keys(schema.getTypeMap()).sort());
  expect(again.getQueryType()?.getFields()['_entities']).toBeDefined();
  expect(sdl.join('\n')).toContain('https://specs.apollo.dev/federation/v2');
});

test('there is nothing to change yet: no mutation, no subscription', () => {
  expect(schema.getMutationType() ?? null).toBeNull();
  expect(schema.getSubscriptionType() ?? null).toBeNull();
});
