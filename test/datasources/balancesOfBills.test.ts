// Which bill carries the refreshed balance: the newest, its part of two types, and none under review (CIS-06, RTD-08).
import { afterNine, makeItem, makeReply, NO_ANSWER, openWorld } from '../fixtures/balanceWorld';
import { day, ELECTRIC, makeAccount, makeBill, makeBiller, makeInvoice, NINE, WATER } from '../fixtures/handMade';

const account = makeAccount('A-1');
const older = makeInvoice('A-1', { invoiceNumber: 'A-1-10', invoiceDate: day('2026-10-20') });
/** The newest of its type and of the account. */
const electric = makeInvoice('A-1', { invoiceNumber: 'A-1-11' });
const water = makeInvoice('A-1', {
  invoiceNumber: 'W-1-11',
  invoiceTypeId: WATER.id,
  invoiceDate: day('2026-11-15'),
  balanceDueCents: 40_00n,
  totalCents: 40_00n,
  pastDueCents: 0n,
});
const bothTypes = [electric, water];

test('CIS-06 RTD-08 an older bill keeps its billed figures and causes no call', async () => {
  const world = openWorld(true);
  const balance = await world.operation().ofBill(makeBill(account, older, [electric]));
  expect(balance).toMatchObject({ totalCents: 100_00n, source: 'BIF', stale: false, refreshProblem: null });
  expect(world.asked).toEqual([]);
});

test('CIS-06 the newest bill shows the whole balance where its account has one type, whatever the items are called', async () => {
  const world = openWorld(true);
  world.says = () =>
    makeReply([makeItem({ chargeCode: 'WAT', currentCents: 5_00n }), makeItem({ currentCents: 7_00n })]);
  const balance = await world.operation().ofBill(makeBill(account, electric, [electric]));
  expect(balance).toMatchObject({ totalCents: 12_00n, source: 'RTDR' });
});

test('CIS-06 where every item names its type, the newest bill of each type carries its part of one refresh', async () => {
  const world = openWorld(true);
  world.says = () =>
    makeReply([
      makeItem({ chargeCode: ' ele ', currentCents: 30_00n }),
      makeItem({ description: 'electric SERVICE', currentCents: 1_00n }),
      makeItem({ chargeCode: 'WAT', pastDueCents: 8_00n, currentCents: 12_00n }),
    ]);
  const operation = world.operation({ newest: bothTypes });
  expect(await operation.ofBill(makeBill(account, electric, bothTypes))).toMatchObject({
    totalCents: 31_00n,
    source: 'RTDR',
  });
  expect(await operation.ofBill(makeBill(account, water, bothTypes))).toMatchObject({
    totalCents: 20_00n,
    pastDueCents: 8_00n,
    source: 'RTDR',
  });
  expect(await operation.ofAccount(account)).toMatchObject({ totalCents: 51_00n });
  expect(world.asked).toHaveLength(1);
  expect(world.recorded.map(({ itemTypes }) => itemTypes)).toEqual([[ELECTRIC.id, WATER.id]]);
});

test('CIS-06 one item without a type, and only the newest bill across the types carries the balance', async () => {
  const world = openWorld(true);
  world.says = () =>
    makeReply([
      makeItem({ chargeCode: 'WAT', currentCents: 12_00n }),
      makeItem({ chargeCode: 'LATE', currentCents: 3_00n }),
    ]);
  const operation = world.operation({ newest: bothTypes });
  expect(await operation.ofBill(makeBill(account, electric, bothTypes))).toMatchObject({
    totalCents: 15_00n,
    source: 'RTDR',
  });
  expect(await operation.ofBill(makeBill(account, water, bothTypes))).toMatchObject({
    totalCents: 40_00n,
    source: 'BIF',
    stale: false,
  });
  expect(world.recorded.map(({ itemTypes }) => itemTypes)).toEqual([null]);
});

