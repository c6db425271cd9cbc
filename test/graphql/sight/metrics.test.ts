// The figures that Prometheus reads: what they count, and that no client can make them grow.
import { openMetrics, type Metrics } from '../../../src/sight/metrics';
import { accountQuery, readAccount } from '../readAccount';
import { bill, billFile } from '../testBills';
import { CEDAR } from '../testBillers';
import { openTestHouse, PASSWORD_CANARY, PATIENT, type TestHouse } from '../testHouse';

let house: TestHouse;
let metrics: Metrics;
let staff: string;
let service: string;

beforeAll(async () => {
  metrics = openMetrics(() => 7);
  house = await openTestHouse({ sight: { metrics }, daffron: { ...PATIENT, retries: 0 } });
  staff = await house.staff();
  service = await house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' });
});
afterAll(async () => await house.close());

/** The value of one series; undefined where there is none. */
async function value(series: string): Promise<number | undefined> {
  const line = (await metrics.read()).split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function sendFile(text: string): Promise<number> {
  const headers = { authorization: `Bearer ${service}`, 'content-type': 'text/plain' };
  const answer = await house.service.server.inject({ method: 'POST', url: '/bif', headers, payload: text });
  return answer.statusCode;
}

test('bill files are counted by what became of them, and their rows by verdict', async () => {
  const file = billFile([
    bill('1001', 'C-1', '30.00', { CustomerName: 'CANARYNAME' }),
    bill('1002', 'C-2', '40.00'),
    bill('1003', 'C-3', 'x'),
  ]);
  expect([await sendFile(file), await sendFile(file), await sendFile('no bill file')]).toEqual([200, 200, 422]);
  expect(await value('subgraph_import_files_total{outcome="imported"}')).toBe(1);
  expect(await value('subgraph_import_files_total{outcome="already"}')).toBe(1);
  expect(await value('subgraph_import_files_total{outcome="refused"}')).toBe(1);
  // The file that was known already brought no row.
  expect(await value('subgraph_import_rows_total{verdict="new"}')).toBe(2);
  expect(await value('subgraph_import_rows_total{verdict="rejected"}')).toBe(1);
  expect(await value('subgraph_http_responses_total{route="/bif",status="422"}')).toBe(1);
});

test('balances are counted by their source, joined questions and SOAP calls by what came of them', async () => {
  await house.book('1001', [{ pastDue: '0.00', current: '80.00' }]);
  await house.simulator.setFault({ mode: 'slow', params: { delayMs: 300 } });
  await Promise.all([1, 2, 3].map(async () => await readAccount(house, staff, '1001', 'balance { source }')));
  await house.simulator.clearFaults();
  await readAccount(house, staff, '1001', 'balance(maxAgeSeconds: 600) { source }');
  await house.simulator.setFault({ mode: 'fault' });
  await readAccount(house, staff, '1002', 'balance { source stale }');
  await house.simulator.clearFaults();
  const call = (outcome: string): string =>
    `subgraph_daffron_call_seconds_count{biller="${CEDAR}",operation="GetPayableItemsList",outcome="${outcome}"}`;
  expect(await value('subgraph_balance_answers_total{source="RTDR",stale="false"}')).toBe(3);
  expect(await value('subgraph_joined_calls_total')).toBe(2);
  expect(await value(call('ok'))).toBe(1);
  expect(await value('subgraph_balance_answers_total{source="CACHE",stale="false"}')).toBe(1);
  expect(await value('subgraph_balance_answers_total{source="BIF",stale="true"}')).toBe(1);
  expect(await value(call('refused'))).toBe(1);
  expect(await value(`subgraph_daffron_wait_seconds_count{biller="${CEDAR}"}`)).toBe(2);
});

test('operations are counted by type and outcome, and their errors by code', async () => {
  const count = (type: string, outcome: string): string =>
    `subgraph_operation_seconds_count{type="${type}",outcome="${outcome}"}`;
  const before = (await value(count('query', 'ok'))) ?? 0;
  await house.ask(staff, '{ viewer { userName } }');
  expect(await value(count('query', 'ok'))).toBe(before + 1);
  await house.ask(staff, '{ nothing }');
  await house.ask(staff, '{');
  expect(await value(count('unknown', 'failed'))).toBe(2);
  expect(await value('subgraph_errors_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
  expect(await value('subgraph_errors_total{code="GRAPHQL_PARSE_FAILED"}')).toBe(1);
  jest.spyOn(house.service.database, 'read').mockRejectedValueOnce(null);
  const { data, errors } = await house.ask(
    staff,
    `{ biller { name } ${accountQuery('id').replace(/^.*?\{/, '')}`.replace('$n', '"1001"'),
  );
  expect([data, errors?.[0]?.extensions['code']]).toEqual([
    { biller: { name: 'Cedar' }, accountByNumber: null },
    'INTERNAL_SERVER_ERROR',
  ]);
  expect(await value(count('query', 'partial'))).toBe(1);
  expect(await value('subgraph_errors_total{code="INTERNAL_SERVER_ERROR"}')).toBe(1);
});

test('what is refused at the door is counted by its code: a text beyond the limits, and what a foreign page could send', async () => {
  const headers = { authorization: `Bearer ${staff}`, 'content-type': 'text/plain' };
  const deep = `{ viewer ${'{ customer { accounts { nodes '.repeat(9)} { id } ${'} } }'.repeat(9)} }`;
  const before = (await value('subgraph_errors_total{code="BAD_REQUEST"}')) ?? 0;
  const { errors } = await house.ask(staff, deep);
  const code = String(errors?.[0]?.extensions['code']);
  expect(await value(`subgraph_errors_total{code="${code}"}`)).toBe(1);
  const foreign = { method: 'GET', url: '/graphql?query={viewer{userName}}', headers } as const;
  expect((await house.service.server.inject(foreign)).statusCode).toBe(400);
  expect(await value('subgraph_errors_total{code="BAD_REQUEST"}')).toBe(before + 1);
});

test('a file that meets no database is none that failed: it may come again', async () => {
  const lost = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  jest.spyOn(house.service.database.orm, 'createQueryRunner').mockImplementation(() => {
    throw lost;
  });
  expect(await sendFile(billFile([bill('1001', 'C-1', '31.00')]))).toBe(503);
  jest.restoreAllMocks();
  expect(await value('subgraph_import_files_total{outcome="away"}')).toBe(1);
  expect(await value('subgraph_import_files_total{outcome="failed"}')).toBeUndefined();
});

test('the parts tell their state when they are asked', async () => {
  expect(await value(`subgraph_daffron_calls{biller="${CEDAR}",state="waiting"}`)).toBe(0);
  expect(await value(`subgraph_daffron_breaker_open{biller="${CEDAR}"}`)).toBe(0);
  expect(await value('subgraph_database_connections{pool="read",state="total"}')).toBeGreaterThan(0);
  expect(await value('subgraph_database_connections{pool="write",state="total"}')).toBeGreaterThan(0);
  expect(await value('subgraph_event_loop_delay_seconds{of="max"}')).toBeGreaterThanOrEqual(0);
  expect(await value('subgraph_log_lines_lost')).toBe(7);
  expect(await metrics.read()).toContain('process_resident_memory_bytes');
});

test('I11 nothing that a client chooses becomes a series, and no secret or name stands in one', async () => {
  const storm = async (round: number): Promise<void> => {
    const word = `CLIENTCANARY${round}`;
    await house.ask(staff, `query ${word} { ${word}: viewer { userName } }`);
    await house.ask(staff, `query ${word} { ${word} }`);
    await house.ask(staff, accountQuery('balance { source }'), { n: `9${round}` });
    await house.service.server.inject({
      method: 'GET',
      url: `/${word}`,
      headers: { authorization: `Bearer ${staff}` },
    });
    await house.service.server.inject({ method: 'GET', url: `/${word}` });
    await sendFile(word);
  };
  const names = async (): Promise<string[]> =>
    (await metrics.read())
      .split('\n')
      .flatMap((line) => (/^\S+(?= )/.exec(line)?.[0] ?? []) as string[])
      .filter((name) => name.startsWith('subgraph_'));
  await storm(0);
  const before = await names();
  for (let round = 1; round <= 20; round += 1) await storm(round);
  expect(await names()).toEqual(before);
  expect(before.length).toBeGreaterThan(50);
  const text = await metrics.read();
  for (const canary of ['CANARY', PASSWORD_CANARY]) expect(text).not.toContain(canary);
});
