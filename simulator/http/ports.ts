// A listener on loopback that can be shut and opened again on the same port.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Ports below those that the system hands to outgoing connections, so that a port can be taken again later. */
const PORTS = { min: 20_000, max: 32_000 } as const;
const ATTEMPTS = 50;

export interface Port {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Refuses connections and cuts those that are open. */
  down(): Promise<void>;
  /** Listens again; does nothing when it listens. */
  up(): Promise<void>;
}

/** Told of connections. */
export interface Connections {
  connectionOpened(): void;
  connectionClosed(): void;
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
}

/**
 * Listens on loopback, at the port given or, for 0, at a free one. Rejects with the error of the system when the port
 * given is taken. A request whose answer fails is cut off, so that a mistake here is never taken for an answer.
 */
export async function openPort(
  answer: (...args: Parameters<RequestListener>) => Promise<void>,
  port: number,
  connections?: Connections,
): Promise<Port> {
  // Time limits of node are off: how long a caller waits is the caller's business, and silence may be ordered.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    connections?.connectionOpened();
    socket.once('close', () => {
      open.delete(socket);
      connections?.connectionClosed();
    });
    // A reset by the other side is expected here and no reason to end the process.
    socket.on('error', () => socket.destroy());
  });
  const listenAt = async (wanted: number): Promise<void> => {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
  };
  for (let attempt = 1; !server.listening; attempt += 1) {
    try {
      await listenAt(port === 0 ? randomInt(PORTS.min, PORTS.max) : port);
    } catch (error) {
      if (port !== 0 || attempt === ATTEMPTS || !isTaken(error)) throw error;
    }
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  const taken = address.port;
  return {
    url: `http://127.0.0.1:${taken}`,
    down: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    up: async () => {
      if (!server.listening) await listenAt(taken);
    },
  };
}
