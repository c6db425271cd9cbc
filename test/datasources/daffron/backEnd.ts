// A back end for the tests of datasources/daffron: a bare HTTP(S) server that answers each question as a test says.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { DaffronDeps, DaffronSettings } from '../../../datasources/daffron/daffron';

export interface Question {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly messageId: string;
  readonly accountNumber: string;
  readonly socket: Socket;
  /** Counts connections from 1 in the order in which they were made. */
  readonly connection: number;
}

export interface BackEnd {
  readonly url: string;
  readonly questions: readonly Question[];
  readonly connections: () => number;
  /** Calls being answered at this moment, and the most there ever were. */
  readonly inFlight: () => { readonly now: number; readonly peak: number };
  close(): Promise<void>;
}

/** Starts the server on a free port of loopback; `answer` is called when a question has come in whole. */
export async function openBackEnd(
  answer: (question: Question, response: ServerResponse) => void,
  tls?: ServerOptions,
): Promise<BackEnd> {
  const questions: Question[] = [];
  const numbers = new Map<Socket, number>();
  const inFlight = { now: 0, peak: 0 };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = [];
    inFlight.now += 1;
    inFlight.peak = Math.max(inFlight.peak, inFlight.now);
    response.on('close', () => (inFlight.now -= 1));
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const { headers, socket } = request;
      const messageId = /MessageID="([^"]*)"/.exec(body)?.[1] ?? '';
      const accountNumber = /<accountNumber>([^<]*)</.exec(body)?.[1] ?? '';
      const connection = numbers.get(socket) ?? 0;
      const question = { path: request.url ?? '', headers, body, messageId, accountNumber, socket, connection };
      questions.push(question);
      answer(question, response);
    });
  };
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    numbers.set(socket, numbers.size + 1);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${portOf(server)}/CB_Server`,
    questions,
    connections: () => numbers.size,
    inFlight: () => inFlight,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of numbers.keys()) socket.destroy();
      }),
  };
}

/** The port a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Settings that make one quick attempt; a test overrides what it is about. */
export function settingsFor(url: string, overrides: Partial<DaffronSettings> = {}): DaffronSettings {
  return {
    version: '4.1',
    endpoint: url,
    userId: 'ebill',
    password: 'secret',
    header: { company: 'Coop', appName: 'subgraph', appVersion: '1' },
    maxConcurrent: 8,
    queueMax: 100,
    deadlineMs: 5_000,
    attemptTimeoutMs: 5_000,
    retries: 0,
    responseBytesMax: 1_048_576,
    breaker: { failures: 1_000, pauseMs: 1_000 },
    ...overrides,
  };
}

export function depsFor(overrides: Partial<DaffronDeps> = {}): DaffronDeps {
  let count = 0;
  return {
    billerId: 'biller-1',
    timeZone: 'America/Chicago',
    now: () => new Date('2026-11-23T15:00:00Z'),
    newMessageId: () => `message-${(count += 1)}`,
    ...overrides,
  };
}
