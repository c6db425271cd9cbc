/** Finds a port of the loopback interface on which a server of ours can listen. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below 32768, where Linux begins to take ports for outgoing connections: a server that is to listen on one of those
 * now and then finds it taken. Above 20000, where few services have their fixed ports.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_767;

/** A machine on which a hundred random ports in a row are taken has another trouble. */
const ATTEMPTS_MAX = 100;

/**
 * A port that nobody listened on a moment ago; it is not kept, so a server started on it may still find it taken.
 * @throws Error when none was found
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${LOWEST_PORT} and ${HIGHEST_PORT} on 127.0.0.1.`);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
