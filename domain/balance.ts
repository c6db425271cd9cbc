// The true balance of an account: sums of payable items, how old a kept answer may be, and which figure wins (ADJ, RTD, PST).
import type { Day } from './day';
import { areItemsPlaced, newestOfAccount, type Bill, type Invoice } from './invoice';
import { isPrecisionAtRisk, sumCents } from './money';
import type { TenderFlags, TenderKind } from './tender';

/** One row of what the CIS says an account owes; `invoiceTypeId` is null where the biller's map does not know it. */
export interface PayableItem {
  readonly pastDueCents: bigint;
  readonly currentCents: bigint;
  readonly invoiceTypeId: number | null;
  readonly dueDate: Day | null;
  readonly disconnectDate: Day | null;
  readonly lastPaymentCents: bigint | null;
  readonly lastPaymentDate: Day | null;
}

/** What one successful refresh brought. */
export interface Refreshed {
  readonly items: readonly PayableItem[];
  readonly tenders: TenderFlags;
  /** True where the wire's type for amounts was a single-precision float (MON-05). */
  readonly amountsAreFloats: boolean;
  /** The instant before the question was sent: the figures are at least as new as this. */
  readonly observedAt: Date;
}

export type BalanceSource = 'RTDR' | 'CACHE' | 'BIF';
export const REFRESH_PROBLEMS = ['BALANCE_UNAVAILABLE', 'BALANCE_UNPARSEABLE'] as const;
export type RefreshProblem = (typeof REFRESH_PROBLEMS)[number];

export interface LastPayment {
  readonly cents: bigint;
  readonly date: Day;
}

export interface Balance {
  readonly totalCents: bigint;
  readonly currentCents: bigint;
  readonly pastDueCents: bigint;
  readonly dueDate: Day | null;
  readonly disconnectDate: Day | null;
  readonly lastPayment: LastPayment | null;
  /** Null until the CIS was heard once: the flags come from it alone (BLK-01). */
  readonly allowedTenders: readonly TenderKind[] | null;
  readonly blockedTenders: readonly TenderKind[] | null;
  readonly source: BalanceSource;
  readonly asOf: Date;
  /** True where a newer figure was wanted and could not be had. */
  readonly stale: boolean;
  readonly precisionAtRisk: boolean;
  /** True where the CIS sent more past due than is owed in all; shown as sent (PST-02). */
  readonly inconsistent: boolean;
  /** Why the refresh behind a stale answer failed; null where none was tried or it went well. */
  readonly refreshProblem: RefreshProblem | null;
}

/** Without the override a successful refresh this young is not repeated (RTD-01). */
export const REFRESH_SKIP_SECONDS = 6 * 3600;

/** An operation may ask the CIS for this many accounts; beyond it figures are kept or billed ones, marked stale (RTD-08). */
export const REFRESHES_PER_OPERATION_MAX = 50;

/**
 * Whether a kept answer may stand in for a refresh: `maxAgeSeconds` is the caller's word, else the biller's override
 * decides (RTD-01, RTD-04). An answer of exactly the limit's age is too old (RTD-02), one from the future is not believed.
 */
export function mayServeKept(
  observedAt: Date,
  now: Date,
  overrideRefreshCheck: boolean,
  maxAgeSeconds: number | undefined,
): boolean {
  const limitSeconds = maxAgeSeconds ?? (overrideRefreshCheck ? 0 : REFRESH_SKIP_SECONDS);
  const ageMs = now.getTime() - observedAt.getTime();
  return ageMs >= 0 && ageMs < limitSeconds * 1000;
}

/** The balance that a set of payable items makes; no items and no fault is a balance of 0.00 (ADJ-02, ADJ-03). */
export function sumItems(
  refreshed: Refreshed,
  items: readonly PayableItem[],
  source: 'RTDR' | 'CACHE',
  refreshProblem: RefreshProblem | null = null,
  stale = refreshProblem !== null,
): Balance {
  const pastDueCents = sumCents(items.map((item) => item.pastDueCents));
  const currentCents = sumCents(items.map((item) => item.currentCents));
  const totalCents = pastDueCents + currentCents;
  return {
    totalCents,
    currentCents,
    pastDueCents,
    dueDate: earliest(items.map((item) => item.dueDate)),
    disconnectDate: earliest(items.map((item) => item.disconnectDate)),
    lastPayment: latestPayment(items),
    allowedTenders: refreshed.tenders.allowed,
    blockedTenders: refreshed.tenders.blocked,
    source,
    asOf: refreshed.observedAt,
    stale,
    precisionAtRisk: isAtRisk(refreshed.amountsAreFloats, items),
    inconsistent: totalCents > 0n && pastDueCents > totalCents,
    refreshProblem,
  };
}

/** Whether one of the amounts came as a float and is too great for every cent to have come with it (MON-05). */
export function isAtRisk(amountsAreFloats: boolean, items: readonly PayableItem[]): boolean {
  if (!amountsAreFloats) return false;
  return items.some(({ pastDueCents, currentCents, lastPaymentCents }) =>
    [pastDueCents, currentCents, lastPaymentCents ?? 0n].some(isPrecisionAtRisk),
  );
}

