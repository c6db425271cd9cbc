// What a balance says: figures, source, age and flags, from a refresh, a kept one or a bill (ADJ, PST, BLK, SSO-05).
import { afterNine, makeItem, makeReply, NO_ANSWER, openWorld, UNREADABLE } from '../fixtures/balanceWorld';
import { day, EIGHT, makeAccount, makeBill, makeInvoice, NINE } from '../fixtures/handMade';

const account = makeAccount('A-1');
const bill = makeInvoice('A-1');

test('ADJ-01 ADJ-04 what changed after the bill went out is learnt from Daffron: 100.00 billed, 80.00 owed', async () => {
  const world = openWorld(true);
  const balance = await world.operation().ofBill(makeBill(account, bill));
  expect(bill.totalCents).toBe(100_00n);
  expect(balance).toMatchObject({ totalCents: 80_00n, source: 'RTDR', asOf: NINE, stale: false, refreshProblem: null });
});

test('ADJ-02 sums of past due and current, their total, the earliest days and the latest payment', async () => {
  const world = openWorld(true);
  world.says = () =>
    makeReply([
      makeItem({ pastDueCents: 10_01n, currentCents: 20_02n, dueDate: day('2026-12-10') }),
      makeItem({
        pastDueCents: 5_00n,
        currentCents: -1_03n,
        dueDate: day('2026-12-01'),
        disconnectDate: day('2026-12-24'),
        lastPaymentCents: 7_00n,
        lastPaymentDate: day('2026-11-01'),
      }),
      makeItem({ currentCents: 0n, lastPaymentCents: 9_00n, lastPaymentDate: day('2026-10-31') }),
    ]);
  expect(await world.operation().ofAccount(account)).toMatchObject({
    pastDueCents: 15_01n,
    currentCents: 18_99n,
    totalCents: 34_00n,
    dueDate: '2026-12-01',
    disconnectDate: '2026-12-24',
    lastPayment: { cents: 7_00n, date: '2026-11-01' },
  });
});

test('ADJ-03 no items and no fault is 0.00 as of now, whatever the bill says', async () => {
  const world = openWorld(true);
  world.says = () => makeReply([]);
  expect(await world.operation({ newest: [bill] }).ofAccount(account)).toMatchObject({
    totalCents: 0n,
    source: 'RTDR',
    asOf: NINE,
    stale: false,
  });
});

test('ADJ-05 a figure of the bill says BIF and the time of its file, a kept one CACHE and the time of its refresh', async () => {
  const world = openWorld(true);
  await world.operation().ofAccount(account);
  world.says = () => NO_ANSWER;
  world.now = afterNine(2);
  const operation = world.operation({ newest: [makeInvoice('A-2')] });
  expect(await operation.ofAccount(account)).toMatchObject({ source: 'CACHE', asOf: NINE, stale: true });
  expect(await operation.ofAccount(makeAccount('A-2'))).toMatchObject({ source: 'BIF', asOf: EIGHT, stale: true });
});

test('ADJ-05 an answer is as old as its question, however long Daffron took over it', async () => {
  const world = openWorld(true);
  world.says = () => {
    world.now = afterNine(0, 8);
    return makeReply([]);
  };
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'RTDR', asOf: NINE });
});

test('SSO-05 a pre-paid account in credit of 25.00 shows -25.00 on its open bill', async () => {
  const world = openWorld(true);
  world.says = () => makeReply([makeItem({ currentCents: -25_00n })]);
  const prepaid = makeAccount('A-1', { prepaid: true });
  expect(await world.operation().ofBill(makeBill(prepaid, bill))).toMatchObject({ totalCents: -25_00n });
});

test('PST-01 past due: the bill of 08:00, then the refresh of 09:00, then the bill of 10:00 until the next refresh', async () => {
  const world = openWorld(false);
  world.says = () => makeReply([makeItem({ pastDueCents: 0n })]);
  const at8 = await world.operation({ newest: [bill] }).ofAccount(makeAccount('A-1', { underReview: true }));
  expect(at8).toMatchObject({ pastDueCents: 50_00n, source: 'BIF' });
  expect(await world.operation().ofAccount(account)).toMatchObject({ pastDueCents: 0n, source: 'RTDR' });

  const later = makeInvoice('A-1', { invoiceNumber: 'A-1-12', pastDueCents: 20_00n, ingestedAt: afterNine(1) });
  world.now = afterNine(1.5);
  const at10 = await world.operation({ newest: [later] }).ofBill(makeBill(account, later));
  expect(at10).toMatchObject({ pastDueCents: 20_00n, source: 'BIF', asOf: afterNine(1), stale: false });
  expect(world.asked).toHaveLength(1);

  world.now = afterNine(6);
  expect(await world.operation({ newest: [later] }).ofAccount(account)).toMatchObject({
    pastDueCents: 0n,
    source: 'RTDR',
  });
});

