// The HTTP side: reads a request whole, lets faults befall it, has Daffron answer it, and counts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Books } from '../books';
import { answerControl, isControlPath, type Control } from './control';
import { pathOf, type Daffron, type ServedBiller, type SoapReply, type SoapRequest } from '../daffron';
import type { CallFacts, FaultRegister, MetFaults } from '../faults';
import { rewriteReply, type Outgoing } from '../faults/replyFaults';
import { breakSocket } from '../faults/socketFaults';
import type { Stats } from './stats';
import { randomFor } from '../world/random';

/** A page that nobody should visit: redirects and external entities point to it, and visits are counted. */
const CANARY_PATH = '/canary';

/** Longer than any envelope or book: a request above it is a mistake. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

export interface FrontDoor {
  readonly billers: readonly ServedBiller[];
  readonly books: Books;
  readonly daffron: Daffron;
  readonly faults: FaultRegister;
  readonly stats: Stats;
  /** How long an answer takes without any fault. */
  readonly latencyMs: number;
  readonly now: () => Date;
  /** Told of each SOAP request as it came, credentials and all. */
  readonly onRequest?: (request: SoapRequest) => void;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX) throw new RangeError('the request is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: Outgoing): void {
  const bytes = Buffer.from(body);
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(status, { ...headers, ...length });
  response.end(bytes);
}

/** Undoes the five escapes of XML; an account number needs no others. */
function unescaped(text: string): string {
  const plain: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_all, name: string) => plain[name] ?? '');
}

const ACCOUNT = /<(?:[\w.-]+:)?accountNumber(?:\s[^>]*)?>([^<]*)</;

/** What a call is about, for faults and counters only; what is answered is decided by node-soap's own reading. */
function factsOf(billerId: string, request: SoapRequest): CallFacts {
  const action = String(request.headers['soapaction'] ?? '').replaceAll('"', '');
  const accountNumber = ACCOUNT.exec(request.body)?.[1];
  return {
    billerId,
    operation: action.slice(action.lastIndexOf('/') + 1),
    ...(accountNumber !== undefined && { accountNumber: unescaped(accountNumber) }),
  };
}

/** The slow share of calls is drawn, but the same in every run. */
const tailDraws = randomFor('tail');

/** How long the answer waits, in milliseconds: the usual time and what the faults add. */
function delayOf(latencyMs: number, { gates }: MetFaults): number {
  return gates.reduce((sum, { mode, params }) => {
    if (mode === 'slow') return sum + (params.delayMs ?? 1_000);
    if (mode === 'tail' && tailDraws.chance(params.tailP ?? 0.01)) return sum + (params.tailMs ?? 10_000);
    return sum;
  }, latencyMs);
}

/** The same request for another account of the biller. */
function forOther(door: FrontDoor, billerId: string, request: SoapRequest, account?: string): () => Promise<SoapReply> {
  return async () => {
    const asked = ACCOUNT.exec(request.body)?.[1] ?? '';
    const other = account ?? door.books.findOther(billerId, unescaped(asked)) ?? asked;
    return door.daffron.answer({ ...request, body: request.body.replace(`>${asked}<`, `>${other}<`) });
  };
}

async function answerSoap(
  door: FrontDoor,
  billerId: string,
  soap: SoapRequest,
  http: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = http;
  const facts = factsOf(billerId, soap);
  const finish = door.stats.begin(facts, door.now());
  response.once('close', () => finish(response.writableFinished));
  door.onRequest?.(soap);
  const met = door.faults.meet(facts);
  const limit = met.gates.find(({ mode }) => mode === 'maxConcurrent');
  if (limit !== undefined && door.stats.inFlightOf(billerId) > (limit.params.max ?? 4)) {
    return send(response, { status: 503, headers: { 'retry-after': '1' }, body: 'too many calls at a time' });
  }
  const delayMs = delayOf(door.latencyMs, met);
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  // The caller may have left meanwhile; then the work is spared, as nothing would be changed by it.
  if (response.destroyed) return;
  const reply = (): Promise<SoapReply> => door.daffron.answer(soap);
  if (met.socket !== undefined) {
    const { params } = met.socket;
    const otherReply = forOther(door, billerId, soap, params.account);
    return breakSocket(met.socket, { request, response, params, reply, otherReply });
  }
  const right = await reply();
  if (met.reply === undefined) return send(response, right);
  const { params } = met.reply;
  const canaryUrl = `http://${request.headers.host ?? '127.0.0.1'}${CANARY_PATH}`;
  const otherReply = forOther(door, billerId, soap, params.account);
  send(response, await rewriteReply(met.reply, right, { params, canaryUrl, otherReply }));
}

/** Answers one request of the SOAP port: a biller's calls, the canary, and the control door. */
export async function answerAtDoor(
  door: FrontDoor,
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const path = new URL(url, 'http://door').pathname.replace(/\/$/, '');
  const biller = door.billers.find((candidate) => path === pathOf(candidate.id));
  const body = await readBody(request);
  if (biller !== undefined && request.method === 'POST') {
    return answerSoap(door, biller.id, { path, headers: request.headers, body }, { request, response });
  }
  if (path === CANARY_PATH) {
    door.stats.canaryHit();
    return send(response, { status: 200, headers: { 'content-type': 'text/plain' }, body: 'canary' });
  }
  if (isControlPath(path)) return answerAsJson(control, { method: request.method ?? 'GET', url, body }, response);
  send(response, { status: 404, headers: { 'content-type': 'text/plain' }, body: 'nothing here' });
}

/** Answers one request of the control port, which stays open when the SOAP port is down. */
export async function answerAtControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  await answerAsJson(control, { method: request.method ?? 'GET', url: request.url ?? '/', body }, response);
}

async function answerAsJson(
  control: Control,
  request: { method: string; url: string; body: string },
  response: ServerResponse,
): Promise<void> {
  const { status, json } = await answerControl(control, request);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  // Faults may have cut this very connection.
  if (!response.destroyed) send(response, { status, headers, body: JSON.stringify(json) });
}
