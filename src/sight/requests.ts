// What is seen of each HTTP request: its trace, its line in the log, its count. Also says good-bye to clients while the
// process stops, so that none of them sends another request on a connection that is about to go.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../log';
import type { Health } from './health';
import type { Metrics } from './metrics';
import { readTraceParent } from './tracing/traceparent';
import type { OpenSpan, Tracing } from './tracing/tracing';

export interface RequestSight {
  readonly log: Logger;
  readonly health: Health;
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace that this request belongs to; null where nobody named one and none is kept. */
    traceId: string | null;
    /** Whether it has a line of its own in the log, as an operation or as its refusal. */
    hasOwnLine: boolean;
  }
}

/** Requests for anything else than our routes are one route, whatever they ask for. */
const NO_ROUTE = 'none';

const OPERATIONS = '/graphql';
const PROBES = '/health/';

export function watchRequests(server: FastifyInstance, { log, health, metrics, tracing }: RequestSight): void {
  const spans = new WeakMap<FastifyRequest, { readonly request: OpenSpan; readonly operation: OpenSpan | undefined }>();
  server.decorateRequest('traceId', null);
  server.decorateRequest('hasOwnLine', false);
  server.addHook('onRequest', (request, _reply, done) => {
    const parent = readTraceParent(request.headers['traceparent']);
    request.traceId = parent?.traceId ?? null;
    const route = routeOf(request);
    if (tracing === undefined || route.startsWith(PROBES)) return done();
    const attributes = { 'http.request.method': request.method, 'http.route': route };
    const span = tracing.startRequest(`${request.method} ${route}`, attributes, parent);
    const operation = route === OPERATIONS ? span.child('operation', {}) : undefined;
    spans.set(request, { request: span, operation });
    request.traceId = span.traceId;
    span.within(done);
  });
  if (tracing !== undefined) {
    // Reading the body leaves the hooks before it behind, so that the span is entered anew for what comes after.
    server.addHook('preHandler', (request, _reply, done) => {
      const open = spans.get(request);
      if (open === undefined) return done();
      (open.operation ?? open.request).within(done);
    });
  }
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (health.isStopping) void reply.header('connection', 'close');
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const { statusCode } = reply;
    metrics?.response(route, statusCode);
    const open = spans.get(request);
    open?.operation?.end();
    open?.request.set({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) open?.request.fail(String(statusCode));
    open?.request.end();
    if (isWorthALine(route, statusCode, request.hasOwnLine)) {
      const ms = Math.round(reply.elapsedTime);
      log.info(
        { requestId: request.id, traceId: request.traceId ?? undefined, route, status: statusCode, ms },
        'request',
      );
    }
    done();
  });
}

/** Operations have a line of their own, unless they were refused before; a probe's lines would bury the others. */
function isWorthALine(route: string, status: number, hasOwnLine: boolean): boolean {
  return route === OPERATIONS ? status > 400 || (status === 400 && !hasOwnLine) : !route.startsWith(PROBES);
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? NO_ROUTE;
}
