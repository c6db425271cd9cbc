// What is taken for a card number in free text, and what is not (PCI-03).
import { holdsCardNumber } from '../../domain/bills/cardNumber';

const CARDS: readonly (readonly [scheme: string, text: string])[] = [
  ['Visa of 16 digits', '4111111111111111'],
  ['Visa of 13 digits', '4222222222222'],
  ['Mastercard', '5555555555554444'],
  ['Mastercard of the second range', '2223003122003222'],
  ['American Express', '378282246310005'],
  ['Discover', '6011111111111117'],
  ['Diners Club', '30569309025904'],
  ['JCB', '3530111333300000'],
  ['UnionPay', '6200000000000005'],
  ['Maestro', '6759649826438453'],
  ['spaces between', '4111 1111 1111 1111'],
  ['dashes between', '4111-1111-1111-1111'],
  ['words around', 'pay with 4111 1111 1111 1111 please'],
  ['another number before', 'METER 55102 4111 1111 1111 1111'],
  ['another number behind', '4111111111111111 2026'],
  ['a letter right before', 'x4111111111111111'],
  ['full-width digits', '４１１１１１１１１１１１１１１１'],
  ['a typographic dash', '4111–1111–1111–1111'],
  ['a line end between', '4111 1111\n1111 1111'],
];

test.each(CARDS)('PCI-03 a card number is found: %s', (_scheme, text) => {
  expect(holdsCardNumber(text)).toBe(true);
});

const NO_CARDS: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['a wrong check digit', '4111111111111112'],
  ['a prefix that no scheme issues', '1111111111111117'],
  ['a length that the scheme does not issue', '41111111111111111'],
  ['twelve digits', '411111111111'],
  ['twenty digits in one piece', '41111111111111111111'],
  ['a phone number', '417-555-0134'],
  ['dates and meters', 'METER 55102 READ 2026-03-01 TO 2026-03-31'],
  ['digits with other signs between', '4111.1111.1111.1111'],
];

test.each(NO_CARDS)('PCI-03 no card number: %s', (_what, text) => {
  expect(holdsCardNumber(text)).toBe(false);
});
