// Money: whole cents inside, decimal text outside, and never a float in between (MON-01 to MON-06).

/** The one currency of this product: a bill in another one is rejected at the door. */
export type CurrencyCode = 'USD';

export interface Money {
  /** US cents; negative is a credit. */
  readonly cents: bigint;
  readonly currencyCode: CurrencyCode;
}

const CENTS_PER_DOLLAR = 100n;

/** Longer than any honest amount with noise digits (a double prints up to 24 characters), far below what costs time. */
const WIRE_TEXT_MAX = 64;

/** Past the smallest and the greatest double (1E-324, 1E308) no server writes an exponent; it bounds the work of one. */
const WIRE_EXPONENT_MAX = 400;

/** Ten to the power of 15 dollars, the limit of plain amounts too: beyond every utility's books, so it is rubbish. */
const WIRE_CENTS_LIMIT = 10n ** 17n;

/** From here up a single-precision float can no longer hold every cent: 2^17 dollars (MON-05). */
const FLOAT_RISK_CENTS = 13_107_200n;

const PLAIN = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/;
const WIRE = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

export function usd(cents: bigint): Money {
  return { cents, currencyCode: 'USD' };
}

/** Cents of decimal text with at most two decimals, such as "10", "10.5" or "-12.00"; undefined when it is anything else. */
export function parseCents(text: string): bigint | undefined {
  const match = PLAIN.exec(text);
  if (match === null) return undefined;
  const [, sign, dollars = '', decimals = ''] = match;
  const cents = BigInt(dollars) * CENTS_PER_DOLLAR + BigInt(decimals.padEnd(2, '0'));
  return sign === '-' ? -cents : cents;
}

/**
 * Cents of an amount as MultiSpeak sends it: float text that may carry an exponent or noise digits ("1.281E2",
 * "128.10001"), read as decimal digits and rounded half away from zero; undefined for NaN, INF, empty and everything
 * else that is not a number (MON-04).
 */
export function parseWireCents(text: string): bigint | undefined {
  if (text.length > WIRE_TEXT_MAX) return undefined;
  const match = WIRE.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > WIRE_EXPONENT_MAX) return undefined;
  const cents = roundToCents(BigInt(whole + fraction), exponent - fraction.length + 2);
  if (cents >= WIRE_CENTS_LIMIT) return undefined;
  return sign === '-' ? -cents : cents;
}

/** `digits` times ten to the power of `shift`, rounded half away from zero; `digits` is not negative. */
function roundToCents(digits: bigint, shift: number): bigint {
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (digits + divisor / 2n) / divisor;
}

/** Decimal text with exactly two decimals: "-12.00", "0.00" (MON-03). */
export function formatCents(cents: bigint): string {
  const magnitude = cents < 0n ? -cents : cents;
  const text = `${magnitude / CENTS_PER_DOLLAR}.${String(magnitude % CENTS_PER_DOLLAR).padStart(2, '0')}`;
  return cents < 0n ? `-${text}` : text;
}

/** True where a single-precision float can no longer tell one cent from the next (MON-05). */
export function isPrecisionAtRisk(cents: bigint): boolean {
  return cents >= FLOAT_RISK_CENTS || cents <= -FLOAT_RISK_CENTS;
}

export function sumCents(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, cents) => sum + cents, 0n);
}
