// Why a row of a bill file is rejected, or taken with a remark: every code with the words a person reads. No reason
// repeats what stood in the row, so that a report can be mailed and kept (PCI-03, CIS-02).
import { CO_OWNERS_MAX } from '../coOwner';

const PROBLEMS = {
  REQUIRED_MISSING: 'a required value is missing',
  TOO_LONG: 'the value is longer than the column allows',
  CONTROL_CHARACTER: 'the value holds a control character, or a line end where none may stand',
  NOT_A_DATE: 'not a date: YYYY-MM-DD or MM/DD/YYYY of a day that exists, from 1900 on',
  NOT_AN_AMOUNT: 'not an amount: optional minus, up to 9 digits, optional point with one or two digits',
  NOT_A_FLAG: 'not a flag: Y or N, true or false, 1 or 0',
  OTHER_BILLER: 'the row belongs to another biller than the file',
  INVOICE_TYPE_UNKNOWN: 'the invoice type is not configured for this biller (TYP-02)',
  ACCOUNT_NUMBER_INVALID: 'not an account number: up to 40 letters, digits and dashes',
  MAIN_IS_ITSELF: 'an account cannot be its own main account',
  STATE_INVALID: 'not a state: two letters',
  ZIP_INVALID: 'not a ZIP code: 5 digits, or 5 and 4 with a dash',
  CURRENCY_NOT_SUPPORTED: 'only USD is supported',
  CO_OWNERS_MALFORMED: 'not a list of customerId~userName~name with ; between the entries',
  CARD_NUMBER_FOUND: 'the text holds what looks like a payment card number (PCI-03)',
  IMAGE_URL_NOT_HTTPS: 'the bill image must be an https address without a user name',
  IMAGE_HOST_NOT_ALLOWED: "the bill image's host is not on the biller's list",
  PAST_DUE_NEGATIVE: 'what is past due cannot be negative',
  TOTAL_MISMATCH: 'the total is not balance forward plus charges plus adjustment (BAL-10)',
  DUE_BEFORE_INVOICE: 'the due date is before the invoice date',
  EXPIRE_BEFORE_DUE: 'the expire date is before the due date (EXP-02)',
  COLLECTION_BEFORE_INVOICE: 'the collection date is before the invoice date (APD-03)',
  COLLECTION_AFTER_EXPIRE: 'the collection date is after the expire date (APD-03)',
  NOTICE_WITHOUT_EARLIER: 'a later notice needs the earlier one',
  NOTICES_NOT_ASCENDING: 'the notice is not after the one before it (EML-02)',
  NOTICE_AFTER_EXPIRE: 'the notice is after the expire date (EML-02)',
  PERIOD_END_BEFORE_START: 'the service period ends before it starts',
  FIELD_COUNT: 'the row has not as many fields as the header',
  QUOTE_NOT_CLOSED: 'a quote is opened and not closed before a delimiter or the end of a line',
  RECORD_TOO_LONG: 'the record is longer than is allowed',
  DUPLICATE_ROW_DIFFERENT: 'the file has this invoice more than once, with different content; none is taken',
  NUMBER_OF_ANOTHER_ACCOUNT: 'the invoice number is already used by another account (INV-04)',
} as const;

const WARNINGS = {
  UNKNOWN_COLUMN: 'nobody knows this column; it is ignored',
  MINIMUM_IGNORED: 'no minimum is applied; the value is not stored (MIN-01)',
  IMAGE_URL_IGNORED: "this biller's bills do not come from Daffron; the image address is not stored (IMG-02)",
  CO_OWNER_LIMIT_REACHED: `an account has at most ${CO_OWNERS_MAX} co-owners; further ones are not added (COO-03)`,
  DUPLICATE_ROW_IDENTICAL: 'the file has this row more than once; it is counted once',
  TRAILER_SUM_NOT_CHECKED: 'a row without a readable total keeps the sum of the trailer from being checked',
} as const;

export type BillProblemCode = keyof typeof PROBLEMS;
export type BillWarningCode = keyof typeof WARNINGS;

export interface BillProblem {
  /** The column's name in this biller's files; null where the row as a whole is meant. */
  readonly column: string | null;
  readonly code: BillProblemCode;
  readonly reason: string;
}

export interface BillWarning {
  readonly column: string | null;
  readonly code: BillWarningCode;
  readonly reason: string;
  /** With CO_OWNER_LIMIT_REACHED: how many an account may have, and how many it then has. */
  readonly limit?: number;
  readonly current?: number;
}

/** For the page that explains them. */
export const BILL_CODES: readonly string[] = [...Object.keys(PROBLEMS), ...Object.keys(WARNINGS)];

export function billProblem(code: BillProblemCode, column: string | null): BillProblem {
  return { column, code, reason: PROBLEMS[code] };
}

export function billWarning(code: BillWarningCode, column: string | null): BillWarning {
  const counts = code === 'CO_OWNER_LIMIT_REACHED' ? { limit: CO_OWNERS_MAX, current: CO_OWNERS_MAX } : {};
  return { column, code, reason: WARNINGS[code], ...counts };
}
