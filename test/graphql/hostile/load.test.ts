// When there is more to do than can be done in time, whoever comes is told so at once, and is told when to come again.
import type { LoadReadings } from '../../../src/http/loadShedder';
import { openTestHouse, type TestHouse } from '../testHouse';
import { CEDAR, MILL } from '../testBillers';

const CALM = { loopDelayMs: 0, waiting: 0 };
const load = { ...CALM };
const readings: LoadReadings = {
  loopDelayMs: () => load.loopDelayMs,
  queueOf: (billerId) => ({ waiting: billerId === CEDAR ? load.waiting : 0, waitingMax: 100 }),
};

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse({ tools: { readings } });
});
beforeEach(() => Object.assign(load, CALM));
afterEach(() => jest.restoreAllMocks());
afterAll(async () => await house.close());

async function ask(token: string) {
  const identify = jest.spyOn(house.service.sources, 'identify');
  const { statusCode, headers, body } = await house.service.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ query: '{ biller { name } }' }),
  });
  const wasIdentified = identify.mock.calls.length > 0;
  identify.mockRestore();
  return { status: statusCode, retryAfter: headers['retry-after'], body, wasIdentified };
}

const SHED = { status: 503, retryAfter: '2', body: expect.stringContaining('"code":"OVERLOADED"') };

test('with the event loop behind, a request is refused before anything is done for it', async () => {
  const staff = await house.staff();
  load.loopDelayMs = 201;
  expect(await ask(staff)).toEqual({ ...SHED, wasIdentified: false });
  load.loopDelayMs = 200;
  expect(await ask(staff)).toMatchObject({ status: 200 });
});

test('with the queue to one Daffron nearly full, its callers are refused, payers and staff alike, and no others', async () => {
  const payer = await house.payer('jane', []);
  load.waiting = 80;
  expect(await ask(await house.staff())).toEqual({ ...SHED, wasIdentified: true });
  expect(await ask(payer)).toEqual({ ...SHED, wasIdentified: true });
  expect(await ask(await house.staff(MILL))).toMatchObject({ status: 200 });
  load.waiting = 79;
  expect(await ask(payer)).toMatchObject({ status: 200 });
});

test('a bill file that is on its way is not refused for it', async () => {
  load.loopDelayMs = 10_000;
  load.waiting = 100;
  const { statusCode } = await house.service.server.inject({
    method: 'POST',
    url: '/bif',
    headers: {
      authorization: `Bearer ${await house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' })}`,
      'content-type': 'text/plain',
    },
    payload: 'no bill file',
  });
  expect(statusCode).toBe(422);
});
