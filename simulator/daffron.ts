// Daffron itself: MultiSpeak 4.1 operations answered by a `soap` server from the WSDL and the books. It takes the text of
// an HTTP request and gives back the text of the answer; sockets and faults are the business of others.
import { readFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listen, type Server } from 'soap';
import type { AccountBook, Books, PayableItem } from './books';
import type { Biller, Credentials } from './world/billers';
import { localMidnight } from './world/calendar';
import { formatCents } from './world/money';

export const NAMESPACE = 'http://www.multispeak.org/Version_4.1_Release';

/** A biller as this server knows him: his name and zone, and what his callers must show. */
export interface ServedBiller extends Pick<Biller, 'id' | 'name' | 'timeZone' | 'invoiceTypes'> {
  readonly credentials: Credentials;
}

/** One HTTP request, already read whole. */
export interface SoapRequest {
  /** Path of the URL; its first part is the biller's id. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface SoapReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Daffron {
  answer(request: SoapRequest): Promise<SoapReply>;
}

/** Where a biller's calls go, below the server's root. */
export function pathOf(billerId: string): string {
  return `/${billerId}/CB_Server`;
}

/**
 * The text of the WSDL, which lies in the source folder whether this file runs from there or from a build beside it.
 * Throws an Error when no folder above has it.
 */
export function readWsdl(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'simulator', 'multispeak-cb-4.1.wsdl');
    if (existsSync(path)) return readFileSync(path, 'utf8');
    if (dirname(folder) === folder) throw new Error('simulator/multispeak-cb-4.1.wsdl was not found above this file');
  }
}

/** A fault in the form of SOAP 1.1. The status is given because node-soap would otherwise send 200. */
function soapFault(faultcode: string, faultstring: string): object {
  return { Fault: { faultcode, faultstring, statusCode: 500 } };
}

/** node-soap takes a thrown object with `Fault` for a fault; a thrown Error would come out in the shape of SOAP 1.2. */
function refuse(faultcode: string, faultstring: string): never {
  // oxlint-disable-next-line typescript/only-throw-error -- the form in which node-soap expects a fault
  throw soapFault(faultcode, faultstring);
}

type HeaderAttributes = Readonly<Record<string, string | undefined>>;

/** What node-soap hands over of a request's SOAP header. */
interface SoapHeaders {
  readonly MultiSpeakMsgHeader?: { readonly attributes?: HeaderAttributes };
}

function attributesOf(headers: SoapHeaders | undefined): HeaderAttributes {
  return headers?.MultiSpeakMsgHeader?.attributes ?? {};
}

/** Amounts always go out as text with two decimals: a number would be printed as JavaScript sees fit. */
function moneyOf(cents: bigint): object {
  return { attributes: { currencyCode: 'USD' }, $value: formatCents(cents) };
}

/** The element of one item, keys in the order of the schema: node-soap writes them as they come. */
function payableItem(id: string, item: PayableItem, book: AccountBook, timeZone: string): object {
  const midnight = (day: string): string => localMidnight(day, timeZone);
  return {
    attributes: { objectID: id, verb: 'Change' },
    ...(item.pastDueCents !== undefined && { pastDueAmount: moneyOf(item.pastDueCents) }),
    ...(item.currentCents !== undefined && { currentAmount: moneyOf(item.currentCents) }),
    ...(item.description !== undefined && { description: item.description }),
    ...(item.chargeCode !== undefined && { chargeCode: item.chargeCode }),
    ...(item.dueDate !== undefined && { dueDate: midnight(item.dueDate) }),
    ...(item.disconnectDate !== undefined && { disconnectDate: midnight(item.disconnectDate) }),
    ...(book.lastPayment !== undefined && {
      lastPaymentAmount: moneyOf(book.lastPayment.amountCents),
      lastPaymentDate: midnight(book.lastPayment.date),
    }),
  };
}

/** The result of GetPayableItemsList; without items and types it is an empty element, which still must be there. */
function payableItemList(accountNumber: string, book: AccountBook, timeZone: string): object {
  return {
    payableItem: book.items.map((item, at) => payableItem(`${accountNumber}-${at + 1}`, item, book, timeZone)),
    ...(book.transactionTypes !== undefined && {
      allowableTransactionTypes: { transactionType: book.transactionTypes },
    }),
  };
}