test('CIS-06 a kept refresh is shared between the types as a fresh one is', async () => {
  const world = openWorld(false);
  world.says = () => makeReply([makeItem({ chargeCode: 'ELE' }), makeItem({ chargeCode: 'WAT', currentCents: 2_00n })]);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  world.now = afterNine(1);
  const balance = await world.operation().ofBill(makeBill(account, water, bothTypes));
  expect(balance).toMatchObject({ totalCents: 2_00n, source: 'CACHE', stale: false });
});

test('CIS-06 an item of a type without a bill belongs to none of two bills: the newest of all carries everything', async () => {
  const world = openWorld(true);
  world.says = () =>
    makeReply([
      makeItem({ chargeCode: 'WAT', currentCents: 12_00n }),
      makeItem({ chargeCode: 'GAS', currentCents: 9_00n }),
    ]);
  const gas = { id: 7, name: 'Gas', chargeCodes: ['GAS'], descriptions: [] };
  const operation = world.operation({
    newest: bothTypes,
    biller: { ...makeBiller(true), invoiceTypes: [ELECTRIC, WATER, gas] },
  });
  expect(await operation.ofBill(makeBill(account, electric, bothTypes))).toMatchObject({ totalCents: 21_00n });
  expect(await operation.ofBill(makeBill(account, water, bothTypes))).toMatchObject({
    totalCents: 40_00n,
    source: 'BIF',
  });
});

test('PST-01 of two types each newest bill is judged by its own time', async () => {
  const world = openWorld(false);
  world.says = () => makeReply([makeItem({ chargeCode: 'ELE' }), makeItem({ chargeCode: 'WAT', currentCents: 2_00n })]);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  world.now = afterNine(2);
  const newest = [electric, { ...water, ingestedAt: afterNine(1) }];
  const [sameElectric, laterWater] = newest.map((invoice) => makeBill(account, invoice, newest));
  const operation = world.operation({ newest });
  expect(sameElectric && (await operation.ofBill(sameElectric))).toMatchObject({ totalCents: 80_00n, source: 'CACHE' });
  expect(laterWater && (await operation.ofBill(laterWater))).toMatchObject({ totalCents: 40_00n, source: 'BIF' });
  // What was paid of the electric bill stays paid, and the whole is as old as its oldest part.
  expect(await operation.ofAccount(account)).toMatchObject({
    totalCents: 120_00n,
    source: 'CACHE',
    asOf: NINE,
    stale: false,
  });
  expect(world.asked).toHaveLength(1);
});

test('PST-01 where items name no type, a new bill of one of two leaves only the bills, and they say that they are stale', async () => {
  const world = openWorld(false);
  world.says = () => makeReply([makeItem({ currentCents: 2_00n })]);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  world.now = afterNine(2);
  const operation = world.operation({ newest: [electric, { ...water, ingestedAt: afterNine(1) }] });
  expect(await operation.ofAccount(account)).toMatchObject({ totalCents: 140_00n, source: 'BIF', stale: true });
});

test('VST-04 a guest who sees the newest bill alone is still told what the whole account owes by its bills', async () => {
  const world = openWorld(true);
  world.says = () => NO_ANSWER;
  const balance = await world.operation({ role: 'GUEST', newest: bothTypes }).ofAccount(account);
  expect(balance).toMatchObject({ totalCents: 140_00n, source: 'BIF', stale: true });
});

