// Traces as a collector gets them: whole, connected, and without a word that is somebody's own.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { openOtlpTracing } from '../../../src/sight/tracing/otlpTracing';
import type { Tracing } from '../../../src/sight/tracing/tracing';
import { openTraceCollector, type CollectedSpan, type TraceCollector } from '../../fixtures/traceCollector';
import { bill, billFile } from '../testBills';
import { CEDAR } from '../testBillers';
import { openTestHouse, PASSWORD_CANARY, PATIENT, type TestHouse } from '../testHouse';

const ACCOUNT = '77340091';
const CANARIES = [
  'CANARYNAME',
  'canary@example.org',
  'VARIABLECANARY',
  'DAFFRONCANARY',
  'BUGCANARY',
  PASSWORD_CANARY,
  ACCOUNT,
];

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER_SPAN = '00f067aa0ba902b7';

let collector: TraceCollector;
let tracing: Tracing;
let house: TestHouse;
let url: string;

/** A query over everything that has a span, with variables and arguments that must not be in one. */
const QUERY = `query CANARYNAME($n: String!, $other: String!) {
  accountByNumber(accountNumber: $n) { customer { name } balance { source } invoices(first: 5) { nodes { invoiceNumber } } }
  other: accountByNumber(accountNumber: $other) { id }
}`;

beforeAll(async () => {
  collector = await openTraceCollector();
  tracing = openOtlpTracing(`${collector.url}/`);
  house = await openTestHouse({ sight: { tracing }, daffron: { ...PATIENT, retries: 0 } });
  url = await house.service.server.listen({ host: '127.0.0.1', port: 0 });
  const service = await house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' });
  const file = billFile([
    bill(ACCOUNT, 'C-1', '30.00', { CustomerName: 'CANARYNAME', EmailAddress: 'canary@example.org' }),
  ]);
  await post('/bif', service, file, 'text/plain');
  await house.book(ACCOUNT, [{ pastDue: '0.00', current: '80.00' }]);
  const staff = await house.staff();
  await ask(staff, { traceparent: `00-${TRACE}-${CALLER_SPAN}-01` });
  await house.simulator.setFault({ mode: 'fault', params: { text: 'DAFFRONCANARY' } });
  await ask(staff);
  await house.simulator.clearFaults();
  await askWithBug(staff);
  await post('/graphql', 'VARIABLECANARY', '{}', 'application/json');
  await house.service.sources.balances.settled();
  await tracing.close();
});
afterAll(async () => {
  await house.close();
  await collector.close();
});

async function post(path: string, token: string, body: string, type: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type, ...headers },
    body,
  });
  return await response.text();
}

async function ask(token: string, headers: Record<string, string> = {}): Promise<void> {
  const variables = { n: ACCOUNT, other: 'VARIABLECANARY' };
  const text = await post('/graphql', token, JSON.stringify({ query: QUERY, variables }), 'application/json', headers);
  expect(text).toContain('CANARYNAME');
}

/** The same question where one of its root fields meets a bug. */
async function askWithBug(token: string): Promise<void> {
  const { sources } = house.service;
  const forRequest = sources.forRequest.bind(sources);
  jest.spyOn(sources, 'forRequest').mockImplementationOnce((caller, signal) => {
    const real = forRequest(caller, signal);
    const byNumber = async (): Promise<never> => await Promise.reject(new TypeError('BUGCANARY'));
    return { ...real, accounts: { ...real.accounts, byNumber } };
  });
  const body = JSON.stringify({ query: '{ accountByNumber(accountNumber: "1") { id } }' });
  expect(await post('/graphql', token, body, 'application/json')).toContain('INTERNAL_SERVER_ERROR');
}

/** The spans of the request that named its trace. */
const named = (): CollectedSpan[] => collector.spans.filter(({ traceId }) => traceId === TRACE);

/** The names of a span and of all above it, itself last. */
function way(span: CollectedSpan, spans: readonly CollectedSpan[]): string {
  const above = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return above === undefined ? span.name : `${way(above, spans)} > ${span.name}`;
}

