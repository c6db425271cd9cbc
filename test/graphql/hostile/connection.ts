// A raw connection to the service, for requests that no client would send.
import { connect, type Socket } from 'node:net';

export interface Connection {
  send(bytes: string): void;
  /** All that came, once the other side has closed. */
  closed(): Promise<string>;
  /** Waits until what came holds this text. */
  heard(text: string): Promise<string>;
  end(): void;
}

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  let received = '';
  let isClosed = false;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
    tell();
  });
  socket
    .on('error', () => undefined)
    .on('close', () => {
      isClosed = true;
      tell();
    });
  await new Promise<void>((resolve) => void socket.once('connect', resolve).once('close', resolve));

  function until(isThere: () => boolean): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isThere() && !isClosed) return;
        listeners.delete(look);
        resolve(received);
      };
      listeners.add(look);
      look();
    });
  }
  return {
    send: (bytes) => void socket.write(bytes, 'latin1'),
    closed: () => until(() => false),
    heard: (text) => until(() => received.includes(text)),
    end: () => void socket.destroy(),
  };
}
