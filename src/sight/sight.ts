// What a process shows of itself, opened as its settings want it: health always, metrics and traces where somebody looks.
import type { Config } from '../config';
import type { Log } from '../log';
import { openHealth, type Health } from './health';
import { openMetrics, type Metrics } from './metrics';
import { openMetricsServer } from './metricsServer';
import type { Tracing } from './tracing/tracing';

export interface Sight {
  readonly health: Health;
  readonly metrics: Metrics | undefined;
  readonly metricsUrl: string | undefined;
  readonly tracing: Tracing | undefined;
  close(): Promise<void>;
}

export type SightSettings = Pick<Config, 'host' | 'metricsPort' | 'tracesEndpoint'>;

export async function openSight({ host, metricsPort, tracesEndpoint }: SightSettings, log: Log): Promise<Sight> {
  const metrics = metricsPort === undefined ? undefined : openMetrics(() => log.dropped());
  const server =
    metrics === undefined || metricsPort === undefined
      ? undefined
      : await openMetricsServer(metrics, host, metricsPort);
  const tracing = tracesEndpoint === undefined ? undefined : await openTracing(tracesEndpoint);
  // Lines that know no request, such as those of a call to Daffron, are found by the trace in which they were written.
  if (tracing !== undefined) log.addFields(() => idsOf(tracing));
  return {
    health: openHealth(),
    metrics,
    metricsUrl: server?.url,
    tracing,
    close: async () => {
      await tracing?.close();
      // The last to go: a scraper may read the figures of the stop.
      await server?.close();
    },
  };
}

function idsOf(tracing: Tracing): object {
  const active = tracing.active();
  return active === undefined ? {} : { traceId: active.traceId, spanId: active.spanId };
}

/** `endpoint` is where a collector takes OTLP over HTTP, as the standard variable names it: without /v1/traces. */
async function openTracing(endpoint: string): Promise<Tracing> {
  // The libraries take their time and memory only where somebody asked for traces.
  const { openOtlpTracing } = await import('./tracing/otlpTracing.js');
  return openOtlpTracing(endpoint);
}
