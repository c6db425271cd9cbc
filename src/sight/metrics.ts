// What Prometheus is told. Labels have values of ours only: nothing that a client may choose becomes a time series.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BifReport } from '../../datasources/bills/bifReport';
import type { DaffronCallEvent, DaffronState } from '../../datasources/daffron/daffron';
import type { PoolState } from '../../datasources/postgres/database';

export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** `partial`: some of the data and some errors. */
export type OperationOutcome = 'ok' | 'partial' | 'failed';

/** `away`: the database was not there, and the file may come again. */
export type FileOutcome = 'imported' | 'already' | 'refused' | 'away' | 'failed';

/** What a pass over the watched folder did with what lay there. */
export type FolderOutcome = 'done' | 'rejected' | 'put_back' | 'set_aside' | 'not_a_file';

export interface Metrics {
  operation(type: OperationType, outcome: OperationOutcome, seconds: number): void;
  error(code: string): void;
  response(route: string, status: number): void;
  daffronCall(event: DaffronCallEvent): void;
  balanceAnswer(source: 'RTDR' | 'CACHE' | 'BIF', stale: boolean): void;
  joinedCall(): void;
  cacheTrouble(trouble: string): void;
  file(outcome: FileOutcome, report?: BifReport): void;
  folderFile(outcome: FolderOutcome): void;
  reload(outcome: 'taken' | 'refused'): void;
  unhandled(kind: string): void;
  /** Asks at each reading what only the parts know. */
  watch(parts: WatchedParts): void;
  /** All of it in the form that Prometheus reads. */
  read(): Promise<string>;
  /** The names of all metrics, for the check of the dashboard. */
  names(): readonly string[];
  readonly contentType: string;
}

export interface WatchedParts {
  readonly daffrons: () => Iterable<readonly [billerId: string, state: DaffronState]>;
  readonly pools: () => Readonly<Record<string, PoolState>>;
}

/** From a hot cache (a few ms) to the deadline of an operation (15 s). */
const OPERATION_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Daffron is slow: tenths of a second are good, and thirty seconds are its deadline. */
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30];

/** How finely the event loop's delay is measured, in milliseconds. */
const LOOP_RESOLUTION_MS = 20;

const NANOSECONDS = 1e9;
const MILLISECONDS = 1000;

/** The instruments of one process; each service has its own registry, so that two of them in one process do not mix. */
export function openMetrics(logLinesLost: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counters = openCounters(registers);
  const histograms = openHistograms(registers);
  watchEventLoop(registers);
  watchLog(logLinesLost, registers);
  return {
    operation: (type, outcome, seconds) => histograms.operations.observe({ type, outcome }, seconds),
    error: (code) => counters.errors.inc({ code }),
    response: (route, status) => counters.responses.inc({ route, status }),
    daffronCall: ({ billerId, operation, outcome, ms, waitMs }) => {
      histograms.calls.observe({ biller: billerId, operation, outcome }, ms / MILLISECONDS);
      histograms.waits.observe({ biller: billerId }, waitMs / MILLISECONDS);
    },
    balanceAnswer: (source, stale) => counters.answers.inc({ source, stale: String(stale) }),
    joinedCall: () => counters.joined.inc(),
    cacheTrouble: (trouble) => counters.troubles.inc({ trouble }),
    file: (outcome, report) => {
      counters.files.inc({ outcome });
      if (outcome !== 'imported' || report === undefined) return;
      const { read: _read, ...verdicts } = report.counts;
      for (const [verdict, rows] of Object.entries(verdicts)) counters.rows.inc({ verdict }, rows);
    },
    folderFile: (outcome) => counters.folderFiles.inc({ outcome }),
    reload: (outcome) => counters.reloads.inc({ outcome }),
    unhandled: (kind) => counters.unhandled.inc({ kind }),
    watch: (parts) => watchParts(parts, registers),
    read: () => registry.metrics(),
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    contentType: registry.contentType,
  };
}

