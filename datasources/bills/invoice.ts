// Bills for one caller: by key, in pages newest first, and the newest of each account. Each comes with its standing.
import DataLoader from 'dataloader';
import type { Account } from '../../domain/account';
import { isStaff, maySeeInvoice, type Caller } from '../../domain/caller';
import type { Day } from '../../domain/day';
import { groupBy } from '../../domain/groups';
import { newestOf, type Bill, type CustomField, type Invoice, type Standing } from '../../domain/invoice';
import { pageOf, type Page, type PageRequest } from '../../domain/page';
import type { Database } from '../postgres/database';
import type { AccountReader } from './account';

export interface InvoiceReader {
  byKey(key: string): Promise<Bill | undefined>;
  /** The newest bill of an account, whatever its type; undefined where the caller may not see it. */
  current(account: Account): Promise<Bill | undefined>;
  page(account: Account, request: PageRequest): Promise<Page<Bill>>;
  /** The newest bill of each type; may the caller see them or not. */
  newest(accountNumber: string): Promise<readonly Invoice[]>;
}

interface InvoiceRow {
  id: string;
  invoice_type_id: number;
  invoice_number: string;
  account_number: string;
  customer_number: string;
  version: number;
  file_id: bigint;
  ingested_at: Date;
  invoice_date: Day;
  due_date: Day;
  expire_date: Day | null;
  auto_pay_collection_date: Day | null;
  notify_dates: Day[];
  service_period_start: Day | null;
  service_period_end: Day | null;
  balance_forward_cents: bigint;
  current_charges_cents: bigint;
  adjustment_cents: bigint;
  past_due_cents: bigint;
  total_cents: bigint;
  balance_due_cents: bigint;
  message: string | null;
  custom_fields: CustomField[];
}

const COLUMNS = `i.id, i.invoice_type_id, i.invoice_number, i.account_number, i.customer_number, i.version, i.file_id,
  i.ingested_at, i.invoice_date, i.due_date, i.expire_date, i.auto_pay_collection_date, i.notify_dates,
  i.service_period_start, i.service_period_end, i.balance_forward_cents, i.current_charges_cents, i.adjustment_cents,
  i.past_due_cents, i.total_cents, i.balance_due_cents, i.message, i.custom_fields`;

/** Newest first, as `compareRecency` has it (BAL-04). */
const NEWEST_FIRST =
  'i.invoice_date DESC, i.due_date DESC, i.file_id DESC, i.invoice_number DESC, i.invoice_type_id DESC';
const RECENCY = 'invoice_date, due_date, file_id, invoice_number, invoice_type_id';

/** Whether a bill is in the list of its account: staff see every bill, payers those made out to the owner of today. */
const isListed = (i: string): string =>
  `${i}.biller_id = $1 AND ${i}.account_number = p.account_number
      AND (p.customer_number IS NULL OR ${i}.customer_number = p.customer_number)`;

/** A page of each of many accounts; a cursor that the caller's list has not gives an empty page (AUT-01). */
const PAGES = `
  SELECT page.* FROM unnest($2::text[], $3::text[]) AS p (account_number, customer_number) CROSS JOIN LATERAL (
    SELECT ${COLUMNS} FROM invoices i
    WHERE ${isListed('i')}
      AND ($4::uuid IS NULL OR (${RECENCY.replaceAll(/(\w+)/g, 'i.$1')}) <
        (SELECT ${RECENCY} FROM invoices c WHERE c.id = $4::uuid AND ${isListed('c')}))
    ORDER BY ${NEWEST_FIRST} LIMIT $5
  ) page`;

const NEWEST = `
  SELECT DISTINCT ON (i.account_number, i.invoice_type_id) ${COLUMNS} FROM invoices i
  WHERE i.biller_id = $1 AND i.account_number = ANY ($2::text[])
  ORDER BY i.account_number, i.invoice_type_id, ${NEWEST_FIRST}`;

interface PageAsk {
  readonly account: Account;
  readonly request: PageRequest;
}