describe('what a refresh of the same answer says of payability', () => {
  const bill = makeBill(account, water, bothTypes);
  const mapped = makeReply([makeItem({ chargeCode: 'ELE' }), makeItem({ chargeCode: 'WAT' })], ['card']);

  test.each([
    ['asked for before', true],
    ['asked for after', false],
  ])('BLK-05 is told where the balance is %s it', async (_when, before) => {
    const world = openWorld(true);
    world.says = () => mapped;
    const operation = world.operation({ newest: bothTypes });
    const early = before ? operation.ofBill(bill) : undefined;
    const judged = operation.withLearnt(bill);
    await Promise.all([early, operation.ofBill(bill)]);
    expect((await judged).standing.account).toMatchObject({ itemTypes: [1, 2], blockedTenders: ['BANK'] });
  });

  test('BLK-05 is told where a kept balance would have done but none was there', async () => {
    const world = openWorld(false);
    world.says = () => mapped;
    const operation = world.operation({ newest: bothTypes });
    const judged = operation.withLearnt(bill);
    await operation.ofBill(bill, 60);
    expect((await judged).standing.account).toMatchObject({ itemTypes: [1, 2], blockedTenders: ['BANK'] });
  });

  test('RTD-08 is nothing where nobody asks for the balance, and causes no call', async () => {
    const world = openWorld(true);
    expect(await world.operation({ newest: bothTypes }).withLearnt(bill)).toBe(bill);
    expect(world.asked).toEqual([]);
  });

  test('BLK-05 is what was known before where the refresh fails or nothing is owed', async () => {
    const known = makeBill(makeAccount('A-1', { itemTypes: [2], blockedTenders: ['CARD'] }), water, bothTypes);
    const failing = openWorld(true);
    failing.says = () => NO_ANSWER;
    const operation = failing.operation({ newest: bothTypes });
    await operation.ofBill(known);
    expect(await operation.withLearnt(known)).toBe(known);

    const empty = openWorld(true);
    empty.says = () => makeReply([]);
    const other = empty.operation({ newest: bothTypes });
    await other.ofBill(known);
    expect((await other.withLearnt(known)).standing.account).toMatchObject({ itemTypes: [2], blockedTenders: [] });
  });
});

test('ADJ-03 nothing to pay is 0.00 on the newest bill of each type', async () => {
  const world = openWorld(true);
  world.says = () => makeReply([]);
  const operation = world.operation({ newest: bothTypes });
  for (const invoice of bothTypes) {
    expect(await operation.ofBill(makeBill(account, invoice, bothTypes))).toMatchObject({
      totalCents: 0n,
      source: 'RTDR',
    });
  }
});

test('ADJ-05 with Daffron silent each bill shows its own figures, and the account those of all its newest bills', async () => {
  const world = openWorld(true);
  world.says = () => NO_ANSWER;
  const operation = world.operation({ newest: bothTypes });
  expect(await operation.ofBill(makeBill(account, water, bothTypes))).toMatchObject({
    totalCents: 40_00n,
    stale: true,
  });
  expect(await operation.ofAccount(account)).toMatchObject({ totalCents: 140_00n, source: 'BIF', stale: true });
  expect(world.asked).toHaveLength(1);
});

test('CNV-03 the bill of a former owner is no part of what the account owes by its bills', async () => {
  const world = openWorld(true);
  world.says = () => NO_ANSWER;
  const former = { ...water, customerNumber: 'C-0' };
  const balance = await world.operation({ newest: [electric, former] }).ofAccount(account);
  expect(balance).toMatchObject({ totalCents: 100_00n });
});

describe('an account under review', () => {
  const reviewed = makeAccount('A-1', { underReview: true });

  test.each(['OWNER', 'CO_OWNER', 'GUEST'] as const)(
    'CNV-03 has no refreshed balance for a former payer (%s), kept or asked for; his bill is marked as stale',
    async (role) => {
      const world = openWorld(false);
      await world.operation({ role: 'CSR' }).ofAccount(reviewed);
      await world.balances.settled();
      const operation = world.operation({ role, newest: [electric] });
      const balances = [await operation.ofAccount(reviewed), await operation.ofBill(makeBill(reviewed, electric))];
      expect(balances).toMatchObject([
        { source: 'BIF', totalCents: 100_00n, stale: true },
        { source: 'BIF', totalCents: 100_00n, stale: true },
      ]);
      expect(world.asked).toHaveLength(1);
    },
  );

  test('CNV-03 shows its refreshed balance to staff', async () => {
    const world = openWorld(true);
    const operation = world.operation({ role: 'CSR', newest: [electric] });
    expect(await operation.ofAccount(reviewed)).toMatchObject({ source: 'RTDR', totalCents: 80_00n });
    expect(await operation.ofBill(makeBill(reviewed, electric))).toMatchObject({ source: 'RTDR', totalCents: 80_00n });
  });
});
