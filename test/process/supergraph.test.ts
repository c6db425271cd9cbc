// `npm run supergraph` as a user meets it: a graph of two subgraphs behind a gateway, a request to copy, and nothing left of it afterwards.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watch, type StartedProcess } from '../setup/projectCopy';
import { createTestDatabase, type TestDatabase } from '../setup/servers';
import { suiteEnvironment } from '../setup/suiteExecutor';

/** The first start generates and imports two utilities; on a busy machine that takes its time. */
jest.setTimeout(180_000);

const PROJECT = path.resolve(__dirname, '../..');

/** How often the test looks again, in milliseconds. */
const POLL_MS = 50;

let database: TestDatabase;
let dataDir: string;
const started: StartedProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(path.join(tmpdir(), 'supergraph-'));
});
afterAll(async () => {
  for (const process of started) await process.end('SIGKILL');
  await stopped();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): StartedProcess {
  const child = spawn(process.execPath, ['tools/supergraph.mjs', ...args], {
    cwd: PROJECT,
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      PORT: '0',
      ...suiteEnvironment(),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watched = watch(child);
  started.push(watched);
  return watched;
}

/** Runs the command that was printed to copy. */
function runPrintedCurl(printed: string) {
  const command = printed.split('\n').find((line) => line.startsWith('curl ')) ?? 'false';
  return JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' }));
}

/** Waits until none of the processes that were given our data folder is left; one that stays is found by the time limit of the test. */
async function stopped(): Promise<void> {
  const list = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  while (list().includes(dataDir)) await sleep(POLL_MS);
}

function addressOf(printed: string, name: string): string {
  return new RegExp(`^ {2}${name} +(\\S+)`, 'm').exec(printed)?.[1] ?? '';
}

/** The outages of the sample owner, in the order of her accounts: the farm, the house, the pump. */
const CROSSED = {
  userName: 'janedoe',
  customer: { openOutages: [{ id: 'OUT-2107', cause: 'TREE', expectedAt: expect.any(String) }] },
  accounts: {
    nodes: [
      ['0004512000', '412.75', ['OUT-2107', 'OUT-2088']],
      ['0004512001', '80.00', ['OUT-2101', 'OUT-2088']],
      ['0004512002', '38.42', ['OUT-2107', 'OUT-2088']],
    ].map(([accountNumber, amount, ids]) => ({
      accountNumber,
      balance: { total: { amount } },
      outages: [ids].flat().map((id) => ({ id, restoredAt: id === 'OUT-2107' ? null : expect.any(String) })),
    })),
  },
};

test('it prints a request that crosses both subgraphs, and the interrupt of a terminal stops every process', async () => {
  const graph = start([]);
  const printed = await graph.until('Ctrl-C stops everything.');
  expect(runPrintedCurl(printed)).toEqual({ data: { viewer: CROSSED } });
  for (const kind of ['owner', 'staff', 'guest']) expect(printed).toMatch(new RegExp(`^${kind}: ey`, 'm'));
  const supergraph = readFileSync(path.join(dataDir, 'supergraph', 'supergraph.graphql'), 'utf8');
  expect(supergraph).toContain('@authenticated');
  const addresses = ['Supergraph', 'daffron', 'outages'].map((name) => addressOf(printed, name));
  for (const address of addresses) expect((await fetch(address, { method: 'POST' })).status).toBeGreaterThan(0);
  expect(await graph.end('SIGINT')).toBe(0);
  await stopped();
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow('fetch failed');
});

test('the other gateway serves the same graph, and does not outlive a kill', async () => {
  const graph = start(['--gateway', 'apollo']);
  const printed = await graph.until('Ctrl-C stops everything.');
  expect(printed).toContain('found the data of an earlier start');
  expect(runPrintedCurl(printed)).toEqual({ data: { viewer: CROSSED } });
  await graph.end('SIGKILL');
  await stopped();
  const service = addressOf(printed, 'daffron');
  while (
    await fetch(service).then(
      () => true,
      () => false,
    )
  )
    await sleep(POLL_MS);
});

test('what it cannot do it says before anything starts: an unknown gateway, a port that is taken, production', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const refusals = [
    [start(['--gateway', 'none']), '--gateway must be one of hive, apollo\n'],
    [start([], { PORT: String(port) }), `port ${port} is not free (EADDRINUSE); give another one by PORT\n`],
    [
      start([], { NODE_ENV: 'production' }),
      'npm run supergraph shows the sample utilities: it is for the embedded mode only\n',
    ],
  ] as const;
  for (const [refused, words] of refusals) {
    expect(await refused.closed).toBe(1);
    expect(refused.printed()).toBe(words);
  }
  taken.close();
  await once(taken, 'close');
});
