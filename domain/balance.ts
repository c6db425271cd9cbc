// The true balance of an account: sums of payable items, how old a kept answer may be, and which figure wins (ADJ, RTD, PST).
import type { Day } from './day';
import type { Invoice } from './invoice';
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
  /** The instant before the question was sent: the figures are at least as new as this. */
  readonly observedAt: Date;
}

export type BalanceSource = 'RTDR' | 'CACHE' | 'BIF';
export type RefreshProblem = 'BALANCE_UNAVAILABLE' | 'BALANCE_UNPARSEABLE';

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
    precisionAtRisk: items.some((item) => isPrecisionAtRisk(item.pastDueCents) || isPrecisionAtRisk(item.currentCents)),
    inconsistent: totalCents > 0n && pastDueCents > totalCents,
    refreshProblem,
  };
}

/** The items of one invoice type, or undefined where some item names no type and no bill can claim a part of its own. */
export function itemsOfType(items: readonly PayableItem[], invoiceTypeId: number): readonly PayableItem[] | undefined {
  return areMapped(items) ? items.filter((item) => item.invoiceTypeId === invoiceTypeId) : undefined;
}

/** True where every payable item names its invoice type. */
export function areMapped(items: readonly PayableItem[]): boolean {
  return items.every((item) => item.invoiceTypeId !== null);
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

/** Of a bill and a refresh the newer by time is believed; at the same instant the refresh (PST-01). */
export function isBillNewer(billedAt: Date, observedAt: Date): boolean {
  return billedAt.getTime() > observedAt.getTime();
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
