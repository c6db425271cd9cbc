// One row of a bill file: its texts become a typed bill, or all the reasons why they cannot (docs/bif.md).
import { BILL_COLUMNS, type BillColumns, type BillField, type BillLayout } from './billColumns';
import { billProblem, type BillProblem, type BillProblemCode, type BillWarning } from './billProblem';
import {
  coOwnersBesides,
  readColumn,
  readCustomFields,
  RowPlace,
  type BillReading,
  type FieldValue,
  type Finding,
  type ListedCoOwner,
} from './billText';
import type { Biller } from '../biller';
import type { Day } from '../day';
import type { CustomField } from '../invoice';

/** What was read of each column; null is absent, or wrong and then told. */
type Draft = { readonly [Field in BillField]: FieldValue<Field> | null };
/** The same once a row is known to be right: what is required is there. */
type Complete = {
  readonly [Field in BillField]: FieldValue<Field> | (BillColumns[Field]['required'] extends true ? never : null);
};
type NotStored = 'billerId' | 'minimum' | 'currency' | 'firstNotifyDate' | 'secondNotifyDate' | 'thirdNotifyDate';

type LeftOpen = 'adjustmentCents' | 'pastDueCents' | 'balanceDueCents' | 'prepaid' | 'coOwners' | 'notifyDates';

/** A bill as a file tells it, with the facts of its customer and account; amounts are US cents. */
export interface BillRow extends Omit<Complete, NotStored> {
  readonly adjustmentCents: bigint;
  readonly pastDueCents: bigint;
  readonly balanceDueCents: bigint;
  readonly prepaid: boolean;
  /** Each person once, the owner left out, in the order of the list; there may be more than the limit. */
  readonly coOwners: readonly ListedCoOwner[];
  /** Up to three, ascending (EML-01). */
  readonly notifyDates: readonly Day[];
  readonly customFields: readonly CustomField[];
}

export interface AcceptedRow {
  readonly row: BillRow;
  readonly warnings: readonly BillWarning[];
}

export interface RejectedRow {
  readonly problems: readonly BillProblem[];
  /** The total in cents where it could be read: the trailer of a file counts rejected rows too. */
  readonly totalCents: bigint | null;
}

/**
 * A row of which nothing was read, with every property that a row will have: to add one later costs more than all the
 * checks. JSON.parse makes an object whose copies are fast, Object.fromEntries does not.
 */
const NOTHING_READ: Readonly<Record<string, unknown>> = JSON.parse(
  JSON.stringify({ ...BILL_COLUMNS, notifyDates: null, customFields: null }, (key, value: unknown) =>
    key === '' ? value : null,
  ),
);

/**
 * Makes the reader of the rows of one file. It takes the texts of a line in the header's order, with the outer spaces of
 * unquoted fields removed, and tells everything that is wrong with the row, not only the first thing.
 */
export function billRowReader(
  layout: BillLayout,
  biller: Biller,
): (fields: readonly string[]) => AcceptedRow | RejectedRow {
  const reading: BillReading = {
    layout,
    biller,
    typeIds: new Set(biller.invoiceTypes.map(({ id }) => id)),
    imageHosts: new Set(biller.billImageHosts.map((host) => host.toLowerCase())),
    days: new Map(),
  };
  return (fields) => readBillRow(reading, fields);
}

function readBillRow(reading: BillReading, fields: readonly string[]): AcceptedRow | RejectedRow {
  const { layout } = reading;
  if (fields.length !== layout.width) return { problems: [billProblem('FIELD_COUNT', null)], totalCents: null };
  const finding: Finding = { problems: [], warnings: [] };
  const place = new RowPlace(reading, finding);
  const values: Record<string, unknown> = { ...NOTHING_READ };
  for (const column of layout.columns) {
    values[column.field] = readColumn(place, column, fields[column.index] ?? '');
  }
  const draft = values as Draft; // oxlint-disable-line typescript/no-unsafe-type-assertion -- the column table decides each value's type, which the compiler cannot follow through a loop
  const customFields = readCustomFields(layout, fields, finding);
  const wrong = (field: BillField, code: BillProblemCode): void => {
    finding.problems.push(billProblem(code, layout.label(field)));
  };
  checkAmounts(draft, wrong);
  checkDates(draft, wrong);
  checkNotices(draft, wrong);
  if (draft.mainAccountNumber !== null && draft.mainAccountNumber === draft.accountNumber) {
    wrong('mainAccountNumber', 'MAIN_IS_ITSELF');
  }
  if (finding.problems.length > 0) return { problems: finding.problems, totalCents: draft.totalCents };
  // Completed in place: a copy of an object of this size costs as much as all the checks before.
  const row = Object.assign(values, whatIsLeftOpen(draft, layout, finding), { customFields });
  return { row: row as unknown as BillRow, warnings: finding.warnings }; // oxlint-disable-line typescript/no-unsafe-type-assertion -- a row without problems has all that is required: readColumn tells what is missing
}

