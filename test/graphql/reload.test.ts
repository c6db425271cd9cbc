// Billers that change while requests are in flight: nobody loses his answer, and the next request has the new settings.
import { setTimeout as sleep } from 'node:timers/promises';
import { accountQuery, readAccount } from './readAccount';
import { bill } from './testBills';
import { CEDAR, MILL } from './testBillers';
import { openTestHouse, PATIENT, settingsOf, type TestHouse } from './testHouse';

const FIELDS = 'balance { total { amount } source stale }';

/** How often the test looks again, in milliseconds. */
const POLL_MS = 5;

let house: TestHouse;

beforeEach(async () => {
  house = await openTestHouse({ daffron: PATIENT, requestTimeoutMs: 30_000 });
  for (const biller of [CEDAR, MILL]) {
    await house.bills([bill('1001', 'C-1', '100.00', { BillerGUID: biller })], biller);
    await house.book('1001', [{ pastDue: '0.00', current: '80.00' }], { biller });
  }
});
afterEach(async () => await house.close());

const settings = (cedar = {}) => settingsOf(house.simulator, { daffron: PATIENT, cedar });
const balanceOf = async (biller: string) =>
  await readAccount(house, await house.staff(biller), '1001', FIELDS).then(({ balance }) => balance);

test('CAP-03 a request in flight ends as it began, though its biller is gone; the next one is told nothing', async () => {
  const token = await house.staff();
  await house.simulator.setFault({ mode: 'slow', biller: CEDAR, params: { delayMs: 300 } });
  const inFlight = house.ask(token, accountQuery(FIELDS), { n: '1001' });
  while (house.simulator.stats().inFlight === 0) await sleep(POLL_MS);
  await house.service.billers.replace(settings().filter(({ biller }) => biller.id !== CEDAR));
  const next = await house.ask(token, accountQuery(FIELDS), { n: '1001' });
  expect([next.status, next.data]).toEqual([401, undefined]);
  const { data, errors } = await inFlight;
  expect(errors).toBeUndefined();
  expect(data.accountByNumber.balance).toEqual({ total: { amount: '80.00' }, source: 'RTDR', stale: false });
});

test('CAP-03 a caller who was known before his biller went is still answered by the settings of then', async () => {
  const claims = { billerId: CEDAR, role: 'CSR', subject: 's', userName: 's', accountNumbers: [], issuedAt: house.now };
  const caller = await house.service.sources.identify({ ...claims, role: 'CSR' });
  await house.service.billers.replace(settings().filter(({ biller }) => biller.id !== CEDAR));
  if (caller === undefined) throw new Error('the caller was not known');
  const sources = house.service.sources.forRequest(caller, new AbortController().signal);
  expect(sources.biller.id).toBe(CEDAR);
  expect(await house.service.sources.identify({ ...claims, role: 'CSR' })).toBeUndefined();
});

test('CAP-03 changed settings hold for the next request; who did not change keeps his connection', async () => {
  for (const biller of [CEDAR, MILL]) expect(await balanceOf(biller)).toMatchObject({ source: 'RTDR' });
  expect(house.simulator.stats().connections).toBe(2);
  await house.service.billers.replace(settings({ options: { overrideRefreshCheck: false } }));
  // Now a kept answer will do; neither biller's line has changed.
  expect(await balanceOf(CEDAR)).toMatchObject({ source: 'CACHE' });
  expect(await balanceOf(MILL)).toMatchObject({ source: 'RTDR' });
  expect(house.simulator.stats().connections).toBe(2);
  await house.service.billers.replace(settingsOf(house.simulator, { daffron: { ...PATIENT, maxConcurrent: 3 } }));
  for (const biller of [CEDAR, MILL]) expect(await balanceOf(biller)).toMatchObject({ source: 'RTDR' });
  expect(house.simulator.stats().connections).toBe(3);
});
