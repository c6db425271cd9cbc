// An account of a customer, with the facts that the last bill file and the last refresh left about it.
import type { Edge, Page } from './page';
import type { TenderKind } from './tender';

export interface Account {
  readonly key: string;
  readonly billerId: string;
  readonly accountNumber: string;
  /** The CIS customer who owns the account now. */
  readonly customerNumber: string;
  readonly mainAccountNumber: string | null;
  readonly serviceAddress: string | null;
  readonly prepaid: boolean;
  /** A bill with another owner waits for staff: the former payers get no refreshed balance and pay nothing. */
  readonly underReview: boolean;
  /** Raised by whatever makes kept balances worthless; a kept value of another generation is none. */
  readonly generation: bigint;
  /** Tender kinds the CIS refused at the last refresh; null before the first one (BLK-05). */
  readonly blockedTenders: readonly TenderKind[] | null;
  /**
   * The invoice types that the payable items of the last refresh with any named, ascending; null before the first one, or
   * where an item named none.
   */
  readonly itemTypes: readonly number[] | null;
}

export type AccountPage = Page<Account>;
export type AccountEdge = Edge<Account>;

/** Letters, digits and dashes, at most 40: what may stand in a SOAP call or a cache key as an account number. */
const ACCOUNT_NUMBER = /^[A-Za-z0-9-]{1,40}$/;

export function isAccountNumber(text: string): boolean {
  return ACCOUNT_NUMBER.test(text);
}
