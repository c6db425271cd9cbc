// The control door over HTTP, the counters, and the books that it sets.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBooks, openBooks, readBookEntry } from '../../simulator/books';
import { CASE_ACCOUNTS } from '../../simulator/cases';
import { startSimulator, type Simulator } from '../../simulator/startSimulator';
import { CEDAR_RIDGE } from '../../simulator/world/billers';
import { billerOf, callByNodeSoap, CEDAR, exchange, MILL, requestFor, startSmall } from './smallSimulator';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSmall();
});
afterAll(() => simulator.stop());
beforeEach(() => simulator.reset());

/** One request at a control door; each has a connection of its own, so that none is left open. */
async function control(method: string, path: string, json?: unknown, root = simulator.controlUrl) {
  const body = json === undefined ? '' : typeof json === 'string' ? json : JSON.stringify(json);
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}`;
  const received = await exchange(root, `${head}\r\n\r\n${body}`);
  return { status: received.status, json: JSON.parse(received.body) as unknown };
}

const ask = (account: string, billerId = CEDAR.id, quietMs?: number) =>
  exchange(simulator.url, requestFor(billerOf(simulator, billerId), account), quietMs);

test('counters tell operations by biller, accounts asked, connections, and how many calls were at once', async () => {
  await simulator.setFault({ mode: 'slow', params: { delayMs: 300 } });
  await Promise.all([ask('0001'), ask('0002'), ask('0001', MILL.id)]);
  await callByNodeSoap(billerOf(simulator), 'PingURL', {});
  const { status, json } = await control('GET', '/stats');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    operations: { GetPayableItemsList: 3, PingURL: 1 },
    billers: { [CEDAR.id]: { GetPayableItemsList: 2, PingURL: 1 }, [MILL.id]: { GetPayableItemsList: 1 } },
    inFlight: 0,
    peakInFlight: 3,
    peakInFlightByBiller: { [CEDAR.id]: 2, [MILL.id]: 1 },
    connections: 4,
    abandoned: 0,
  });
  const asked = simulator.stats().calls.map(({ billerId, accountNumber }) => [billerId, accountNumber]);
  expect(asked).toEqual(
    expect.arrayContaining([
      [CEDAR.id, '0002'],
      [MILL.id, '0001'],
    ]),
  );
});

test('a caller who leaves before the answer is counted', async () => {
  await simulator.setFault({ mode: 'timeout-before' });
  await ask('0001', CEDAR.id, 100);
  for (let attempt = 0; attempt < 100 && simulator.stats().inFlight > 0; attempt += 1) await control('GET', '/stats');
  expect(simulator.stats()).toMatchObject({ abandoned: 1, inFlight: 0 });
});

test('a fault is set, and cleared, by JSON at either door', async () => {
  const order = { mode: 'http500', biller: CEDAR.id, account: '0001', params: {}, times: 5 };
  const { json } = await control('POST', '/control/fault', order, simulator.url);
  expect(json).toMatchObject({ id: expect.any(Number), mode: 'http500' });
  expect((await ask('0001')).status).toBe(500);
  expect((await control('DELETE', '/control/fault')).status).toBe(200);
  expect((await ask('0001')).status).toBe(200);
});

test('the control port answers while the SOAP port is down', async () => {
  expect((await control('POST', '/control/fault', { mode: 'down' })).status).toBe(200);
  expect((await ask('0001')).end).toBe('ECONNREFUSED');
  expect((await control('POST', '/control/reset')).status).toBe(200);
  expect((await ask('0001')).status).toBe(200);
});

test.each([
  ['an unknown mode', '/control/fault', { mode: 'meteor' }],
  ['an unknown setting', '/control/fault', { mode: 'slow', params: { delay: 5 } }],
  ['an amount that is none', '/control/book', { biller: CEDAR.id, account: '1', items: [{ current: '1e3' }] }],
  ['what is no JSON', '/control/fault', '{'],
])('%s is refused with 400 and changes nothing', async (_what, path, json) => {
  const reply = await control('POST', path, json);
  expect(reply).toMatchObject({ status: 400, json: { error: expect.any(String) } });
  expect((await ask('0001')).status).toBe(200);
});

test('a path that the door does not know is 404', async () => {
  expect((await control('POST', '/control/meteor', {})).status).toBe(404);
});

test("an account's books can be set, taken away and restored", async () => {
  const items = [{ pastDue: '1.00', current: '2.50', dueDate: '2026-05-01' }];
  await control('POST', '/control/book', { biller: CEDAR.id, account: '0001', items, transactionTypes: [] });
  expect((await ask('0001')).body).toContain('>2.50</currentAmount>');
  await control('DELETE', '/control/book', { biller: CEDAR.id, account: '0001' });
  expect((await ask('0001')).body).toContain('not found');
  await control('POST', '/control/reset');
  expect((await ask('0001')).body).toContain('>83.00</currentAmount>');
});

test('each request is shown to whoever started the simulator, as it came', async () => {
  const seen: string[] = [];
  const watched = await startSmall({ onRequest: ({ body }) => seen.push(body) });
  await exchange(watched.url, requestFor(billerOf(watched), '0002'));
  await watched.stop();
  expect(seen).toEqual([expect.stringContaining('<m:accountNumber>0002</m:accountNumber>')]);
});

describe('books on disk', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'simulator-books-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('what is saved is loaded again, absent and empty lists apart', async () => {
    const entries = [
      {
        biller: 'b',
        account: '1',
        items: [{ pastDue: '0.00', current: '-25.00', chargeCode: 'X' }],
        transactionTypes: [],
      },
      { biller: 'b', account: '2', items: [], lastPayment: { amount: '999999999.99', date: '2026-01-31' } },
    ].map(readBookEntry);
    await openBooks(entries).save(join(dataDir, 'books.json'));
    expect((await loadBooks(join(dataDir, 'books.json'))).list()).toEqual(entries);
  });

  test('a second start finds the world of the first, with what was changed in its books', async () => {
    const first = await startSimulator({ dataDir, today: '2026-03-31' });
    const account = CASE_ACCOUNTS.house;
    expect(first.ready.fresh).toBe(true);
    await first.setBook({ biller: CEDAR_RIDGE.id, account, items: [{ current: '1.23' }] });
    await first.stop();
    const second = await startSimulator({ dataDir, today: '2026-04-30' });
    const { body } = await exchange(second.url, requestFor(billerOf(second), account));
    await second.stop();
    expect(body).toContain('>1.23</currentAmount>');
    expect(second.ready).toMatchObject({ fresh: false, bifFiles: first.ready.bifFiles, people: first.ready.people });
    expect(second.billers.map(({ password }) => password)).toEqual(first.billers.map(({ password }) => password));
  });

  test('without a data folder and without a world of its own there is nothing to start', async () => {
    await expect(startSimulator({})).rejects.toThrow('a simulator needs a data folder');
  });
});
