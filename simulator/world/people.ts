// The people of the world: customers, their logins, and the co-owners of their accounts.
import type { Town } from './billers';
import { FIRST_NAMES, LAST_NAMES, STREETS } from './names';
import { randomFor, type Random } from './random';

export interface Address {
  readonly address1: string;
  readonly address2?: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
}

export interface Customer {
  readonly customerId: string;
  readonly name: string;
  readonly name2?: string;
  readonly address: Address;
  readonly phone: string;
  readonly email?: string;
  /** The user name registered with the utility; absent when the customer never registered. */
  readonly loginName?: string;
  /** The secret by which a guest finds his bill. */
  readonly registrationValue: string;
}

export interface CoOwner {
  readonly customerId: string;
  /** Absent when the co-owner never registered. */
  readonly userName?: string;
  readonly name: string;
}

/** Lower-case letters only, so that a name makes a user name and a mail address. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}

export function makeAddress(random: Random, towns: readonly Town[]): Address {
  const town = random.pick(towns);
  const zip = random.chance(0.5) ? `${town.zip}-${random.int(1000, 9999)}` : town.zip;
  return {
    address1: `${random.int(1, 990)} ${random.pick(STREETS)}`,
    ...(random.chance(0.15) && { address2: `APT ${random.int(1, 40)}` }),
    city: town.city,
    state: town.state,
    zip,
  };
}

/** Seven in ten customers have registered; the number of the customer makes user names unique (LOG-02). */
const REGISTERED_SHARE = 0.7;

/**
 * A customer made up from his number. The same seed, prefix and number always give the same person.
 * @param prefix what the utility's customer ids begin with, for example `C-`.
 */
export function makeCustomer(seed: number, prefix: string, number: number, towns: readonly Town[]): Customer {
  const random = randomFor(seed, 'customer', prefix, number);
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const address = makeAddress(random, towns);
  const userName = `${plain(first).slice(0, 1)}${plain(last)}${number}`;
  return {
    customerId: `${prefix}${10_000 + number}`,
    name: `${last} ${first}`,
    ...(random.chance(0.2) && { name2: `${last} ${random.pick(FIRST_NAMES)}` }),
    address,
    phone: `${random.pick(['417', '970'])}-555-${String(random.int(100, 199)).padStart(4, '0')}`,
    ...(random.chance(0.8) && { email: `${userName}@example.org` }),
    ...(random.chance(REGISTERED_SHARE) && { loginName: userName }),
    registrationValue: String(random.int(10_000, 99_999)),
  };
}

/** A co-owner who owns nothing himself; every other one has registered. */
export function makeCoOwner(seed: number, prefix: string, number: number): CoOwner {
  const random = randomFor(seed, 'co-owner', prefix, number);
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  return {
    customerId: `${prefix}${90_000 + number}`,
    ...(number % 2 === 0 && { userName: `${plain(last)}.${plain(first)}${number}` }),
    name: `${last} ${first}`,
  };
}