test('PST-01 a bill that is newer than the kept refresh is also the better word when Daffron is silent', async () => {
  const world = openWorld(true);
  await world.operation().ofAccount(account);
  world.says = () => NO_ANSWER;
  world.now = afterNine(2);
  const later = makeInvoice('A-1', { invoiceNumber: 'A-1-12', ingestedAt: afterNine(1) });
  const operation = world.operation({ newest: [later] });
  expect(await operation.ofBill(makeBill(account, later))).toMatchObject({ source: 'BIF', stale: true });
  expect(await operation.ofAccount(account)).toMatchObject({
    source: 'BIF',
    stale: true,
    refreshProblem: 'BALANCE_UNAVAILABLE',
  });
});

test('PST-01 an older bill that comes late says nothing against a kept refresh', async () => {
  const world = openWorld(false);
  await world.operation().ofAccount(account);
  world.now = afterNine(2);
  // The newest bill is that of eight o'clock; the late one stands behind it, whenever it was ingested.
  const operation = world.operation({ newest: [bill] });
  expect(await operation.ofBill(makeBill(account, bill))).toMatchObject({ source: 'CACHE', totalCents: 80_00n });
  expect(await operation.ofAccount(account)).toMatchObject({ source: 'CACHE', totalCents: 80_00n });
});

test('PST-02 more past due than is owed in all is shown as it was sent, and flagged', async () => {
  const world = openWorld(true);
  world.says = () => makeReply([makeItem({ pastDueCents: 90_00n, currentCents: -30_00n })]);
  expect(await world.operation().ofAccount(account)).toMatchObject({
    totalCents: 60_00n,
    pastDueCents: 90_00n,
    inconsistent: true,
  });
});

test('BLK-01 before Daffron was heard no bill says anything of tenders', async () => {
  const world = openWorld(true);
  world.says = () => NO_ANSWER;
  expect(await world.operation({ newest: [bill] }).ofAccount(account)).toMatchObject({
    source: 'BIF',
    allowedTenders: null,
    blockedTenders: null,
  });
});

test('BLK-01 BLK-05 each refresh sets the flags it speaks of, and they are handed on to be recorded', async () => {
  const world = openWorld(true);
  world.says = () => makeReply([], ['Credit-Card', 'Barter']);
  expect(await world.operation().ofAccount(account)).toMatchObject({
    allowedTenders: ['CARD'],
    blockedTenders: ['BANK'],
  });
  expect(world.unknownTenders).toEqual(['barter']);
  world.says = () => makeReply([], []);
  expect(await world.operation().ofAccount(account)).toMatchObject({ blockedTenders: ['CARD', 'BANK'] });
  await world.balances.settled();
  expect(world.recorded.map(({ blockedTenders }) => blockedTenders)).toEqual([['BANK'], ['CARD', 'BANK']]);
});

test('BLK-05 no flag survives a refresh that contradicts it', async () => {
  const world = openWorld(true);
  const blocked = makeAccount('A-1', { blockedTenders: ['BANK'] });
  expect(await world.operation().ofAccount(blocked)).toMatchObject({
    allowedTenders: ['CARD', 'BANK'],
    blockedTenders: [],
  });
});

test('BLK-05 when the refresh fails the last known flags hold, with the bill and with the kept refresh', async () => {
  const world = openWorld(true);
  const blocked = makeAccount('A-2', { blockedTenders: ['BANK'] });
  world.says = () => makeReply([], ['ach']);
  await world.operation().ofAccount(account);
  world.says = () => NO_ANSWER;
  const operation = world.operation({ newest: [makeInvoice('A-2')] });
  expect(await operation.ofAccount(account)).toMatchObject({ source: 'CACHE', blockedTenders: ['CARD'] });
  expect(await operation.ofAccount(blocked)).toMatchObject({
    source: 'BIF',
    allowedTenders: ['CARD'],
    blockedTenders: ['BANK'],
  });
});

test.each([
  ['an answer that cannot be read', UNREADABLE, 'BALANCE_UNPARSEABLE'],
  ['silence', NO_ANSWER, 'BALANCE_UNAVAILABLE'],
  ['a fault', { kind: 'refused', code: 'FAULT' } as const, 'BALANCE_UNAVAILABLE'],
  ['a back end that was not reached', { kind: 'notSent', code: 'BREAKER_OPEN' } as const, 'BALANCE_UNAVAILABLE'],
])(
  'RTD-03 after %s the bill is shown as stale with the reason, and nothing is kept',
  async (_name, failure, problem) => {
    const world = openWorld(true);
    world.says = () => failure;
    const balance = await world.operation({ newest: [bill] }).ofAccount(account);
    expect(balance).toMatchObject({ totalCents: 100_00n, source: 'BIF', stale: true, refreshProblem: problem });
    await world.balances.settled();
    expect(world.recorded).toEqual([]);
    expect(await world.store.getMany([account])).toEqual([undefined]);
  },
);

test('ADJ-03 no bill and no answer is no balance, and not one of 0.00', async () => {
  const world = openWorld(true);
  world.says = () => NO_ANSWER;
  expect(await world.operation().ofAccount(account)).toBeUndefined();
});
