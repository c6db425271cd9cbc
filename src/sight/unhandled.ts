// Failures that nobody caught: said by code, and survived or ended by decision (O22, ADR 0017).
import { framesOf, typeOf } from '../maskErrors';
import type { Log } from '../log';
import type { Metrics } from './metrics';

export interface UnhandledParts {
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Ends the process in order, with a code that says it was no wish of anybody. */
  readonly end: () => void;
}

/**
 * A promise that nobody awaited concerns one piece of work, which has failed alone: the process goes on. An error thrown
 * out of a callback may have left anything half done: requests in flight are finished, and the process ends.
 */
export function watchUnhandled({ log, metrics, end }: UnhandledParts): void {
  process.on('unhandledRejection', (reason) => {
    metrics?.unhandled('rejection');
    log.error({ code: 'UNHANDLED_REJECTION', type: typeOf(reason), stack: framesOf(reason) }, 'nobody caught this');
  });
  process.on('uncaughtException', (error: unknown) => {
    metrics?.unhandled('exception');
    log.fatal({ code: 'UNCAUGHT_EXCEPTION', type: typeOf(error), stack: framesOf(error) }, 'the process ends by this');
    void endAfter(log, end);
  });
}

/** The line goes out first, since the end may come at once. */
async function endAfter(log: Log, end: () => void): Promise<void> {
  await log.flush();
  end();
}
