// The socket side of the conversation with one back end: keep-alive connections that answer one question at a time.
import { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { buildConnector, Client } from 'undici';
import type { Dispatcher } from 'undici';
import { CALLER_GONE, failed } from './failures';
import type { Outcome, ReadReply } from './failures';

export interface TransportSettings {
  /** The whole URL; its query is kept, a user name in it is not used. */
  readonly endpoint: string;
  /** PEM texts; an own CA replaces the public ones. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly attemptTimeoutMs: number;
  readonly responseBytesMax: number;
}

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter?: string | undefined;
  readonly body: Uint8Array;
}

export interface Transport {
  /**
   * Sends one request and reads its answer before its connection may serve another. The connection is dropped after
   * anything but a value or a fault. Aborting the signal ends it: the reason, a text, is the failure's code.
   */
  post<T>(
    request: HttpRequest,
    read: (answer: HttpAnswer) => ReadReply<T>,
    options: { readonly signal: AbortSignal; readonly now: () => Date },
  ): Promise<Outcome<T>>;
  /** Drops every connection. */
  close(): Promise<void>;
}

/** Below the shortest idle limit known of servers (Node's 5 s), or a request could meet a connection just being closed. */
const IDLE_MAX_MS = 4_000;

/** What an honest answer fits in; the buffer doubles from here up to the cap. */
const FIRST_BUFFER_BYTES = 4_096;

/** Errors come from sockets and libraries: their code is a word, anything else is not passed on. */
const SAFE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/**
 * A transport to one endpoint. One connection for each call in flight, never pipelined; redirects are not followed, proxy
 * variables of the environment are not read, certificates are always checked. Throws for an endpoint or TLS material that
 * cannot be used at all.
 */
export function openTransport(settings: TransportSettings): Transport {
  const url = new URL(settings.endpoint);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error('a Daffron endpoint must be an http(s) URL');
  const secureContext = url.protocol === 'https:' ? readTls(settings.tls) : undefined;
  const path = url.pathname + url.search;
  // The last one used is the next one used: connections beyond the present need grow old and close.
  const idle: Line[] = [];
  const all = new Set<Line>();

  function takeLine(): Line {
    const line = idle.pop() ?? new Line(url.origin, settings.attemptTimeoutMs, secureContext);
    all.add(line);
    return line;
  }

  function giveBack(line: Line, trusted: boolean): void {
    if (trusted) {
      idle.push(line);
    } else {
      all.delete(line);
      line.drop().catch(() => undefined);
    }
  }

  async function post<T>(
    request: HttpRequest,
    read: (answer: HttpAnswer) => ReadReply<T>,
    options: { readonly signal: AbortSignal; readonly now: () => Date },
  ): Promise<Outcome<T>> {
    const line = takeLine();
    const sentAt = options.now();
    let trusted = false;
    try {
      const answer = await line.exchange(path, request, settings, options.signal);
      const reply = 'failure' in answer ? answer : read(answer);
      trusted = reply.ok || reply.failure.kind === 'refused';
      if (reply.ok) return { ok: true, value: reply.value, sentAt };
      return 'failure' in answer ? reply : { ...reply, retryAfter: answer.retryAfter };
    } finally {
      giveBack(line, trusted);
    }
  }

  return {
    post,
    close: async () => {
      idle.length = 0;
      await Promise.all([...all].map((line) => line.drop()));
      all.clear();
    },
  };
}

/** The TLS material, read once for all connections and before the first of them is needed. */
function readTls(tls: TransportSettings['tls']): SecureContext {
  try {
    return createSecureContext(tls);
  } catch {
    // OpenSSL's own words are about its decoders and would not tell anybody which setting to mend.
    throw new Error('the CA, certificate or key of a Daffron endpoint is no PEM that TLS can use');
  }
}

/**
 * One connection, re-made by undici when it was idle too long. Not undici's Pool: a pool cannot drop the very connection
 * that gave a doubtful answer, and a late second answer on it would be read by the next caller.
 */
class Line {
  readonly #client: Client;
  #socket: Socket | undefined;

  constructor(origin: string, connectTimeoutMs: number, secureContext: SecureContext | undefined) {
    const tls = secureContext && { secureContext, rejectUnauthorized: true };
    const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, ...tls });
    this.#client = new Client(origin, {
      pipelining: 1,
      // Our own total deadline rules; the idle time-outs of the library would only add a second opinion.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MAX_MS,
      keepAliveMaxTimeout: IDLE_MAX_MS,
      connect: (options, callback) => {
        // The declared type leaves out that the connector returns its socket at once, before it is connected.
        const socket: unknown = connect(options, callback);
        if (socket instanceof Socket) this.#socket = socket;
      },
    });
  }

  exchange(
    path: string,
    request: HttpRequest,
    settings: TransportSettings,
    signal: AbortSignal,
  ): Promise<HttpAnswer | ReturnType<typeof failed>> {
    return new Promise((resolve) => {
      const receiver = new Receiver(settings.responseBytesMax, (result) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      });
      const timer = setTimeout(() => receiver.stop('TIMEOUT'), settings.attemptTimeoutMs);
      const onAbort = (): void => receiver.stop(typeof signal.reason === 'string' ? signal.reason : CALLER_GONE);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) return onAbort();
      const headers = { ...request.headers, accept: 'text/xml', 'accept-encoding': 'identity' };
      this.#client.dispatch({ path, method: 'POST', headers, body: request.body }, receiver);
    });
  }

  /** Ends the connection at once, also one that is still being made. */
  drop(): Promise<void> {
    const gone = this.#client.destroy();
    this.#socket?.destroy();
    return gone;
  }
}