type Wrong = (field: BillField, code: BillProblemCode) => void;

function checkAmounts(draft: Draft, wrong: Wrong): void {
  const { balanceForwardCents, currentChargesCents, totalCents } = draft;
  if (balanceForwardCents !== null && currentChargesCents !== null && totalCents !== null) {
    const sumCents = balanceForwardCents + currentChargesCents + (draft.adjustmentCents ?? 0n);
    if (sumCents !== totalCents) wrong('totalCents', 'TOTAL_MISMATCH');
  }
  if ((draft.pastDueCents ?? 0n) < 0n) wrong('pastDueCents', 'PAST_DUE_NEGATIVE');
}

function checkDates(draft: Draft, wrong: Wrong): void {
  const { invoiceDate, dueDate, expireDate, autoPayCollectionDate } = draft;
  if (isBefore(dueDate, invoiceDate)) wrong('dueDate', 'DUE_BEFORE_INVOICE');
  if (isBefore(expireDate, dueDate)) wrong('expireDate', 'EXPIRE_BEFORE_DUE');
  if (isBefore(autoPayCollectionDate, invoiceDate)) wrong('autoPayCollectionDate', 'COLLECTION_BEFORE_INVOICE');
  if (isBefore(expireDate, autoPayCollectionDate)) wrong('autoPayCollectionDate', 'COLLECTION_AFTER_EXPIRE');
  if (isBefore(draft.servicePeriodEnd, draft.servicePeriodStart)) wrong('servicePeriodEnd', 'PERIOD_END_BEFORE_START');
}

/** The three notices: each only after the one before, none after the bill has expired (EML-02). */
function checkNotices(draft: Draft, wrong: Wrong): void {
  const notices = ['firstNotifyDate', 'secondNotifyDate', 'thirdNotifyDate'] as const;
  notices.forEach((field, index) => {
    const date = draft[field];
    if (date === null) return;
    if (isBefore(draft.expireDate, date)) wrong(field, 'NOTICE_AFTER_EXPIRE');
    const before = notices[index - 1];
    if (before === undefined) return;
    const earlier = draft[before];
    if (earlier === null) wrong(field, 'NOTICE_WITHOUT_EARLIER');
    else if (date <= earlier) wrong(field, 'NOTICES_NOT_ASCENDING');
  });
}

/** True where both days are known and the one is before the other. */
function isBefore(day: Day | null, other: Day | null): boolean {
  return day !== null && other !== null && day < other;
}

/** The defaults of what a row leaves open: no adjustment, nothing past due, all of the total still owed. */
function whatIsLeftOpen(draft: Draft, layout: BillLayout, finding: Finding): Pick<BillRow, LeftOpen> {
  const { firstNotifyDate, secondNotifyDate, thirdNotifyDate, customerNumber, coOwners } = draft;
  return {
    adjustmentCents: draft.adjustmentCents ?? 0n,
    pastDueCents: draft.pastDueCents ?? 0n,
    balanceDueCents: draft.balanceDueCents ?? draft.totalCents ?? 0n,
    prepaid: draft.prepaid ?? false,
    coOwners:
      coOwners === null ? [] : coOwnersBesides(customerNumber ?? '', coOwners, layout.label('coOwners'), finding),
    notifyDates: [firstNotifyDate, secondNotifyDate, thirdNotifyDate].filter((day) => day !== null),
  };
}
