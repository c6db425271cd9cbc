// The true balance: sums of payable items, how old a kept answer may be, and which figure wins.
import * as fc from 'fast-check';
import {
  billedBalance,
  isOutdated,
  mayServeKept,
  REFRESHES_PER_OPERATION_MAX,
  shareOf,
  sumItems,
  typesOf,
  type PayableItem,
} from '../../domain/balance';
import { TENDER_KINDS } from '../../domain/tender';
import { billOf, day, invoiceWith, itemWith, refreshedWith } from '../fixtures/books';

const SIX_HOURS_MS = 6 * 3_600_000;
const HEARD = new Date('2026-03-01T09:00:00Z');
const later = (ms: number): Date => new Date(HEARD.getTime() + ms);

test('RTD-01 without the override a good answer younger than six hours is not asked for again', () => {
  expect(mayServeKept(HEARD, later(SIX_HOURS_MS - 1000), false, undefined)).toBe(true);
  expect(mayServeKept(HEARD, HEARD, false, undefined)).toBe(true);
});

test('RTD-02 at exactly six hours the answer is too old', () => {
  expect(mayServeKept(HEARD, later(SIX_HOURS_MS - 1), false, undefined)).toBe(true);
  expect(mayServeKept(HEARD, later(SIX_HOURS_MS), false, undefined)).toBe(false);
});

test('RTD-04 with the override an answer of one second, or of now, is asked for again', () => {
  expect(mayServeKept(HEARD, later(1000), true, undefined)).toBe(false);
  expect(mayServeKept(HEARD, HEARD, true, undefined)).toBe(false);
});

test("RTD-01 the caller's own word on age goes before the biller's policy, in both directions", () => {
  expect(mayServeKept(HEARD, later(30_000), true, 60)).toBe(true);
  expect(mayServeKept(HEARD, later(60_000), true, 60)).toBe(false);
  expect(mayServeKept(HEARD, later(30_000), false, 10)).toBe(false);
  expect(mayServeKept(HEARD, HEARD, false, 0)).toBe(false);
});

test('RTD-02 an answer from the future is never believed, whatever the policy', () => {
  const policy = fc.tuple(fc.boolean(), fc.option(fc.integer({ min: 0, max: 21_600 }), { nil: undefined }));
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 100_000_000 }), ([override, maxAge], ms) => {
      expect(mayServeKept(HEARD, later(-ms), override, maxAge)).toBe(false);
    }),
  );
});

test('RTD-08 one operation asks the CIS for at most fifty accounts', () => {
  expect(REFRESHES_PER_OPERATION_MAX).toBe(50);
});

test('ADJ-02 items add up; the earliest dates and the latest payment speak for all', () => {
  const items = [
    itemWith({
      pastDueCents: 1000n,
      currentCents: 5000n,
      dueDate: day('2026-03-21'),
      disconnectDate: day('2026-04-10'),
      lastPaymentCents: 7700n,
      lastPaymentDate: day('2026-02-03'),
    }),
    itemWith({
      pastDueCents: 250n,
      currentCents: -50n,
      dueDate: day('2026-03-15'),
      lastPaymentCents: 100n,
      lastPaymentDate: day('2026-02-17'),
    }),
    itemWith({ disconnectDate: day('2026-04-02'), lastPaymentCents: 9900n }),
  ];
  expect(sumItems(refreshedWith(), items, 'RTDR')).toEqual({
    totalCents: 6200n,
    currentCents: 4950n,
    pastDueCents: 1250n,
    dueDate: '2026-03-15',
    disconnectDate: '2026-04-02',
    lastPayment: { cents: 100n, date: '2026-02-17' },
    allowedTenders: TENDER_KINDS,
    blockedTenders: [],
    source: 'RTDR',
    asOf: HEARD,
    stale: false,
    precisionAtRisk: false,
    inconsistent: false,
    refreshProblem: null,
  });
});

test('ADJ-02 however the items are ordered, the sums are the same and total is past due plus current', () => {
  const cents = fc.bigInt({ min: -10_000_000n, max: 10_000_000n });
  const item = fc.record({ pastDueCents: cents, currentCents: cents }).map(itemWith);
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), (items) => {
      const one = sumItems(refreshedWith(), items, 'RTDR');
      expect(one.totalCents).toBe(one.pastDueCents + one.currentCents);
      expect(sumItems(refreshedWith(), items.toReversed(), 'RTDR')).toEqual(one);
    }),
  );
});

