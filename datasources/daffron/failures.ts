// What can become of one call to Daffron: an answer, or one of four failures that say what may have happened over there.

/**
 * Why there is no value. `code` is a short word of ours (upper case, no text of the back end), fit for logs and metrics.
 * - `notSent`: no byte of the request left the house, so nothing can have happened.
 * - `noAnswer`: it was sent and what became of it is unknown: silence, a reset, a deadline, an HTTP error without a fault.
 * - `unreadable`: something came back that is not the answer to the question, or holds amounts that cannot be read.
 * - `refused`: Daffron answered with a SOAP fault (or HTTP 401): a definite answer, not to be asked again.
 */
export type DaffronFailure =
  | { readonly kind: 'notSent'; readonly code: string }
  | { readonly kind: 'noAnswer'; readonly code: string }
  | { readonly kind: 'unreadable'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string };

/** `sentAt` is the instant before the question that was answered left: the value is at least as new as that. */
export type DaffronAnswer<T> =
  | { readonly ok: true; readonly value: T; readonly sentAt: Date }
  | { readonly ok: false; readonly failure: DaffronFailure };

/** A reply as it was read, before anybody knows when its question was sent. */
export type ReadReply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: DaffronFailure };

/** An answer, or a failure together with the server's own word on when to come back. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly sentAt: Date }
  | { readonly ok: false; readonly failure: DaffronFailure; readonly retryAfter?: string | undefined };

/** The fault code that stops all calls of a biller for a while: repeating wrong credentials can lock the account out. */
export const CREDENTIALS = 'CREDENTIALS';

/** The caller no longer waits; says nothing about the back end. */
export const CALLER_GONE = 'CALLER_GONE';

/** The time for the whole operation is over. */
export const DEADLINE = 'DEADLINE';

/** A failed result of the given kind. */
export function failed(
  kind: DaffronFailure['kind'],
  code: string,
): { readonly ok: false; readonly failure: DaffronFailure } {
  return { ok: false, failure: { kind, code } };
}
