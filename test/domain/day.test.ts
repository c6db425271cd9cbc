// Calendar days of a biller's zone, and the texts from outside that name them.
import * as fc from 'fast-check';
import { addDays, dayIn, isTimeZone, parseDay, readFileDay, readWireDay } from '../../domain/day';
import { day } from '../fixtures/books';

const CHICAGO = 'America/Chicago';
/** The years in which utilities live. */
const instants = fc.date({
  min: new Date('1970-01-02T00:00:00Z'),
  max: new Date('2199-12-30T00:00:00Z'),
  noInvalidDate: true,
});

test.each([
  ['2026-03-11T04:59:59.999Z', '2026-03-10'],
  ['2026-03-11T05:00:00Z', '2026-03-11'],
  ['2026-01-11T05:59:59Z', '2026-01-10'],
  ['2026-01-11T06:00:00Z', '2026-01-11'],
])('TIM-01 at %s it is %s in Chicago, summer and winter', (instant, expected) => {
  expect(dayIn(CHICAGO, new Date(instant))).toBe(expected);
});

test('TIM-01 the day on which clocks change is one day, with its 23 hours', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => new Date(Date.UTC(2026, 2, 8, 6 + hour)));
  const days = hours.map((instant) => dayIn(CHICAGO, instant));
  expect(days.filter((one) => one === '2026-03-08')).toHaveLength(23);
  expect(days.at(-1)).toBe('2026-03-09');
});

test('TIM-01 days compare as texts in the order of time', () => {
  fc.assert(
    fc.property(instants, instants, (a, b) => {
      const [earlier, later] = a <= b ? [a, b] : [b, a];
      expect(dayIn(CHICAGO, earlier) <= dayIn(CHICAGO, later)).toBe(true);
    }),
  );
});

test('TIM-01 counting days forth and back leads home, over leap days and clock changes', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -800, max: 800 }), (instant, count) => {
      const start = dayIn('UTC', instant);
      expect(addDays(addDays(start, count), -count)).toBe(start);
    }),
  );
  expect(addDays(day('2028-02-28'), 1)).toBe('2028-02-29');
  expect(addDays(day('2026-12-31'), 1)).toBe('2027-01-01');
  expect(addDays(day('2026-03-01'), -1)).toBe('2026-02-28');
});

test('TIM-01 a day that four digits of a year cannot name is an error and not a broken text', () => {
  expect(() => addDays(day('9999-12-31'), 1)).toThrow(RangeError);
});

test.each(['America/Chicago', 'America/Phoenix', 'Pacific/Auckland', 'UTC'])('TIM-01 %s is a time zone', (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test.each(['', 'Springfield', '+05:00', '-0600', 'America/Chicago ', 'GMT+99', '../etc'])(
  'TIM-01 %j is no time zone',
  (name) => {
    expect(isTimeZone(name)).toBe(false);
  },
);

test.each(['2026-03-10', '2028-02-29', '9999-12-31'])('TIM-01 %s is a day', (text) => {
  expect(parseDay(text)).toBe(text);
});

test.each([
  '2026-02-30',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-3-1',
  '20260310',
  '2026-03-10T00:00',
  ' 2026-03-10',
  '',
])('TIM-01 %j is no day', (text) => {
  expect(parseDay(text)).toBeUndefined();
});

test.each(['1/1/0001', '01/01/0001', '0001-01-01', '0001-01-01T00:00:00'])(
  'TIM-03 %s in a bill file is no date',
  (text) => {
    expect(readFileDay(text)).toBeNull();
  },
);

test.each(['0001-01-01', '0001-01-01T00:00:00', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.0000000-06:00'])(
  'TIM-03 %s on the wire is no date',
  (text) => {
    expect(readWireDay(text, CHICAGO)).toBeNull();
  },
);

test('TIM-03 a day that does not exist is wrong in the year 1, too', () => {
  expect(readFileDay('2/30/0001')).toBeUndefined();
  expect(readFileDay('0001-13-01')).toBeUndefined();
  expect(readWireDay('0001-02-30T00:00:00', CHICAGO)).toBeUndefined();
});

test('TIM-01 a bill file writes days in two ways', () => {
  expect(readFileDay('2026-03-10')).toBe('2026-03-10');
  expect(readFileDay('03/10/2026')).toBe('2026-03-10');
  expect(readFileDay('3/1/2026')).toBe('2026-03-01');
});

test.each(['2026-02-30', '13/01/2026', '10.03.2026', '2026-03-10T00:00:00', '3/1/26', 'soon', ''])(
  'TIM-01 %j in a bill file is wrong, and not absent',
  (text) => {
    expect(readFileDay(text)).toBeUndefined();
  },
);

test.each([
  ['2026-03-10', '2026-03-10'],
  ['2026-03-10T23:59:59', '2026-03-10'],
  ['2026-03-10T00:00', '2026-03-10'],
  [' 2026-03-10T00:00:00.0000000 ', '2026-03-10'],
  ['2026-03-11T05:00:00Z', '2026-03-11'],
  ['2026-03-11T04:59:59Z', '2026-03-10'],
  ['2026-03-10T23:00:00-06:00', '2026-03-11'],
  ['2026-03-10T00:00:00+14:00', '2026-03-09'],
  ['2026-03-10T24:00:00', '2026-03-11'],
  ['2026-03-10T24:00:00-05:00', '2026-03-11'],
  ['9999-12-31T23:59:59.9999999', '9999-12-31'],
])('TIM-01 %j on the wire is the day %s in Chicago', (text, expected) => {
  expect(readWireDay(text, CHICAGO)).toBe(expected);
});

test.each([
  '2026-02-30T00:00:00',
  '2026-03-10T24:30:00',
  '2026-03-10T24:00:01Z',
  '2026-03-10T25:00:00',
  '2026-03-10T12:60:00',
  '2026-03-10T12:00:60',
  '2026-03-10T00:00:00+99:00',
  '2026-03-10 00:00:00',
  '03/10/2026',
  '2026-03-10T',
  'soon',
  '',
])('TIM-01 %j on the wire is no date', (text) => {
  expect(readWireDay(text, CHICAGO)).toBeUndefined();
});

test('TIM-01 an instant that the zone pushes beyond the years of a day is refused, and not half a date', () => {
  expect(readWireDay('9999-12-31T23:59:59Z', 'Pacific/Auckland')).toBeUndefined();
  expect(readWireDay('9999-12-31T24:00:00', CHICAGO)).toBeUndefined();
  expect(readWireDay('0002-01-01T00:00:00Z', CHICAGO)).toBeUndefined();
});

test('TIM-01 midnight local time, sent in UTC, comes back as the day it was meant for', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const text = instant.toISOString();
      expect(readWireDay(text, CHICAGO)).toBe(dayIn(CHICAGO, new Date(`${text.slice(0, 19)}Z`)));
    }),
  );
});
