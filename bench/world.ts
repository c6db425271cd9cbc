// The world of the bench: customers, accounts, bills and what Daffron says of them. All of it follows from an account's
// number, so that every process computes the same and every answer can be checked.

/** The accounts of one customer. */
export const ACCOUNTS_PER_CUSTOMER = 3;

/** The accounts of one customer service request: fifty, of which twenty are asked for twice. */
export const DISTINCT_ACCOUNTS = 30;
export const ASKED_ACCOUNTS = 50;

/** Enough that 200 callers ask for 30 accounts each and no two for the same. */
export const ACCOUNTS = 200 * DISTINCT_ACCOUNTS;
export const CUSTOMERS = ACCOUNTS / ACCOUNTS_PER_CUSTOMER;

/** Customers whose accounts have a year of bills; the accounts of all others have one bill. */
export const DASHBOARD_CUSTOMERS = 600;
export const BILLS_PER_PAGE = 12;

const FIRST_ACCOUNT = 4_000_000_000;

/** The biller's settings decide how fresh a balance must be and how many calls Daffron allows at a time. */
export const BILLERS = {
  /** Every balance is fresh. */
  fresh: {
    id: '0b000000-0000-4000-8000-000000000001',
    override: true,
    maxConcurrent: 64,
    delayMs: 5,
    queueMax: 10_000,
  },
  /** Kept balances serve for six hours. */
  kept: {
    id: '0b000000-0000-4000-8000-000000000002',
    override: false,
    maxConcurrent: 64,
    delayMs: 5,
    queueMax: 10_000,
  },
  /** A slower Daffron that allows 512 calls at a time (L2). */
  wide: {
    id: '0b000000-0000-4000-8000-000000000003',
    override: true,
    maxConcurrent: 512,
    delayMs: 40,
    queueMax: 10_000,
  },
  /** A slow Daffron that allows few calls at a time (L4, L5): 160 a second, and the queue is as long as a second of them. */
  narrow: {
    id: '0b000000-0000-4000-8000-000000000004',
    override: true,
    maxConcurrent: 16,
    delayMs: 100,
    queueMax: 160,
  },
} as const;

export type BillerName = keyof typeof BILLERS;

export interface BenchBill {
  readonly invoiceNumber: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly cents: number;
}

export function accountNumber(account: number): string {
  return String(FIRST_ACCOUNT + account);
}

export function accountOf(number: string): number {
  return Number(number) - FIRST_ACCOUNT;
}

export function customerNumber(customer: number): string {
  return `C${100_000 + customer}`;
}

export function userName(customer: number): string {
  return `user${customer}`;
}

export function customerName(customer: number): string {
  return `DOE JANE ${customer}`;
}

export function accountsOf(customer: number): readonly number[] {
  return Array.from({ length: ACCOUNTS_PER_CUSTOMER }, (_none, at) => customer * ACCOUNTS_PER_CUSTOMER + at);
}

export function serviceAddress(account: number): string {
  return `${account} ELM ST`;
}

/** What Daffron says is owed, in cents: past due and current. */
export function owedCents(account: number): { readonly pastDue: number; readonly current: number } {
  return { pastDue: account % 4 === 0 ? 1000 + (account % 90) : 0, current: 2000 + ((account * 7919) % 50_000) };
}

/** Bills newest first; the newest was made on the first of the month before `today`. */
export function billsOf(account: number, today: Date): readonly BenchBill[] {
  const count = account < DASHBOARD_CUSTOMERS * ACCOUNTS_PER_CUSTOMER ? BILLS_PER_PAGE : 1;
  return Array.from({ length: count }, (_none, back) => {
    const month = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1 - back, 1)).toISOString();
    return {
      invoiceNumber: `${accountNumber(account)}-${month.slice(0, 7)}`,
      invoiceDate: month.slice(0, 10),
      dueDate: `${month.slice(0, 8)}21`,
      cents: 5000 + ((account * 37 + back * 101) % 20_000),
    };
  });
}

export function dollars(cents: number): string {
  return (cents / 100).toFixed(2);
}

const COLUMNS =
  'BillerGUID|InvoiceTypeID|AccountNumber|CustomerID|CustomerName|Address1|City|State|Zip|ServiceAddress|LoginName|' +
  'InvoiceNumber|InvoiceDate|InvoiceDueDate|BalanceForwardAmount|CurrentCharges|TotalAmountDue|InvoiceMessage|Custom1';

/** A bill file with the bills of so many accounts, in pieces. */
export function* billFile(billerId: string, accounts: number, today: Date): Generator<string> {
  let text = `${COLUMNS}\n`;
  for (let account = 0; account < accounts; account += 1) {
    const customer = Math.floor(account / ACCOUNTS_PER_CUSTOMER);
    for (const bill of billsOf(account, today)) text += `${rowOf(billerId, account, customer, bill)}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}

function rowOf(billerId: string, account: number, customer: number, bill: BenchBill): string {
  const address = serviceAddress(account);
  return [
    billerId,
    42,
    accountNumber(account),
    customerNumber(customer),
    customerName(customer),
    address,
    'SPRINGFIELD',
    'MO',
    '65801',
    address,
    userName(customer),
    bill.invoiceNumber,
    bill.invoiceDate,
    bill.dueDate,
    '0.00',
    dollars(bill.cents),
    dollars(bill.cents),
    'THANK YOU',
    'METER 55102',
  ].join('|');
}
