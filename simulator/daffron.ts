// Daffron itself: MultiSpeak operations answered by a `soap` server for each version from its WSDL and the books. It takes
// the text of an HTTP request and gives back the text of the answer; sockets and faults are the business of others.
import { listen, type Server } from 'soap';
import type { AccountBook, Books, PayableItem } from './books';
import { DIALECTS, readWsdl, type Dialect } from './dialects';
import type { Biller, Credentials, MultiSpeakVersion } from './world/billers';
import { localMidnight } from './world/calendar';

/** A biller as this server knows him: his name and zone, and what his callers must show. */
export interface ServedBiller extends Pick<Biller, 'id' | 'name' | 'timeZone' | 'invoiceTypes'> {
  /** Absent: 4.1. */
  readonly multiSpeak?: MultiSpeakVersion;
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

/** The version of a biller who may not have named one. */
export function versionOf({ multiSpeak = '4.1' }: Pick<ServedBiller, 'multiSpeak'>): MultiSpeakVersion {
  return multiSpeak;
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

/** How an answer writes days and amounts. */
type Locale = Pick<ServedBiller, 'timeZone'> & Pick<Dialect, 'moneyOf'>;

/** The element of one item, keys in the order of the schema: node-soap writes them as they come. */
function payableItem(id: string, item: PayableItem, book: AccountBook, { timeZone, moneyOf }: Locale): object {
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
function payableItemList(accountNumber: string, book: AccountBook, locale: Locale): object {
  return {
    payableItem: book.items.map((item, at) => payableItem(`${accountNumber}-${at + 1}`, item, book, locale)),
    ...(book.transactionTypes !== undefined && {
      allowableTransactionTypes: { transactionType: book.transactionTypes },
    }),
  };
}

type Operation = (request: Readonly<Record<string, unknown>> | null, biller: ServedBiller) => object;

/** The operations that this Daffron has. */
function operationsOf(books: Books, { moneyOf }: Dialect): Readonly<Record<string, Operation>> {
  const operations: Record<string, Operation> = {
    PingURL: () => ({ PingURLResult: {} }),
    GetMethods: () => ({ GetMethodsResult: { string: Object.keys(operations) } }),
    GetPayableItemsList: (request, biller) => {
      const accountNumber = request?.['accountNumber'];
      if (typeof accountNumber !== 'string') refuse('soap:Client', 'accountNumber is missing');
      const book = books.find(biller.id, accountNumber);
      if (book === undefined) refuse('soap:Client', 'The account was not found');
      return {
        GetPayableItemsListResult: payableItemList(accountNumber, book, { timeZone: biller.timeZone, moneyOf }),
      };
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
function handlersOf(
  wsdl: string,
  served: Readonly<Record<string, Operation>>,
  billers: readonly ServedBiller[],
): Record<string, Handler> {
  const names = new Set([...wsdl.matchAll(/<wsdl:operation name="(\w+)">/g)].map(([, name = '']) => name));
  const handlers = [...names].map((name): [string, Handler] => {
    const operation = served[name] ?? (() => refuse('soap:Client', `${name} is not served by this system`));
    return [name, guarded(operation, billers)];
  });
  return Object.fromEntries(handlers);
}

/** The header of a response: our version, the caller's message id again, and the time. */
function responseHeader(version: Dialect['header'], headers: SoapHeaders | undefined, now: Date): object {
  const messageId = attributesOf(headers)['MessageID'];
  const attributes = {
    ...version,
    AppName: 'Daffron simulator',
    ...(messageId !== undefined && { MessageID: messageId }),
    TimeStamp: now.toISOString(),
  };
  return { MultiSpeakMsgHeader: { attributes } };
}

interface DaffronOptions {
  readonly books: Books;
  readonly billers: readonly ServedBiller[];
  readonly now: () => Date;
}

/**
 * Opens a SOAP server for each version that a biller speaks; they are ready when the promise resolves.
 * `answer` never rejects: what cannot be read is answered by a fault, as node-soap sees fit.
 */
export async function openDaffron(options: DaffronOptions): Promise<Daffron> {
  const servers = new Map<MultiSpeakVersion, Server>();
  for (const version of new Set(options.billers.map(versionOf))) {
    servers.set(version, await openServer(version, options));
  }
  return {
    answer: async ({ path, headers, body }) => {
      // Each utility's system knows one version only: a message in another one meets a server that cannot read it.
      const biller = options.billers.find((candidate) => path === pathOf(candidate.id));
      const server = servers.get(versionOf(biller ?? {})) ?? [...servers.values()][0];
      if (server === undefined) throw new Error('this Daffron has no billers');
      const answered = await server.processRequest(body, { method: 'POST', url: path, headers });
      return { status: answered.statusCode, headers: answered.headers, body: answered.body };
    },
  };
}

async function openServer(version: MultiSpeakVersion, { books, billers, now }: DaffronOptions): Promise<Server> {
  const dialect = DIALECTS[version];
  const wsdl = readWsdl(version);
  const own = billers.filter((biller) => versionOf(biller) === version);
  const handlers = handlersOf(wsdl, operationsOf(books, dialect), own);
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
    (_method: string, _args: unknown, headers: SoapHeaders | undefined) =>
      responseHeader(dialect.header, headers, now()),
    '',
    'tns',
    dialect.namespace,
  );
  return server;
}