test('ADJ-03 no items and no fault are a balance of 0.00 as of the question, and no error', () => {
  const balance = sumItems(refreshedWith(), [], 'RTDR');
  expect(balance).toMatchObject({ totalCents: 0n, currentCents: 0n, pastDueCents: 0n, dueDate: null, asOf: HEARD });
  expect(balance).toMatchObject({ lastPayment: null, stale: false, refreshProblem: null, inconsistent: false });
});

test('ADJ-05 a kept answer shown because the refresh failed is stale and says why', () => {
  const failed = sumItems(refreshedWith(), [], 'CACHE', 'BALANCE_UNAVAILABLE');
  expect(failed).toMatchObject({ source: 'CACHE', stale: true, refreshProblem: 'BALANCE_UNAVAILABLE', asOf: HEARD });
  expect(sumItems(refreshedWith(), [], 'CACHE')).toMatchObject({ stale: false, refreshProblem: null });
  expect(sumItems(refreshedWith(), [], 'CACHE', null, true)).toMatchObject({ stale: true, refreshProblem: null });
});

test('ADJ-04 the bill says 100.00 as of its file, the refresh 80.00 as of its question', () => {
  const bill = invoiceWith({ totalCents: 10_000n, balanceDueCents: 10_000n, pastDueCents: 0n });
  const refreshed = sumItems(refreshedWith(), [itemWith({ currentCents: 8000n })], 'RTDR');
  const billed = billedBalance([bill], TENDER_KINDS, { stale: false });
  expect(billed).toMatchObject({ totalCents: 10_000n, source: 'BIF', asOf: bill.ingestedAt });
  expect(refreshed).toMatchObject({ totalCents: 8000n, source: 'RTDR', asOf: HEARD });
});

test('SSO-05 a pre-paid account in credit of 25.00 shows -25.00, and is not inconsistent', () => {
  const balance = sumItems(refreshedWith(), [itemWith({ currentCents: -2500n })], 'RTDR');
  expect(balance).toMatchObject({ totalCents: -2500n, inconsistent: false });
});

test('MON-05 one item at or above 131072.00 puts the whole balance at risk, even where the sum is small', () => {
  const items = [itemWith({ currentCents: 13_107_200n }), itemWith({ currentCents: -13_107_000n })];
  const floats = refreshedWith({ amountsAreFloats: true });
  const isAtRisk = (item: Partial<PayableItem>) => sumItems(floats, [itemWith(item)], 'RTDR').precisionAtRisk;
  expect(sumItems(floats, items, 'RTDR')).toMatchObject({ totalCents: 200n, precisionAtRisk: true });
  expect(isAtRisk({ pastDueCents: -13_107_200n })).toBe(true);
  expect(isAtRisk({ lastPaymentCents: 13_107_200n })).toBe(true);
  expect(isAtRisk({ currentCents: 13_107_199n, pastDueCents: -13_107_199n, lastPaymentCents: 13_107_199n })).toBe(
    false,
  );
});

test('MON-05 an amount of a type for money is at no risk, however great it is', () => {
  const balance = sumItems(refreshedWith(), [itemWith({ currentCents: 99_999_999_999n })], 'RTDR');
  expect(balance.precisionAtRisk).toBe(false);
});

test.each([
  ['more past due than total', 5000n, -2000n, true],
  ['past due is the total', 5000n, 0n, false],
  ['a credit as large as what is past due', 5000n, -5000n, false],
  ['a credit in all', 1000n, -5000n, false],
])('PST-02 %s: shown as sent, inconsistent is judged', (_name, pastDueCents, currentCents, inconsistent) => {
  const balance = sumItems(refreshedWith(), [itemWith({ pastDueCents, currentCents })], 'RTDR');
  expect(balance).toMatchObject({ pastDueCents, inconsistent });
});

test('PST-01 of a bill and a refresh the newer is believed, at the same instant the refresh', () => {
  const at = (hour: string): Date => new Date(`2026-03-01T${hour}:00Z`);
  const ingested = (...hours: string[]) => hours.map((hour) => invoiceWith({ ingestedAt: at(hour) }));
  expect(isOutdated(at('09:00'), ingested('08:00'))).toBe(false);
  expect(isOutdated(at('09:00'), ingested('10:00'))).toBe(true);
  expect(isOutdated(at('09:00'), ingested('09:00'))).toBe(false);
  expect(isOutdated(at('09:00'), ingested('08:00', '10:00'))).toBe(true);
});

