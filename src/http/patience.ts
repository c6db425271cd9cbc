// How long a request may take to arrive, and its operation to answer; each alarm is taken back when it is no longer needed.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './refusal';
import type { Timers } from './timers';

/**
 * What is still asked for is cancelled at the limit, and what comes of that is answered as usual. Only where even this does
 * not come, because something neither ends nor hears the signal, is the answer given without it, so many milliseconds later.
 */
const GRACE_MS = 1000;

export interface PatienceParts {
  readonly timers: Timers;
  readonly bodyTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Whether this is a request for an operation, which has a total time. */
  isOperation(request: FastifyRequest): boolean;
  /** Whether a body may take as long as it wants: the door for bill files watches its own. */
  isLongBody(request: FastifyRequest): boolean;
}

const TOO_SLOW = refusal('REQUEST_TOO_SLOW', 'The request did not arrive in time.');
const OVER = refusal('DEADLINE_EXCEEDED', 'The time for this operation was over before its answer was there.');

const REQUEST_TIMEOUT = 408;
const GATEWAY_TIMEOUT = 504;

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the operation's time is over; null where it has none. */
    deadline: AbortSignal | null;
  }
}

/** Watches every request of the server. */
export function watchPatience(server: FastifyInstance, parts: PatienceParts): void {
  server.decorateRequest('deadline', null);
  server.addHook('onRequest', (request, reply, done) => {
    if (!parts.isLongBody(request)) watchBody(parts, request, reply);
    if (parts.isOperation(request)) watchOperation(parts, request, reply);
    done();
  });
}

/** A slow sender is answered and cut; one that was already answered is only cut (G13). */
function watchBody({ timers, bodyTimeoutMs }: PatienceParts, { raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete || !hasBody(raw.headers)) return;
  const takeBack = timers.after(bodyTimeoutMs, () => {
    // It is all here, and only we have not come to read it.
    if (raw.complete) return;
    if (reply.sent) raw.destroy();
    else void reply.code(REQUEST_TIMEOUT).header('connection', 'close').send(TOO_SLOW);
  });
  raw.once('end', takeBack);
  raw.once('close', takeBack);
}

function hasBody(headers: FastifyRequest['raw']['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function watchOperation(parts: PatienceParts, request: FastifyRequest, reply: FastifyReply): void {
  const { timers, requestTimeoutMs } = parts;
  const deadline = new AbortController();
  request.deadline = deadline.signal;
  const takeBacks = [
    timers.after(requestTimeoutMs, () => deadline.abort()),
    timers.after(requestTimeoutMs + GRACE_MS, () => {
      if (!reply.sent) void reply.code(GATEWAY_TIMEOUT).send(OVER);
    }),
  ];
  const end = (): void => {
    for (const takeBack of takeBacks) takeBack();
  };
  reply.raw.once('finish', end);
  // A caller who leaves never lets it finish.
  reply.raw.once('close', end);
}
