// The customer of a utility, as the newest bill file row told of him.

export interface MailingAddress {
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
}

export interface Customer {
  /** Our own random key; it says nothing about the person. */
  readonly key: string;
  readonly billerId: string;
  /** The CIS customer id. */
  readonly customerNumber: string;
  /** Both name lines; null where the caller may not know. */
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly mailingAddress: MailingAddress | null;
}

/** First letters stay, the rest is hidden: enough to recognise one's own name, too little to learn another's. */
export function maskName(name: string): string {
  return name
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => Array.from(word))
    .map(([first = '', ...rest]) => `${first}${'*'.repeat(Math.min(rest.length, 6))}`)
    .join(' ');
}

/** The last four characters stay; an account number of four or fewer is hidden whole. */
export function maskNumber(number: string): string {
  return number.length <= 4 ? '****' : `****${number.slice(-4)}`;
}
