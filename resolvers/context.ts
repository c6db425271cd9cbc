// What every resolver is given: who asks, and the sources bound to him. The one file of this floor that knows the floor below.
import type { RequestSources } from '../datasources/sources';
import type { Caller } from '../domain/caller';

export interface Context {
  readonly caller: Caller;
  readonly sources: RequestSources;
  /** Goes into the log line and into every masked error. */
  readonly requestId: string;
  /** The trace that the request belongs to, where there is one. */
  readonly traceId?: string | undefined;
  /** Whether the caller may read the contract's own text, as a router's build does. */
  readonly mayReadContract: boolean;
}