/** Collects one answer up to the cap, and knows whether the question had left when something went wrong. */
class Receiver implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #retryAfter: string | undefined;
  #buffer = Buffer.alloc(0);
  #length = 0;
  #done = false;

  constructor(
    private readonly bytesMax: number,
    private readonly finish: (result: HttpAnswer | ReturnType<typeof failed>) => void,
  ) {}

  /** Called just before the first byte is written: from here on nobody knows what the back end has seen. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) controller.abort(new Error('no longer wanted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    const encoding = one(headers['content-encoding'])?.toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && encoding !== '') return this.#end(failed('unreadable', 'CONTENT_ENCODING'));
    const length = Number(one(headers['content-length']) ?? 0);
    if (length > this.bytesMax) return this.#end(failed('unreadable', 'TOO_LARGE'));
    this.#retryAfter = one(headers['retry-after']);
    this.#buffer = Buffer.allocUnsafe(length > 0 ? length : FIRST_BUFFER_BYTES);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    const length = this.#length + chunk.length;
    if (length > this.bytesMax) return this.#end(failed('unreadable', 'TOO_LARGE'));
    // Copied, not kept: a body in pieces of one byte would otherwise hold a hundred times its size.
    if (length > this.#buffer.length)
      this.#buffer = grown(this.#buffer, this.#length, Math.max(length, 2 * this.#buffer.length));
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  onResponseEnd(): void {
    this.#end({ status: this.#status, retryAfter: this.#retryAfter, body: this.#buffer.subarray(0, this.#length) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code =
      'code' in error && typeof error.code === 'string' && SAFE_CODE.test(error.code) ? error.code : 'TRANSPORT';
    this.stop(code);
  }

  /** Ends the exchange with a failure of that code: not sent, or without an answer. */
  stop(code: string): void {
    this.#end(failed(this.#controller === undefined ? 'notSent' : 'noAnswer', code));
  }

  #end(result: HttpAnswer | ReturnType<typeof failed>): void {
    if (this.#done) return;
    this.#done = true;
    this.finish(result);
    if ('failure' in result) this.#controller?.abort(new Error('no longer wanted'));
  }
}

function grown(buffer: Buffer, used: number, bytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(bytes);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
