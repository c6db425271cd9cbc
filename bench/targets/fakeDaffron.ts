// A Daffron for load: bytes rendered beforehand, answered after a set delay, with every call counted. Delay and line stand
// in the URL (/delay/5/fresh), so that each biller and each peer has counts of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { announce } from './announce';
import { accountNumber, accountOf, ACCOUNTS, dollars, owedCents } from '../world';

/** What one line has seen since its counts were last taken. */
export interface LineCounts {
  calls: number;
  /** Calls whose caller hung up before the answer. */
  cancelled: number;
  inFlight: number;
  inFlightMax: number;
  /** Account and arrival (milliseconds since 1970) of each call, where the log was asked for. */
  arrivals: (readonly [account: number, atMs: number])[];
}

const MULTISPEAK = 'http://www.multispeak.org/Version_4.1_Release';

/** What a real server writes around the figures; 2.2 kB in all. */
const ADDRESS = Array.from(
  { length: 12 },
  (_none, at) => `<remark objectID="${at}">of no interest to the reader, as much of an answer is, line ${at}</remark>`,
).join('');

function render(account: number): Buffer {
  const { pastDue, current } = owedCents(account);
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">` +
      `<soap:Header><MultiSpeakMsgHeader xmlns="${MULTISPEAK}" MajorVersion="4" MinorVersion="1" Build="6" AppName="Daffron" Company="COOP" DefaultCurrencyCode="USD"/></soap:Header>` +
      `<soap:Body><GetPayableItemsListResponse xmlns="${MULTISPEAK}"><GetPayableItemsListResult><payableItem objectID="${accountNumber(account)}">` +
      `${ADDRESS}<pastDueAmount>${dollars(pastDue)}</pastDueAmount><currentAmount>${dollars(current)}</currentAmount><description>Electric</description>` +
      `<chargeCode>ELEC</chargeCode><dueDate>2027-01-21T00:00:00</dueDate><lastPaymentAmount>10.00</lastPaymentAmount>` +
      `<lastPaymentDate>2026-01-05T00:00:00</lastPaymentDate></payableItem><allowableTransactionTypes>` +
      `<transactionType>card</transactionType><transactionType>echeck</transactionType></allowableTransactionTypes>` +
      `</GetPayableItemsListResult></GetPayableItemsListResponse></soap:Body></soap:Envelope>`,
  );
}

const ANSWERS = Array.from({ length: ACCOUNTS }, (_none, account) => render(account));
const lines = new Map<string, LineCounts>();
let keepsArrivals = false;

function lineOf(name: string): LineCounts {
  const known = lines.get(name);
  if (known !== undefined) return known;
  const line = { calls: 0, cancelled: 0, inFlight: 0, inFlightMax: 0, arrivals: [] };
  lines.set(name, line);
  return line;
}

/** Gives a line's counts and begins anew; `?log=1` keeps arrivals from now on. */
function tellCounts(url: URL, response: ServerResponse): void {
  const line = lineOf(url.searchParams.get('line') ?? '');
  keepsArrivals = url.searchParams.get('log') === '1';
  response.end(JSON.stringify(line));
  Object.assign(line, { calls: 0, cancelled: 0, inFlightMax: line.inFlight, arrivals: [] });
}

function answerCall(line: LineCounts, delayMs: number, body: string, response: ServerResponse): void {
  const number = /accountNumber>(\d+)</.exec(body)?.[1] ?? '';
  const account = accountOf(number);
  const answer = ANSWERS[account];
  line.calls += 1;
  line.inFlight += 1;
  line.inFlightMax = Math.max(line.inFlightMax, line.inFlight);
  if (keepsArrivals) line.arrivals.push([account, Date.now()]);
  const timer = setTimeout(() => {
    response.writeHead(answer === undefined ? 404 : 200, {
      'content-type': 'text/xml; charset=utf-8',
      'content-length': answer?.length ?? 0,
    });
    response.end(answer);
  }, delayMs);
  response.once('close', () => {
    line.inFlight -= 1;
    if (response.writableFinished) return;
    line.cancelled += 1;
    clearTimeout(timer);
  });
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://daffron');
  if (url.pathname === '/counts') return tellCounts(url, response);
  const [, , delay, line = ''] = url.pathname.split('/');
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => answerCall(lineOf(line), Number(delay), body, response));
}

announce(createServer({ keepAliveTimeout: 60_000 }, serve));
