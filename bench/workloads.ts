// The two workloads: what is asked, and the bytes that a right answer has.
import {
  accountNumber,
  accountsOf,
  ASKED_ACCOUNTS,
  billsOf,
  customerName,
  customerNumber,
  DISTINCT_ACCOUNTS,
  dollars,
  owedCents,
  serviceAddress,
} from './world';

export type Workload = 'dashboard' | 'csr' | 'entities';

const BALANCE = 'balance { total { amount } source stale asOf }';

export const QUERIES: Readonly<Record<Workload, string>> = {
  dashboard: `query Dashboard { viewer { customer { customerNumber name } accounts(first: 3) { nodes { accountNumber serviceAddress
    ${BALANCE} invoices(first: 12) { nodes { id invoiceNumber invoiceDate dueDate billedTotal { amount } currentCharges { amount } status } } } } } }`,
  csr: `query Csr($ids: [ID!]!) { accounts(ids: $ids) { accountNumber ${BALANCE} } }`,
  entities: `query Entities($representations: [_Any!]!) { _entities(representations: $representations) { ... on Account { accountNumber ${BALANCE} } } }`,
};

/** Where a balance comes from, as the answer must say. */
export type Source = 'RTDR' | 'CACHE';

/** Random keys that the import gave: of accounts by number, of bills by bill number, as opaque ids. */
export interface Ids {
  readonly accounts: ReadonlyMap<string, string>;
  readonly invoices: ReadonlyMap<string, string>;
}

/** Accounts that one request asks for, in order; a customer service screen shows twenty of them twice. */
export function askedAccounts(workload: Workload, which: number): readonly number[] {
  if (workload === 'dashboard') return accountsOf(which);
  return Array.from({ length: ASKED_ACCOUNTS }, (_none, at) => which * DISTINCT_ACCOUNTS + (at % DISTINCT_ACCOUNTS));
}

/** SOAP calls that one cold request needs: one for each distinct account. */
export const DISTINCT: Readonly<Record<Workload, number>> = {
  dashboard: 3,
  csr: DISTINCT_ACCOUNTS,
  entities: DISTINCT_ACCOUNTS,
};

export function bodyOf(workload: Workload, which: number, ids: Ids): string {
  const asked = askedAccounts(workload, which).map((account) => ids.accounts.get(accountNumber(account)));
  const variables = {
    dashboard: undefined,
    csr: { ids: asked },
    entities: { representations: asked.map((id) => ({ __typename: 'Account', id })) },
  }[workload];
  return JSON.stringify({ query: QUERIES[workload], variables });
}

/** The instant of a balance is the only part of an answer that cannot be known. */
const AS_OF = /"asOf":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;
const AS_OF_PLACE = '"asOf":"*"';

export function withoutInstants(text: string): string {
  return text.replace(AS_OF, AS_OF_PLACE);
}

export function balanceText(account: number, source: Source, asOf: string): string {
  const { pastDue, current } = owedCents(account);
  return `{"total":{"amount":"${dollars(pastDue + current)}"},"source":"${source}","stale":false,"asOf":"${asOf}"}`;
}

function accountText(account: number, source: Source): string {
  return `{"accountNumber":"${accountNumber(account)}","balance":${balanceText(account, source, '*')}}`;
}

export function invoicesText(account: number, ids: Ids, today: Date): string {
  const nodes = billsOf(account, today).map(
    (bill, at) =>
      `{"id":"${ids.invoices.get(bill.invoiceNumber)}","invoiceNumber":"${bill.invoiceNumber}","invoiceDate":"${bill.invoiceDate}","dueDate":"${bill.dueDate}",` +
      `"billedTotal":{"amount":"${dollars(bill.cents)}"},"currentCharges":{"amount":"${dollars(bill.cents)}"},"status":"${at === 0 ? 'CURRENT' : 'SUPERSEDED'}"}`,
  );
  return `{"nodes":[${nodes.join(',')}]}`;
}

/** A right answer, with `*` for each instant. */
export function expectedText(workload: Workload, which: number, ids: Ids, today: Date, source: Source): string {
  const accounts = askedAccounts(workload, which);
  if (workload !== 'dashboard') {
    const field = workload === 'csr' ? 'accounts' : '_entities';
    return `{"data":{"${field}":[${accounts.map((account) => accountText(account, source)).join(',')}]}}\n`;
  }
  const nodes = accounts.map(
    (account) =>
      `{"accountNumber":"${accountNumber(account)}","serviceAddress":"${serviceAddress(account)}","balance":${balanceText(account, source, '*')},` +
      `"invoices":${invoicesText(account, ids, today)}}`,
  );
  const customer = `{"customerNumber":"${customerNumber(which)}","name":"${customerName(which)}"}`;
  return `{"data":{"viewer":{"customer":${customer},"accounts":{"nodes":[${nodes.join(',')}]}}}}\n`;
}
