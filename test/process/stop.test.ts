// How processes end: a rolling restart under load, an import in the middle of a stop, and impatience.
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { COOP, openProductionHouse, type ProductionHouse, type RunningProcess } from '../fixtures/productionHouse';
import { bill, billFile } from '../graphql/testBills';
import { sendCrowd } from './roundRobin';

jest.setTimeout(120_000);

/** Long enough to be seen by a balancer that looks every few hundredths of a second. */
const DRAIN = { STOP_DRAIN_MS: '1000' };

/** Each answer of Daffron takes so long that a stop always finds some under way, in milliseconds. */
const LATENCY_MS = 100;

const ACCOUNTS = Array.from({ length: 20 }, (_, index) => String(7001 + index));

let house: ProductionHouse;
let staff: string;
let service: string;

beforeAll(async () => {
  house = await openProductionHouse({ latencyMs: LATENCY_MS });
  staff = await house.token('CSR');
  service = await house.token('SERVICE');
  for (const account of ACCOUNTS) {
    await house.simulator.setBook({
      biller: house.simulator.billers[0]?.id ?? '',
      account,
      items: [{ pastDue: '0.00', current: '80.00' }],
    });
  }
});
afterAll(async () => await house.close());

/** Begins to send a bill file; the test sends the rest. */
function beginImport(url: string): { readonly sending: ClientRequest; readonly answer: Promise<IncomingMessage> } {
  const headers = { authorization: `Bearer ${service}`, 'content-type': 'text/plain' };
  const sending = request(`${url}/bif`, { method: 'POST', headers });
  const answer = once(sending, 'response').then(([response]) => response as IncomingMessage);
  // A test that cuts the connection does not wait for the answer.
  answer.catch(() => undefined);
  return { sending, answer };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response) text += String(piece);
  return text;
}

async function importFile(url: string, text: string): Promise<{ counts: { new: number }; alreadyIngested: boolean }> {
  const { sending, answer } = beginImport(url);
  sending.end(text);
  return JSON.parse(await textOf(await answer)) as { counts: { new: number }; alreadyIngested: boolean };
}

async function ask(url: string, account: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${staff}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ accountByNumber(accountNumber: "${account}") { accountNumber } }` }),
  });
  return await response.json();
}

/** Waits until the process has said that it is stopping. */
async function saidStopping(running: RunningProcess): Promise<void> {
  await running.until('"code":"STOPPING"');
}

const HEAD_AND_ROWS = (first: number, rows: number): string =>
  billFile(Array.from({ length: rows }, (_, index) => bill(String(first + index), `C-${first + index}`, '10.00')));

test('O17 in a rolling restart of two processes under load no accepted request fails', async () => {
  const [one, other] = await Promise.all([house.start(DRAIN), house.start(DRAIN)]);
  await importFile(one.url, billFile(ACCOUNTS.map((account) => bill(account, `C-${account}`, '80.00'))));
  const query = `{ accounts: viewer { userName } ${ACCOUNTS.slice(0, 2)
    .map((number) => `a${number}: accountByNumber(accountNumber: "${number}") { balance { total { amount } stale } }`)
    .join(' ')} }`;
  const crowd = sendCrowd(8, JSON.stringify({ query }), staff, [one, other]);
  const ends: unknown[] = [];
  const next: RunningProcess[] = [];
  for (const old of [one, other]) {
    const fresh = await house.start(DRAIN);
    next.push(fresh);
    crowd.targets.push(fresh);
    const before = crowd.answered();
    while (crowd.answered() < before + 30) await sleep(LATENCY_MS);
    ends.push(await old.end('SIGTERM'));
    crowd.targets.splice(crowd.targets.indexOf(old), 1);
  }
  const before = crowd.answered();
  while (crowd.answered() < before + 30) await sleep(LATENCY_MS);
  await crowd.stop();
  expect(crowd.failures).toEqual([]);
  expect(ends).toEqual([0, 0]);
  // Both told the balancer before they left.
  expect([...crowd.saidGoodBye]).toEqual([one.url, other.url]);
  await Promise.all(next.map(async (running) => await running.end('SIGKILL')));
});

test('O17 a bill file that is on its way when the process is told to stop is taken to its end', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0' });
  const text = HEAD_AND_ROWS(8001, 40);
  const { sending, answer } = beginImport(running.url);
  sending.write(text.slice(0, text.length / 2));
  await ask(running.url, '8001');
  running.child.kill('SIGTERM');
  await saidStopping(running);
  sending.end(text.slice(text.length / 2));
  expect(JSON.parse(await textOf(await answer))).toMatchObject({ counts: { new: 40 }, alreadyIngested: false });
  expect(await running.ended).toBe(0);
});

test('O17 a file of the watched folder that is being stored holds up no part of a stop but the end, and is stored', async () => {
  const folder = join(house.folder, 'bills');
  mkdirSync(join(folder, COOP), { recursive: true });
  const blocker = new Client({ connectionString: house.databaseUrl });
  await blocker.connect();
  const settings = { STOP_DRAIN_MS: '0', BIF_FOLDER: folder, BIF_FOLDER_POLL_MS: '100', BIF_FOLDER_SETTLE_MS: '0' };
  const running = await house.start(settings);
  await blocker.query('BEGIN; LOCK TABLE invoices IN EXCLUSIVE MODE');
  writeFileSync(join(folder, COOP, 'a.bif'), HEAD_AND_ROWS(8501, 3));
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation'`;
  while ((await blocker.query(waiting)).rowCount === 0) await sleep(LATENCY_MS);
  running.child.kill('SIGTERM');
  await saidStopping(running);
  // The doors close although the file is still being stored.
  while ((await running.ready()) !== 0) await sleep(LATENCY_MS);
  await blocker.query('ROLLBACK');
  await blocker.end();
  expect(await running.closed).toBe(0);
  expect(readdirSync(join(folder, COOP, 'done'))).toHaveLength(3);
});

test('whoever holds a connection and asks nothing does not hold up a stop, and half a request is no request', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0' });
  const { port } = new URL(running.url);
  const mute = connect(Number(port), '127.0.0.1');
  const half = connect(Number(port), '127.0.0.1');
  const gone = Promise.all(
    [mute, half].map(
      async (socket) =>
        await once(
          socket.on('error', () => undefined),
          'close',
        ),
    ),
  );
  await Promise.all([once(mute, 'connect'), once(half, 'connect')]);
  half.write('POST /graphql HTTP/1.1\r\nhost: ');
  await ask(running.url, '7001');
  running.child.kill('SIGTERM');
  // Left to themselves they would be cut by the time limit of the stop, which says so.
  await Promise.all([gone, running.ended]);
  expect(await running.closed).toBe(0);
  expect(running.printed()).not.toContain('STOP_CUT');
});

test('a second signal ends at once, and of the file on its way nothing stays', async () => {
  const running = await house.start({ STOP_DRAIN_MS: '0' });
  const text = HEAD_AND_ROWS(9001, 40);
  const { sending, answer } = beginImport(running.url);
  sending.on('error', () => undefined);
  sending.write(text.slice(0, text.length / 2));
  await ask(running.url, '9001');
  running.child.kill('SIGTERM');
  await saidStopping(running);
  expect(await running.end('SIGTERM')).toBe(130);
  await expect(answer).rejects.toThrow('socket hang up');
  const again = await house.start();
  expect(await ask(again.url, '9001')).toEqual({ data: { accountByNumber: null } });
  // The file was not half remembered either: sent again it is taken whole.
  expect(await importFile(again.url, text)).toMatchObject({ counts: { new: 40 }, alreadyIngested: false });
  await again.end('SIGKILL');
});