type Operation = (request: Readonly<Record<string, unknown>> | null, biller: ServedBiller) => object;

/** The operations that this Daffron has. */
function operationsOf(books: Books): Readonly<Record<string, Operation>> {
  const operations: Record<string, Operation> = {
    PingURL: () => ({ PingURLResult: {} }),
    GetMethods: () => ({ GetMethodsResult: { string: Object.keys(operations) } }),
    GetPayableItemsList: (request, biller) => {
      const accountNumber = request?.['accountNumber'];
      if (typeof accountNumber !== 'string') refuse('soap:Client', 'accountNumber is missing');
      const book = books.find(biller.id, accountNumber);
      if (book === undefined) refuse('soap:Client', 'The account was not found');
      return { GetPayableItemsListResult: payableItemList(accountNumber, book, biller.timeZone) };
    },
  };
  return operations;
}

type Handler = (
  args: Record<string, unknown> | null,
  _answer: unknown,
  headers: SoapHeaders,
  call: { url: string },
) => object;

/** Finds the biller of the path and checks the credentials, letter by letter, before the operation is run. */
function guarded(operation: Operation, billers: readonly ServedBiller[]): Handler {
  return (args, _answer, headers, call) => {
    const biller = billers.find((candidate) => call.url === pathOf(candidate.id));
    if (biller === undefined) refuse('soap:Client', 'No such biller');
    const { userId, password, company } = biller.credentials;
    const shown = attributesOf(headers);
    if (shown['UserID'] !== userId || shown['Pwd'] !== password || shown['Company'] !== company) {
      refuse('soap:Client', 'The user ID, password or company is not valid');
    }
    return operation(args, biller);
  };
}

/** A handler for each operation of the WSDL; those that this Daffron lacks say so instead of failing inside node-soap. */
function handlersOf(wsdl: string, books: Books, billers: readonly ServedBiller[]): Record<string, Handler> {
  const served = operationsOf(books);
  const names = new Set([...wsdl.matchAll(/<wsdl:operation name="(\w+)">/g)].map(([, name = '']) => name));
  const handlers = [...names].map((name): [string, Handler] => {
    const operation = served[name] ?? (() => refuse('soap:Client', `${name} is not served by this system`));
    return [name, guarded(operation, billers)];
  });
  return Object.fromEntries(handlers);
}

/** The header of a response: our version, the caller's message id again, and the time. */
function responseHeader(headers: SoapHeaders | undefined, now: Date): object {
  const messageId = attributesOf(headers)['MessageID'];
  const attributes = {
    MajorVersion: '4',
    MinorVersion: '1',
    Build: '6',
    BuildString: 'Release',
    AppName: 'Daffron simulator',
    ...(messageId !== undefined && { MessageID: messageId }),
    TimeStamp: now.toISOString(),
  };
  return { MultiSpeakMsgHeader: { attributes } };
}

/**
 * Opens the SOAP server, which is ready when the promise resolves.
 * `answer` never rejects: what cannot be read is answered by a fault, as node-soap sees fit.
 */
export async function openDaffron(options: {
  books: Books;
  billers: readonly ServedBiller[];
  now: () => Date;
}): Promise<Daffron> {
  const wsdl = readWsdl();
  const handlers = handlersOf(wsdl, options.books, options.billers);
  const server = await new Promise<Server>((resolve, reject) => {
    // No http server is given, so that the one before it can break the wire on purpose; the soap part is the same.
    const opened = listen(null, {
      path: '/',
      services: { CB_Server: { CB_ServerSoap: handlers } },
      xml: wsdl,
      suppressStack: true,
      callback: (error: unknown) => (error instanceof Error ? reject(error) : resolve(opened)),
    });
  });
  server.addSoapHeader(
    (_method: string, _args: unknown, headers: SoapHeaders | undefined) => responseHeader(headers, options.now()),
    '',
    'tns',
    NAMESPACE,
  );
  return {
    answer: async ({ path, headers, body }) => {
      const {
        statusCode,
        headers: given,
        body: text,
      } = await server.processRequest(body, { method: 'POST', url: path, headers });
      return { status: statusCode, headers: given, body: text };
    },
  };
}
