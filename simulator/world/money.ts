// Money of the simulator: whole cents as bigint, and decimal text with two digits on the wire and in files.

/** Reads `-12.50`, `12.5` or `12` as cents. Throws a RangeError on any other form, so that a slip in a table is seen. */
export function centsOf(text: string): bigint {
  const parts = /^(-?)(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text);
  if (parts === null) throw new RangeError(`not an amount of money: ${text}`);
  const [, sign, dollars = '0', cents = ''] = parts;
  const size = BigInt(dollars) * 100n + BigInt(cents.padEnd(2, '0'));
  return sign === '-' ? -size : size;
}

/** Writes cents as decimal text with exactly two digits after the point, for example `-0.05`. */
export function formatCents(cents: bigint): string {
  const size = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`;
}

/** More digits than any single-precision number needs to be told from all others. */
const FLOAT_DIGITS_MAX = 9;

/**
 * The amount as a system writes it that holds it as a single-precision float: the shortest text that means the same float,
 * so 128.10 is `128.1`, and from 131072.00 upwards a cent may be lost.
 */
export function floatTextOf(cents: bigint): string {
  const float = Math.fround(Number(formatCents(cents)));
  for (let digits = 1; digits < FLOAT_DIGITS_MAX; digits += 1) {
    const text = float.toPrecision(digits);
    if (Math.fround(Number(text)) === float) return text;
  }
  return float.toPrecision(FLOAT_DIGITS_MAX);
}

/** The larger of two amounts; Math.max does not take bigint. */
export function largerOf(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
