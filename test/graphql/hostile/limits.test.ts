// Operations that ask for too much, in production mode: each is refused before anything runs, and says in a code why.
import { createHash } from 'node:crypto';
import { bill } from '../testBills';
import { CEDAR } from '../testBillers';
import { openTestHouse, type Json, type TestHouse } from '../testHouse';

let house: TestHouse;
let staff: string;
let builder: string;

beforeAll(async () => {
  house = await openTestHouse({
    mode: 'production',
    limits: { compositionSubjects: ['graph-build'] },
  });
  staff = await house.staff();
  builder = await house.token({ sub: 'graph-build', biller: CEDAR, role: 'SERVICE' });
  await house.bills([bill('1001', 'C-1', '100.00'), bill('1002', 'C-1', '50.00')]);
  await house.book('1001', [{ pastDue: '0.00', current: '80.00' }]);
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => await house.close());

/** Sends a body as it is; also tells how many statements and calls it cost. */
async function send(body: unknown, token = staff) {
  const read = jest.spyOn(house.service.database, 'read');
  const callsBefore = house.soapCalls();
  const response = await house.service.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const statements = read.mock.calls.length;
  read.mockRestore();
  const json: Json = response.headers['content-type']?.toString().includes('json') ? response.json() : undefined;
  return {
    status: response.statusCode,
    json,
    text: response.body,
    codes: (json?.errors ?? []).map((error: Json) => error.extensions.code) as string[],
    work: { statements, calls: house.soapCalls() - callsBefore },
  };
}

const NO_WORK = { statements: 0, calls: 0 };
const nested = (levels: number, open: string, inner: string): string =>
  `{ ${`${open} { `.repeat(levels)}${inner}${' }'.repeat(levels)} }`;

test.each([
  ['G1 nested selections', nested(20, 'mainAccount', 'id'), 'OPERATION_TOO_DEEP'],
  ['G1 nested inline fragments', nested(100, '... on Query', '__typename'), 'OPERATION_TOO_DEEP'],
  ['G1 5,000 inline fragments', nested(5000, '...', '__typename'), 'GRAPHQL_PARSE_FAILED'],
  [
    'G1 a list literal 20,000 deep',
    `{ accounts(ids: ${'['.repeat(20_000)}${']'.repeat(20_000)}) { id } }`,
    'GRAPHQL_PARSE_FAILED',
  ],
  [
    'G2 aliases',
    `{ ${Array.from({ length: 101 }, (_, at) => `a${at}: biller { id }`).join(' ')} }`,
    'TOO_MANY_ALIASES',
  ],
  ['G3 known directives', `{ biller ${'@include(if: true) '.repeat(51)} { id } }`, 'TOO_MANY_DIRECTIVES'],
  ['G3 unknown directives', `{ biller ${'@x '.repeat(51)} { id } }`, 'TOO_MANY_DIRECTIVES'],
  [
    'G4 fragments that double',
    `{ ...f0 } ${Array.from({ length: 30 }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(' ')} fragment f30 on Query { __typename }`,
    'OPERATION_TOO_LARGE',
  ],
  [
    'G12 lists of lists of lists',
    '{ viewer { accounts(first: 100) { nodes { invoices(first: 100) { nodes { account { invoices(first: 100) { nodes { id } } } } } } } } }',
    'OPERATION_TOO_COSTLY',
  ],
])('%s: refused before anything runs', async (_what, query, code) => {
  const { status, codes, work, json } = await send({ query });
  expect({ status, codes, work, data: json.data }).toEqual({
    status: 400,
    codes: [code],
    work: NO_WORK,
    data: undefined,
  });
});

test('G1 JSON 20,000 deep is a bad request, or variables that do not fit, and no end of the process', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  for (const body of [
    deep,
    `{"query":"{ biller { id } }","variables":{"x":${deep}}}`,
    `{"query":"query ($ids: [ID!]!) { accounts(ids: $ids) { id } }","variables":{"ids":${deep}}}`,
  ]) {
    const { status, work } = await send(body);
    expect([200, 400]).toContain(status);
    expect(work).toEqual(NO_WORK);
  }
  expect((await send({ query: '{ biller { name } }' })).json.data).toEqual({ biller: { name: 'Cedar' } });
});

test('G4 overlapping fields under fragments that name each other are judged to an end', async () => {
  const parts = Array.from(
    { length: 60 },
    (_, at) => `fragment f${at} on Query { biller { id } ...f${(at + 1) % 60} }`,
  );
  const { status, work } = await send({ query: `{ ...f0 } ${parts.join(' ')}` });
  expect([status, work]).toEqual([400, NO_WORK]);
});

test('G12 the refusal tells the price and the budget, and with fewer items the same text runs', async () => {
  const query =
    'query ($n: Int!) { viewer { accounts(first: $n) { nodes { invoices(first: $n) { nodes { id } } } } } }';
  const refused = await send({ query, variables: { n: 100 } });
  expect(refused.json.errors).toEqual([
    {
      message: expect.stringMatching(/may cost 10202 .* 10000 is allowed/),
      extensions: { code: 'OPERATION_TOO_COSTLY', price: 10_202, budget: 10_000, requestId: expect.any(String) },
    },
  ]);
  expect([refused.status, refused.work]).toEqual([400, NO_WORK]);
  // The document is known now, and is judged by the variables of each request all the same.
  expect((await send({ query, variables: { n: 20 } })).status).toBe(200);
  expect((await send({ query, variables: { n: 100 } })).codes).toEqual(['OPERATION_TOO_COSTLY']);
});

describe('many entities', () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { accountNumber } } }';
  const representations = (count: number): object[] =>
    Array.from({ length: count }, () => ({ __typename: 'Account', id: `acc_${'A'.repeat(22)}` }));

  test('G10 a thousand are answered by one statement', async () => {
    const { status, json, work } = await send({ query, variables: { r: representations(1000) } });
    expect([status, json.data._entities.length]).toEqual([200, 1000]);
    expect(work).toEqual({ statements: 1, calls: 0 });
  });

  test('G10 one more is refused, and none is looked up', async () => {
    const { status, json, work } = await send({ query, variables: { r: representations(1001) } });
    expect([status, work]).toEqual([400, NO_WORK]);
    expect(json.errors[0].extensions).toMatchObject({ code: 'LIST_TOO_LONG', argument: 'representations' });
  });

  test('G10 what is misshapen among them is null in its place, and costs the others nothing', async () => {
    const found = await house.ask(staff, '{ accountByNumber(accountNumber: "1001") { id } }');
    const good = { __typename: 'Account', id: found.data.accountByNumber.id };
    const r = [
      good,
      { __typename: 'Account' },
      { __typename: 'Customer', id: good.id },
      { __typename: 'Account', id: {} },
      good,
    ];
    const { json, work } = await send({ query, variables: { r } });
    expect(json.data._entities).toEqual([{ accountNumber: '1001' }, null, null, null, { accountNumber: '1001' }]);
    expect(work).toEqual({ statements: 1, calls: 0 });
  });
});

