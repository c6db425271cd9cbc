// Finds what looks like a payment card number in free text, so that it is turned away at the door (PCI-03).

interface Scheme {
  /** First and last number of a range of prefixes; both have the same count of digits. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

const LONG_LENGTHS = [16, 17, 18, 19];
const MAESTRO_LENGTHS = [13, 14, 15, 16, 17, 18, 19];

/** Prefixes and lengths as the schemes publish them; a prefix that no scheme issues is no card, whatever its check digit. */
const SCHEMES: readonly Scheme[] = [
  { from: 4, to: 4, lengths: [13, 16, 19] }, // Visa
  { from: 51, to: 55, lengths: [16] }, // Mastercard
  { from: 2221, to: 2720, lengths: [16] }, // Mastercard
  { from: 34, to: 34, lengths: [15] }, // American Express
  { from: 37, to: 37, lengths: [15] }, // American Express
  { from: 6011, to: 6011, lengths: LONG_LENGTHS }, // Discover
  { from: 644, to: 649, lengths: LONG_LENGTHS }, // Discover
  { from: 65, to: 65, lengths: LONG_LENGTHS }, // Discover
  { from: 300, to: 305, lengths: [14, ...LONG_LENGTHS] }, // Diners Club
  { from: 3095, to: 3095, lengths: [14, ...LONG_LENGTHS] }, // Diners Club
  { from: 36, to: 36, lengths: [14, 15, ...LONG_LENGTHS] }, // Diners Club
  { from: 38, to: 39, lengths: [14, ...LONG_LENGTHS] }, // Diners Club
  { from: 3528, to: 3589, lengths: LONG_LENGTHS }, // JCB
  { from: 62, to: 62, lengths: LONG_LENGTHS }, // UnionPay
  { from: 5018, to: 5018, lengths: MAESTRO_LENGTHS },
  { from: 5020, to: 5020, lengths: MAESTRO_LENGTHS },
  { from: 5038, to: 5038, lengths: MAESTRO_LENGTHS },
  { from: 5893, to: 5893, lengths: MAESTRO_LENGTHS },
  { from: 6304, to: 6304, lengths: MAESTRO_LENGTHS },
  { from: 6759, to: 6763, lengths: MAESTRO_LENGTHS },
];

const DIGITS_MIN = 13;
const DIGITS_MAX = 19;

/** Digits with single or repeated spaces and dashes between them: thirteen at least, or there is nothing to look at. */
const CANDIDATE = /\d(?:[\s\p{Pd}]*\d){12,}/gu;
const SEPARATORS = /[\s\p{Pd}]+/u;

/**
 * True where some part of `text` is a card number: 13 to 19 digits once spaces and dashes are taken out, with the prefix
 * and length of a scheme and a right check digit. A number may stand beside other digits ("METER 5510 4111 1111 ..."), so
 * each run of whole groups is tried. Digits of other forms (full width) count as digits.
 */
export function holdsCardNumber(text: string): boolean {
  if (text.length < DIGITS_MIN) return false;
  const candidates = text.normalize('NFKC').match(CANDIDATE);
  return candidates !== null && candidates.some(holdsCardGroups);
}

function holdsCardGroups(candidate: string): boolean {
  const groups = candidate.split(SEPARATORS);
  return groups.some((_, first) => {
    let digits = '';
    for (let at = first; at < groups.length && digits.length < DIGITS_MAX; at += 1) {
      digits += groups[at] ?? '';
      if (isCardNumber(digits)) return true;
    }
    return false;
  });
}

function isCardNumber(digits: string): boolean {
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX || !passesLuhn(digits)) return false;
  return SCHEMES.some(({ from, to, lengths }) => {
    const prefix = Number(digits.slice(0, String(from).length));
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
}

/** The check digit that card numbers carry: from the right every second digit doubled, and the sum a multiple of ten. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = Number(digits[digits.length - 1 - fromRight]);
    const weighed = fromRight % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
