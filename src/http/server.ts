// The HTTP front: authentication first, then GraphQL and the door for bill files; one Fastify server.
import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Sources } from '../../datasources/sources';
import { BackEndAway } from '../../datasources/postgres/backEndAway';
import type { Caller } from '../../domain/caller';
import type { Context } from '../../resolvers/context';
import { openTextDoor } from '../limits/textDoor';
import type { LimitSettings } from '../limits/limitSettings';
import type { Authentication } from './authenticate';
import { openBifDoor, type BifDoorParts } from './bifDoor';
import type { Logger } from '../log';
import { framesOf, typeOf } from '../maskErrors';
import { leaveQuietConnections } from '../sight/connections';
import { addHealthRoutes } from '../sight/healthDoor';
import { watchRequests, type RequestSight } from '../sight/requests';
import type { LoadShedder } from './loadShedder';
import { judgeText, shedAtOnce, shedForBiller } from './operationDoor';
import { watchPatience } from './patience';
import { refusal } from './refusal';
import { REAL_TIMERS, type Timers } from './timers';
import type { Identify } from './trust';

export interface ServerParts {
  readonly apollo: ApolloServer<Context>;
  readonly sources: Sources;
  readonly identify: Identify;
  readonly bif: BifDoorParts;
  readonly log: Logger;
  readonly sight: RequestSight;
  readonly limits: LimitSettings;
  readonly load: LoadShedder;
  /** An operation's total time, in milliseconds; then what it still asks for is cancelled. */
  readonly requestTimeoutMs: number;
  /** In production everybody but a composition credential is refused the contract's text. */
  readonly isProduction: boolean;
  /** The process's own timers where none are given. */
  readonly timers?: Timers;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Idle connections are cut after so many milliseconds; headers that do not come are looked for so often (G13). */
const KEEP_ALIVE_MS = 65_000;
const CONNECTIONS_CHECK_MS = 2000;

/** More than any browser or proxy sends (G13). */
const HEADERS_MAX = 100;

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    mayReadContract: boolean;
  }
}

/** Every refusal for want of a good token is the same bytes, whatever was wrong with it (A1). */
const UNAUTHENTICATED = refusal('UNAUTHENTICATED', 'A valid token is needed.');
const UNAVAILABLE = refusal('AUTHENTICATION_UNAVAILABLE', 'Tokens cannot be checked right now. Please try again.');
const AWAY = refusal('BACK_END_AWAY', 'A part of this service is not reachable right now. Please try again.');
const BAD_REQUEST = refusal('BAD_REQUEST', 'This is no request that the service understands.');
const FAILED = refusal('INTERNAL_SERVER_ERROR', 'Something failed here.');

const RETRY_AFTER_SECONDS = 2;

export function createServer(parts: ServerParts): FastifyInstance {
  const { http } = parts.limits;
  const door = { ...parts, textDoor: openTextDoor(parts.limits) };
  const server = fastify({
    bodyLimit: http.bodyBytesMax,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // A request that was accepted is answered, also while the process stops (O17).
    return503OnClosing: false,
    http: {
      headersTimeout: http.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(CONNECTIONS_CHECK_MS, http.headersTimeoutMs),
    },
  });
  server.server.maxConnections = http.connectionsMax;
  server.server.maxHeadersCount = HEADERS_MAX;
  server.decorateRequest('caller', null);
  watchRequests(server, parts.sight);
  leaveQuietConnections(server);
  server.decorateRequest('mayReadContract', false);
  watchPatience(server, {
    timers: parts.timers ?? REAL_TIMERS,
    bodyTimeoutMs: http.bodyTimeoutMs,
    requestTimeoutMs: parts.requestTimeoutMs,
    isOperation,
    isLongBody: (request) => request.routeOptions.url === '/bif',
  });
  server.addHook('onRequest', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store');
    // Without headers there is neither a token nor an end of the request that two servers would agree on (G16).
    if (request.raw.httpVersionMajor < 1) {
      void reply.code(400).send(BAD_REQUEST);
      return;
    }
    if (request.routeOptions.config.isOpen === true) return;
    if (isOperation(request) && shedAtOnce(door, request, reply)) return;
    await identifyCaller(parts, request, reply);
    if (isOperation(request) && request.caller !== null) shedForBiller(door, request.caller.billerId, request, reply);
  });
  server.setErrorHandler((error, request, reply) => answerFailure(parts.log, error, request, reply));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send(refusal('NOT_FOUND', 'There is nothing here.')));
  server.route({
    method: ['GET', 'POST'],
    url: GRAPHQL,
    preHandler: (request, reply, next) => {
      if (!judgeText(door, request, reply)) next();
    },
    handler: fastifyApolloHandler<Context>(parts.apollo, {
      context: (request, reply) => Promise.resolve(contextOf(parts, request, reply)),
    }),
  });
  addHealthRoutes(server, parts.sight.health);
  void server.register(openBifDoor(parts.bif));
  return server;
}

const GRAPHQL = '/graphql';

function isOperation(request: FastifyRequest): boolean {
  return request.routeOptions.url === GRAPHQL;
}

/** Listens; port 0 takes a free one. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<RunningServer> {
  await server.listen({ host, port });
  const address = server.addresses().find((listening) => typeof listening !== 'string');
  if (address === undefined) throw new Error('the server listens nowhere');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${shown}:${address.port}`, close: async () => await server.close() };
}

/** Before anything is parsed: no good token, no work. */
async function identifyCaller(parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const authentication = await parts.identify(request.headers);
  if (authentication.kind === 'unavailable') return void (await retryLater(reply, UNAVAILABLE));
  const caller = authentication.kind === 'claims' ? await parts.sources.identify(authentication.claims) : undefined;
  if (caller === undefined)
    return void (await reply.code(401).header('www-authenticate', 'Bearer').send(UNAUTHENTICATED));
  request.caller = caller;
  request.mayReadContract = !parts.isProduction || mayCompose(authentication, parts.limits.compositionSubjects);
}

/** A program that builds a router's graph: a SERVICE token whose subject the settings name (G6). */
function mayCompose(authentication: Authentication, subjects: readonly string[]): boolean {
  if (authentication.kind !== 'claims') return false;
  const { role, subject } = authentication.claims;
  return role === 'SERVICE' && subjects.includes(subject);
}

function contextOf(parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Context {
  const { caller, deadline, mayReadContract, id: requestId } = request;
  if (caller === null || deadline === null) throw new Error('a request without a caller passed the door');
  request.hasOwnLine = true;
  const signal = AbortSignal.any([whenGone(reply), deadline]);
  const traceId = request.traceId ?? undefined;
  return { caller, requestId, traceId, mayReadContract, sources: parts.sources.forRequest(caller, signal) };
}

/** Aborted when the client has gone before its answer was written. */
function whenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function retryLater(reply: FastifyReply, body: object): FastifyReply {
  return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send(body);
}

function idsOf({ id, traceId }: FastifyRequest): { requestId: string; traceId: string | undefined } {
  return { requestId: id, traceId: traceId ?? undefined };
}

function answerFailure(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof BackEndAway) {
    log.error({ ...idsOf(request), code: 'BACK_END_AWAY', backEnd: error.backEnd, cause: error.code }, 'back end away');
    return retryLater(reply, AWAY);
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) return reply.code(status).send(BAD_REQUEST);
  log.error(
    {
      ...idsOf(request),
      code: 'BUG',
      type: typeOf(error),
      stack: framesOf(error),
    },
    'masked',
  );
  return reply.code(500).send(FAILED);
}
