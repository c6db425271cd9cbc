// The log: one JSON line for each event, with ids, codes and durations; never variables, headers, names or secrets.
import pino, { type Logger } from 'pino';

export type { Logger };

/** `destination` is a file descriptor: 1 by default. */
export function openLog(level: string, destination = 1): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: destination, sync: false }),
  );
}

/** Longer than any honest operation name. */
const NAME_MAX = 64;

/** A name that a client chose, cut and without anything that could forge a line (G15). */
export function cleanName(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined) return undefined;
  return name.slice(0, NAME_MAX).replaceAll(/[^A-Za-z0-9_]/g, '?');
}
