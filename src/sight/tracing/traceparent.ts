// The W3C header that names the trace a request belongs to. It is believed as that and nothing else: a client may write
// anything there, so it opens nothing, and its text is not kept.

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The longest that a later version of the form may reasonably be. */
const LENGTH_MAX = 256;

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** Undefined where the header is not exactly what the standard has. */
export function readTraceParent(header: string | string[] | undefined): TraceParent | undefined {
  if (typeof header !== 'string' || header.length > LENGTH_MAX) return undefined;
  const [, version, traceId, spanId, flags, rest] = FORM.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  // A later version may say more behind the four parts; this one has nothing there, and ff is no version.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}
