// The total time of an operation: when it is over the caller is answered, and nothing more is begun for him.
import { readsOfRequest, RequestOver } from '../../../datasources/postgres/readsOfRequest';
import { listen } from '../../../src/http/server';
import { openTestHouse, type TestHouse } from '../testHouse';
import { bill } from '../testBills';
import { openTestTimers } from './testTimers';

const LIMIT_MS = 15_000;
const AND_A_LITTLE_MS = 16_000;

const timers = openTestTimers();
let house: TestHouse;
let staff: string;

beforeAll(async () => {
  house = await openTestHouse({ tools: { timers }, requestTimeoutMs: LIMIT_MS });
  staff = await house.staff();
  await house.bills([bill('1001', 'C-1', '30.00'), bill('1002', 'C-1', '40.00')]);
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => await house.close());

/** Makes the next read hang until it is let go; tells when it has begun. */
function hangNextRead() {
  const { database } = house.service;
  let letGo = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    jest.spyOn(database, 'read').mockImplementationOnce(() => {
      resolve();
      return new Promise((answer) => {
        letGo = () => answer([]);
      });
    });
  });
  return { begun, letGo: () => letGo() };
}

test('an operation whose read hangs is answered at its limit with what it has, and the rest says why', async () => {
  const hanging = hangNextRead();
  const asking = house.ask(staff, '{ biller { name } accountByNumber(accountNumber: "1001") { id } }');
  await hanging.begun;
  timers.ring(LIMIT_MS);
  const { status, data, errors } = await asking;
  expect([status, data]).toEqual([200, { biller: { name: expect.any(String) }, accountByNumber: null }]);
  expect(errors?.map(({ extensions, path }) => [extensions['code'], path])).toEqual([
    ['DEADLINE_EXCEEDED', ['accountByNumber']],
  ]);
  hanging.letGo();
});

test('what was still to be done is not begun: after the limit no statement is sent for the operation', async () => {
  const { database } = house.service;
  const read = jest.spyOn(database, 'read');
  const over = new AbortController();
  const reads = readsOfRequest(database, over.signal);
  expect(await reads.read('one', 'SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  over.abort();
  await expect(reads.read('one', 'SELECT 1 AS one', [])).rejects.toBeInstanceOf(RequestOver);
  expect(read).toHaveBeenCalledTimes(1);
});

test('where even that does not end it, the answer comes a little later all the same', async () => {
  // Whatever hangs before the operation, for example the look-up of who is asking, hears no signal.
  const waiting: (() => void)[] = [];
  const begun = new Promise<void>((resolve) => {
    jest.spyOn(house.service.sources, 'identify').mockImplementationOnce(() => {
      resolve();
      return new Promise((answer) => waiting.push(() => answer(undefined)));
    });
  });
  const { url } = await listen(house.service.server, '127.0.0.1', 0);
  const asking = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${staff}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ biller { name } }' }),
  });
  await begun;
  timers.ring(AND_A_LITTLE_MS, LIMIT_MS);
  const response = await asking;
  expect([response.status, await response.text()]).toEqual([
    504,
    expect.stringContaining('"code":"DEADLINE_EXCEEDED"'),
  ]);
  for (const answer of waiting) answer();
  expect((await house.ask(staff, '{ biller { name } }')).status).toBe(200);
});

test('an operation that ends in time leaves no alarm behind', async () => {
  await house.ask(staff, '{ biller { name } }');
  expect(timers.set()).toEqual([]);
});
