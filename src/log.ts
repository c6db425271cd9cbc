// The log: one JSON line for each event, with ids, codes and durations; never variables, headers, names or secrets.
import pino from 'pino';
import { openLineWriter, type LineWriter } from './sight/lineWriter';

type Say = (fields: object, message: string) => void;

/** What the house says; none of these ever throws, and none waits for whoever reads the log. */
export interface Logger {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
  readonly fatal: Say;
}

export interface Log extends Logger {
  /** Lines that could not be written: the reader is gone, the disk is full, or nobody reads. */
  dropped(): number;
  /** Fields that every line has from now on, asked for at each line. */
  addFields(fields: () => object): void;
  /** Ends when what was said is written, or after a short while. */
  flush(): Promise<void>;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** `destination` is a file descriptor: 1 by default. */
export function openLog(level: string, destination = 1): Log {
  const writer: LineWriter = openLineWriter(destination);
  let more: (() => object) | undefined;
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...more?.() }),
    },
    writer,
  );
  return {
    ...calmLogger(log),
    dropped: () => writer.dropped(),
    addFields: (fields) => {
      more = fields;
    },
    flush: () => writer.flush(),
  };
}

/** The same logger, with everything that it throws kept from the request that only wanted to say something (O22). */
export function calmLogger(log: Logger): Logger {
  const calm =
    (level: (typeof LEVELS)[number]): Say =>
    (fields, message) => {
      try {
        log[level](fields, message);
      } catch {
        // There is nobody left to tell: the log itself has failed.
      }
    };
  return { debug: calm('debug'), info: calm('info'), warn: calm('warn'), error: calm('error'), fatal: calm('fatal') };
}

/** Longer than any honest operation name. */
const NAME_MAX = 64;

/** A name that a client chose, cut and without anything that could forge a line (G15). */
export function cleanName(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined) return undefined;
  return name.slice(0, NAME_MAX).replaceAll(/[^A-Za-z0-9_]/g, '?');
}
