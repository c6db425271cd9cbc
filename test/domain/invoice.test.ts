// Which bill of an account is the newest, which one carries the balance, and why a bill may not be paid.
import * as fc from 'fast-check';
import { dayIn } from '../../domain/day';
import {
  balanceBill,
  collectionDateOf,
  compareRecency,
  isExpired,
  isSuperseded,
  newestOf,
  newestOfAccount,
  newestOfType,
  payabilityOf,
  statusOf,
  whyNotPayable,
  type Bill,
  type Invoice,
} from '../../domain/invoice';
import { billOf, day, invoiceWith } from '../fixtures/books';

const JAN = invoiceWith({ invoiceNumber: 'JAN', invoiceDate: day('2026-01-01'), dueDate: day('2026-01-21') });
const FEB = invoiceWith({ invoiceNumber: 'FEB', invoiceDate: day('2026-02-01'), dueDate: day('2026-02-21') });
const WATER = invoiceWith({ invoiceNumber: 'W-1', invoiceTypeId: 43, invoiceDate: day('2026-01-15') });

const codesOf = (bill: Bill) => whyNotPayable(bill).map(({ code }) => code);

test.each([
  ['the greater invoice date', { invoiceDate: day('2026-03-02') }, { dueDate: day('2026-12-31'), fileId: 9n }],
  ['at one date the greater due date', { dueDate: day('2026-03-22') }, { fileId: 9n, invoiceNumber: 'Z' }],
  ['at equal dates the later file', { fileId: 2n, invoiceNumber: 'A' }, { invoiceNumber: 'Z' }],
  ['in one file the greater number', { invoiceNumber: '10' }, { invoiceNumber: '09' }],
  ['numbers in byte order, so that small letters are greater', { invoiceNumber: 'a' }, { invoiceNumber: 'B' }],
  ['a number that goes on is greater', { invoiceNumber: '100' }, { invoiceNumber: '10' }],
  // Their UTF-16 units would order these two the other way round.
  ['bytes of UTF-8 and not units of UTF-16', { invoiceNumber: '\u{1F4A7}' }, { invoiceNumber: '\uFF21' }],
  ['two types with one number: the greater type', { invoiceTypeId: 43 }, { invoiceTypeId: 42 }],
])('BAL-04 the newest bill has %s', (_name, newer, older) => {
  expect(compareRecency(invoiceWith(newer), invoiceWith(older))).toBeLessThan(0);
  expect(compareRecency(invoiceWith(older), invoiceWith(newer))).toBeGreaterThan(0);
});

/** Few values of each kind, so that ties of every depth come up. */
const invoices = fc
  .record({
    invoiceDate: fc.constantFrom(day('2026-01-01'), day('2026-02-01')),
    dueDate: fc.constantFrom(day('2026-02-21'), day('2026-02-22')),
    fileId: fc.constantFrom(1n, 2n, 10n),
    invoiceNumber: fc.constantFrom('1', '10', '2', 'a', 'B', '\uFF21', '\u{1F4A7}'),
    invoiceTypeId: fc.constantFrom(42, 43),
  })
  .map((changes) => invoiceWith({ ...changes, key: `${changes.invoiceTypeId}/${changes.invoiceNumber}` }));

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('BAL-04 the order is total: each two bills have one, both ways the same, and three have no circle', () => {
  fc.assert(
    fc.property(invoices, invoices, invoices, (a, b, c) => {
      const [ab, bc, ac] = [compareRecency(a, b), compareRecency(b, c), compareRecency(a, c)];
      expect(Math.sign(compareRecency(b, a)) + Math.sign(ab)).toBe(0);
      if (ab <= 0 && bc <= 0) expect(ac).toBeLessThanOrEqual(0);
      const isSame = byBytes(a.invoiceNumber, b.invoiceNumber) === 0 && a.invoiceTypeId === b.invoiceTypeId;
      const isTie = isSame && a.invoiceDate === b.invoiceDate && a.dueDate === b.dueDate && a.fileId === b.fileId;
      expect(ab === 0).toBe(isTie);
    }),
    { numRuns: 1000 },
  );
});

test('BAL-04 numbers of bills compare as the bytes that a database compares', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const order = compareRecency(invoiceWith({ invoiceNumber: a }), invoiceWith({ invoiceNumber: b }));
      expect(Math.sign(order) + Math.sign(byBytes(a, b))).toBe(0);
    }),
  );
});

test('BAL-05 in whichever order bills come, the same one is the newest', () => {
  const shuffled = fc
    .array(invoices, { minLength: 1, maxLength: 8 })
    .chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
  const rank = ({ invoiceDate, dueDate, fileId, key }: Invoice) => [invoiceDate, dueDate, fileId, key];
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const [one, two] = [newestOf(list), newestOf(other)];
      expect(one && rank(one)).toEqual(two && rank(two));
    }),
  );
  expect(newestOf([])).toBeUndefined();
});

test('BAL-05 the newest bill of a type supersedes the older ones, and a bill that comes late stays superseded', () => {
  expect(statusOf(billOf(JAN, { newest: [FEB] }))).toBe('SUPERSEDED');
  expect(statusOf(billOf(FEB, { newest: [FEB] }))).toBe('CURRENT');
  expect(newestOfType(billOf(JAN, { newest: [WATER, FEB] }))).toBe(FEB);
  expect(isSuperseded(billOf(JAN, { newest: [FEB] }))).toBe(true);
});

