// A process whose log cannot be written, and one in which something fails that nobody catches: both go on for the others.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { openTraceCollector, type TraceCollector } from '../fixtures/traceCollector';
import { openProductionHouse, type ProductionHouse, type RunningProcess } from '../fixtures/productionHouse';

jest.setTimeout(120_000);

/** How often a test looks again, in milliseconds. */
const POLL_MS = 20;

/** Fails on a signal in ways that no code of ours may, at a place where nobody catches it. */
const FAULTS = `
  process.on('SIGUSR2', () => void Promise.reject(null));
  process.on('SIGWINCH', () => setImmediate(() => { throw null; }));
`;

let house: ProductionHouse;
let staff: string;
let collector: TraceCollector;

beforeAll(async () => {
  house = await openProductionHouse({ latencyMs: 150 });
  staff = await house.token('CSR');
  collector = await openTraceCollector();
  writeFileSync(join(house.folder, 'faults.cjs'), FAULTS);
});
afterAll(async () => {
  await house.close();
  await collector.close();
});

async function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; id: string | null }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${staff}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ viewer { userName } }' }),
  });
  expect(await response.json()).toEqual({ data: { viewer: { userName: 'staff' } } });
  return { status: response.status, id: response.headers.get('x-request-id') };
}

async function metric(running: RunningProcess, line: RegExp): Promise<number> {
  const text = await (await fetch(running.metricsUrl)).text();
  return Number(line.exec(text)?.[1] ?? Number.NaN);
}

const LOST = /^subgraph_log_lines_lost (\d+)$/m;

/** Says more than any buffer between two processes holds. */
async function sayMuch(url: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 20 }, async () => await (await fetch(`${url}/nothing-is-here`)).text()));
  }
}

test('O13 when the reader of the log is gone requests are answered, lines are counted, and a stop ends in order', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0' });
  running.child.stdout.destroy();
  running.child.stderr.destroy();
  while (!((await metric(running, LOST)) > 0)) await ask(running.url);
  expect((await ask(running.url)).status).toBe(200);
  expect(await running.end('SIGTERM')).toBe(0);
});

test('O13 when the reader of the log stands still requests are answered, and a stop does not wait for him', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0' });
  running.child.stdout.pause();
  while (!((await metric(running, LOST)) > 0)) await sayMuch(running.url);
  expect((await ask(running.url)).status).toBe(200);
  expect(await running.end('SIGTERM')).toBe(0);
});

test('O22 a rejection of null that nobody awaits is survived; null thrown where nobody catches it ends the process in order', async () => {
  const running = await house.start({ NODE_OPTIONS: '--require ./faults.cjs', STOP_DRAIN_MS: '200' });
  running.child.kill('SIGUSR2');
  await running.until('UNHANDLED_REJECTION');
  await ask(running.url);
  expect(await metric(running, /^subgraph_unhandled_total\{kind="rejection"\} (\d+)$/m)).toBe(1);
  running.child.kill('SIGWINCH');
  await running.until('UNCAUGHT_EXCEPTION');
  while ((await running.ready()) === 200) await sleep(POLL_MS);
  // It still serves who comes while it says that it will not for long.
  await ask(running.url);
  // Not 0: whoever supervises it must know that it did not want to end.
  expect(await running.closed).toBe(1);
  expect(running.printed()).toContain('"code":"STOPPED"');
});

test('while another process makes the migrations it lives and is not ready, and serves when they are done', async () => {
  const other = new Client({ connectionString: house.databaseUrl });
  await other.connect();
  // What a process holds that migrates.
  await other.query('SELECT pg_advisory_lock(4105001)');
  const running = await house.launch({ STOP_DRAIN_MS: '0' });
  while ((await running.ready()) === 0) await sleep(POLL_MS);
  const [live, ready, early] = await Promise.all(
    ['/health/live', '/health/ready', '/graphql'].map(async (path) => await fetch(`${running.url}${path}`)),
  );
  expect([live?.status, await live?.json()]).toEqual([200, { status: 'LIVE' }]);
  expect([ready?.status, await ready?.json()]).toEqual([503, { status: 'STARTING', trouble: [] }]);
  expect(early?.status).toBe(503);
  await other.end();
  while ((await running.ready()) !== 200) await sleep(POLL_MS);
  await ask(running.url);
  expect(await running.end('SIGTERM')).toBe(0);
});

test('a client is not believed: his request id is not ours, his trace id is written beside it, and figures have an address of their own', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const { id } = await ask(running.url, {
    'x-request-id': 'forged-by-a-client',
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  });
  await running.until(`"requestId":"${id}"`);
  const line = running
    .printed()
    .split('\n')
    .find((text) => text.includes(`"requestId":"${id}"`));
  expect(JSON.parse(line ?? '')).toMatchObject({ msg: 'operation', traceId });
  await ask(running.url, { traceparent: 'forged-by-a-client' });
  // Who was refused at the door has a line, too.
  const refused = await fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { authorization: 'forged-by-a-client' },
  });
  await running.until(`"requestId":"${refused.headers.get('x-request-id')}"`);
  expect(await (await fetch(running.metricsUrl)).text()).toContain('process_cpu_seconds_total');
  expect((await fetch(running.metricsUrl.replace('/metrics', '/graphql'))).status).toBe(404);
  const asStaff = await fetch(`${running.url}/metrics`, { headers: { authorization: `Bearer ${staff}` } });
  expect([asStaff.status, await asStaff.text()]).toEqual([404, expect.stringContaining('NOT_FOUND')]);
  expect(await running.end('SIGTERM')).toBe(0);
  expect(running.printed()).not.toContain('forged-by-a-client');
  // A stop sends the last spans before it ends.
  expect(collector.spans.filter((span) => span.traceId === traceId).map(({ name }) => name)).toContain('POST /graphql');
  expect(collector.bodies.join('\n')).not.toContain('forged-by-a-client');
});