/** The invoice types that the items name, ascending; null where one of them names none. */
export function typesOf(items: readonly PayableItem[]): readonly number[] | null {
  const types = items.map((item) => item.invoiceTypeId).filter((type) => type !== null);
  return types.length < items.length ? null : [...new Set(types)].sort((a, b) => a - b);
}

/** What one of an account's newest bills carries of a refresh. */
export interface BillShare {
  readonly items: readonly PayableItem[];
  /** The bills whose figures are the newer word where one of them came after the refresh (PST-01). */
  readonly bills: readonly Invoice[];
}

/**
 * The share of one of the newest bills: all of the account's only one, the items of its type where every item has a bill,
 * else everything on the newest of all and undefined for the others (CIS-06).
 */
export function shareOf(bill: Bill, items: readonly PayableItem[]): BillShare | undefined {
  const { invoice, standing } = bill;
  if (standing.newest.length < 2) return { items, bills: [invoice] };
  if (areItemsPlaced(typesOf(items), standing.newest)) {
    return { items: items.filter((item) => item.invoiceTypeId === invoice.invoiceTypeId), bills: [invoice] };
  }
  return newestOfAccount(bill).key === invoice.key ? { items, bills: standing.newest } : undefined;
}

export interface BilledOptions {
  readonly stale: boolean;
  readonly refreshProblem?: RefreshProblem | null;
  /** The flags last heard from the CIS; they hold while it cannot be reached (BLK-05). */
  readonly blockedTenders?: readonly TenderKind[] | null;
}

/** The balance as one or more bills printed it; as old as the oldest of them. At least one bill must be given. */
export function billedBalance(
  bills: readonly [Invoice, ...Invoice[]],
  tenderKinds: readonly TenderKind[],
  options: BilledOptions,
): Balance {
  const totalCents = sumCents(bills.map((bill) => bill.balanceDueCents));
  const pastDueCents = sumCents(bills.map((bill) => bill.pastDueCents));
  const blocked = options.blockedTenders ?? null;
  return {
    totalCents,
    currentCents: totalCents - pastDueCents,
    pastDueCents,
    dueDate: earliest(bills.map((bill) => bill.dueDate)),
    disconnectDate: null,
    lastPayment: null,
    allowedTenders: blocked === null ? null : tenderKinds.filter((kind) => !blocked.includes(kind)),
    blockedTenders: blocked,
    source: 'BIF',
    asOf: bills.map((bill) => bill.ingestedAt).reduce((a, b) => (a < b ? a : b)),
    stale: options.stale,
    precisionAtRisk: false,
    inconsistent: totalCents > 0n && pastDueCents > totalCents,
    refreshProblem: options.refreshProblem ?? null,
  };
}

/**
 * The balance of an account from those of its bills: as old as the oldest of them, and of the bills' own only where all are.
 * At least one must be given.
 */
export function addBalances([first, ...rest]: readonly [Balance, ...Balance[]]): Balance {
  return rest.reduce<Balance>((sum, part) => {
    const totalCents = sum.totalCents + part.totalCents;
    const pastDueCents = sum.pastDueCents + part.pastDueCents;
    return {
      totalCents,
      currentCents: totalCents - pastDueCents,
      pastDueCents,
      dueDate: earliest([sum.dueDate, part.dueDate]),
      disconnectDate: earliest([sum.disconnectDate, part.disconnectDate]),
      lastPayment: laterPayment(sum.lastPayment, part.lastPayment),
      allowedTenders: sum.allowedTenders ?? part.allowedTenders,
      blockedTenders: sum.blockedTenders ?? part.blockedTenders,
      source: sum.source === part.source ? sum.source : 'CACHE',
      asOf: sum.asOf < part.asOf ? sum.asOf : part.asOf,
      stale: sum.stale || part.stale,
      precisionAtRisk: sum.precisionAtRisk || part.precisionAtRisk,
      inconsistent: totalCents > 0n && pastDueCents > totalCents,
      refreshProblem: sum.refreshProblem ?? part.refreshProblem,
    };
  }, first);
}

function laterPayment(a: LastPayment | null, b: LastPayment | null): LastPayment | null {
  if (a === null || b === null) return a ?? b;
  return b.date > a.date ? b : a;
}

/** Whether one of the bills came after the refresh; at the same instant the refresh is believed (PST-01). */
export function isOutdated(observedAt: Date, bills: readonly Invoice[]): boolean {
  return bills.some((bill) => bill.ingestedAt.getTime() > observedAt.getTime());
}

function earliest(days: readonly (Day | null)[]): Day | null {
  return days.filter((day) => day !== null).reduce<Day | null>((a, b) => (a === null || b < a ? b : a), null);
}

function latestPayment(items: readonly PayableItem[]): LastPayment | null {
  let latest: LastPayment | null = null;
  for (const { lastPaymentCents: cents, lastPaymentDate: date } of items) {
    if (cents !== null && date !== null && (latest === null || date > latest.date)) latest = { cents, date };
  }
  return latest;
}
