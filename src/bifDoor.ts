// The door for bill files over HTTP: a SERVICE token, a streamed body, and the report as the answer (INV-02).
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { BillFileDoor } from '../datasources/bills/ingestBif';
import { renderReport, type BifReport } from '../datasources/bills/bifReport';
import type { Biller } from '../domain/biller';
import { refusal } from './refusal';

export interface BifDoorParts {
  readonly door: BillFileDoor;
  readonly billers: ReadonlyMap<string, Biller>;
  readonly bytesMax: number;
  now(): Date;
}

/** A name is only shown again, so anything printable will do. */
const NAME = /^[\x20-\x7e]{1,200}$/;

/** Registers `POST /bif`. It stands apart, so that its raw body does not change how the rest of the server reads bodies. */
export function openBifDoor(parts: BifDoorParts): FastifyPluginCallback {
  return (server: FastifyInstance, _options, done) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    server.post('/bif', { bodyLimit: parts.bytesMax }, async (request, reply) => await receive(parts, request, reply));
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
  if (request.body === undefined || request.body === null) {
    return await reply.code(400).send(refusal('BAD_REQUEST', 'The body must be the bill file.'));
  }
  const name = request.headers['x-file-name'];
  const report = await parts.door.ingest(
    biller,
    typeof name === 'string' && NAME.test(name) ? name : 'unnamed.bif',
    request.body as Readable,
    parts.now,
  );
  return await answer(report, request, reply);
}

/** A refused file is the sender's to mend: 422 with the report that says why. */
async function answer(report: BifReport, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.code(report.refused === null ? 200 : 422);
  if (request.headers.accept?.startsWith('text/plain') === true) {
    return await reply.type('text/plain; charset=utf-8').send(renderReport(report));
  }
  return await reply.type('application/json; charset=utf-8').send(JSON.stringify(report));
}
