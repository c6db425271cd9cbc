// The HTTP front: authentication first, then GraphQL and the door for bill files; one Fastify server.
import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Sources } from '../../datasources/sources';
import { BackEndAway } from '../../datasources/postgres/backEndAway';
import type { Caller } from '../../domain/caller';
import type { Context } from '../../resolvers/context';
import type { Authenticate } from './authenticate';
import { openBifDoor, type BifDoorParts } from './bifDoor';
import type { Logger } from '../log';
import { framesOf, typeOf } from '../maskErrors';
import { leaveQuietConnections } from '../sight/connections';
import { addHealthRoutes } from '../sight/healthDoor';
import { watchRequests, type RequestSight } from '../sight/requests';
import { refusal } from './refusal';

export interface ServerParts {
  readonly apollo: ApolloServer<Context>;
  readonly sources: Sources;
  readonly authenticate: Authenticate;
  readonly bif: BifDoorParts;
  readonly log: Logger;
  readonly sight: RequestSight;
  /** An operation's total time, in milliseconds; then what it still asks for is cancelled. */
  readonly requestTimeoutMs: number;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The widest honest operation with its variables is a tenth of this many bytes (G2). */
const GRAPHQL_BODY_BYTES_MAX = 102_400;

/** Slow senders of headers and idle connections are cut after so many milliseconds (G13). */
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
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
  const server = fastify({
    bodyLimit: GRAPHQL_BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // A request that was accepted is answered, also while the process stops (O17).
    return503OnClosing: false,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
  });
  server.decorateRequest('caller', null);
  watchRequests(server, parts.sight);
  leaveQuietConnections(server);
  server.addHook('onRequest', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store');
    if (request.routeOptions.config.isOpen !== true) await identifyCaller(parts, request, reply);
  });
  server.setErrorHandler((error, request, reply) => answerFailure(parts.log, error, request, reply));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send(refusal('NOT_FOUND', 'There is nothing here.')));
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler<Context>(parts.apollo, {
      context: (request, reply) => Promise.resolve(contextOf(parts, request, reply)),
    }),
  });
  addHealthRoutes(server, parts.sight.health);
  void server.register(openBifDoor(parts.bif));
  return server;
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
  const authentication = await parts.authenticate(request.headers.authorization);
  if (authentication.kind === 'unavailable') return void (await retryLater(reply, UNAVAILABLE));
  const caller = authentication.kind === 'claims' ? await parts.sources.identify(authentication.claims) : undefined;
  if (caller === undefined)
    return void (await reply.code(401).header('www-authenticate', 'Bearer').send(UNAUTHENTICATED));
  request.caller = caller;
}

function contextOf(parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Context {
  const { caller } = request;
  if (caller === null) throw new Error('a request without a caller passed the door');
  const signal = AbortSignal.any([whenGone(reply), AbortSignal.timeout(parts.requestTimeoutMs)]);
  const { id: requestId, traceId } = request;
  return { caller, requestId, traceId: traceId ?? undefined, sources: parts.sources.forRequest(caller, signal) };
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
