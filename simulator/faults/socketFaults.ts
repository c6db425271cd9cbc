// Faults of the connection: silence, resets, half answers, drips, floods, and an answer that nobody asked for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SoapReply } from '../daffron';
import type { Fault, FaultParams, SocketMode } from '../faults';

/** The call that is broken, and the answers it would have got. */
export interface BrokenCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: FaultParams;
  readonly reply: () => Promise<SoapReply>;
  /** The answer that another account of the biller would get. */
  readonly otherReply: () => Promise<SoapReply>;
}

const XML = 'text/xml; charset=utf-8';

/** Announces the whole answer; what follows decides how much of it arrives. */
function announce(response: ServerResponse, status: number, bytes: number): void {
  response.writeHead(status, { 'content-type': XML, 'content-length': String(bytes) });
}

/** A reset that comes together with data can reach the reader as a plain end, so it waits until the data were read. */
const RESET_AFTER_MS = 20;

/** Sends half of the answer and resets the connection. */
async function resetMid({ request, response, reply }: BrokenCall): Promise<void> {
  const { status, body } = await reply();
  const bytes = Buffer.from(body);
  announce(response, status, bytes.length);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  setTimeout(() => request.socket.resetAndDestroy(), RESET_AFTER_MS).unref();
}

/** Sends the answer byte by byte: no pause is long, but the whole is. */
async function drip({ response, params, reply }: BrokenCall): Promise<void> {
  const { status, body } = await reply();
  const bytes = Buffer.from(body);
  announce(response, status, bytes.length);
  let at = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, at + 1));
    at += 1;
    if (at === bytes.length) {
      clearInterval(timer);
      response.end();
    }
  }, params.intervalMs ?? 100);
  response.once('close', () => clearInterval(timer));
}

/** What a huge answer is at most unless it is told otherwise: far above any sensible cap. */
const HUGE_BYTES = 200 * 1024 * 1024;
const FLOOD = Buffer.alloc(64 * 1024, 'A');

/** Sends well-formed text without end, or until so many bytes are out, as fast as the other side takes it. */
function huge({ response, params }: BrokenCall): void {
  const end = params.endless === true ? Number.POSITIVE_INFINITY : (params.bytes ?? HUGE_BYTES);
  response.writeHead(200, { 'content-type': XML });
  response.write(
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
      '<GetPayableItemsListResponse xmlns="http://www.multispeak.org/Version_4.1_Release"><GetPayableItemsListResult>' +
      '<payableItem><description>',
  );
  let sent = 0;
  const pour = (): void => {
    while (sent < end) {
      if (response.destroyed) return;
      sent += FLOOD.length;
      if (!response.write(FLOOD)) return void response.once('drain', pour);
    }
    response.end(
      '</description></payableItem></GetPayableItemsListResult></GetPayableItemsListResponse></soap:Body></soap:Envelope>',
    );
  };
  pour();
}

/** Answers rightly, and then once more on the same connection with another account's answer that nobody asked for. */
async function duplicateHttp({ request, response, reply, otherReply }: BrokenCall): Promise<void> {
  const { status, body } = await reply();
  const second = Buffer.from((await otherReply()).body);
  const { socket } = request;
  announce(response, status, Buffer.byteLength(body));
  response.end(body, () => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${XML}\r\nContent-Length: ${second.length}\r\n\r\n`);
    socket.write(second);
  });
}

const BREAKS: Readonly<Record<SocketMode, (call: BrokenCall) => void | Promise<void>>> = {
  // Nothing is sent; the connection stays until the caller gives up or the server stops.
  'timeout-before': () => undefined,
  'reset-before': ({ request }) => void request.socket.resetAndDestroy(),
  'reset-mid': resetMid,
  drip,
  huge,
  'duplicate-http': duplicateHttp,
};

/** Lets the fault befall the call. It resolves when the answer, as far as there is one, is under way. */
export async function breakSocket(fault: Fault<SocketMode>, call: BrokenCall): Promise<void> {
  await BREAKS[fault.mode](call);
}
