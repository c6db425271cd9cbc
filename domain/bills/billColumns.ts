// The one table of a bill file's columns: which field each fills, its type, its length, whether it must be there; and how
// a header line, with a biller's own names, becomes a layout.
import type { Biller } from '../biller';

/** How the text of a column is read; `domain/bills/bill.ts` has one reader for each. */
export type ColumnKind =
  | 'biller'
  | 'invoiceType'
  | 'account'
  /** Identifiers and the like: one line. */
  | 'text'
  /** Names, addresses, messages: may hold line ends, may not hold a card number. */
  | 'freeText'
  | 'state'
  | 'zip'
  | 'date'
  | 'amount'
  | 'minimum'
  | 'flag'
  | 'imageUrl'
  | 'currency'
  | 'coOwners';

export interface BillColumn {
  /** The column's name in a file; a biller may have another one (`bifColumnNames`). */
  readonly name: string;
  readonly kind: ColumnKind;
  /** Longest text, in characters. */
  readonly max: number;
  readonly required: boolean;
}

/** A whole record may not be longer, so this is no limit of its own: the list is counted in people, not in characters. */
const CO_OWNERS_TEXT_MAX = 65_536;

const required = true;
const optional = false;

/** Field of a bill row -> its column. The rules that tie columns to each other stand in `domain/bills/bill.ts`. */
export const BILL_COLUMNS = {
  billerId: { name: 'BillerGUID', kind: 'biller', max: 36, required },
  invoiceTypeId: { name: 'InvoiceTypeID', kind: 'invoiceType', max: 9, required },
  accountNumber: { name: 'AccountNumber', kind: 'account', max: 40, required },
  mainAccountNumber: { name: 'MainAccountNumber', kind: 'account', max: 40, required: optional },
  customerNumber: { name: 'CustomerID', kind: 'text', max: 40, required },
  name: { name: 'CustomerName', kind: 'freeText', max: 100, required },
  name2: { name: 'CustomerName2', kind: 'freeText', max: 100, required: optional },
  address1: { name: 'Address1', kind: 'freeText', max: 100, required },
  address2: { name: 'Address2', kind: 'freeText', max: 100, required: optional },
  city: { name: 'City', kind: 'freeText', max: 60, required },
  state: { name: 'State', kind: 'state', max: 2, required },
  zip: { name: 'Zip', kind: 'zip', max: 10, required },
  serviceAddress: { name: 'ServiceAddress', kind: 'freeText', max: 200, required: optional },
  phone: { name: 'Phone', kind: 'text', max: 20, required: optional },
  email: { name: 'EmailAddress', kind: 'text', max: 254, required: optional },
  emailCc: { name: 'EmailAddressCC', kind: 'text', max: 254, required: optional },
  loginName: { name: 'LoginName', kind: 'text', max: 60, required: optional },
  coOwners: { name: 'CoOwners', kind: 'coOwners', max: CO_OWNERS_TEXT_MAX, required: optional },
  registrationValue: { name: 'RegistrationValue', kind: 'text', max: 60, required: optional },
  invoiceNumber: { name: 'InvoiceNumber', kind: 'text', max: 40, required },
  invoiceDate: { name: 'InvoiceDate', kind: 'date', max: 19, required },
  dueDate: { name: 'InvoiceDueDate', kind: 'date', max: 19, required },
  autoPayCollectionDate: { name: 'AutoPayCollectionDate', kind: 'date', max: 19, required: optional },
  expireDate: { name: 'ExpireDate', kind: 'date', max: 19, required: optional },
  firstNotifyDate: { name: 'FirstNotifyRequestedDate', kind: 'date', max: 19, required: optional },
  secondNotifyDate: { name: 'SecondNotifyRequestedDate', kind: 'date', max: 19, required: optional },
  thirdNotifyDate: { name: 'ThirdNotifyRequestedDate', kind: 'date', max: 19, required: optional },
  balanceForwardCents: { name: 'BalanceForwardAmount', kind: 'amount', max: 13, required },
  currentChargesCents: { name: 'CurrentCharges', kind: 'amount', max: 13, required },
  adjustmentCents: { name: 'AdjustmentAmount', kind: 'amount', max: 13, required: optional },
  pastDueCents: { name: 'PastDueAmount', kind: 'amount', max: 13, required: optional },
  totalCents: { name: 'TotalAmountDue', kind: 'amount', max: 13, required },
  balanceDueCents: { name: 'BalanceDue', kind: 'amount', max: 13, required: optional },
  minimum: { name: 'MinimumAmountDue', kind: 'minimum', max: 13, required: optional },
  allowPartialPayments: { name: 'AllowPartialPayments', kind: 'flag', max: 5, required: optional },
  autoPay: { name: 'AutoPay', kind: 'flag', max: 5, required: optional },
  paperInvoices: { name: 'PaperInvoices', kind: 'flag', max: 5, required: optional },
  prepaid: { name: 'Prepaid', kind: 'flag', max: 5, required: optional },
  billImageUrl: { name: 'BillImageUrl', kind: 'imageUrl', max: 500, required: optional },
  currency: { name: 'CurrencyCode', kind: 'currency', max: 3, required: optional },
  message: { name: 'InvoiceMessage', kind: 'freeText', max: 500, required: optional },
  servicePeriodStart: { name: 'ServicePeriodStart', kind: 'date', max: 19, required: optional },
  servicePeriodEnd: { name: 'ServicePeriodEnd', kind: 'date', max: 19, required: optional },
} as const satisfies Record<string, BillColumn>;

