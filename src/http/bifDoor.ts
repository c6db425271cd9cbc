// The door for bill files over HTTP: a SERVICE token, a streamed body, and the report as the answer (INV-02).
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { BillFileDoor } from '../../datasources/bills/ingestBif';
import { renderReport, type BifReport } from '../../datasources/bills/bifReport';
import { asAway } from '../../datasources/postgres/backEndAway';
import type { CurrentBillers } from '../../datasources/sources';
import { refusal } from './refusal';

export interface BifDoorParts {
  /** Holds the size limit while a file streams in. */
  readonly door: BillFileDoor;
  readonly billers: CurrentBillers;
  /** A file that announces more bytes than this is refused before it is read. */
  readonly bytesMax: number;
  readonly now: () => Date;
}

/** A name is only shown again, so anything printable will do. */
const NAME = /^[\x20-\x7e]{1,200}$/;

const TOO_LARGE = 413;
const UNPROCESSABLE = 422;

/** Refusals of a file that HTTP has a status of its own for. */
const STATUSES: Readonly<Record<string, number>> = {
  FILE_TOO_LARGE: TOO_LARGE,
  SENDER_SILENT: 408,
  SENDER_TOO_SLOW: 408,
};

/** Registers `POST /bif`. It stands apart, so that its raw body does not change how the rest of the server reads bodies. */
export function openBifDoor(parts: BifDoorParts): FastifyPluginCallback {
  return (server: FastifyInstance, _options, done) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    server.post('/bif', async (request, reply) => await receive(parts, request, reply));
    done();
  };
}

async function receive(parts: BifDoorParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { caller } = request;
  const biller = caller === null ? undefined : parts.billers.get(caller.billerId);
  if (caller?.role !== 'SERVICE' || biller === undefined) {
    return await reply
      .code(403)
      .send(refusal('NOT_PERMITTED', 'Bill files are delivered with a token of role SERVICE.'));
  }
  if (!(request.body instanceof Readable)) {
    return await reply.code(400).send(refusal('BAD_REQUEST', 'The body must be the bill file.'));
  }
  // The framework's own limit is for bodies that it gathers; this one it hands over as a stream.
  if (Number(request.headers['content-length']) > parts.bytesMax) {
    return await reply.code(TOO_LARGE).send(refusal('BAD_REQUEST', 'The bill file is larger than is allowed.'));
  }
  const name = request.headers['x-file-name'];
  const report = await parts.door
    .ingest(biller, typeof name === 'string' && NAME.test(name) ? name : 'unnamed.bif', request.body, parts.now)
    .catch((error: unknown) => {
      // An upload that broke off leaves nobody to answer, and is no failure of this house.
      if (request.raw.readableAborted) throw Object.assign(new Error('the upload broke off'), { statusCode: 400 });
      throw asAway(error);
    });
  return await answer(report, request, reply);
}

/** A refused file is the sender's to mend: 422 where HTTP has no better word, with the report that says why. */
async function answer(report: BifReport, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.code(report.refused === null ? 200 : (STATUSES[report.refused.code] ?? UNPROCESSABLE));
  // What a refused sender still has to send is of no use; a silent one would hold the connection.
  if (!request.raw.readableEnded) void reply.header('connection', 'close');
  if (request.headers.accept?.startsWith('text/plain') === true) {
    return await reply.type('text/plain; charset=utf-8').send(renderReport(report));
  }
  return await reply.type('application/json; charset=utf-8').send(JSON.stringify(report));
}
