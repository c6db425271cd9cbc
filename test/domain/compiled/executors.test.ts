// The compiled executor beside the ordinary one: whatever is asked, both answer the same, and no text of a caller's is run.
import fc from 'fast-check';
import {
  buildSchema,
  execute,
  GraphQLError,
  isScalarType,
  Kind,
  parse,
  validate,
  type ExecutionResult,
  type FormattedExecutionResult,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from '../../../resolvers/context';
import { openCompiledGateway } from '../../../src/compiled/compiledExecutor';
import { openLog, type Logger } from '../../../src/log';

const schema = buildSchema(`
  scalar Decimal
  input Filter { name: String, not: Filter }
  type Query {
    node(id: ID, n: Int = 3): Node
    nodes(ids: [ID!]!): [Node]
    strict(ids: [ID!]!): [Node!]
    must(n: Int): Node!
    filtered(filter: Filter): String
  }
  type Node { id: ID! said(x: Int = 1, s: String): String wrong: String wrongly: String! amount: Decimal self: Node next(n: Int): Node! list: [Node!]! }
`);

interface Node {
  readonly id: string;
}

const node = (id: string): Node => ({ id });
/** A number that depends on nothing but the text, for a world in which some things fail, and the same ones again. */
const numberOf = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 1009, 7);

/** Whether answers come later, all of them: the ordinary executor leaves promises behind where something fails at once. */
const world = { isLater: true };

const give = <T>(value: () => T): T | Promise<T> => (world.isLater ? Promise.resolve().then(value) : value());

/** By the name every fifth fails, every second of them with a code. */
function answer<T>(name: string, value: () => T): T | Promise<T> {
  const number = numberOf(name);
  return give(() => {
    if (number % 5 !== 0) return value();
    throw number % 2 === 0 ? new GraphQLError('told', { extensions: { code: 'NOT_PERMITTED' } }) : new TypeError('bug');
  });
}

/** After whatever comes with the next turns of the queue. */
async function rejectedLate(words: string): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error(words);
}

const failed = (words: string): unknown => (world.isLater ? rejectedLate(words) : new Error(words));

const RESOLVERS: Record<string, Record<string, (parent: Node, args: Record<string, never>) => unknown>> = {
  Query: {
    node: (_root, { id, n }) => give(() => (id === undefined ? null : node(String(id) + String(n)))),
    // The first fails when the others have come.
    nodes: (_root, { ids }: { ids?: string[] }) => ids?.map((id, at) => (at === 0 ? failed(id) : give(() => node(id)))),
    strict: (_root, { ids }: { ids?: string[] }) =>
      ids?.map((id) => give(() => (numberOf(id) % 3 === 0 ? null : node(id)))),
    must: (_root, { n }) => give(() => (n === 1 ? null : node(`must${String(n)}`))),
    filtered: (_root, args) => JSON.stringify(args),
  },
  Node: {
    said: ({ id }, args) => answer(`said${id}`, () => JSON.stringify(args)),
    wrong: ({ id }) => answer(`wrong${id}`, () => 'right'),
    wrongly: ({ id }) => answer(`wrongly${id}`, () => (numberOf(id) % 7 === 0 ? null : 'right')),
    amount: ({ id }) => answer(`amount${id}`, () => (numberOf(id) % 4 === 0 ? 'no amount' : 5n)),
    self: (parent) => answer(`self${parent.id}`, () => parent),
    next: ({ id }, { n }) => answer(`next${id}`, () => (n === 5 ? null : node(`${id}x`))),
    list: ({ id }) => answer(`list${id}`, () => [node(`${id}0`), node(`${id}1`)]),
  },
};
for (const [name, fields] of Object.entries(RESOLVERS)) {
  const type = schema.getType(name);
  for (const [field, resolve] of Object.entries(fields)) {
    if (type && 'getFields' in type) Object.assign(type.getFields()[field] ?? {}, { resolve });
  }
}
const decimal = schema.getType('Decimal');
if (isScalarType(decimal)) {
  decimal.serialize = (value: unknown) => {
    if (typeof value !== 'bigint') throw new TypeError('an amount is whole cents');
    return `${value}.00`;
  };
}

interface Line {
  readonly code: string;
  readonly reason: string;
}

/** The compiled executor with what it logs. */
async function open() {
  const lines: Line[] = [];
  const quiet = openLog('silent');
  const log: Logger = { ...quiet, info: ((line: Line) => void lines.push(line)) as Logger['info'] };
  const { executor } = await openCompiledGateway(schema, log).load({ apollo: {} });
  const ask = async (text: string, variables: object = {}): Promise<ExecutionResult> => {
    const document = parse(text);
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const context = { requestId: 'r' } as Context;
    const asked = { document, operation, queryHash: text, request: { variables }, context };
    return (await executor?.(asked as unknown as Parameters<typeof executor>[0])) ?? {};
  };
  return { ask, lines };
}