test('PST-01 a bill of 10:00 that says 20.00 past due shows 20.00 from the bill', () => {
  const bill = invoiceWith({ pastDueCents: 2000n, ingestedAt: new Date('2026-03-01T10:00:00Z') });
  const balance = billedBalance([bill], TENDER_KINDS, { stale: false });
  expect(balance).toMatchObject({ pastDueCents: 2000n, source: 'BIF', asOf: new Date('2026-03-01T10:00:00Z') });
});

test('ADJ-05 billed figures are the open ones of the file, as old as the oldest bill, with the earliest due date', () => {
  const electric = invoiceWith({ balanceDueCents: 9000n, pastDueCents: 1000n });
  const water = invoiceWith({
    invoiceNumber: 'W-1',
    balanceDueCents: 2000n,
    pastDueCents: 0n,
    dueDate: day('2026-03-12'),
    ingestedAt: new Date('2026-02-01T08:00:00Z'),
  });
  expect(
    billedBalance([electric, water], TENDER_KINDS, { stale: true, refreshProblem: 'BALANCE_UNPARSEABLE' }),
  ).toEqual({
    totalCents: 11_000n,
    currentCents: 10_000n,
    pastDueCents: 1000n,
    dueDate: '2026-03-12',
    disconnectDate: null,
    lastPayment: null,
    allowedTenders: null,
    blockedTenders: null,
    source: 'BIF',
    asOf: new Date('2026-02-01T08:00:00Z'),
    stale: true,
    precisionAtRisk: false,
    inconsistent: false,
    refreshProblem: 'BALANCE_UNPARSEABLE',
  });
});

test('BLK-05 while the CIS is away the flags it last sent hold beside the billed figures', () => {
  const balance = billedBalance([invoiceWith()], TENDER_KINDS, { stale: true, blockedTenders: ['BANK'] });
  expect(balance).toMatchObject({ allowedTenders: ['CARD'], blockedTenders: ['BANK'] });
});

test('BLK-05 the next refresh shows its own flags and none of before', () => {
  const tenders = { allowed: TENDER_KINDS, blocked: [], unknownNames: [] };
  expect(sumItems(refreshedWith({ tenders }), [], 'RTDR')).toMatchObject({ blockedTenders: [] });
});

test('CIS-06 only where every item names its type does a type have a part of its own', () => {
  const electric = itemWith({ invoiceTypeId: 42, currentCents: 8000n });
  const water = itemWith({ invoiceTypeId: 43, currentCents: 2000n });
  const nameless = itemWith({ currentCents: 500n });
  expect(typesOf([water, electric, water])).toEqual([42, 43]);
  expect(typesOf([electric, nameless])).toBeNull();
  expect(typesOf([])).toEqual([]);

  const bills = [42, 43].map((invoiceTypeId) => invoiceWith({ invoiceTypeId, invoiceNumber: `N-${invoiceTypeId}` }));
  const share = (type: number, items: readonly PayableItem[], newest = bills) =>
    newest
      .filter(({ invoiceTypeId }) => invoiceTypeId === type)
      .map((invoice) => shareOf(billOf(invoice, { newest }), items))[0];
  expect(share(43, [electric, water])).toEqual({ items: [water], bills: [bills[1]] });
  expect(share(43, [electric])).toEqual({ items: [], bills: [bills[1]] });
  // The greater number makes the bill of type 43 the newest of the account.
  expect(share(43, [electric, nameless])).toEqual({ items: [electric, nameless], bills });
  expect(share(42, [electric, nameless])).toBeUndefined();
  const ofNoBill = itemWith({ invoiceTypeId: 44, currentCents: 100n });
  expect(share(43, [electric, ofNoBill])).toEqual({ items: [electric, ofNoBill], bills });
  expect(share(42, [electric, ofNoBill])).toBeUndefined();
  expect(share(42, [nameless], bills.slice(0, 1))).toEqual({ items: [nameless], bills: bills.slice(0, 1) });
});

test('CIS-06 the parts of all types are the whole', () => {
  const cents = fc.bigInt({ min: -1_000_000n, max: 1_000_000n });
  const item = fc.record({ currentCents: cents, invoiceTypeId: fc.constantFrom(42, 43, 44, null) }).map(itemWith);
  const newest = [42, 43].map((invoiceTypeId) => invoiceWith({ invoiceTypeId, invoiceNumber: `N-${invoiceTypeId}` }));
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const parts = newest.map((invoice) =>
        sumItems(refreshedWith(), shareOf(billOf(invoice, { newest }), items)?.items ?? [], 'RTDR'),
      );
      const sum = parts.reduce((total, { totalCents }) => total + totalCents, 0n);
      expect(sum).toBe(sumItems(refreshedWith(), items, 'RTDR').totalCents);
    }),
  );
});
