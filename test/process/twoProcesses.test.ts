// Two processes of the service on one Redis: a crowd that asks both for one account is one question for Daffron (L3).
import { openProductionHouse, type ProductionHouse, type RunningProcess } from '../fixtures/productionHouse';
import { bill, billFile } from '../graphql/testBills';

jest.setTimeout(120_000);

const ACCOUNT = '7101';
const CALLERS = 500;
/** Long enough for many callers to find a call under way, in milliseconds. */
const LATENCY_MS = 200;

let house: ProductionHouse;
let processes: readonly RunningProcess[];

beforeAll(async () => {
  house = await openProductionHouse({ latencyMs: LATENCY_MS });
  // On a busy machine half the crowd may wait for the database longer than a service should let them.
  const patient = { DATABASE_CONNECT_TIMEOUT_MS: '30000', DATABASE_STATEMENT_TIMEOUT_MS: '60000' };
  processes = [await house.start(patient), await house.start(patient)];
  const [first] = processes;
  const imported = await fetch(`${first?.url}/bif`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.token('SERVICE')}`, 'content-type': 'text/plain' },
    body: billFile([bill(ACCOUNT, 'C-1', '100.00')]),
  });
  expect(imported.status).toBe(200);
  await house.simulator.setBook({
    biller: house.simulator.billers[0]?.id ?? '',
    account: ACCOUNT,
    items: [{ pastDue: '0.00', current: '80.00' }],
  });
});
afterAll(async () => await house.close());

test('L3 five hundred callers of one account over two processes never cause two calls at a time', async () => {
  const token = await house.token('CSR');
  const body = JSON.stringify({
    query: `{ accountByNumber(accountNumber: "${ACCOUNT}") { balance { total { amount } source stale } } }`,
  });
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, async (_, at) => {
      const response = await fetch(`${processes[at % 2]?.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return await response.text();
    }),
  );
  const balance = { total: { amount: '80.00' }, source: 'RTDR', stale: false };
  expect(new Set(answers)).toEqual(new Set([`${JSON.stringify({ data: { accountByNumber: { balance } } })}\n`]));
  const { operations, peakInFlight } = house.simulator.stats();
  expect(peakInFlight).toBe(1);
  // Callers who come when a call has ended cause the next one; the crowd as a whole takes a few of them.
  expect(operations['GetPayableItemsList']).toBeLessThan(CALLERS / 10);
});
