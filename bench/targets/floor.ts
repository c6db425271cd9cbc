// The floor: the same bytes with the fewest calls that can be, by node:http, undici and prepared statements alone. It checks
// nothing, limits nothing and logs nothing; what stands above it is the price of being a product.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool as PgPool } from 'pg';
import { Pool } from 'undici';
import {
  accountNumber,
  accountOf,
  ACCOUNTS_PER_CUSTOMER,
  customerName,
  customerNumber,
  serviceAddress,
} from '../world';
import { invoicesText } from '../workloads';
import { announce, argument } from './announce';
import { claimedAccounts, readRecords } from './records';

const daffron = new URL(argument('daffron') ?? '');
const soap = new Pool(daffron.origin, { connections: Number(argument('connections')), pipelining: 1 });
const databaseUrl = argument('database');
const database = databaseUrl === undefined ? undefined : new PgPool({ connectionString: databaseUrl, max: 10 });
const billerId = argument('biller');
const records = readRecords();

const [BEFORE, AFTER] = [
  `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><MultiSpeakMsgHeader xmlns="http://www.multispeak.org/Version_4.1_Release" UserID="ebpp" Pwd="secret" Company="COOP"/></soap:Header><soap:Body><GetPayableItemsList xmlns="http://www.multispeak.org/Version_4.1_Release"><accountNumber>`,
  `</accountNumber></GetPayableItemsList></soap:Body></soap:Envelope>`,
];
const SOAP_HEADERS = {
  'content-type': 'text/xml; charset=utf-8',
  soapaction: 'http://www.multispeak.org/Version_4.1_Release/GetPayableItemsList',
};

async function fetchBalance(number: string): Promise<string> {
  const asOf = new Date().toISOString();
  const { body } = await soap.request({
    path: daffron.pathname,
    method: 'POST',
    headers: SOAP_HEADERS,
    body: BEFORE + number + AFTER,
  });
  const text = await body.text();
  const cents = centsOf(text, '<pastDueAmount>') + centsOf(text, '<currentAmount>');
  const amount = `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  return `{"total":{"amount":"${amount}"},"source":"RTDR","stale":false,"asOf":"${asOf}"}`;
}

function centsOf(text: string, tag: string): number {
  const from = text.indexOf(tag) + tag.length;
  return Number(text.slice(from, text.indexOf('<', from)).replace('.', ''));
}

interface Row {
  readonly [column: string]: string;
}

async function read(name: string, text: string, values: unknown[]): Promise<Row[]> {
  return (await database?.query<Row>({ name, text, values }))?.rows ?? [];
}

const ACCOUNTS_BY_NUMBER =
  'SELECT account_number, customer_number, service_address FROM accounts WHERE biller_id = $1 AND account_number = ANY ($2::text[]) ORDER BY account_number';
const ACCOUNTS_BY_KEY = 'SELECT id, account_number FROM accounts WHERE biller_id = $1 AND id = ANY ($2::uuid[])';
const CUSTOMERS = 'SELECT customer_number, name FROM customers WHERE biller_id = $1 AND customer_number = $2';
const INVOICES = `SELECT page.* FROM unnest($2::text[]) AS p (account_number) CROSS JOIN LATERAL (
  SELECT id, account_number, invoice_number, invoice_date::text, due_date::text, total_cents, current_charges_cents FROM invoices i
  WHERE i.biller_id = $1 AND i.account_number = p.account_number
  ORDER BY invoice_date DESC, due_date DESC, file_id DESC, invoice_number DESC LIMIT 12) page`;

interface Head {
  readonly customer: string;
  readonly accounts: readonly { readonly number: string; readonly address: string; readonly invoices: string }[];
}

async function readHead(numbers: readonly string[]): Promise<Head> {
  if (database === undefined) return headFromMemory(numbers);
  const [accounts, invoices] = await Promise.all([
    read('accounts', ACCOUNTS_BY_NUMBER, [billerId, numbers]),
    read('invoices', INVOICES, [billerId, numbers]),
  ]);
  const [customer] = await read('customer', CUSTOMERS, [billerId, accounts[0]?.['customer_number']]);
  return {
    customer: `{"customerNumber":"${customer?.['customer_number']}","name":"${customer?.['name']}"}`,
    accounts: accounts.map((row) => ({
      number: row['account_number'] ?? '',
      address: row['service_address'] ?? '',
      invoices: invoicesFromRows(invoices.filter((bill) => bill['account_number'] === row['account_number'])),
    })),
  };
}

function headFromMemory(numbers: readonly string[]): Head {
  const which = accountOf(numbers[0] ?? '') / ACCOUNTS_PER_CUSTOMER;
  return {
    customer: `{"customerNumber":"${customerNumber(which)}","name":"${customerName(which)}"}`,
    accounts: numbers.map((number) => ({
      number,
      address: serviceAddress(accountOf(number)),
      invoices: invoicesText(accountOf(number), records, records.today),
    })),
  };
}

function invoicesFromRows(rows: readonly Row[]): string {
  const nodes = rows.map(
    (row, at) =>
      `{"id":"inv_${opaque(row['id'] ?? '')}","invoiceNumber":"${row['invoice_number']}","invoiceDate":"${row['invoice_date']}","dueDate":"${row['due_date']}",` +
      `"billedTotal":{"amount":"${money(row['total_cents'])}"},"currentCharges":{"amount":"${money(row['current_charges_cents'])}"},"status":"${at === 0 ? 'CURRENT' : 'SUPERSEDED'}"}`,
  );
  return `{"nodes":[${nodes.join(',')}]}`;
}

function money(cents = ''): string {
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`;
}

