// A simulator with two billers and a few accounts made by hand, and plain ways to call it: node-soap's own client, and
// a socket on which every byte of an answer can be seen.
import { connect } from 'node:net';
import { join } from 'node:path';
import { createClientAsync } from 'soap';
import { readBookEntry, type BookEntry } from '../../simulator/books';
import type { ServedBiller } from '../../simulator/daffron';
import { DIALECTS } from '../../simulator/dialects';
import {
  startSimulator,
  type ReadyBiller,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/startSimulator';
import { CEDAR_RIDGE, MILL_CREEK } from '../../simulator/world/billers';

export const CEDAR: ServedBiller = {
  ...CEDAR_RIDGE,
  credentials: { userId: 'ebpp', password: 'Right & <proper>', company: 'CEDAR', appName: 'EBPP' },
};
export const MILL: ServedBiller = {
  ...MILL_CREEK,
  credentials: { userId: 'ebpp', password: 'another word', company: 'MILL', appName: 'EBPP' },
};

const item = { pastDue: '45.10', current: '83.00', description: 'Electric & more', chargeCode: 'ELEC' };

const BOOKS: readonly BookEntry[] = [
  {
    biller: CEDAR.id,
    account: '0001',
    items: [{ ...item, dueDate: '2026-03-21', disconnectDate: '2026-11-30' }],
    transactionTypes: ['CreditCard'],
    lastPayment: { amount: '48.10', date: '2026-07-04' },
  },
  { biller: CEDAR.id, account: '0002', items: [{ current: '7.00' }], transactionTypes: [] },
  { biller: CEDAR.id, account: '0003', items: [] },
  { biller: MILL.id, account: '0001', items: [{ current: '52.60', dueDate: '2026-03-21' }] },
].map(readBookEntry);

export async function startSmall(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({ world: { books: BOOKS, billers: [CEDAR, MILL] }, ...options });
}

/** The biller of the simulator with this id, with endpoint and credentials. */
export function billerOf(simulator: Simulator, billerId = CEDAR.id): ReadyBiller {
  const found = simulator.billers.find(({ id }) => id === billerId);
  if (found === undefined) throw new Error(`no biller ${billerId}`);
  return found;
}

/** What node-soap's client gives of one call. */
export interface Called {
  readonly result: unknown;
  /** The envelope as it came. */
  readonly raw: string;
  readonly header: unknown;
}

/** Calls an operation by node-soap's client. Rejects as that client does. */
export async function callByNodeSoap(
  biller: ReadyBiller,
  operation: string,
  args: object,
  header: Record<string, string> = {},
): Promise<Called> {
  const path = join(__dirname, '..', '..', 'simulator', `multispeak-cb-${biller.multiSpeak}.wsdl`);
  const client = await createClientAsync(path, { disableCache: true }, biller.endpoint);
  const { userId, password, company, appName } = biller;
  const attributes = {
    UserID: userId,
    Pwd: password,
    Company: company,
    AppName: appName,
    BuildString: 'Release',
    ...header,
  };
  client.addSoapHeader({ MultiSpeakMsgHeader: { attributes } }, '', 'tns', DIALECTS[biller.multiSpeak].namespace);
  const method: unknown = client[`${operation}Async`];
  if (typeof method !== 'function') throw new Error(`node-soap knows no operation ${operation}`);
  const answer: unknown = await method.call(client, args);
  if (!Array.isArray(answer)) throw new Error('node-soap gave no list');
  return { result: answer[0] as unknown, raw: String(answer[1]), header: answer[2] as unknown };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The bytes of a request for the payable items of an account; the server is asked to close the connection after it. */
export function requestFor(biller: ReadyBiller, accountNumber: string, connection = 'close'): string {
  const { pathname, host } = new URL(biller.endpoint);
  const { namespace } = DIALECTS[biller.multiSpeak];
  const body =
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="${namespace}"><s:Header>` +
    `<m:MultiSpeakMsgHeader UserID="${biller.userId}" Pwd="${escaped(biller.password)}" Company="${biller.company}" ` +
    `BuildString="Release" MessageID="m-1"/></s:Header><s:Body><m:GetPayableItemsList>` +
    `<m:accountNumber>${escaped(accountNumber)}</m:accountNumber></m:GetPayableItemsList></s:Body></s:Envelope>`;
  return (
    `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\nContent-Type: text/xml; charset=utf-8\r\n` +
    `SOAPAction: "${namespace}/GetPayableItemsList"\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** What came over a socket, and how it ended. */
export interface Received {
  readonly bytes: Buffer;
  readonly text: string;
  readonly status: number;
  readonly body: string;
  /** `open`: nothing more came within the time; `closed`: ended; otherwise the code of the socket's error. */
  readonly end: string;
}

/** Silence after which an answer is given up, in milliseconds: far longer than any answer takes on a busy machine. */
const QUIET_MS = 5_000;

/** Sends bytes to the server's port and gathers all that comes until the connection ends or is quiet so long. */
export async function exchange(url: string, bytes: string, quietMs = QUIET_MS): Promise<Received> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let end = 'open';
  socket.setTimeout(quietMs, () => socket.destroy());
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => (end = 'closed'));
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code ?? error.message));
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  const all = Buffer.concat(chunks);
  const text = all.toString('utf8');
  const head = text.indexOf('\r\n\r\n');
  return {
    bytes: all,
    text,
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    body: text.slice(head + 4),
    end,
  };
}
