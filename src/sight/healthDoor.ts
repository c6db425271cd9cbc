// The probes: whoever asks needs no token and learns no more than codes.
import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { statusCodeOf, type Health } from './health';

const LIVE = '/health/live';
const READY = '/health/ready';

/** A process that can answer this lives; what it lacks is for the other one to say. */
const ALIVE = { status: 'LIVE' } as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route serves without a token. */
    isOpen?: boolean;
  }
}

export function addHealthRoutes(server: FastifyInstance, health: Health): void {
  const config = { isOpen: true };
  server.get(LIVE, { config }, () => ALIVE);
  server.get(READY, { config }, async (_request, reply) => {
    const report = await health.report();
    return await reply.code(statusCodeOf(report)).send(report);
  });
}

export interface Lobby {
  /** Leaves the address to the service. */
  close(): Promise<void>;
}

/**
 * Answers the probes on the service's address while the service is being opened: migrations of a large database may take
 * minutes, and a process that nobody can ask would be taken for a dead one.
 */
export async function openLobby(health: Health, host: string, port: number): Promise<Lobby> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
    };
    if (request.url === LIVE) return answer(200, ALIVE);
    void health.report().then((report) => answer(statusCodeOf(report), request.url === READY ? report : {}));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