function opaque(key: string): string {
  return Buffer.from(key.replaceAll('-', ''), 'hex').toString('base64url');
}

async function dashboard(authorization: string | undefined): Promise<string> {
  const numbers = claimedAccounts(authorization);
  const [head, balances] = await Promise.all([readHead(numbers), Promise.all(numbers.map(fetchBalance))]);
  const nodes = head.accounts.map(
    ({ number, address, invoices }, at) =>
      `{"accountNumber":"${number}","serviceAddress":"${address}","balance":${balances[at]},"invoices":${invoices}}`,
  );
  return `{"data":{"viewer":{"customer":${head.customer},"accounts":{"nodes":[${nodes.join(',')}]}}}}\n`;
}

async function list(field: string, ids: readonly string[]): Promise<string> {
  const distinct = [...new Set(ids)];
  const numbers = database === undefined ? distinct.map(numberOf) : await readNumbers(distinct);
  const balances = await Promise.all(numbers.map(fetchBalance));
  const byId = new Map(distinct.map((id, at) => [id, `{"accountNumber":"${numbers[at]}","balance":${balances[at]}}`]));
  return `{"data":{"${field}":[${ids.map((id) => byId.get(id)).join(',')}]}}\n`;
}

function numberOf(id: string): string {
  return accountNumber(records.accountById.get(id) ?? -1);
}

async function readNumbers(ids: readonly string[]): Promise<string[]> {
  const keys = ids.map((id) => Buffer.from(id.slice(4), 'base64url').toString('hex'));
  const rows = await read('by_key', ACCOUNTS_BY_KEY, [billerId, keys]);
  const found = new Map(rows.map((row) => [row['id']?.replaceAll('-', ''), row['account_number'] ?? '']));
  return keys.map((key) => found.get(key) ?? '');
}

interface Body {
  readonly variables?: { readonly ids?: string[]; readonly representations?: { readonly id: string }[] };
}

async function answer(request: IncomingMessage, body: string): Promise<string> {
  const { ids, representations } = (JSON.parse(body) as Body).variables ?? {};
  if (ids !== undefined) return list('accounts', ids);
  if (representations !== undefined)
    return list(
      '_entities',
      representations.map(({ id }) => id),
    );
  return dashboard(request.headers.authorization);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    answer(request, body).then(
      (text) => {
        response.setHeader('content-type', 'application/json; charset=utf-8');
        response.end(text);
      },
      () => response.writeHead(500).end(),
    );
  });
}

announce(createServer({ keepAliveTimeout: 60_000 }, serve));