export type BillColumns = typeof BILL_COLUMNS;
export type BillField = keyof BillColumns;

/** Columns whose names begin so hold a biller's own search and display values; any number of them is kept. */
const CUSTOM_PREFIX = 'custom';
/** Longest custom value, in characters. */
export const CUSTOM_MAX = 100;

/** Where a field stands in the lines of one file; `label` is the column's name in that biller's files. */
export interface LaidColumn extends BillColumn {
  readonly field: BillField;
  readonly index: number;
  readonly label: string;
}

export interface LaidCustom {
  readonly index: number;
  readonly label: string;
}

export interface BillLayout {
  /** Fields in each line. */
  readonly width: number;
  readonly columns: readonly LaidColumn[];
  readonly customs: readonly LaidCustom[];
  /** Names of columns that nobody knows; they are ignored, and the report says so. */
  readonly unknown: readonly string[];
  /** The biller's name of a field's column, for rules about columns that the file may not have. */
  label(field: BillField): string;
}

/** Why a header cannot be used; each refuses the whole file. `columns` are names of ours or of the biller's settings. */
export type HeaderProblem =
  | { readonly code: 'COLUMN_REPEATED'; readonly columns: readonly string[] }
  | { readonly code: 'REQUIRED_COLUMN_MISSING'; readonly columns: readonly string[] };

/** The name a biller's files have for a column of ours. */
export function columnLabel(biller: Pick<Biller, 'bifColumnNames'>, name: string): string {
  return biller.bifColumnNames[name] ?? name;
}

/** True for a name that `bifColumnNames` may rename and that search settings may mention. */
export function isBillColumn(name: string): boolean {
  return isCustom(name) || FIELDS.some(([, column]) => column.name === name);
}

/** The layout that a header line gives; names are compared without case and outer space, and their order is free. */
export function readHeader(
  names: readonly string[],
  biller: Pick<Biller, 'bifColumnNames'>,
): { readonly layout: BillLayout } | { readonly problem: HeaderProblem } {
  const folded = names.map(fold);
  const repeated = [...new Set(folded.filter((name, index) => name !== '' && folded.indexOf(name) !== index))];
  const label = (field: BillField): string => columnLabel(biller, BILL_COLUMNS[field].name);
  const columns = FIELDS.map(([field, column]) => ({
    ...column,
    field,
    label: label(field),
    index: folded.indexOf(fold(label(field))),
  }));
  const known = new Set(columns.map(({ index }) => index));
  const renamed = new Map(
    Object.entries(biller.bifColumnNames)
      .filter(([name]) => isCustom(name))
      .map(([name, theirs]) => [fold(theirs), name]),
  );
  const customs: LaidCustom[] = [];
  const unknown: string[] = [];
  folded.forEach((name, index) => {
    if (known.has(index)) return;
    const custom = renamed.get(name) ?? (isCustom(name) ? names[index]?.trim() : undefined);
    if (custom !== undefined) customs.push({ index, label: custom });
    // A line that ends in a delimiter has a last column without name and, mostly, without values: nothing to warn of.
    else if (name !== '') unknown.push(names[index]?.trim() ?? '');
  });
  const missing = columns.filter((column) => column.required && column.index < 0);
  if (missing.length > 0) {
    return { problem: { code: 'REQUIRED_COLUMN_MISSING', columns: missing.map((column) => column.label) } };
  }
  // Names that nobody knows are not repeated in the answer: a first line without names would hold a customer's data.
  if (repeated.length > 0) {
    const ours = columns.filter((column) => repeated.includes(fold(column.label))).map((column) => column.label);
    return { problem: { code: 'COLUMN_REPEATED', columns: ours } };
  }
  const layout = { width: names.length, columns: columns.filter(({ index }) => index >= 0), customs, unknown, label };
  return { layout };
}

const FIELDS = Object.entries(BILL_COLUMNS) as readonly [BillField, BillColumn][]; // oxlint-disable-line typescript/no-unsafe-type-assertion -- Object.entries forgets the names of the keys

function isCustom(name: string): boolean {
  return fold(name).startsWith(CUSTOM_PREFIX);
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}