test('BAL-05 a bill of one type never supersedes a bill of another', () => {
  expect(statusOf(billOf(WATER, { newest: [WATER, FEB] }))).toBe('CURRENT');
  expect(isSuperseded(billOf(WATER, { newest: [FEB, WATER] }))).toBe(false);
});

test('BAL-04 an expired newest bill does not make an older one payable', () => {
  const expired = { ...FEB, expireDate: day('2026-02-28') };
  const older = billOf(JAN, { newest: [expired] });
  expect(statusOf(older)).toBe('SUPERSEDED');
  expect(codesOf(older)).toEqual(['NOT_MOST_RECENT_INVOICE']);
  expect(payabilityOf(older).mostRecent.invoice).toBe(expired);
});

test('EXP-01 TIM-01 a bill that expires on March 10 is payable to the last minute of that day in Chicago', () => {
  const bill = invoiceWith({ expireDate: day('2026-03-10') });
  const todayAt = (instant: string) => ({ today: dayIn('America/Chicago', new Date(instant)) });
  expect(codesOf(billOf(bill, todayAt('2026-03-11T04:59:00Z')))).toEqual([]);
  const after = billOf(bill, todayAt('2026-03-11T05:00:00Z'));
  expect(codesOf(after)).toEqual(['INVOICE_EXPIRED']);
  expect(statusOf(after)).toBe('EXPIRED');
  expect(whyNotPayable(after)[0]?.message).toContain('2026-03-10');
});

test('EXP-02 a bill without an expire date never expires', () => {
  expect(isExpired(invoiceWith(), day('9999-12-31'))).toBe(false);
});

test('CIS-06 while items name no type, or one without a bill, only the newest bill across types carries the balance and is payable', () => {
  // Not known, or an item of a type that has no bill: its money would be on no bill at all.
  for (const itemTypes of [null, [42, 43, 44]]) {
    const [water, electric] = [WATER, FEB].map((one) => billOf(one, { newest: [WATER, FEB], itemTypes }));
    expect(water && balanceBill(water)).toBe(FEB);
    expect(water && codesOf(water)).toEqual(['NOT_MOST_RECENT_INVOICE']);
    expect(electric && codesOf(electric)).toEqual([]);
  }
});

test('CIS-06 where every item names its type, the newest bill of each type carries its part and is payable', () => {
  const water = billOf(WATER, { newest: [WATER, FEB], itemTypes: [43] });
  expect(balanceBill(water)).toBe(WATER);
  expect(newestOfAccount(water)).toBe(FEB);
  expect(codesOf(water)).toEqual([]);
  expect(codesOf(billOf(JAN, { newest: [WATER, FEB], itemTypes: [42, 43] }))).toEqual(['NOT_MOST_RECENT_INVOICE']);
});

test('CNV-02 while an owner is under review no bill is payable, and the current one says so', () => {
  const current = billOf(FEB, { underReview: true });
  expect(statusOf(current)).toBe('UNDER_REVIEW');
  expect(whyNotPayable(current)).toMatchObject([{ code: 'INVOICE_NOT_PAYABLE', cause: 'CONVEYANCE_REVIEW' }]);
  expect(statusOf(billOf(JAN, { newest: [FEB], underReview: true }))).toBe('SUPERSEDED');
});

test('BLK-03 blocked for every kind of tender is not payable; blocked for one still is', () => {
  expect(codesOf(billOf(FEB, { blockedTenders: ['CARD', 'BANK'] }))).toEqual(['PAYMENT_BLOCKED']);
  expect(codesOf(billOf(FEB, { blockedTenders: ['BANK'] }))).toEqual([]);
  expect(codesOf(billOf(FEB, { blockedTenders: null }))).toEqual([]);
});

test('BAL-08 every reason is told at once, with the bill to pay instead', () => {
  const jan = { ...JAN, expireDate: day('2026-02-01') };
  const bill = billOf(jan, { newest: [FEB], underReview: true, blockedTenders: ['CARD', 'BANK'] });
  expect(codesOf(bill)).toEqual([
    'INVOICE_NOT_PAYABLE',
    'NOT_MOST_RECENT_INVOICE',
    'INVOICE_EXPIRED',
    'PAYMENT_BLOCKED',
  ]);
  expect(payabilityOf(bill).mostRecent.invoice).toBe(FEB);
});

test('APD-01 AutoPay collects on the day that the bill names, whatever the offset', () => {
  const bill = invoiceWith({ autoPayCollectionDate: day('2026-03-20') });
  expect(collectionDateOf(bill, -2)).toBe('2026-03-20');
});

test('APD-02 where the bill names none, AutoPay collects on the due date moved by the offset in days', () => {
  expect(collectionDateOf(invoiceWith(), 0)).toBe('2026-03-21');
  expect(collectionDateOf(invoiceWith(), -2)).toBe('2026-03-19');
  expect(collectionDateOf(invoiceWith({ dueDate: day('2026-03-01') }), -1)).toBe('2026-02-28');
});
