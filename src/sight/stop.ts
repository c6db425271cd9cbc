// How a process ends: first it says so, then it takes no more, then it finishes what it has, and last it closes its parts.
import type { FastifyInstance } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log';
import type { Health } from './health';

/** Supervisors kill after this long; what hangs until then is not worth waiting for. In milliseconds. */
export const STOP_TIMEOUT_MS = 30_000;

/**
 * When connections that still have not got their answer are cut, so that what they were in the middle of is rolled back
 * and the parts are closed in order before the end.
 */
const CUT_MS = 25_000;

export interface Stoppable {
  readonly health: Health;
  readonly server: FastifyInstance;
  /** Takes no more connections, waits for the requests in flight, then closes the parts. */
  close(): Promise<void>;
}

/** `drainMs`: how long balancers are given to see that the process is no longer ready, while it still serves. */
export async function stopInOrder(service: Stoppable, drainMs: number, log: Logger): Promise<void> {
  service.health.stopping();
  const cut = setTimeout(() => {
    log.warn({ code: 'STOP_CUT' }, 'requests in flight are cut');
    service.server.server.closeAllConnections();
  }, CUT_MS);
  try {
    await sleep(drainMs);
    await service.close();
  } finally {
    clearTimeout(cut);
  }
}
