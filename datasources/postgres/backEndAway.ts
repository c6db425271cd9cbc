// The error of a back end that is not reachable: not a bug, and nothing a caller did. He may try again.

/** `code` is the driver's own short code, safe to log. */
export class BackEndAway extends Error {
  constructor(
    readonly backEnd: 'POSTGRES',
    readonly code: string,
    cause: unknown,
  ) {
    super(`${backEnd} is away (${code})`, { cause });
    this.name = 'BackEndAway';
  }
}

/** SQLSTATE classes and codes of a server that goes, comes, is full or was told to stop: connection, resources, shutdown, cancelled. */
const AWAY_STATES = /^(08|53|57P|57014|25006)/;

const AWAY_SYSTEM_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOENT',
];

/** Sentences of the driver for a connection that ended or never came; it gives these errors no code. */
const AWAY_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|client has encountered a connection error|query read timeout|cannot use a pool after/i;

/** The same failure as a BackEndAway where Postgres was not there; any other error as it is. */
export function asAway(error: unknown): unknown {
  // Read by form and not by class: system errors may come from another realm of the runtime.
  const told: { code?: unknown; message?: unknown } = typeof error === 'object' && error !== null ? error : {};
  const { code, message } = told;
  if (typeof code === 'string' && (AWAY_STATES.test(code) || AWAY_SYSTEM_CODES.includes(code))) {
    return new BackEndAway('POSTGRES', code, error);
  }
  const isCutOff = code === undefined && typeof message === 'string' && AWAY_MESSAGES.test(message);
  return isCutOff ? new BackEndAway('POSTGRES', 'CONNECTION', error) : error;
}
