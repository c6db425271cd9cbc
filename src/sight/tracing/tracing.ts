// Traces: where the time of a request went. Without an exporter none of it is loaded, and nothing is wrapped.
import type { TraceParent } from './traceparent';

/** Names, numbers and codes of ours; never an account, a name, a variable or a statement with its values. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  set(attributes: Attributes): void;
  /** The span stands for something that failed; the code says how. */
  fail(code: string): void;
}

/** A span that whoever opened it must end. */
export interface OpenSpan extends Span {
  readonly traceId: string;
  /** Spans that are begun in `work`, and in all that it begins, stand below this one. */
  within(work: () => void): void;
  child(name: string, attributes: Attributes): OpenSpan;
  end(): void;
}

export interface Tracing {
  /** The span of a request, below the caller's own where he named one. */
  startRequest(name: string, attributes: Attributes, parent: TraceParent | undefined): OpenSpan;
  /** Does `work` as a span below the one that is active here. */
  span<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T>;
  /** The same for work that may be done at once. */
  spanOf(name: string, work: () => unknown): unknown;
  /** The span that is active here. */
  active(): (Span & { readonly traceId: string; readonly spanId: string }) | undefined;
  /** Sends what is left, for a short while. */
  close(): Promise<void>;
}
