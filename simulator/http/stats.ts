// What the simulator saw: calls by operation, how many at once, connections, and the last accounts asked for.
import type { CallFacts } from '../faults';

/** Calls remembered one by one; older ones are only counted. */
const REMEMBERED_CALLS = 1_000;

/** One call as it was seen. */
export interface SeenCall extends CallFacts {
  /** When it arrived, UTC. */
  readonly at: string;
}

/** All counters at one moment, as JSON. */
export interface StatsReport {
  /** Calls by operation, over all billers. */
  readonly operations: Readonly<Record<string, number>>;
  /** The same for each biller id. */
  readonly billers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly inFlight: number;
  readonly peakInFlight: number;
  /** The most calls of one biller that were in flight at once, by biller id. */
  readonly peakInFlightByBiller: Readonly<Record<string, number>>;
  /** TCP connections opened to the SOAP port, and those open now. */
  readonly connections: number;
  readonly openConnections: number;
  /** Calls whose caller closed the connection before the answer was out. */
  readonly abandoned: number;
  /** Visits of the page that nobody should follow to. */
  readonly canaryHits: number;
  /** The last calls, the oldest first. */
  readonly calls: readonly SeenCall[];
}

export interface Stats {
  /** Counts a call in; the returned function counts it out, once. */
  begin(call: CallFacts, at: Date): (completed: boolean) => void;
  inFlightOf(billerId: string): number;
  connectionOpened(): void;
  connectionClosed(): void;
  canaryHit(): void;
  report(): StatsReport;
  /** Counts anew. Calls in flight and open connections stay what they are. */
  reset(): void;
}

function addTo(counts: Map<string, number>, key: string, change: number): number {
  const value = (counts.get(key) ?? 0) + change;
  counts.set(key, value);
  return value;
}

/** Opens counters at zero. */
export function openStats(): Stats {
  const inFlight = new Map<string, number>();
  let openConnections = 0;
  const fresh = () => ({
    byBiller: new Map<string, Map<string, number>>(),
    peaks: new Map<string, number>(),
    peak: 0,
    connections: 0,
    abandoned: 0,
    canaryHits: 0,
    calls: [] as SeenCall[],
  });
  let seen = fresh();
  const total = (): number => [...inFlight.values()].reduce((sum, each) => sum + each, 0);
  return {
    begin: (call, at) => {
      // A call that ends after a reset belongs to the counters in which it began.
      const mine = seen;
      const operations = seen.byBiller.get(call.billerId) ?? new Map<string, number>();
      seen.byBiller.set(call.billerId, operations);
      addTo(operations, call.operation, 1);
      const now = addTo(inFlight, call.billerId, 1);
      seen.peaks.set(call.billerId, Math.max(seen.peaks.get(call.billerId) ?? 0, now));
      seen.peak = Math.max(seen.peak, total());
      seen.calls.push({ ...call, at: at.toISOString() });
      if (seen.calls.length > REMEMBERED_CALLS) seen.calls.shift();
      let done = false;
      return (completed) => {
        if (done) return;
        done = true;
        addTo(inFlight, call.billerId, -1);
        if (!completed) mine.abandoned += 1;
      };
    },
    inFlightOf: (billerId) => inFlight.get(billerId) ?? 0,
    connectionOpened: () => {
      openConnections += 1;
      seen.connections += 1;
    },
    connectionClosed: () => {
      openConnections -= 1;
    },
    canaryHit: () => {
      seen.canaryHits += 1;
    },
    report: () => {
      const operations = new Map<string, number>();
      for (const counts of seen.byBiller.values()) {
        for (const [operation, count] of counts) addTo(operations, operation, count);
      }
      return {
        operations: Object.fromEntries(operations),
        billers: Object.fromEntries([...seen.byBiller].map(([id, counts]) => [id, Object.fromEntries(counts)])),
        inFlight: total(),
        peakInFlight: seen.peak,
        peakInFlightByBiller: Object.fromEntries(seen.peaks),
        connections: seen.connections,
        openConnections,
        abandoned: seen.abandoned,
        canaryHits: seen.canaryHits,
        calls: [...seen.calls],
      };
    },
    reset: () => {
      seen = fresh();
    },
  };
}
