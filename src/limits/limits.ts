// How much one caller may ask for at once: the limits of this process, and how a refusal says which one was met.

/** What one operation may hold. Each is judged before anything runs. */
export interface OperationLimits {
  /** Words and signs of a document; the parser stops at the next one. */
  readonly tokensMax: number;
  /** Selection sets within one another, through fragments. */
  readonly depthMax: number;
  readonly aliasesMax: number;
  readonly directivesMax: number;
  /** Items of a list that is given as an argument, `representations` among them. */
  readonly listItemsMax: number;
  /** The price that may be asked for; docs/limits.md has the formula. */
  readonly costMax: number;
}

/** What one connection, and the process as a whole, may take. */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** From the headers to the last byte of a body; a bill file has its own. */
  readonly bodyTimeoutMs: number;
  /** From the connection, or from the first byte of a later request on it, to the end of the headers. */
  readonly headersTimeoutMs: number;
  readonly connectionsMax: number;
}

/** When a request is better refused at once than answered late. */
export interface LoadLimits {
  /** How far behind its time the event loop may run, in milliseconds. */
  readonly loopDelayMsMax: number;
  /** How full, in percent, the queue to a Daffron may be. */
  readonly queuePercentMax: number;
}

export interface Limits {
  readonly operation: OperationLimits;
  readonly http: HttpLimits;
  readonly load: LoadLimits;
}

/**
 * Selections that a document may come to when its fragments are written out: they are walked for validation, for the price
 * and for the answer. Ten times the widest screen of a portal.
 */
export const SELECTIONS_MAX = 5000;

/**
 * Pairs of equal fields in one place. Validation holds each against the other, in about a microsecond: without a bound, a
 * document of 2,000 tokens keeps the process for a tenth of a second. Fragments of a large page make some dozens.
 */
export const EQUAL_PAIRS_MAX = 5000;

/** Why an operation is not run: a code for programs, a sentence for people, and the figures that it is about. */
export interface LimitRefusal {
  readonly code: string;
  readonly message: string;
}