async function ordinarily(text: string, variables: Readonly<Record<string, unknown>> = {}): Promise<ExecutionResult> {
  return await execute({ schema, document: parse(text), variableValues: variables });
}

const plain = (result: ExecutionResult): FormattedExecutionResult =>
  JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;

/** Which places of the answer errors have emptied, each once: of several causes either executor may tell another one. */
function emptied({ data, errors = [] }: ExecutionResult): readonly string[] {
  const places = errors.map(({ path = [] }) => {
    let value: unknown = data;
    const above = path.findIndex((step) => {
      if (value === null || value === undefined) return true;
      value = (value as Record<string | number, unknown>)[step];
      return false;
    });
    return (above === -1 ? path : path.slice(0, above)).join('.');
  });
  return [...new Set(places)].sort();
}

/** The errors that stand at the same path in both. */
function told({ errors = [] }: ExecutionResult, other: ExecutionResult) {
  const paths = other.errors?.map(({ path }) => String(path)) ?? [];
  return errors
    .filter(({ path }) => paths.includes(String(path)))
    .map(({ message, path, extensions, originalError }) => {
      // A field that is asked for twice is named twice.
      const words = message.startsWith('Cannot return null') ? 'null' : message;
      return JSON.stringify([words, path, extensions, originalError?.name]);
    })
    .sort();
}

const LEAF = [
  'id',
  'said',
  'said(x: 2)',
  'said(x: $i)',
  'said(s: $s)',
  'said(s: null)',
  'said(s: "literal")',
  'wrong',
  'wrongly',
  'amount',
  '__typename',
];
const BRANCH = ['self', 'next', 'next(n: $i)', 'next(n: 5)', 'list'];
const ROOT = [
  'node(id: "n")',
  'node(id: $id, n: $i)',
  'node',
  'nodes(ids: $ids)',
  'nodes(ids: ["a", $id])',
  'nodes(ids: "b")',
  'strict(ids: $ids)',
  'must(n: $i)',
  'must(n: 1)',
];
const CONDITION = [
  '',
  '',
  '',
  '',
  ' @skip(if: $yes)',
  ' @include(if: $yes)',
  ' @skip(if: true)',
  ' @include(if: $no) @skip(if: $yes)',
];
/** Keys that could mean something else to a program, each always for the same field, so that fields of one key merge. */
const KEYS = ['constructor', 'idx0', 'toString', '_z', 'x_y', 'Node', 'hasOwnProperty'];

/** A field under one of two keys that no other field has, with or without a condition. */
const field = (of: readonly string[], prefix: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(of.length - 1), fc.boolean(), fc.constantFrom(...CONDITION)).map(([at, isOdd, condition]) => {
    const key = isOdd && prefix === 'l' ? (KEYS[at] ?? `k_${at}`) : `${prefix}${at}`;
    return `${key}: ${of[at]}${condition}`;
  });

const { selections } = fc.letrec<{ selections: string; selection: string }>((tie) => ({
  selections: fc.array(tie('selection'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' ')),
  selection: fc.oneof(
    { depthSize: 'small' },
    field(LEAF, 'l'),
    fc.constantFrom(...CONDITION).map((condition) => `...F${condition}`),
    fc.tuple(field(BRANCH, 'b'), tie('selections')).map(([branch, below]) => `${branch} { ${below} }`),
    fc
      .tuple(fc.constantFrom(...CONDITION), tie('selections'))
      .map(([condition, below]) => `... on Node${condition} { ${below} }`),
  ),
}));
const roots = fc.array(fc.tuple(field(ROOT, 'r'), selections), { minLength: 1, maxLength: 3 });
const texts = fc.tuple(roots, fc.array(field(LEAF, 'l'), { minLength: 1, maxLength: 4 })).map(
  ([asked, shared]) =>
    `query Q($yes: Boolean = true, $no: Boolean!, $i: Int, $s: String, $id: ID! = "i", $ids: [ID!]! = ["d", "e"]) {
      ${asked.map(([root, below]) => `${root} { ${below} }`).join(' ')} }
    fragment F on Node { ${shared.join(' ')} self { wrong } }`,
);
const UNUSED = /is never used/;
const values = fc.constantFrom<Record<string, unknown>>(
  { no: false },
  { no: true, yes: false, i: 5, s: 'said', ids: ['a', 'q', 'w'] },
  { no: false, yes: true, i: null, s: null, id: 'z', ids: 'alone' },
  { no: false, yes: null },
  { no: 'no boolean' },
  {},
);

