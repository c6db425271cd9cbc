// The socket side: deadlines, caps, TLS, and connections that are never used again after anything odd.
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { openDaffron } from '../../../datasources/daffron/daffron';
import type { DaffronCallEvent, DaffronSettings } from '../../../datasources/daffron/daffron';
import { item, messageHeader, payable } from '../../fixtures/daffronEnvelopes';
import { depsFor, openBackEnd, portOf, settingsFor } from './backEnd';
import type { BackEnd, Question } from './backEnd';

const GOOD = payable(item('128.10'));
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A back end whose n-th answer is the n-th handler's; the last handler answers all further questions. */
async function backEndWith(
  ...handlers: readonly ((question: Question, response: ServerResponse) => void)[]
): Promise<BackEnd> {
  let count = 0;
  const backEnd = await openBackEnd((question, response) =>
    handlers[Math.min(count++, handlers.length - 1)]?.(question, response),
  );
  closers.push(() => backEnd.close());
  return backEnd;
}

async function open(url: string, overrides: Partial<DaffronSettings> = {}, onCall?: (event: DaffronCallEvent) => void) {
  const daffron = await openDaffron(settingsFor(url, overrides), depsFor(onCall === undefined ? {} : { onCall }));
  closers.push(() => daffron.close());
  return daffron;
}

const answerGood = (_question: Question, response: ServerResponse): void => void response.end(GOOD);
const never = (): void => undefined;

