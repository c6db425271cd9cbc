// Twenty-four months of balance-forward bills of one account and invoice type: amounts from the month's distance back
// from today alone, so that they are the same on any day, and dates reckoned from today.
import { addDays, addMonths, type Day } from './calendar';
import { centsOf, largerOf } from './money';
import type { Random } from './random';

/** What portals show at least, in months (INV-08). */
export const MONTHS = 24;

/** How a customer pays: each habit leaves another trace in the bills. */
export type Payer = 'prompt' | 'rounder' | 'late' | 'behind' | 'prepaid';

/** The amounts of the newest bill of a case made by hand, as decimal text. */
export interface NewestAmounts {
  readonly forward: string;
  readonly charges: string;
  readonly adjustment?: string;
}

export interface ServicePlan {
  readonly typeId: number;
  readonly chargeCode?: string;
  readonly description: string;
  /** Around what a month costs. */
  readonly typicalCents: number;
  readonly payer: Payer;
  /** Absent: drawn like the other months. */
  readonly newest?: NewestAmounts;
  /** Paid since the newest bill, as decimal text. Absent: drawn. */
  readonly paidSince?: string;
}

/** One month of the history; index 0 is the newest. */
export interface Month {
  /** What earlier bills left. */
  readonly forwardCents: bigint;
  readonly chargesCents: bigint;
  readonly adjustmentCents: bigint;
  /** Forward, charges and adjustment together (BAL-10). */
  readonly totalCents: bigint;
  /** Paid after this bill and before the next one, or until today. */
  readonly paidCents: bigint;
}

/** What of the bill was already owed before it. */
export function pastDueOf(month: Month): bigint {
  return largerOf(month.forwardCents, 0n);
}

/** A rounder pays up to the next five dollars. */
const ROUNDING_CENTS = 500n;

/** What is paid on a bill of which so much is owed, `back` months ago. */
const PAID_BY: Readonly<Record<Payer, (owedCents: bigint, back: number) => bigint>> = {
  prompt: (owed) => owed,
  rounder: (owed) => ((owed + ROUNDING_CENTS - 1n) / ROUNDING_CENTS) * ROUNDING_CENTS,
  // Every third bill is left alone and paid with the next one.
  late: (owed, back) => (back % 3 === 1 ? 0n : owed),
  behind: (owed) => (owed * 3n) / 5n,
  // Tops up so that credit stays.
  prepaid: (owed) => owed,
};

function paidFor({ payer, typicalCents }: ServicePlan, totalCents: bigint, back: number): bigint {
  // A pre-paid account keeps one and a half months in credit, so it owes long before its total is above zero.
  const creditCents = payer === 'prepaid' ? (BigInt(typicalCents) * 3n) / 2n : 0n;
  return PAID_BY[payer](largerOf(totalCents + creditCents, 0n), back);
}

/** Half of the newest bills are still open, a third are paid, the rest are paid in part. */
function paidSinceNewest(totalCents: bigint, random: Random): bigint {
  const draw = random.int(1, 6);
  if (draw <= 3 || totalCents <= 0n) return 0n;
  return draw <= 5 ? totalCents : totalCents / 2n;
}

/**
 * The months of one service, the newest first. Each bill carries what the one before left:
 * `forward(n) = total(n + 1) - paid(n + 1)`, where a larger index is the older month.
 */
export function makeMonths(plan: ServicePlan, random: Random, count = MONTHS): readonly Month[] {
  const months: Month[] = [];
  let forwardCents = 0n;
  for (let back = count - 1; back >= 0; back -= 1) {
    const given = back === 0 ? plan.newest : undefined;
    // Draws are made in every month alike, so that a case made by hand does not shift the others.
    let chargesCents = BigInt(Math.round(plan.typicalCents * 0.8) + random.int(0, Math.round(plan.typicalCents * 0.4)));
    const drawnAdjustment = random.chance(1 / 18) ? -BigInt(random.int(100, 900)) : 0n;
    if (given !== undefined) chargesCents = centsOf(given.charges);
    const adjustmentCents = given === undefined ? drawnAdjustment : centsOf(given.adjustment ?? '0.00');
    let paidCents: bigint;
    if (back === 0) {
      const total = forwardCents + chargesCents + adjustmentCents;
      paidCents = plan.paidSince === undefined ? paidSinceNewest(total, random) : centsOf(plan.paidSince);
    } else if (back === 1 && plan.newest !== undefined) {
      // The last payment before a newest bill made by hand leaves just what that bill brings forward.
      const left = centsOf(plan.newest.forward);
      const total = forwardCents + chargesCents + adjustmentCents;
      if (total < left) chargesCents += left - total;
      paidCents = largerOf(total - left, 0n);
    } else {
      paidCents = paidFor(plan, forwardCents + chargesCents + adjustmentCents, back);
    }
    const totalCents = forwardCents + chargesCents + adjustmentCents;
    months.unshift({ forwardCents, chargesCents, adjustmentCents, totalCents, paidCents });
    forwardCents = totalCents - paidCents;
  }
  return months;
}

/** The dates of one bill. */
export interface BillDates {
  readonly invoiceDate: Day;
  readonly dueDate: Day;
  readonly autoPayCollectionDate: Day;
  /** Absent: the bill never expires. */
  readonly expireDate?: Day;
  /** Up to three, ascending. */
  readonly notifyDates: readonly Day[];
  readonly servicePeriodStart: Day;
  readonly servicePeriodEnd: Day;
}

/** Days between a bill and its due date; utilities commonly give three weeks. */
export const DUE_AFTER_DAYS = 20;

/** Days after the bill on which its payment came in, unless it is younger than that. */
const PAID_AFTER_DAYS = 3;

/**
 * The dates of the bill `back` months ago.
 * @param billedDaysAgo age of the newest bill, in days.
 * @param expireAfterDays life of a bill, in days; absent: it never expires. At least five, or notices would coincide.
 */
export function datesOf(today: Day, billedDaysAgo: number, back: number, expireAfterDays?: number): BillDates {
  const invoiceDate = addMonths(addDays(today, -billedDaysAgo), -back);
  const dueAfter = Math.min(DUE_AFTER_DAYS, expireAfterDays === undefined ? DUE_AFTER_DAYS : expireAfterDays - 2);
  return {
    invoiceDate,
    dueDate: addDays(invoiceDate, dueAfter),
    autoPayCollectionDate: addDays(invoiceDate, dueAfter - 1),
    ...(expireAfterDays !== undefined && { expireDate: addDays(invoiceDate, expireAfterDays) }),
    notifyDates: [1, Math.floor(dueAfter / 2) + 1, dueAfter].map((after) => addDays(invoiceDate, after)),
    servicePeriodStart: addMonths(invoiceDate, -1),
    servicePeriodEnd: addDays(invoiceDate, -1),
  };
}

/** The day on which the payment of the bill `back` months ago came in; never after today. */
export function paidOn(today: Day, billedDaysAgo: number, back: number): Day {
  const after = back === 0 ? Math.min(PAID_AFTER_DAYS, billedDaysAgo) : PAID_AFTER_DAYS;
  return addDays(addMonths(addDays(today, -billedDaysAgo), -back), after);
}