export function openInvoices(database: Database, caller: Caller, accounts: AccountReader, today: Day): InvoiceReader {
  const newest = new DataLoader<string, readonly Invoice[]>(async (numbers) => {
    const rows = await database.read<InvoiceRow>('newest_invoices', NEWEST, [caller.billerId, numbers]);
    const byAccount = groupBy(
      rows.map((row) => readInvoice(caller.billerId, row)),
      (invoice) => invoice.accountNumber,
    );
    return numbers.map((number) => byAccount.get(number) ?? []);
  });
  const byKey = new DataLoader<string, Bill | undefined>(async (keys) => {
    const rows = await database.read<InvoiceRow>(
      'invoices_by_key',
      `SELECT ${COLUMNS} FROM invoices i WHERE i.biller_id = $1 AND i.id = ANY ($2::uuid[])`,
      [caller.billerId, keys],
    );
    const found = new Map<string, Bill>();
    await Promise.all(
      rows.map(async (row) => {
        const account = await accounts.byNumber(row.account_number);
        if (account === undefined) return;
        const bill = { invoice: readInvoice(caller.billerId, row), standing: await standingOf(account) };
        if (maySeeInvoice(caller, bill)) found.set(row.id, bill);
      }),
    );
    return keys.map((key) => found.get(key));
  });
  const pages = new DataLoader<PageAsk, Page<Bill>, string>(async (asks) => await loadPages(asks), {
    cacheKeyFn: pageKeyOf,
  });

  async function standingOf(account: Account): Promise<Standing> {
    return { account, newest: await newest.load(account.accountNumber), today };
  }

  async function loadPages(asks: readonly PageAsk[]): Promise<Page<Bill>[]> {
    // Both statements are under way together.
    const [found, standings] = await Promise.all([
      findPages(asks),
      Promise.all(asks.map(({ account }) => standingOf(account))),
    ]);
    return asks.map((ask, at) => {
      const standing = standings[at] ?? { account: ask.account, newest: [], today };
      const list = found.get(pageKeyOf(ask)) ?? [];
      const bills = list.map((invoice) => ({ invoice, standing })).filter((bill) => maySeeInvoice(caller, bill));
      return pageOf(bills, ({ invoice }) => invoice.key, ask.request);
    });
  }

  async function findPages(asks: readonly PageAsk[]): Promise<ReadonlyMap<string, readonly Invoice[]>> {
    const found = new Map<string, Invoice[]>();
    for (const batch of groupBy(asks, batchOf).values()) {
      const [first] = batch;
      if (first === undefined) continue;
      const rows = await database.read<InvoiceRow>('invoice_pages', PAGES, [
        caller.billerId,
        batch.map(({ account }) => account.accountNumber),
        batch.map(({ account }) => (isStaff(caller) ? null : account.customerNumber)),
        first.request.after,
        first.request.first + 1,
      ]);
      for (const row of rows) {
        const key = `${batchOf(first)}|${row.account_number}`;
        const list = found.get(key) ?? [];
        list.push(readInvoice(caller.billerId, row));
        found.set(key, list);
      }
    }
    return found;
  }

  return {
    byKey: (key) => byKey.load(key),
    newest: (number) => newest.load(number),
    current: async (account) => {
      const standing = await standingOf(account);
      const invoice = newestOf(standing.newest);
      if (invoice === undefined) return undefined;
      return maySeeInvoice(caller, { invoice, standing }) ? { invoice, standing } : undefined;
    },
    page: (account, request) => pages.load({ account, request }),
  };
}

function pageKeyOf(ask: PageAsk): string {
  return `${batchOf(ask)}|${ask.account.accountNumber}`;
}

function batchOf({ request }: PageAsk): string {
  return `${request.first}|${request.after ?? ''}`;
}

function readInvoice(billerId: string, row: InvoiceRow): Invoice {
  return {
    key: row.id,
    billerId,
    invoiceTypeId: row.invoice_type_id,
    invoiceNumber: row.invoice_number,
    accountNumber: row.account_number,
    customerNumber: row.customer_number,
    version: row.version,
    fileId: row.file_id,
    ingestedAt: row.ingested_at,
    invoiceDate: row.invoice_date,
    dueDate: row.due_date,
    expireDate: row.expire_date,
    autoPayCollectionDate: row.auto_pay_collection_date,
    notifyDates: row.notify_dates,
    servicePeriodStart: row.service_period_start,
    servicePeriodEnd: row.service_period_end,
    balanceForwardCents: row.balance_forward_cents,
    currentChargesCents: row.current_charges_cents,
    adjustmentCents: row.adjustment_cents,
    pastDueCents: row.past_due_cents,
    totalCents: row.total_cents,
    balanceDueCents: row.balance_due_cents,
    message: row.message,
    customFields: row.custom_fields,
  };
}
