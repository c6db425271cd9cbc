// Who asks, and what he may see. Not his and not there must look the same, so every answer here is yes or no (AUT-01 to AUT-03).
import type { Account } from './account';
import { foldUserName, type CoOwner } from './coOwner';
import { maskName, maskNumber, type Customer } from './customer';
import { newestOf, type Bill } from './invoice';

export const ROLES = ['GUEST', 'OWNER', 'CO_OWNER', 'CSR', 'BILLER_ADMIN', 'SERVICE'] as const;
export type Role = (typeof ROLES)[number];

/** What a verified token says. */
export interface Claims {
  readonly billerId: string;
  readonly role: Role;
  readonly subject: string;
  /** Folded as `foldUserName` does; null for guests and services. */
  readonly userName: string | null;
  /** The accounts that the issuer says are the caller's; for a guest the account of his grant. */
  readonly accountNumbers: readonly string[];
  /**
   * When the token was issued at the earliest by our clock: what the issuer says less the leeway for clocks that differ.
   * A link that ended since may be one of which the issuer did not know (REG-02).
   */
  readonly issuedAt: Date;
}

/** A link between a user name and an account, as Daffron sent it. */
export interface Link {
  readonly accountNumber: string;
  readonly relation: 'OWNER' | 'CO_OWNER';
  /** Null while Daffron keeps the link. */
  readonly endedAt: Date | null;
}

/**
 * How the caller stands to an account: its owner or co-owner, its owner by the word of the token alone, or a guest with a
 * grant for it. A co-owner by the word of the token is a co-owner: he may know no more than one that Daffron links.
 */
export type Relation = 'OWNER' | 'CO_OWNER' | 'ASSERTED' | 'GRANTED';

export interface Caller {
  readonly billerId: string;
  readonly role: Role;
  readonly userName: string | null;
  /** Account numbers with the caller's relation to each; empty for staff, who see their whole biller. */
  readonly relations: ReadonlyMap<string, Relation>;
}

export function isStaff(caller: Pick<Caller, 'role'>): boolean {
  return caller.role === 'CSR' || caller.role === 'BILLER_ADMIN';
}

export function isPayer(caller: Pick<Caller, 'role'>): boolean {
  return caller.role === 'OWNER' || caller.role === 'CO_OWNER';
}

/**
 * The caller that claims and links make together. A payer's accounts are the claimed ones that Daffron links to his user
 * name now. Where the biller lets assertions make links, a claimed account without a link counts too, unless Daffron
 * ended one after the token was issued (AUT-02, REG-02).
 */
export function identify(claims: Claims, links: readonly Link[], linksFromAssertion: boolean): Caller {
  const relations = new Map<string, Relation>();
  for (const accountNumber of claims.accountNumbers) {
    const relation = relationTo(accountNumber, claims, links, linksFromAssertion);
    if (relation !== undefined) relations.set(accountNumber, relation);
  }
  return { billerId: claims.billerId, role: claims.role, userName: claims.userName, relations };
}

function relationTo(
  accountNumber: string,
  claims: Claims,
  links: readonly Link[],
  linksFromAssertion: boolean,
): Relation | undefined {
  if (claims.role === 'GUEST') return 'GRANTED';
  if (!isPayer(claims)) return undefined;
  const own = links.filter((link) => link.accountNumber === accountNumber);
  const current = own.filter((link) => link.endedAt === null);
  if (current.length > 0) return current.some((link) => link.relation === 'OWNER') ? 'OWNER' : 'CO_OWNER';
  const endedSince = own.some((link) => link.endedAt !== null && link.endedAt.getTime() >= claims.issuedAt.getTime());
  if (!linksFromAssertion || endedSince) return undefined;
  return claims.role === 'OWNER' ? 'ASSERTED' : 'CO_OWNER';
}

export function maySeeAccount(caller: Caller, accountNumber: string): boolean {
  return isStaff(caller) || caller.relations.has(accountNumber);
}

/**
 * A payer sees the bills made out to the account's owner of today; a former owner's stay his (CNV-03). A guest sees the
 * newest bill alone (VST-04).
 */
export function maySeeInvoice(caller: Caller, { invoice, standing }: Bill): boolean {
  if (isStaff(caller)) return true;
  const relation = caller.relations.get(invoice.accountNumber);
  if (relation === undefined || invoice.customerNumber !== standing.account.customerNumber) return false;
  return relation !== 'GRANTED' || newestOf(standing.newest)?.key === invoice.key;
}

/**
 * Whether a newest bill is part of what the account owes to this caller's eyes: the whole debt of the owner of today, also
 * where a guest sees one of its bills alone; never a former owner's bill, but to staff (CNV-03).
 */
export function countsForAccount(caller: Caller, { invoice, standing }: Bill): boolean {
  if (isStaff(caller)) return true;
  return maySeeAccount(caller, invoice.accountNumber) && invoice.customerNumber === standing.account.customerNumber;
}

/** While a bill that names another owner waits for staff, the former payers get no refreshed figure. */
export function maySeeRefreshed(caller: Caller, account: Account): boolean {
  return isStaff(caller) || (maySeeAccount(caller, account.accountNumber) && !account.underReview);
}

/** Persons beside the owner are shown to staff and to the persons of the account, never to guests. */
export function maySeePersons(caller: Caller, accountNumber: string): boolean {
  if (isStaff(caller)) return true;
  const relation = caller.relations.get(accountNumber);
  return relation !== undefined && relation !== 'GRANTED';
}

/** An account or customer number as this caller may read it: guests get its last four characters (VST-04). */
export function shownNumber(caller: Caller, number: string): string {
  return caller.role === 'GUEST' ? maskNumber(number) : number;
}

/**
 * A customer as this caller may know him: staff and owner everything, a co-owner the name where the biller allows it, a
 * guest a masked name; undefined for everybody else (COO-02, VST-04). `ownedNumbers` are the accounts the customer owns.
 */
export function customerAsSeen(
  caller: Caller,
  customer: Customer,
  ownedNumbers: readonly string[],
  coOwnerNamesVisible: boolean,
): Customer | undefined {
  const relations = new Set(ownedNumbers.map((number) => caller.relations.get(number)));
  if (isStaff(caller) || relations.has('OWNER') || relations.has('ASSERTED')) return customer;
  const unknown = { email: null, phone: null, mailingAddress: null };
  if (relations.has('CO_OWNER')) return { ...customer, ...unknown, name: coOwnerNamesVisible ? customer.name : null };
  const masked = customer.name === null ? null : maskName(customer.name);
  if (relations.has('GRANTED')) return { ...customer, ...unknown, name: masked };
  return undefined;
}

/** A co-owner as this caller may know him: himself and for staff whole, else by the biller's word (COO-02). */
export function coOwnerAsSeen(caller: Caller, coOwner: CoOwner, coOwnerNamesVisible: boolean): CoOwner {
  const isHimself = coOwner.userName !== null && caller.userName === foldUserName(coOwner.userName);
  if (isStaff(caller) || isHimself || coOwnerNamesVisible) return coOwner;
  return { ...coOwner, userName: null, name: null };
}