function openCounters(registers: Registry[]) {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `subgraph_${name}`, help, labelNames: [...labelNames], registers });
  return {
    errors: counter('errors_total', 'Errors that callers of GraphQL were given, by code', ['code']),
    responses: counter('http_responses_total', 'HTTP answers by route and status', ['route', 'status']),
    answers: counter('balance_answers_total', 'Balances by where they came from, and whether they are stale', [
      'source',
      'stale',
    ]),
    joined: counter('joined_calls_total', 'Questions that joined a call to Daffron in flight', []),
    troubles: counter('cache_troubles_total', 'Troubles with the balance cache', ['trouble']),
    files: counter('import_files_total', 'Bill files by what became of them', ['outcome']),
    rows: counter('import_rows_total', 'Rows of imported bill files by verdict', ['verdict']),
    folderFiles: counter('folder_files_total', 'Files of the watched folder by what became of them', ['outcome']),
    reloads: counter('billers_reloads_total', 'Readings of the billers file by outcome', ['outcome']),
    unhandled: counter('unhandled_total', 'Failures that nobody had caught', ['kind']),
  };
}

function openHistograms(registers: Registry[]) {
  return {
    operations: new Histogram({
      name: 'subgraph_operation_seconds',
      help: 'GraphQL operations by type and outcome',
      labelNames: ['type', 'outcome'],
      buckets: OPERATION_SECONDS,
      registers,
    }),
    calls: new Histogram({
      name: 'subgraph_daffron_call_seconds',
      help: 'SOAP calls by biller, operation and outcome, with waiting and retries',
      labelNames: ['biller', 'operation', 'outcome'],
      buckets: CALL_SECONDS,
      registers,
    }),
    waits: new Histogram({
      name: 'subgraph_daffron_wait_seconds',
      help: 'How long a SOAP call waited for its turn',
      labelNames: ['biller'],
      buckets: CALL_SECONDS,
      registers,
    }),
  };
}

/** The library's own figures of the loop cover the whole life of a process; these begin anew at each reading. */
function watchEventLoop(registers: Registry[]): void {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  const gauge: Gauge<'of'> = new Gauge({
    name: 'subgraph_event_loop_delay_seconds',
    help: 'Delay of the event loop since the last reading: half of the time, one in a hundred, and the worst',
    labelNames: ['of'],
    registers,
    collect: () => {
      gauge.set({ of: 'p50' }, lateSeconds(delay.percentile(50)));
      gauge.set({ of: 'p99' }, lateSeconds(delay.percentile(99)));
      gauge.set({ of: 'max' }, lateSeconds(delay.max));
      delay.reset();
    },
  });
}

/** The clock of the measurement ticks at its resolution; only what comes on top of that is delay. */
function lateSeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - LOOP_RESOLUTION_MS / MILLISECONDS);
}

function watchParts(parts: WatchedParts, registers: Registry[]): void {
  const lines: Gauge<'biller' | 'state'> = new Gauge({
    name: 'subgraph_daffron_calls',
    help: 'Calls to Daffron at this moment: waiting for their turn, or in flight',
    labelNames: ['biller', 'state'],
    registers,
    collect: () => {
      // A biller who was removed while the process runs must not stand still in the figures.
      lines.reset();
      for (const [biller, { waiting, inFlight }] of parts.daffrons()) {
        lines.set({ biller, state: 'waiting' }, waiting);
        lines.set({ biller, state: 'in_flight' }, inFlight);
      }
    },
  });
  const breakers: Gauge<'biller'> = new Gauge({
    name: 'subgraph_daffron_breaker_open',
    help: '1 while calls to a Daffron are held back because it is sick',
    labelNames: ['biller'],
    registers,
    collect: () => {
      breakers.reset();
      for (const [biller, { isBreakerOpen }] of parts.daffrons()) breakers.set({ biller }, isBreakerOpen ? 1 : 0);
    },
  });
  const connections: Gauge<'pool' | 'state'> = new Gauge({
    name: 'subgraph_database_connections',
    help: 'Connections to Postgres by pool: all, idle, and callers who wait for one',
    labelNames: ['pool', 'state'],
    registers,
    collect: () => {
      for (const [pool, { total, idle, waiting }] of Object.entries(parts.pools())) {
        connections.set({ pool, state: 'total' }, total);
        connections.set({ pool, state: 'idle' }, idle);
        connections.set({ pool, state: 'waiting' }, waiting);
      }
    },
  });
}

function watchLog(logLinesLost: () => number, registers: Registry[]): void {
  const lost: Gauge = new Gauge({
    name: 'subgraph_log_lines_lost',
    help: 'Log lines that could not be written since the start',
    registers,
    collect: () => lost.set(logLinesLost()),
  });
}
