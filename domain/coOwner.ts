// A co-owner: a further person whom the CIS registered for an account (COO-01 to COO-04).

/** The CIS allows this many for an account; the owner does not count (COO-03, COO-04). */
export const CO_OWNERS_MAX = 15;

export interface CoOwner {
  readonly key: string;
  readonly billerId: string;
  /** The co-owner's own CIS customer id. */
  readonly customerNumber: string;
  /** Null without a login, and where the caller may not know. */
  readonly userName: string | null;
  /** Null where the caller may not know. */
  readonly name: string | null;
}

/** The form in which user names are compared: without case, without outer space (LOG-02). */
export function foldUserName(userName: string): string {
  // Normalising may bring outer space to light, so it goes first: folding twice must be folding once.
  return userName.normalize('NFKC').trim().toLowerCase();
}
