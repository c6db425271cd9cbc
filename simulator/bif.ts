// Bill files (BIF): the columns, one row for a bill, and the writing of a file with its trailer, streamed.
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { billedDaysAgo, type Account, type Service } from './world/accounts';
import { datesOf, pastDueOf } from './world/bills';
import type { Day } from './world/calendar';
import { centsOf, formatCents } from './world/money';

const COLUMNS = [
  'BillerGUID',
  'InvoiceTypeID',
  'AccountNumber',
  'MainAccountNumber',
  'CustomerID',
  'CustomerName',
  'CustomerName2',
  'Address1',
  'Address2',
  'City',
  'State',
  'Zip',
  'ServiceAddress',
  'Phone',
  'EmailAddress',
  'LoginName',
  'CoOwners',
  'RegistrationValue',
  'InvoiceNumber',
  'InvoiceDate',
  'InvoiceDueDate',
  'AutoPayCollectionDate',
  'ExpireDate',
  'FirstNotifyRequestedDate',
  'SecondNotifyRequestedDate',
  'ThirdNotifyRequestedDate',
  'BalanceForwardAmount',
  'CurrentCharges',
  'AdjustmentAmount',
  'PastDueAmount',
  'TotalAmountDue',
  'BalanceDue',
  'AllowPartialPayments',
  'AutoPay',
  'PaperInvoices',
  'Prepaid',
  'CurrencyCode',
  'InvoiceMessage',
  'ServicePeriodStart',
  'ServicePeriodEnd',
  'Custom1',
  'Custom2',
] as const;

/** The fields of one row by column; a column that is absent is left empty. */
export type BifRow = { readonly [column in (typeof COLUMNS)[number]]?: string | undefined } & {
  readonly TotalAmountDue: string;
};

function flag(on: boolean): string {
  return on ? 'Y' : 'N';
}

/** Numbers count up from the oldest bill, so that they do not move with the calendar; lighting bears an L. */
function invoiceNumberOf(account: Account, service: Service, back: number): string {
  const ordinal = String(1_000 + service.months.length - back);
  return `${account.accountNumber.replace(/^0+/, '')}-${ordinal}${service.typeId === 43 ? 'L' : ''}`;
}

/**
 * The row of the bill that one service of the account got `back` months ago.
 * Throws a RangeError when there is no such month.
 */
export function rowOf(billerId: string, account: Account, service: Service, back: number, today: Day): BifRow {
  const month = service.months[back];
  if (month === undefined) throw new RangeError(`account ${account.accountNumber} has no bill ${back} months ago`);
  const dates = datesOf(today, billedDaysAgo(account, service), back, account.expireAfterDays);
  // The former owner's people left with him.
  const gone = back > 0 && account.formerCustomer !== undefined;
  const customer = gone && account.formerCustomer !== undefined ? account.formerCustomer : account.customer;
  const total = formatCents(month.totalCents);
  return {
    BillerGUID: billerId,
    InvoiceTypeID: String(service.typeId),
    AccountNumber: account.accountNumber,
    MainAccountNumber: account.mainAccountNumber,
    CustomerID: customer.customerId,
    CustomerName: customer.name,
    CustomerName2: customer.name2,
    Address1: customer.address.address1,
    Address2: customer.address.address2,
    City: customer.address.city,
    State: customer.address.state,
    Zip: customer.address.zip,
    ServiceAddress: account.serviceAddress,
    Phone: customer.phone,
    EmailAddress: customer.email,
    LoginName: customer.loginName,
    CoOwners: account.coOwners.map((one) => `${one.customerId}~${one.userName ?? ''}~${one.name}`).join(';'),
    RegistrationValue: customer.registrationValue,
    InvoiceNumber: invoiceNumberOf(account, service, back),
    InvoiceDate: dates.invoiceDate,
    InvoiceDueDate: dates.dueDate,
    AutoPayCollectionDate: account.autoPay ? dates.autoPayCollectionDate : undefined,
    ExpireDate: dates.expireDate,
    FirstNotifyRequestedDate: dates.notifyDates[0],
    SecondNotifyRequestedDate: dates.notifyDates[1],
    ThirdNotifyRequestedDate: dates.notifyDates[2],
    BalanceForwardAmount: formatCents(month.forwardCents),
    CurrentCharges: formatCents(month.chargesCents),
    AdjustmentAmount: formatCents(month.adjustmentCents),
    PastDueAmount: formatCents(pastDueOf(month)),
    TotalAmountDue: total,
    BalanceDue: total,
    AllowPartialPayments: flag(account.partialAllowed),
    AutoPay: flag(account.autoPay),
    PaperInvoices: flag(!account.paperless),
    Prepaid: flag(account.prepaid),
    CurrencyCode: 'USD',
    InvoiceMessage: back === 0 ? account.message : undefined,
    ServicePeriodStart: dates.servicePeriodStart,
    ServicePeriodEnd: dates.servicePeriodEnd,
    Custom1: account.meter,
    Custom2: account.route,
  };
}

/** Encloses a field where a reader could not otherwise tell where it ends or what belongs to it. */
function quoted(field: string): string {
  return /[|"\r\n]|^\s|\s$|^#/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Characters that are handed to the file at a time; large enough that the cost of a hand-over does not show. */
const CHUNK_CHARACTERS = 64 * 1024;

function* fileText(rows: Iterable<BifRow>, counted: { rows: number; totalCents: bigint }): Generator<string> {
  let text = `${COLUMNS.join('|')}\n`;
  for (const row of rows) {
    counted.rows += 1;
    counted.totalCents += centsOf(row.TotalAmountDue);
    text += `${COLUMNS.map((column) => quoted(row[column] ?? '')).join('|')}\n`;
    if (text.length >= CHUNK_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  yield `${text}#TRAILER|${counted.rows}|${formatCents(counted.totalCents)}\n`;
}

/**
 * Writes the rows as a file with header and trailer. Rows are taken as the disk takes them, so memory stays flat; the
 * file bears its name only once it is whole. Rejects with the error of the file system.
 */
export async function writeBif(path: string, rows: Iterable<BifRow>): Promise<{ rows: number; totalCents: bigint }> {
  const counted = { rows: 0, totalCents: 0n };
  const part = `${path}.part`;
  await pipeline(Readable.from(fileText(rows, counted)), createWriteStream(part));
  await rename(part, path);
  return counted;
}