const attribute = (span: CollectedSpan | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((each) => each.key === key)?.value ?? {})[0];

test('a request stands below the span of its caller, and all that it did stands below it', () => {
  expect([...collector.paths]).toEqual(['/v1/traces']);
  const request = named().find(({ name }) => name === 'POST /graphql');
  expect(request?.parentSpanId).toBe(CALLER_SPAN);
  const ways = new Set(named().map((span) => way(span, named())));
  const operation = 'POST /graphql > operation';
  for (const expected of [
    operation,
    `${operation} > Query.accountByNumber`,
    `${operation} > Query.accountByNumber > sql accounts_by_number`,
    `${operation} > soap GetPayableItemsList`,
  ]) {
    expect(ways).toContain(expected);
  }
  // Nothing of this request hangs in the air.
  expect([...ways].filter((each) => !each.startsWith('POST /graphql'))).toEqual([]);
  expect([...ways].filter((each) => each.includes('> sql ')).length).toBeGreaterThan(3);
  expect([...ways].filter((each) => each.endsWith('> cache write'))).toHaveLength(1);
});

test('a batch of a loader is one span, although two fields asked for it; no span wraps a field below the root', () => {
  const names = named().map(({ name }) => name);
  expect(names.filter((name) => name === 'sql accounts_by_number')).toHaveLength(1);
  expect(names.filter((name) => name === 'Query.accountByNumber')).toHaveLength(2);
  expect(names.filter((name) => /^[A-Z]\w+\.\w+$/.test(name) && !name.startsWith('Query.'))).toEqual([]);
});

test('an import is one span below its request, with its figures', () => {
  const found = collector.spans.find(({ name }) => name === 'import transaction');
  expect(found && way(found, collector.spans)).toBe('POST /bif > import transaction');
  expect(attribute(found, 'import.rows')).toBe(1);
});

test('what failed says so by a code', () => {
  const failed = collector.spans.filter(({ name, status }) => name === 'soap GetPayableItemsList' && status.code === 2);
  expect(failed.map((span) => attribute(span, 'soap.outcome'))).toContain('refused');
  const bug = collector.spans.find(({ name, status }) => name === 'Query.accountByNumber' && status.code === 2);
  expect(attribute(bug, 'error.type')).toBe('TypeError');
  expect(failed.every((span) => typeof attribute(span, 'error.type') === 'string')).toBe(true);
});

test('I11 no span holds a name, a variable, an account, a password or the words of an error', () => {
  const sent = collector.bodies.join('\n');
  expect(sent).toContain('POST /graphql');
  for (const canary of CANARIES) expect(sent).not.toContain(canary);
  expect(sent).not.toMatch(/SELECT|accountNumber|Bearer/);
  expect(
    collector.spans.flatMap(({ events = [], status }) => [...events, status.message ?? ''].filter(Boolean)),
  ).toEqual([]);
});

test('a request whose trace its caller does not record is not recorded here', async () => {
  const quiet = openOtlpTracing(collector.url);
  const before = collector.spans.length;
  const span = quiet.startRequest('POST /graphql', {}, { traceId: TRACE, spanId: CALLER_SPAN, flags: 0 });
  expect(span.traceId).toBe(TRACE);
  span.end();
  await quiet.close();
  expect(collector.spans).toHaveLength(before);
});

test('a collector that is away costs nothing but the spans', async () => {
  const lost = openOtlpTracing('http://127.0.0.1:1');
  expect(await lost.span('work', {}, async () => await Promise.resolve(42))).toBe(42);
  await lost.close();
});

test('without an exporter nothing of OpenTelemetry is loaded, but for the empty interface that Apollo Server brings', () => {
  const script = `
    require('./dist/src/service.js');
    require('./dist/src/sight/sight.js').openSight({ host: '127.0.0.1' }, {}).then(() => {
      const names = Object.keys(require.cache);
      process.stdout.write(JSON.stringify([names.length > 100, names.filter((name) => /opentelemetry.(?!api)|otlpTracing/.test(name))]));
    });`;
  const project = resolve(__dirname, '../../..');
  const printed = execFileSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual([true, []]);
});