function drip(_question: Question, response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

/** Resolves when `done` holds; the test's own time limit is the only one. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('CIS-04 calls after each other use one connection', async () => {
  const backEnd = await backEndWith(answerGood);
  const daffron = await open(backEnd.url);
  for (let call = 0; call < 5; call += 1) expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  expect(backEnd.connections()).toBe(1);
});

test('B15 a drip is ended by the total deadline, however busy the connection looks', async () => {
  const backEnd = await backEndWith(drip);
  const daffron = await open(backEnd.url, { deadlineMs: 300 });
  expect(await daffron.fetchPayableItems('1001')).toEqual({
    ok: false,
    failure: { kind: 'noAnswer', code: 'DEADLINE' },
  });
  await until(() => backEnd.inFlight().now === 0);
});

test('B2 the deadline counts all attempts together', async () => {
  const backEnd = await backEndWith(never);
  const daffron = await open(backEnd.url, { deadlineMs: 500, attemptTimeoutMs: 150, retries: 10 });
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: false, failure: { kind: 'noAnswer' } });
  expect(backEnd.questions.length).toBeLessThanOrEqual(3);
  await until(() => backEnd.inFlight().now === 0);
});

test.each([
  ['silence', never],
  ['a page with 200', (_question: Question, response: ServerResponse) => void response.end('<html></html>')],
  ['a 503', (_question: Question, response: ServerResponse) => void response.writeHead(503).end()],
  ['a truncated document', (_question: Question, response: ServerResponse) => void response.end(GOOD.slice(0, 200))],
  [
    'the echo of another message',
    (_question: Question, response: ServerResponse) => void response.end(payable('', messageHeader('x'))),
  ],
  ['a body over the cap', (_question: Question, response: ServerResponse) => void response.end('<'.repeat(200_000))],
])('B2 B20 after %s the connection is not used again', async (_name, odd) => {
  const backEnd = await backEndWith(odd, answerGood);
  const daffron = await open(backEnd.url, { attemptTimeoutMs: 200, responseBytesMax: 100_000 });
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: false });
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  expect(backEnd.questions.map(({ connection }) => connection)).toEqual([1, 2]);
});

test('B9 after a fault, which is an answer, the connection is used again', async () => {
  const fault =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault/></s:Body></s:Envelope>';
  const backEnd = await backEndWith((_question, response) => void response.writeHead(500).end(fault), answerGood);
  const daffron = await open(backEnd.url);
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({
    ok: false,
    failure: { kind: 'refused', code: 'FAULT' },
  });
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  expect(backEnd.connections()).toBe(1);
});

test('B6 a reset is asked again on a new connection', async () => {
  const backEnd = await backEndWith((question) => question.socket.resetAndDestroy(), answerGood);
  const events: DaffronCallEvent[] = [];
  const daffron = await open(backEnd.url, { retries: 2 }, (event) => events.push(event));
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  expect(backEnd.questions.map(({ connection }) => connection)).toEqual([1, 2]);
  expect(events).toMatchObject([
    { operation: 'GetPayableItemsList', billerId: 'biller-1', outcome: 'ok', code: null, attempts: 2 },
  ]);
});

test('B21 both attempts carry the same message, so that either may be answered with its id', async () => {
  const backEnd = await backEndWith((_question, response) => void response.writeHead(503).end(), answerGood);
  const daffron = await open(backEnd.url, { retries: 1 });
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  expect(backEnd.questions[0]?.body).toBe(backEnd.questions[1]?.body);
});

test('B1 nothing listens: not sent', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const daffron = await open(`http://127.0.0.1:${port}/`);
  expect(await daffron.fetchPayableItems('1001')).toEqual({
    ok: false,
    failure: { kind: 'notSent', code: 'ECONNREFUSED' },
  });
});

test('B1 a name that does not exist: not sent', async () => {
  const daffron = await open('http://daffron.invalid/');
  expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: false, failure: { kind: 'notSent' } });
});

test('B1 a TLS partner who never shakes hands: not sent', async () => {
  const mute = createServer((socket) => socket.on('error', never).resume());
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => mute.close(resolve)));
  const daffron = await open(`https://localhost:${portOf(mute)}/`, { attemptTimeoutMs: 100 });
  expect(await daffron.fetchPayableItems('1001')).toEqual({ ok: false, failure: { kind: 'notSent', code: 'TIMEOUT' } });
});

test('B30 a caller who leaves ends his call, and the connection with it', async () => {
  const backEnd = await backEndWith(never, answerGood);
  const daffron = await open(backEnd.url);
  const caller = new AbortController();
  const call = daffron.fetchPayableItems('1001', { signal: caller.signal });
  await until(() => backEnd.questions.length === 1);
  caller.abort();
  expect(await call).toEqual({ ok: false, failure: { kind: 'noAnswer', code: 'CALLER_GONE' } });
  await until(() => backEnd.inFlight().now === 0);
});

test('B30 a caller who left before asking costs no call', async () => {
  const backEnd = await backEndWith(answerGood);
  const daffron = await open(backEnd.url);
  expect(await daffron.fetchPayableItems('1001', { signal: AbortSignal.abort() })).toEqual({
    ok: false,
    failure: { kind: 'notSent', code: 'CALLER_GONE' },
  });
  expect(backEnd.questions).toHaveLength(0);
});

test('B30 who waits past his deadline is not sent at all', async () => {
  const backEnd = await backEndWith(never);
  const daffron = await open(backEnd.url, { maxConcurrent: 1, deadlineMs: 200 });
  const answers = await Promise.all(['1001', '1002'].map((number) => daffron.fetchPayableItems(number)));
  expect(answers.map((answer) => (answer.ok ? 'ok' : answer.failure.kind))).toEqual(['noAnswer', 'notSent']);
  expect(backEnd.questions).toHaveLength(1);
});

test('B32 credentials that were never accepted are shown by three calls at most, however many wait', async () => {
  const backEnd = await backEndWith((_question, response) => void setTimeout(() => response.writeHead(401).end(), 20));
  const daffron = await open(backEnd.url, { maxConcurrent: 8 });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => daffron.fetchPayableItems(`A${index}`)));
  expect(backEnd.questions.length).toBeLessThanOrEqual(3);
  expect(new Set(answers.map((answer) => (answer.ok ? 'ok' : answer.failure.code)))).toEqual(
    new Set(['CREDENTIALS', 'BREAKER_OPEN']),
  );
});

test('O17 close waits for the call in flight and refuses the next', async () => {
  const backEnd = await backEndWith((_question, response) => void setTimeout(() => response.end(GOOD), 50));
  const daffron = await open(backEnd.url);
  const call = daffron.fetchPayableItems('1001');
  await until(() => backEnd.questions.length === 1);
  const closing = daffron.close();
  expect(await daffron.fetchPayableItems('1002')).toEqual({ ok: false, failure: { kind: 'notSent', code: 'CLOSED' } });
  await closing;
  expect(await call).toMatchObject({ ok: true });
});

describe('TLS', () => {
  const pem = (name: string): string => readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8');
  const server = { cert: pem('server.pem'), key: pem('server.key') };
  const client = { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') };

  async function tlsBackEnd(options: object, answer = answerGood): Promise<BackEnd> {
    const backEnd = await openBackEnd(answer, { ...server, ...options });
    closers.push(() => backEnd.close());
    return backEnd;
  }

  test('B1 a certificate that no CA of ours has signed: not sent', async () => {
    const backEnd = await tlsBackEnd({});
    const daffron = await open(backEnd.url);
    expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: false, failure: { kind: 'notSent' } });
    expect(backEnd.questions).toHaveLength(0);
  });

  test('B1 the environment cannot switch the check off', async () => {
    const backEnd = await tlsBackEnd({});
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const quiet = jest.spyOn(process, 'emitWarning').mockImplementation(never);
    try {
      const daffron = await open(backEnd.url);
      expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: false, failure: { kind: 'notSent' } });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      quiet.mockRestore();
    }
  });

  test('CIS-04 a certificate of our own CA is accepted', async () => {
    const backEnd = await tlsBackEnd({});
    const daffron = await open(backEnd.url, { tls: { ca: client.ca } });
    expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
  });

  test('B1 a certificate for another name: not sent', async () => {
    const backEnd = await tlsBackEnd({});
    const daffron = await open(backEnd.url.replace('localhost', '127.0.0.1'), { tls: { ca: client.ca } });
    expect(await daffron.fetchPayableItems('1001')).toEqual({
      ok: false,
      failure: { kind: 'notSent', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  test('CIS-04 our client certificate is shown', async () => {
    const names: unknown[] = [];
    const backEnd = await tlsBackEnd(
      { requestCert: true, rejectUnauthorized: true, ca: client.ca },
      (question, response) => {
        names.push(question.socket instanceof TLSSocket && question.socket.getPeerCertificate().subject.CN);
        response.end(GOOD);
      },
    );
    const daffron = await open(backEnd.url, { tls: client });
    expect(await daffron.fetchPayableItems('1001')).toMatchObject({ ok: true });
    expect(names).toEqual(['client']);
    const without = await open(backEnd.url, { tls: { ca: client.ca } });
    expect(await without.fetchPayableItems('1001')).toMatchObject({ ok: false });
    expect(names).toHaveLength(1);
  });

  test('CIS-04 a key that is none is told at the start', async () => {
    await expect(
      openDaffron(settingsFor('https://localhost/', { tls: { ...client, key: 'none' } }), depsFor()),
    ).rejects.toThrow('no PEM');
  });
});
