// Connections without a request, while the server closes: a client that only holds one keeps nobody waiting.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * How long a connection without a request is left alone when the server closes, in milliseconds: what a client has sent in
 * that moment is still read and answered.
 */
const QUIET_MS = 500;

/**
 * Node closes connections that have answered and are idle, once, as the server closes. One that never asked anything, or
 * whose last answer was just being written, would hold the stop until its own time limit.
 */
export function leaveQuietConnections(server: FastifyInstance): void {
  const requests = new Map<Socket, number>();
  server.server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const count = requests.get(socket);
      if (count !== undefined) requests.set(socket, count - 1);
    });
  });
  let cutting: NodeJS.Timeout | undefined;
  server.addHook('preClose', (done) => {
    cutting = setInterval(() => {
      for (const [socket, count] of requests) if (count === 0) socket.destroy();
    }, QUIET_MS);
    done();
  });
  server.addHook('onClose', (_server, done) => {
    clearInterval(cutting);
    done();
  });
}
