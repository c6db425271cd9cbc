// Requests below GraphQL: slow ones, misshapen ones and floods of them. Each is refused by the server, and others are answered meanwhile.
import { listen, type RunningServer } from '../../../src/http/server';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';
import { openTestHouse, type TestHouse } from '../testHouse';
import { openConnection, type Connection } from './connection';
import { openTestTimers } from './testTimers';

const timers = openTestTimers();

const BODY_MS = 10_000;
/** Short, so that what the runtime itself watches need not be waited for. */
const HEADERS_MS = 100;
const CONNECTIONS = 20;

let house: TestHouse;
let running: RunningServer;
let staff: string;
const open: Connection[] = [];

beforeAll(async () => {
  house = await openTestHouse({
    limits: {
      http: {
        ...DEFAULT_LIMITS.http,
        bodyTimeoutMs: BODY_MS,
        headersTimeoutMs: HEADERS_MS,
        connectionsMax: CONNECTIONS,
      },
    },
    tools: { timers },
  });
  running = await listen(house.service.server, '127.0.0.1', 0);
  staff = await house.staff();
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.end();
});
afterAll(async () => await house.close());

async function connect(): Promise<Connection> {
  const connection = await openConnection(running.url);
  open.push(connection);
  return connection;
}

const head = (more: readonly string[], path = '/graphql', token = staff): string =>
  [`POST ${path} HTTP/1.1`, 'host: house', `authorization: Bearer ${token}`, ...more, '', ''].join('\r\n');
const JSON_TYPE = 'content-type: application/json';
const QUESTION = JSON.stringify({ query: '{ biller { name } }' });
const ANSWER = '{"data":{"biller":{"name":"Cedar"}}}';

/** Somebody else, on a connection of his own. */
async function askedMeanwhile(): Promise<string> {
  return (await house.ask(staff, '{ biller { name } }')).text.trim();
}

describe('a slow sender', () => {
  test('G13 of a body is answered and cut when the time for it is over, and others are answered meanwhile', async () => {
    const slow = await connect();
    slow.send(head([JSON_TYPE, 'content-length: 1000']) + QUESTION.slice(0, 5));
    await timers.isSet(BODY_MS);
    expect(await askedMeanwhile()).toBe(ANSWER);
    timers.ring(BODY_MS);
    const heard = await slow.closed();
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard).toContain('"code":"REQUEST_TOO_SLOW"');
  });

  test('G13 of a body whose token was refused is cut as well', async () => {
    const slow = await connect();
    slow.send(head([JSON_TYPE, 'content-length: 1000'], '/graphql', 'a.b.c'));
    expect(await slow.heard('UNAUTHENTICATED')).toMatch(/^HTTP\/1\.1 401 /);
    timers.ring(BODY_MS);
    expect(await slow.closed()).not.toContain('408');
  });

  test('G13 whose body comes in time leaves no alarm behind', async () => {
    const honest = await connect();
    honest.send(head([JSON_TYPE, `content-length: ${QUESTION.length}`]) + QUESTION.slice(0, 5));
    await timers.isSet(BODY_MS);
    honest.send(QUESTION.slice(5));
    expect(await honest.heard(ANSWER)).toContain(ANSWER);
    expect(timers.set()).toEqual([]);
  });

  test('G13 of a bill file is not held to the time of a question', async () => {
    const service = await house.token({
      sub: 'feed',
      biller: house.service.billers.list()[0]?.id ?? '',
      role: 'SERVICE',
    });
    const long = await connect();
    long.send(head(['content-type: text/plain', 'content-length: 3'], '/bif', service) + 'ab');
    expect(await askedMeanwhile()).toBe(ANSWER);
    expect(timers.set()).toEqual([]);
    long.send('c');
    expect(await long.heard('\r\n\r\n{')).toMatch(/^HTTP\/1\.1 422 /);
  });

  test('G13 of headers, and one who sends nothing at all, are cut', async () => {
    const slow = await connect();
    slow.send('POST /graphql HTTP/1.1\r\nhost: house\r\n');
    const silent = await connect();
    expect(await slow.closed()).toMatch(/^HTTP\/1\.1 408 /);
    await silent.closed();
  });
});

describe('a flood', () => {
  test('G13 of headers is refused', async () => {
    const flood = await connect();
    flood.send(head(Array.from({ length: 2000 }, (_, at) => `x-${at}: ${'x'.repeat(20)}`)));
    expect(await flood.closed()).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('G13 of connections takes no more than are allowed, and those that stand are served', async () => {
    const served = await connect();
    served.send(head([JSON_TYPE, `content-length: ${QUESTION.length}`]) + QUESTION);
    await served.heard(ANSWER);
    for (let count = 1; count < CONNECTIONS; count += 1) await connect();
    const oneTooMany = await connect();
    expect(await oneTooMany.closed()).toBe('');
    served.send(head([JSON_TYPE, `content-length: ${QUESTION.length}`, 'connection: close']) + QUESTION);
    expect((await served.closed()).split(ANSWER)).toHaveLength(3);
  });
});

describe('a request that two servers would read differently', () => {
  test.each([
    ['two lengths', head([JSON_TYPE, 'content-length: 5', 'content-length: 6']) + 'abcdef'],
    ['a length and chunks', head([JSON_TYPE, 'content-length: 5', 'transfer-encoding: chunked']) + '0\r\n\r\n'],
    ['chunks that are not the last encoding', head([JSON_TYPE, 'transfer-encoding: chunked, identity']) + '0\r\n\r\n'],
    ['a length with a sign', head([JSON_TYPE, 'content-length: +5']) + 'abcde'],
    ['a chunk size that is no number', `${head([JSON_TYPE, 'transfer-encoding: chunked'])}5x\r\nabcde\r\n0\r\n\r\n`],
    ['a folded header', head([JSON_TYPE, 'x-a: b\r\n c: d', 'content-length: 0'])],
    ['a space before the colon', head([JSON_TYPE, 'content-length : 5']) + 'abcde'],
    ['HTTP/0.9', 'GET /graphql\r\n\r\n'],
    ['no protocol that is known', 'GET /graphql HTTP/9.9\r\nhost: house\r\n\r\n'],
    ['no host', 'GET /graphql HTTP/1.1\r\n\r\n'],
  ])('G16 %s: 400, and the connection is closed', async (_what, bytes) => {
    const connection = await connect();
    connection.send(bytes);
    const heard = await connection.closed();
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard.split('HTTP/1.1')).toHaveLength(2);
  });

  test('G16 what follows such a request on its connection is never run', async () => {
    const connection = await connect();
    const hidden = head([JSON_TYPE, `content-length: ${QUESTION.length}`]) + QUESTION;
    connection.send(head([JSON_TYPE, 'content-length: 5', 'transfer-encoding: chunked']) + `0\r\n\r\n${hidden}`);
    expect(await connection.closed()).not.toContain(ANSWER);
  });
});

describe('the address', () => {
  const get = async (query: string, more = '') =>
    await house.service.server.inject({
      method: 'GET',
      url: `/graphql?query=${encodeURIComponent(query)}${more}`,
      headers: { authorization: `Bearer ${staff}`, 'apollo-require-preflight': '1' },
    });

  test('G8 carries a question, and its text is held to the same limits', async () => {
    expect((await get('{ biller { name } }')).body.trim()).toBe(ANSWER);
    const deep = await get(`{ viewer ${'{ customer '.repeat(20)}{ id }${' }'.repeat(20)} }`);
    expect([deep.statusCode, deep.json().errors[0].extensions.code]).toEqual([400, 'OPERATION_TOO_DEEP']);
  });
});
