// The one file that knows OpenTelemetry. The active span is kept here and not in the library's global context, so that
// two services in one process have traces of their own.
import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as OtelSpan } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { TraceParent } from './traceparent';
import type { Attributes, OpenSpan, Span, Tracing } from './tracing';

const SERVICE_NAME = 'daffron-subgraph';

/** Sending one batch with all its tries, in milliseconds; a collector stands near. Spans wait meanwhile, up to the library's bound of 2,048. */
const EXPORT_TIMEOUT_MS = 2000;

/** What a stop gives the collector to take the last spans, in milliseconds: a batch that is under way, and the last one. */
const FAREWELL_MS = 4500;

export function openOtlpTracing(endpoint: string): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE_NAME }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
  });
  const tracer = provider.getTracer(SERVICE_NAME);
  const here = new AsyncLocalStorage<OtelSpan>();

  function open(name: string, attributes: Attributes, above: Context, kind: SpanKind): OtelSpan {
    return tracer.startSpan(name, { attributes: { ...attributes }, kind }, above);
  }

  function below(): Context {
    const active = here.getStore();
    return active === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, active);
  }

  function hand(span: OtelSpan): OpenSpan {
    return {
      ...tell(span),
      traceId: span.spanContext().traceId,
      within: (work) => here.run(span, work),
      child: (name, attributes) => hand(open(name, attributes, trace.setSpan(ROOT_CONTEXT, span), SpanKind.INTERNAL)),
      end: () => span.end(),
    };
  }

  async function ended<T>(span: OtelSpan, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      tell(span).fail(codeOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    startRequest: (name, attributes, parent) => hand(open(name, attributes, remote(parent), SpanKind.SERVER)),
    span: (name, attributes, work) => {
      const span = open(name, attributes, below(), SpanKind.INTERNAL);
      return here.run(span, () => ended(span, () => work(tell(span))));
    },
    spanOf: (name, work) => {
      const span = open(name, {}, below(), SpanKind.INTERNAL);
      return here.run(span, () => {
        try {
          const result = work();
          if (result instanceof Promise) return ended(span, async () => await result);
          span.end();
          return result;
        } catch (error) {
          tell(span).fail(codeOf(error));
          span.end();
          throw error;
        }
      });
    },
    active: () => {
      const span = here.getStore();
      return span === undefined ? undefined : { ...tell(span), ...idsOf(span) };
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FAREWELL_MS);
      });
      // A collector that is away keeps no stop waiting, and its own words go nowhere.
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
      clearTimeout(timer);
    },
  };
}

function idsOf(span: OtelSpan): { traceId: string; spanId: string } {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

function tell(span: OtelSpan): Span {
  return {
    set: (attributes) => void span.setAttributes({ ...attributes }),
    // No message: an error's own words may hold data.
    fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code),
  };
}

function remote(parent: TraceParent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, flags } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags & 1, isRemote: true });
}

/** A class name is ours or a library's, and says enough. */
function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
