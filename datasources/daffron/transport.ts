// The socket side of the conversation with one back end: keep-alive connections that answer one question at a time.
import { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { buildConnector, Client } from 'undici';
import type { Dispatcher } from 'undici';
import { Deadlines } from './calls/deadlines';
import { Exchange } from './calls/exchange';
import type { Asker, HttpRequest } from './calls/exchange';

export interface TransportSettings {
  /** The whole URL; its query is kept, a user name in it is not used. */
  readonly endpoint: string;
  /** PEM texts; an own CA replaces the public ones. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly attemptTimeoutMs: number;
  readonly responseBytesMax: number;
}

export interface Transport {
  /**
   * Sends one request; its answer is read before its connection may serve another. The connection is dropped after
   * anything but a value or a fault. Stopping the exchange ends it at once, with the given code as its failure's.
   */
  send<T>(request: HttpRequest, asker: Asker<T>): { stop(code: string): void };
  /** Drops every connection. */
  close(): Promise<void>;
}

/** Below the shortest idle limit known of servers (Node's 5 s), or a request could meet a connection just being closed. */
const IDLE_MAX_MS = 4_000;

/**
 * A transport to one endpoint. One connection for each call in flight, never pipelined; redirects are not followed, proxy
 * variables of the environment are not read, certificates are always checked. Throws for an endpoint or TLS material that
 * cannot be used at all. `now` is the instant that an answer bears as its question's.
 */
export function openTransport(settings: TransportSettings, now: () => Date): Transport {
  const url = new URL(settings.endpoint);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error('a Daffron endpoint must be an http(s) URL');
  const secureContext = url.protocol === 'https:' ? readTls(settings.tls) : undefined;
  const path = url.pathname + url.search;
  const terms = { bytesMax: settings.responseBytesMax, deadlines: new Deadlines(settings.attemptTimeoutMs) };
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

  return {
    send: (request, asker) => {
      const line = takeLine();
      const exchange = new Exchange(terms, asker, now(), (trusted) => giveBack(line, trusted));
      line.ask(request, path, exchange);
      return exchange;
    },
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

  /** To be called only when the answer before has come whole. */
  ask({ headers, body }: HttpRequest, path: string, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch({ path, method: 'POST', headers, body }, handler);
  }

  /** Ends the connection at once, also one that is still being made. */
  drop(): Promise<void> {
    const gone = this.#client.destroy();
    this.#socket?.destroy();
    return gone;
  }
}
