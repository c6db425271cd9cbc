// What may stand in a SOAP call or in a cache key as an account number.
import { isAccountNumber } from '../../domain/account';

test.each(['0004512001', '1', 'A-17', 'x'.repeat(40)])('RTD-07 %j may be asked for and kept', (number) => {
  expect(isAccountNumber(number)).toBe(true);
});

test.each([
  '',
  ' ',
  '1 ',
  '1\n',
  'x'.repeat(41),
  '1:2',
  '1|2',
  '<a/>',
  "1' OR '1'='1",
  '../1',
  '*',
  '１',
  'é',
  '1\u0000',
])('RTD-07 %j is no account number: it reaches neither a key nor the wire', (number) => {
  expect(isAccountNumber(number)).toBe(false);
});

test('REG-02 leading zeros are part of the number', () => {
  expect(isAccountNumber('0000000000')).toBe(true);
});