test('G11 an argument of 20,000 items is refused, and none is looked up', async () => {
  const query = 'query ($ids: [ID!]!) { accounts(ids: $ids) { id } }';
  const { status, json, work } = await send({ query, variables: { ids: Array.from({ length: 20_000 }, () => 'a') } });
  expect([status, work]).toEqual([400, NO_WORK]);
  expect(json.errors[0].extensions).toMatchObject({ code: 'LIST_TOO_LONG', argument: 'ids' });
});

describe('the contract’s own text', () => {
  const SDL = '{ _service { sdl } }';

  test.each([
    ['staff', () => staff],
    ['a service that delivers bills', () => house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' })],
    [
      'staff with the name of the build',
      () => house.token({ sub: 'graph-build', biller: CEDAR, role: 'CSR', username: 'x' }),
    ],
  ])('G6 is not for %s, and the refusal names no type', async (_who, token) => {
    for (const query of [
      SDL,
      '{ ...f } fragment f on Query { x: _service { sdl } }',
      `query A { __typename } query B ${SDL}`,
    ]) {
      const { status, codes, text } = await send(
        { query, operationName: query.startsWith('query') ? 'B' : undefined },
        await token(),
      );
      expect([status, codes]).toEqual([403, ['NOT_PERMITTED']]);
      expect(text).not.toMatch(/Account|Invoice|Customer|_Service/);
    }
  });

  test('G6 is for the program that builds the graph', async () => {
    const { status, json } = await send({ query: SDL }, builder);
    expect(status).toBe(200);
    expect(json.data._service.sdl).toContain('type Account');
  });

  test('G6 and nobody is told types by introspection, not even that program', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Account") { fields { name } } }']) {
      const { status, text } = await send({ query }, builder);
      expect(status).toBe(400);
      expect(text).not.toMatch(/subAccounts|accountByNumber/);
    }
  });
});

test('G7 no header of a caller makes the service trace or tell more', async () => {
  const ask = async (headers: Record<string, string>): Promise<Json> => {
    const response = await house.service.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${staff}`, 'content-type': 'application/json', ...headers },
      payload: JSON.stringify({ query: '{ biller { name } nothing }' }),
    });
    const { errors, extensions } = response.json();
    return {
      errors: errors.map((error: Json) => ({ ...error, extensions: { ...error.extensions, requestId: '' } })),
      extensions,
    };
  };
  const plain = await ask({});
  expect(plain.extensions).toBeUndefined();
  for (const headers of [
    { 'apollo-federation-include-trace': 'ftv1' },
    { 'x-apollo-tracing': '1' },
    { 'x-debug': '1' },
  ]) {
    expect(await ask(headers)).toEqual(plain);
  }
});

test.each([
  ['@defer', '{ viewer { role ... @defer { userName } } }'],
  ['@stream', '{ viewer { accounts { nodes @stream(initialCount: 1) { id } } } }'],
  ['a subscription', 'subscription { viewer { role } }'],
  ['a mutation of which there is none', 'mutation { pay }'],
])('G14 %s is refused', async (_what, query) => {
  const { status, json, work } = await send({ query });
  expect([status, json.data, work]).toEqual([400, undefined, NO_WORK]);
});

describe('operations called by their hash', () => {
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
  const called = (sha256Hash: string, query?: string) =>
    send({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } });

  test('G9 are registered once and then run by it; a hash that is none brings nothing', async () => {
    const text = '{ biller { name } } # registered';
    expect((await called(hashOf(text))).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect((await called(hashOf(text), text)).json.data).toEqual({ biller: { name: 'Cedar' } });
    expect((await called(hashOf(text))).json.data).toEqual({ biller: { name: 'Cedar' } });
    expect((await called(hashOf('x'), text)).status).toBe(400);
    for (const odd of ['', '__proto__', '*', '../x', 'x'.repeat(10_000)]) {
      expect((await called(odd)).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    }
  });

  test('G9 what is beyond a limit is not registered either', async () => {
    const text = nested(20, 'mainAccount', 'id');
    expect((await called(hashOf(text), text)).codes).toEqual(['OPERATION_TOO_DEEP']);
    expect((await called(hashOf(text))).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });
});

test('G15 a name of a megabyte is not even read, and one within the limit is one line of the log', async () => {
  const named = (length: number) => ({ query: 'query A { biller { name } }', operationName: 'A'.repeat(length) });
  expect((await send(named(1_000_000))).status).toBe(413);
  expect((await send(named(10_000))).status).toBe(400);
});
