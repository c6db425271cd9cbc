// Amounts, days and instants as the contract writes and reads them.
import * as fc from 'fast-check';
import { GraphQLError, parseValue as parseText, type GraphQLScalarType } from 'graphql';
import { DateScalar, DateTime, Decimal } from '../../../resolvers/scalars';

/** A literal of a query's text, read as graphql reads it. */
const literal = <In, Out>(scalar: GraphQLScalarType<In, Out>, text: string): In =>
  scalar.parseLiteral(parseText(text), null);

/** The code that a client is told where the reading refuses; fails where it does not. */
function codeOf(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    if (error instanceof GraphQLError) return error.extensions['code'];
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each(['10', '10.0', '10.00', 10])('MON-03 %j given as a variable is ten dollars', (value) => {
  expect(Decimal.parseValue(value)).toBe(1000n);
});

test.each(['10.5', '10.50', 10.5])('MON-03 %j given as a variable is ten and a half', (value) => {
  expect(Decimal.parseValue(value)).toBe(1050n);
});

test.each([
  ['10', 1000n],
  ['10.5', 1050n],
  ['10.50', 1050n],
  ['"10.50"', 1050n],
  ['-12.00', -1200n],
])('MON-03 %s in a query is %s cents', (text, cents) => {
  expect(literal(Decimal, text)).toBe(cents);
});

test.each([10.505, 0.001, 0.1 + 0.2, 1e-7, 1e21, 1e13, -1e13, NaN, Infinity])(
  'MON-03 the JSON number %d says no exact cents, and is INVALID_AMOUNT',
  (value) => {
    expect(codeOf(() => Decimal.parseValue(value))).toBe('INVALID_AMOUNT');
  },
);

test('MON-03 a JSON number too large for cents is refused even where its rounded digits look whole', () => {
  expect(codeOf(() => Decimal.parseValue(JSON.parse('99999999999999.994')))).toBe('INVALID_AMOUNT');
  expect(Decimal.parseValue(JSON.parse('9999999999999.99'))).toBe(999_999_999_999_999n);
});

test('MON-03 every amount up to thirteen digits of dollars means the same as JSON number and as text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }), (cents) => {
      const text = Decimal.serialize(cents);
      expect(Decimal.parseValue(text)).toBe(cents);
      expect(Decimal.parseValue(JSON.parse(text))).toBe(cents);
      expect(literal(Decimal, text)).toBe(cents);
    }),
  );
});

test.each([
  '',
  '10.505',
  '1e2',
  '.5',
  'ten',
  '$10',
  '1,000',
  ' 10',
  '1000000000000000.00',
  true,
  null,
  {},
  ['10'],
  10n,
])('MON-03 %p given as a variable is INVALID_AMOUNT', (value) => {
  expect(codeOf(() => Decimal.parseValue(value))).toBe('INVALID_AMOUNT');
});

test.each(['10.505', '1e2', '"ten"', 'true', 'null', 'TEN', '[10]', '{a: 1}'])(
  'MON-03 %s in a query is INVALID_AMOUNT',
  (text) => {
    expect(codeOf(() => literal(Decimal, text))).toBe('INVALID_AMOUNT');
  },
);

test('MON-03 an amount goes out as text with exactly two decimals', () => {
  expect([0n, -1200n, 12_810n, 1n].map((cents) => Decimal.serialize(cents))).toEqual([
    '0.00',
    '-12.00',
    '128.10',
    '0.01',
  ]);
});

test.each([12.5, '12.50', null, new Date(0)])('MON-01 %p is no amount of this service, and never goes out', (value) => {
  expect(() => Decimal.serialize(value)).toThrow(TypeError);
});

test('TIM-01 a day goes out and comes in as YYYY-MM-DD', () => {
  expect(DateScalar.serialize('2026-03-10')).toBe('2026-03-10');
  expect(DateScalar.parseValue('2026-03-10')).toBe('2026-03-10');
  expect(literal(DateScalar, '"2028-02-29"')).toBe('2028-02-29');
});

test.each(['2026-02-30', '03/10/2026', '2026-03-10T00:00:00Z', '', 20_260_310, null])(
  'TIM-01 %j is no day, neither in nor out',
  (value) => {
    expect(codeOf(() => DateScalar.parseValue(value))).toBe('BAD_USER_INPUT');
    expect(() => DateScalar.serialize(value)).toThrow(TypeError);
  },
);

test.each(['20260310', '2026', 'null', 'TODAY'])('TIM-01 %s in a query is no day', (text) => {
  expect(codeOf(() => literal(DateScalar, text))).toBe('BAD_USER_INPUT');
});

test('TIM-01 an instant goes out in UTC, and comes in with its offset', () => {
  const instant = new Date('2026-03-11T05:00:00.000Z');
  expect(DateTime.serialize(instant)).toBe('2026-03-11T05:00:00.000Z');
  expect(DateTime.parseValue('2026-03-11T05:00:00Z')).toEqual(instant);
  expect(DateTime.parseValue('2026-03-11T00:00:00.0-05:00')).toEqual(instant);
  expect(literal(DateTime, '"2026-03-11T05:00:00Z"')).toEqual(instant);
});

test.each([
  '2026-03-11',
  '2026-03-11T05:00:00',
  '2026-02-30T00:00:00Z',
  '2026-03-11T25:00:00Z',
  '2026-03-11T05:00:00+99:00',
  '2026-03-11 05:00:00Z',
  'now',
  '',
  1_773_205_200,
  null,
])('TIM-01 %j is no instant', (value) => {
  expect(codeOf(() => DateTime.parseValue(value))).toBe('BAD_USER_INPUT');
});

test.each(['2026-03-11T05:00:00Z', 0, null, new Date(Number.NaN)])(
  'TIM-01 %p never goes out as an instant',
  (value) => {
    expect(() => DateTime.serialize(value)).toThrow(TypeError);
  },
);

test('TIM-01 an instant written as a number in a query is refused', () => {
  expect(codeOf(() => literal(DateTime, '1773205200'))).toBe('BAD_USER_INPUT');
});
