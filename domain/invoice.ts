// A bill, which bill of an account is the newest, and why a bill may not be paid (BAL, EXP, TYP, CNV).
import type { Account } from './account';
import { addDays, type Day } from './day';
import type { Edge, Page } from './page';
import { TENDER_KINDS } from './tender';

export interface Invoice {
  readonly key: string;
  readonly billerId: string;
  readonly invoiceTypeId: number;
  readonly invoiceNumber: string;
  readonly accountNumber: string;
  /** Whom the bill was made out to; after a conveyance not the owner of today. */
  readonly customerNumber: string;
  readonly version: number;
  /** The order in which files were ingested. */
  readonly fileId: bigint;
  readonly ingestedAt: Date;
  readonly invoiceDate: Day;
  readonly dueDate: Day;
  readonly expireDate: Day | null;
  readonly autoPayCollectionDate: Day | null;
  /** Up to three, ascending (EML-01). */
  readonly notifyDates: readonly Day[];
  readonly servicePeriodStart: Day | null;
  readonly servicePeriodEnd: Day | null;
  readonly balanceForwardCents: bigint;
  readonly currentChargesCents: bigint;
  readonly adjustmentCents: bigint;
  readonly pastDueCents: bigint;
  /** Forward + charges + adjustment (BAL-10). */
  readonly totalCents: bigint;
  /** Open when the file was made; the total where the file did not say. */
  readonly balanceDueCents: bigint;
  readonly message: string | null;
  readonly customFields: readonly CustomField[];
}

export interface CustomField {
  readonly name: string;
  readonly value: string;
}

export type InvoiceStatus = 'CURRENT' | 'SUPERSEDED' | 'EXPIRED' | 'UNDER_REVIEW';

/** What is known of an account when its bills are judged. */
export interface Standing {
  readonly account: Account;
  /** The newest bill of each type; never empty where there is a bill. */
  readonly newest: readonly Invoice[];
  /** Today in the biller's zone. */
  readonly today: Day;
}

/** A bill together with what decides its status. */
export interface Bill {
  readonly invoice: Invoice;
  readonly standing: Standing;
}

export type BillPage = Page<Bill>;
export type BillEdge = Edge<Bill>;

export interface Payability {
  readonly reasons: readonly PayabilityReason[];
  readonly mostRecent: Bill;
}

export interface PayabilityReason {
  readonly code: 'NOT_MOST_RECENT_INVOICE' | 'INVOICE_EXPIRED' | 'INVOICE_NOT_PAYABLE' | 'PAYMENT_BLOCKED';
  readonly message: string;
  /** With INVOICE_NOT_PAYABLE: what holds the bill back. */
  readonly cause?: 'CONVEYANCE_REVIEW';
}

/**
 * Below zero where `a` is the newer bill: by invoice date, due date, later file, and in one file by the greater number
 * in byte order (BAL-04). Bills of two types may share even the number: the greater type then decides, so that no order
 * of rows does (INV-07). Bills of the past that expired still count.
 */
export function compareRecency(a: Invoice, b: Invoice): number {
  return (
    compare(b.invoiceDate, a.invoiceDate) ||
    compare(b.dueDate, a.dueDate) ||
    compare(b.fileId, a.fileId) ||
    compareBytes(b.invoiceNumber, a.invoiceNumber) ||
    b.invoiceTypeId - a.invoiceTypeId
  );
}

/** The newest of some bills of one account, or undefined where there is none. */
export function newestOf(invoices: readonly Invoice[]): Invoice | undefined {
  return invoices.reduce<Invoice | undefined>(
    (newest, invoice) => (newest === undefined || compareRecency(invoice, newest) < 0 ? invoice : newest),
    undefined,
  );
}

/** The newest bill of the same account and type. */
export function newestOfType({ invoice, standing }: Bill): Invoice {
  return standing.newest.find((newest) => newest.invoiceTypeId === invoice.invoiceTypeId) ?? invoice;
}

/** The newest bill of the account, whatever its type. */
export function newestOfAccount({ invoice, standing }: Bill): Invoice {
  return newestOf(standing.newest) ?? invoice;
}

/**
 * Whether every payable item belongs to one of these newest bills by the type it names, so that each bill carries a part
 * of its own. An item without a type, or of a type without a bill, would be nobody's.
 */
export function areItemsPlaced(itemTypes: readonly number[] | null, newest: readonly Invoice[]): boolean {
  return itemTypes?.every((type) => newest.some((invoice) => invoice.invoiceTypeId === type)) ?? false;
}

/**
 * The bill that carries the account's refreshed balance in this bill's place, and the one to pay: the newest of its type
 * where the last refresh placed every item, else the newest of the account.
 */
export function balanceBill(bill: Bill): Invoice {
  const { account, newest } = bill.standing;
  return areItemsPlaced(account.itemTypes, newest) ? newestOfType(bill) : newestOfAccount(bill);
}

/** After its expire date a bill can be seen but not paid (EXP-01, TIM-01). */
export function isExpired(invoice: Invoice, today: Day): boolean {
  return invoice.expireDate !== null && today > invoice.expireDate;
}

export function isSuperseded(bill: Bill): boolean {
  return newestOfType(bill).key !== bill.invoice.key;
}

export function statusOf(bill: Bill): InvoiceStatus {
  if (isSuperseded(bill)) return 'SUPERSEDED';
  if (bill.standing.account.underReview) return 'UNDER_REVIEW';
  return isExpired(bill.invoice, bill.standing.today) ? 'EXPIRED' : 'CURRENT';
}

/** Why this bill may not be paid now, from what is known here without asking the CIS; empty: it may be tried. */
export function whyNotPayable(bill: Bill): readonly PayabilityReason[] {
  const { invoice, standing } = bill;
  const reasons: PayabilityReason[] = [];
  if (standing.account.underReview) {
    reasons.push({
      code: 'INVOICE_NOT_PAYABLE',
      cause: 'CONVEYANCE_REVIEW',
      message: 'The utility is reviewing who is responsible for this account. Please contact the utility.',
    });
  }
  if (balanceBill(bill).key !== invoice.key) {
    reasons.push({
      code: 'NOT_MOST_RECENT_INVOICE',
      message: 'A newer bill of this account contains whatever this one left open. Please pay the newest bill.',
    });
  }
  if (isExpired(invoice, standing.today)) {
    reasons.push({ code: 'INVOICE_EXPIRED', message: `This bill could be paid here until ${invoice.expireDate}.` });
  }
  if (TENDER_KINDS.every((kind) => standing.account.blockedTenders?.includes(kind) === true)) {
    reasons.push({ code: 'PAYMENT_BLOCKED', message: 'This account cannot be paid here. Please contact the utility.' });
  }
  return reasons;
}

export function payabilityOf(bill: Bill): Payability {
  return { reasons: whyNotPayable(bill), mostRecent: { invoice: balanceBill(bill), standing: bill.standing } };
}

/** The day AutoPay collects: the file's word, else the due date moved by the biller's offset in days (APD-01, APD-02). */
export function collectionDateOf(invoice: Invoice, offsetDays: number): Day {
  return invoice.autoPayCollectionDate ?? addDays(invoice.dueDate, offsetDays);
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Byte order of UTF-8, which is the order of code points and not of UTF-16 units. */
function compareBytes(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0) ?? 0);
  const right = Array.from(b, (character) => character.codePointAt(0) ?? 0);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