test.each([
  ['later', true],
  ['at once', false],
])(
  'whatever is asked, where answers come %s both executors give the same data, and tell the same failures',
  async (_when, isLater) => {
    world.isLater = isLater;
    const { ask } = await open();
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(texts, values, async (text, variables) => {
        if (validate(schema, parse(text)).some(({ message }) => !UNUSED.test(message))) return;
        // A condition that is neither fails at once, wherever it stands.
        if (isLater && variables['yes'] === null) return;
        tried += 1;
        const [compiled, ordinary] = [await ask(text, variables), await ordinarily(text, variables)];
        expect(plain(compiled).data).toEqual(plain(ordinary).data);
        expect(JSON.stringify(compiled.data)).toBe(JSON.stringify(ordinary.data));
        expect(emptied(compiled)).toEqual(emptied(ordinary));
        expect(told(compiled, ordinary)).toEqual(told(ordinary, compiled));
      }),
      { numRuns: 300 },
    );
    expect(tried).toBeGreaterThan(150);
  },
);

test('a text that bears the marks of the compiler is a text, and runs nothing', async () => {
  const { ask, lines } = await open();
  const mark = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
  const text = `${mark}(globalThis.ranByText=1)`;
  const { data } = await ask(`{ node(id: "n") { said(s: "${text}") } }`);
  expect(plain({ data: data ?? null }).data).toEqual({ node: { said: JSON.stringify({ x: 1, s: text }) } });
  await ask(`query Q($s: String = "${text}") { node(id: "n") { said(s: $s) } }`);
  expect('ranByText' in globalThis).toBe(false);
  // It was a program that said so, and not the ordinary executor.
  expect(lines).toEqual([]);
});

test('the compiler itself still has that fault, so that the test above means something', () => {
  const mark = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
  const compiled = compileQuery(schema, parse(`{ node(id: "${mark}(globalThis.ranByCompiler=1)") { id } }`));
  if (isCompiledQuery(compiled)) void compiled.query(undefined, {}, {});
  expect('ranByCompiler' in globalThis).toBe(true);
  Reflect.deleteProperty(globalThis, 'ranByCompiler');
});

test('a type of input that holds itself is read like any other', async () => {
  const { ask, lines } = await open();
  const text = 'query Q($filter: Filter) { filtered(filter: $filter) }';
  const filter = { name: 'a', not: { not: { name: 'b' } } };
  expect((await ask(text, { filter })).data).toEqual({ filtered: JSON.stringify({ filter }) });
  expect((await ask(text, { filter: { not: { what: 1 } } })).errors).toEqual(
    (await ordinarily(text, { filter: { not: { what: 1 } } })).errors,
  );
  expect(lines).toEqual([]);
});

test('a list whose first item fails when the others have come has as many items as before', async () => {
  world.isLater = true;
  const { data } = (await open().then(({ ask }) => ask('{ nodes(ids: ["a", "b", "c"]) { id } }'))) ?? {};
  expect(plain({ data: data ?? null }).data).toEqual({ nodes: [null, { id: 'b' }, { id: 'c' }] });
});

test('the outcome of a condition decides each time anew, wherever one and the same fragment stands', async () => {
  const { ask, lines } = await open();
  const text = `query Q($yes: Boolean!) { node(id: "n") { ...F @skip(if: $yes) next { ...F @include(if: $yes) } } }
    fragment F on Node { id }`;
  for (const yes of [true, false, true]) {
    expect(plain(await ask(text, { yes }))).toEqual(plain(await ordinarily(text, { yes })));
  }
  expect(lines).toEqual([]);
});

test('of what fails below a place that is empty the caller is told one reason', async () => {
  world.isLater = true;
  const { ask } = await open();
  const { data, errors } = await ask('{ strict(ids: ["a", "b", "e", "h"]) { id } }');
  expect(data).toEqual({ strict: null });
  expect(errors).toHaveLength(1);
});

test.each([
  ['{ __proto__: node(id: "n") { id } }', 'NAME'],
  ['{ a: node(id: "n") { b_c: id } a_b: node(id: "n") { c: id } }', 'AMBIGUOUS_PATH'],
])('what a program would mix up runs as it ever did, and the log says so once: %s', async (text, reason) => {
  const { ask, lines } = await open();
  const ordinary = JSON.stringify(await ordinarily(text));
  expect(JSON.stringify(await ask(text))).toBe(ordinary);
  expect(JSON.stringify(await ask(text))).toBe(ordinary);
  expect(lines).toEqual([{ code: 'NOT_COMPILED', reason, requestId: 'r' }]);
});

test('G9 texts without end fill no memory: what was not asked for since two hundred others is forgotten', async () => {
  const { ask, lines } = await open();
  const first = '{ __proto__: node(id: "n") { id } }';
  await ask(first);
  for (let at = 0; at < 199; at += 1) await ask(`{ a${at}: node { id } }`);
  await ask(first);
  expect(lines).toHaveLength(1);
  for (let at = 0; at < 200; at += 1) await ask(`{ b${at}: node { id } }`);
  await ask(first);
  expect(lines).toHaveLength(2);
});
