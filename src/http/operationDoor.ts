// What every request for an operation passes before GraphQL sees it: is there load enough already, and may this text be run?
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TextDoor } from '../limits/textDoor';
import type { Logger } from '../log';
import type { LoadShedder, Overload } from './loadShedder';
import type { Metrics } from '../sight/metrics';
import { refusal } from './refusal';

const OVERLOADED = refusal('OVERLOADED', 'This service has more to do than it can do in time. Please try again.');

const BAD_REQUEST = 400;
const UNAVAILABLE = 503;

/** A queue of the usual length is worked off in less. */
const RETRY_AFTER_SECONDS = 2;

export interface OperationDoorParts {
  readonly log: Logger;
  readonly sight: { readonly metrics?: Pick<Metrics, 'error'> | undefined };
  readonly load: LoadShedder;
  readonly textDoor: TextDoor;
}

/** Refused before the token is looked at, as that costs time too. True where it was. */
export function shedAtOnce(parts: OperationDoorParts, request: FastifyRequest, reply: FastifyReply): boolean {
  return shed(parts.load.whyNotNow(), parts, request, reply);
}

/** Refused before the body is read. True where it was. */
export function shedForBiller(
  parts: OperationDoorParts,
  billerId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  return shed(parts.load.whyNotFor(billerId), parts, request, reply);
}

function shed(
  cause: Overload | undefined,
  { log }: OperationDoorParts,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (cause === undefined) return false;
  log.warn({ requestId: request.id, code: 'OVERLOADED', cause }, 'refused');
  void reply.code(UNAVAILABLE).header('retry-after', RETRY_AFTER_SECONDS).send(OVERLOADED);
  return true;
}

/** Looks at the text in the body, or in the address; whatever is no text is for GraphQL's server to refuse. */
export function judgeText(parts: OperationDoorParts, request: FastifyRequest, reply: FastifyReply): boolean {
  const text = textOf(request.method === 'GET' ? request.query : request.body);
  const why = text === undefined ? undefined : parts.textDoor(text);
  if (why === undefined) return false;
  parts.log.info({ requestId: request.id, code: why.code }, 'refused');
  parts.sight.metrics?.error(why.code);
  request.hasOwnLine = true;
  void reply
    .code(BAD_REQUEST)
    .type(mediaTypeFor(request))
    .send(refusal(why.code, why.message, request.id));
  return true;
}

function textOf(carrier: unknown): string | undefined {
  const isRecord = typeof carrier === 'object' && carrier !== null && 'query' in carrier;
  return isRecord && typeof carrier.query === 'string' ? carrier.query : undefined;
}

/** The media type of GraphQL's own answers, where the caller asks for it. */
function mediaTypeFor({ headers }: FastifyRequest): string {
  const type = headers.accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json';
  return `${type}; charset=utf-8`;
}
