// Bill files for tests: a row with sensible values, of which a test names those that it is about.
import { CEDAR } from './testBillers';

/** Columns of a row by their names in a bill file; the trailer is left to the tests of the bill door. */
export type BillRow = Readonly<Record<string, string>>;

const DEFAULTS: BillRow = {
  BillerGUID: CEDAR,
  InvoiceTypeID: '42',
  CustomerName: 'DOE JANE',
  Address1: '12 ELM ST',
  City: 'SPRINGFIELD',
  State: 'MO',
  Zip: '65801',
  ServiceAddress: '12 ELM ST APT 4',
  Phone: '417-555-0134',
  EmailAddress: 'jane@example.org',
  InvoiceDate: '2026-03-01',
  InvoiceDueDate: '2026-03-21',
  BalanceForwardAmount: '0.00',
  InvoiceMessage: 'THANK YOU',
  Custom1: 'METER 55102',
};

/** A bill over `amount` for an account; its number is made of account, type and date unless it is given. */
export function bill(accountNumber: string, customerId: string, amount: string, more: BillRow = {}): BillRow {
  const row: BillRow = {
    ...DEFAULTS,
    AccountNumber: accountNumber,
    CustomerID: customerId,
    CurrentCharges: amount,
    TotalAmountDue: amount,
    ...more,
  };
  return { InvoiceNumber: `${row['InvoiceTypeID']}-${row['InvoiceDate']}-${accountNumber}`, ...row };
}

/** The text of a file with these rows; its columns are those that any row names. */
export function billFile(rows: readonly BillRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join('|'));
  return [columns.join('|'), ...lines, ''].join('\n');
}
