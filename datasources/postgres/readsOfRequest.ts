// Reads that end with the request that asked for them: what is not begun is not asked, and what hangs is no longer waited for.
import { setMaxListeners } from 'node:events';
import type { QueryResultRow } from 'pg';
import type { Database } from './database';

/** The request was over, because its time was or because its caller had left. */
export class RequestOver extends Error {
  constructor() {
    super('the request is over');
    this.name = 'RequestOver';
  }
}

/**
 * The database as one request may use it. A statement that runs goes on until its own time limit frees the connection; its
 * rows are nobody's then.
 */
export function readsOfRequest(database: Database, signal: AbortSignal): Database {
  // One request reads many times under one signal; Node would print a warning from the eleventh on.
  setMaxListeners(0, signal);
  return {
    ...database,
    read: <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
      signal.aborted ? Promise.reject(new RequestOver()) : untilOver(database.read<Row>(name, text, values), signal),
  };
}

function untilOver<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new RequestOver());
    signal.addEventListener('abort', leave, { once: true });
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
