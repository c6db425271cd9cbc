// Money: whole cents inside, decimal text outside, and no float in between.
import * as fc from 'fast-check';
import { formatCents, isPrecisionAtRisk, parseCents, parseWireCents, sumCents, usd } from '../../domain/money';

/** What fits the 15 digits of dollars that plain text may have. */
const CENTS_MAX = 10n ** 17n - 1n;
const cents = fc.bigInt({ min: -CENTS_MAX, max: CENTS_MAX });
const digits = (minLength: number, maxLength: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength })
    .map((list) => list.map((digit) => String(digit)).join(''));

test('MON-01 an amount is whole cents with the code of its currency', () => {
  expect(usd(12_810n)).toEqual({ cents: 12_810n, currencyCode: 'USD' });
});

test('MON-01 sums beyond what a float can hold keep every cent', () => {
  expect(sumCents([9_007_199_254_740_993n, 1n, -3n])).toBe(9_007_199_254_740_991n);
  expect(sumCents([])).toBe(0n);
});

test('MON-02 ten cents and twenty cents are thirty cents', () => {
  const sum = sumCents(['0.10', '0.20'].map((text) => parseCents(text) ?? 0n));
  expect(formatCents(sum)).toBe('0.30');
});

test.each([
  [0n, '0.00'],
  [1n, '0.01'],
  [-1n, '-0.01'],
  [-1200n, '-12.00'],
  [12_810n, '128.10'],
  [100_000_000_000_005n, '1000000000000.05'],
])('MON-03 %s cents print with exactly two decimals: %s', (amount, text) => {
  expect(formatCents(amount)).toBe(text);
});

test('MON-03 "10", "10.5" and "10.50" are read, and the last two are one amount', () => {
  expect(['10', '10.0', '10.00'].map(parseCents)).toEqual([1000n, 1000n, 1000n]);
  expect(['10.5', '10.50'].map(parseCents)).toEqual([1050n, 1050n]);
});

test.each(['', ' ', '-', '.5', '5.', '10.505', '1e2', '+1', '--1', '1,000.00', '$1', ' 1', '1\n', '１', '0x10', 'NaN'])(
  'MON-03 %j is no amount',
  (text) => {
    expect(parseCents(text)).toBeUndefined();
  },
);

test('MON-03 MON-06 every amount, credits too, survives being printed and read', () => {
  fc.assert(fc.property(cents, (amount) => parseCents(formatCents(amount)) === amount));
});

test('MON-03 sixteen digits of dollars are refused, fifteen are read', () => {
  expect(parseCents('999999999999999.99')).toBe(CENTS_MAX);
  expect(parseCents('1000000000000000.00')).toBeUndefined();
});

test.each([
  ['128.10', 12_810n],
  ['128.10001', 12_810n],
  ['1.281E2', 12_810n],
  ['1.281e+002', 12_810n],
  ['12810E-2', 12_810n],
  ['+128.1', 12_810n],
  ['.5', 50n],
  ['5.', 500n],
  ['-25', -2500n],
  ['0.005', 1n],
  ['-0.005', -1n],
  ['0.0049999', 0n],
  ['-0.0049999', 0n],
  ['1.005', 101n],
  ['2.675', 268n],
  ['-0', 0n],
  ['5.551115123125783E-17', 0n],
  ['1.4E-45', 0n],
  ['4.9E-324', 0n],
  ['\n 128.10\t', 12_810n],
])('MON-04 %j on the wire is %s cents', (text, expected) => {
  expect(parseWireCents(text)).toBe(expected);
});

test.each([
  '',
  ' ',
  '.',
  '-',
  '+',
  'e5',
  '.e5',
  'NaN',
  'INF',
  '-INF',
  'Infinity',
  'nil',
  '1e',
  '1e5.0',
  '1.2.3',
  '--1',
  '1,234.50',
  '1 000',
  '$5',
  '0x80',
  '\u0661\u0662',
  '1_000',
  '12810n',
])('MON-04 %j on the wire is no number', (text) => {
  expect(parseWireCents(text)).toBeUndefined();
});

test.each(['1E15', '1000000000000000', '3.4028235E38', '1E999999', `0.${'1'.repeat(70)}`])(
  'MON-04 %j is beyond every book or longer than every number, and refused at once',
  (text) => {
    expect(parseWireCents(text)).toBeUndefined();
  },
);

/** The same reading by moving the point in the text and looking at the third decimal: no division, no bigint. */
function centsByHand(negative: boolean, whole: string, fraction: string, exponent: number): string {
  const all = `${'0'.repeat(30)}${whole}${fraction}${'0'.repeat(30)}`;
  const point = 30 + whole.length + exponent;
  const kept = BigInt(all.slice(0, point + 2)) + (all.charAt(point + 2) >= '5' ? 1n : 0n);
  return String(negative ? -kept : kept);
}

test('MON-04 every decimal text is rounded as by hand, half away from zero, whatever its exponent', () => {
  const parts = fc.tuple(fc.boolean(), digits(1, 8), digits(0, 12), fc.integer({ min: -15, max: 6 }), fc.boolean());
  fc.assert(
    fc.property(parts, ([negative, whole, fraction, exponent, big]) => {
      const text = `${negative ? '-' : ''}${whole}.${fraction}${big ? 'E' : 'e'}${exponent}`;
      expect(String(parseWireCents(text))).toBe(centsByHand(negative, whole, fraction, exponent));
    }),
    { numRuns: 1000 },
  );
});

test('MON-04 the wire can say every amount that we can print, to the cent', () => {
  fc.assert(fc.property(cents, (amount) => parseWireCents(formatCents(amount)) === amount));
});

test('MON-04 no text at all makes the reading throw', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+.eE0-9 ]{0,70}$/));
  fc.assert(fc.property(text, (any) => ['bigint', 'undefined'].includes(typeof parseWireCents(any))));
});

test.each([
  [13_107_199n, false],
  [13_107_200n, true],
  [-13_107_199n, false],
  [-13_107_200n, true],
  [0n, false],
])('MON-05 %s cents on a float wire: precision at risk is %s', (amount, expected) => {
  expect(isPrecisionAtRisk(amount)).toBe(expected);
});

test('MON-05 below the limit a single-precision float still tells each cent from the next, above it does not', () => {
  const asFloat = (amount: bigint): number => Math.fround(Number(amount) / 100);
  const centsOf = (float: number): number => Math.round(float * 100);
  fc.assert(
    fc.property(fc.bigInt({ min: -13_107_199n, max: 13_107_199n }), (amount) =>
      expect(centsOf(asFloat(amount))).toBe(Number(amount)),
    ),
  );
  expect(centsOf(asFloat(13_107_201n))).toBe(13_107_202);
});

test('MON-06 a credit is a legal balance: it is read, added and printed below zero', () => {
  expect(formatCents(sumCents([parseWireCents('-35.00') ?? 0n, 1000n]))).toBe('-25.00');
});
