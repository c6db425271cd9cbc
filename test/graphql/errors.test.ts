// What leaves the house when something fails: codes and a request id, never a secret, a name or a line of our code.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../src/log';
import { openRedisRelay, type RedisRelay } from '../fixtures/redisRelay';
import { accountQuery } from './readAccount';
import { bill, billFile } from './testBills';
import { CEDAR } from './testBillers';
import { openTestHouse, PASSWORD_CANARY, type Json, type TestHouse } from './testHouse';

/** Words planted where they must stay: in a person's data, in what a client sends, in what Daffron says, in an error. */
const CANARIES = {
  name: 'CANARYNAME',
  email: 'canary@example.org',
  variable: 'VARIABLECANARY',
  daffron: 'DAFFRONCANARY',
  bug: 'BUGCANARY',
};

const folder = mkdtempSync(join(tmpdir(), 'log-'));
const logFile = join(folder, 'service.log');
const logDescriptor = openSync(logFile, 'w');

let house: TestHouse;
let staff: string;
let relay: RedisRelay;
/** Everything that callers received. */
const received: string[] = [];

beforeAll(async () => {
  house = await openTestHouse({
    mode: 'production',
    log: openLog('trace', logDescriptor),
    daffron: { retries: 0, breaker: { failures: 1000, pauseMs: 100 } },
    reachDatabase: async (url) => {
      // The relay forwards bytes, whatever they mean.
      relay = await openRedisRelay(url);
      const through = new URL(url);
      through.host = new URL(relay.url).host;
      return through.href;
    },
  });
  staff = await house.staff();
  await house.bills([
    bill('1001', 'C-1', '100.00', { CustomerName: CANARIES.name, EmailAddress: CANARIES.email, LoginName: 'jane' }),
  ]);
  await house.book('1001', [{ pastDue: '0.00', current: '80.00' }]);
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await house.close();
  await relay.close();
  closeSync(logDescriptor);
  rmSync(folder, { recursive: true, force: true });
});

/** Sends a request as it is given. */
async function send(payload: unknown, headers: Record<string, string> = {}, token = staff) {
  const response = await house.service.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  received.push(response.body, JSON.stringify(response.headers));
  return {
    status: response.statusCode,
    body: (): Json => response.json(),
    text: response.body,
    id: response.headers['x-request-id'],
  };
}

const codes = (body: Json): unknown[] => body.errors.map(({ extensions }: Json) => extensions.code);

/** The log's lines, once the one that is waited for is among them: it is written behind the answer's back. */
async function logLines(isThere: (line: Json) => boolean): Promise<Json[]> {
  for (;;) {
    const text = readFileSync(logFile, 'utf8');
    const lines = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Json => JSON.parse(line));
    if (lines.some(isThere)) return lines;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('G7 a form that a foreign page could send is refused, and its request id leads to one line of the log', async () => {
  const { status, id } = await send('{"query":"{ viewer { userName } }"}', { 'content-type': 'text/plain' });
  expect(status).toBe(400);
  const ofId = async (wanted: unknown): Promise<Json[]> =>
    (await logLines((line) => line.requestId === wanted)).filter((line) => line.requestId === wanted);
  expect(await ofId(id)).toMatchObject([{ route: '/graphql', status: 400, msg: 'request' }]);
  // What has a line of its own gets no second one.
  const invalid = await send({ query: '{ nothing }' });
  const deep = await send({ query: `{ viewer ${'{ customer '.repeat(30)} { id } ${'}'.repeat(30)} }` });
  const last = await send({ query: '{ viewer { userName } }' });
  await ofId(last.id);
  expect((await ofId(invalid.id)).filter(({ msg }) => msg === 'request')).toEqual([]);
  expect(await ofId(deep.id)).toMatchObject([{ msg: 'refused' }]);
});

describe('a bug', () => {
  const bug = (): Error => new Error(`relation "${CANARIES.bug}" does not exist at /srv/app/secret.ts`);

  test('AUT-04 is masked: the caller gets a code and the request id, and the rest of the answer stands', async () => {
    jest.spyOn(house.service.database, 'read').mockRejectedValueOnce(bug());
    const { body, status, text, id } = await send({
      query: '{ biller { name } accountByNumber(accountNumber: "1001") { id } }',
    });
    expect(status).toBe(200);
    expect(body()).toEqual({
      data: { biller: { name: 'Cedar' }, accountByNumber: null },
      errors: [
        {
          message: 'Something failed here. The request id leads to the details.',
          locations: expect.any(Array),
          path: ['accountByNumber'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: id },
        },
      ],
    });
    expect(text).not.toMatch(/CANARY|stack|\.ts|relation/);
  });

  test('AUT-04 is logged under that id with where it was, and without its message, which could hold data', async () => {
    jest.spyOn(house.service.database, 'read').mockRejectedValueOnce(bug());
    const { id } = await send({ query: '{ accountByNumber(accountNumber: "1001") { id } }' });
    const lines = await logLines((line) => line.requestId === id && line.code === 'BUG');
    const line = lines.find((each) => each.requestId === id && each.code === 'BUG');
    expect(line).toMatchObject({ msg: 'masked', type: 'Error', path: 'accountByNumber' });
    expect(line.stack.length).toBeGreaterThan(0);
    expect(JSON.stringify(line)).not.toContain(CANARIES.bug);
  });

  test('AUT-04 before the question is even read is masked as well', async () => {
    jest.spyOn(house.service.sources, 'forRequest').mockImplementationOnce(() => {
      throw bug();
    });
    const inContext = await send({ query: '{ biller { name } }' });
    expect([inContext.status, codes(inContext.body())]).toEqual([500, ['INTERNAL_SERVER_ERROR']]);
    jest.spyOn(house.service.sources, 'identify').mockRejectedValueOnce(bug());
    const atTheDoor = await send({ query: '{ biller { name } }' });
    expect([atTheDoor.status, codes(atTheDoor.body())]).toEqual([500, ['INTERNAL_SERVER_ERROR']]);
    expect(inContext.text + atTheDoor.text).not.toMatch(/CANARY|stack|\.ts|relation|Context creation/);
  });
});

describe('a question that asks too much', () => {
  test('G2 of more than 2,000 tokens is not parsed; one just below is read to its end', async () => {
    // An argument with its colon and its value: three tokens.
    const query = (count: number): string =>
      `{ account(${Array.from({ length: count }, (_, at) => `a${at}: 1`).join(' ')}) }`;
    const refused = await send({ query: query(666) });
    expect([refused.status, codes(refused.body())]).toEqual([400, ['GRAPHQL_PARSE_FAILED']]);
    // It has arguments that are not in the contract, and that is what is told.
    const read = await send({ query: query(664) });
    expect(new Set(codes(read.body()))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });

  test('G2 of one field so often that comparing it with itself would take long is refused', async () => {
    const { status, body } = await send({ query: `{ ${'__typename '.repeat(1900)} }` });
    expect([status, codes(body())]).toEqual([400, ['TOO_MANY_DUPLICATES']]);
  });

  test('G2 of more than 100 kB is not read', async () => {
    const { status } = await send({ query: '{ __typename }', variables: { x: 'x'.repeat(102_400) } });
    expect(status).toBe(413);
  });

  test('G4 whose fragments double until they fill the memory is refused before it is run', async () => {
    const doubling = Array.from({ length: 26 }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`);
    const { status, body } = await send({
      query: `{ ...f0 } ${doubling.join(' ')} fragment f26 on Query { __typename }`,
    });
    expect(status).toBe(400);
    expect(body().data).toBeUndefined();
  });

  test('G4 whose fragments turn in a circle is refused', async () => {
    const { status, body } = await send({
      query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    });
    expect([status, new Set(codes(body()))]).toEqual([400, new Set(['GRAPHQL_VALIDATION_FAILED'])]);
  });

  test('G11 of more than 200 accounts is refused, and the argument is named', async () => {
    const query = 'query ($ids: [ID!]!) { accounts(ids: $ids) { id } }';
    const ids = (count: number): string[] => Array.from({ length: count }, () => `acc_${'A'.repeat(22)}`);
    const { body } = await send({ query, variables: { ids: ids(201) } });
    expect(body().errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'ids' });
    expect((await send({ query, variables: { ids: ids(200) } })).body().data.accounts).toEqual(
      ids(200).map(() => null),
    );
  });
});

describe('a request of another form', () => {
  test('G5 several questions in one are refused', async () => {
    const { status } = await send([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
    expect(status).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'G8 a form that any site could make a browser send (%s) is refused',
    async (type) => {
      const { status, text } = await send('{"query":"{ viewer { role } }"}', { 'content-type': type });
      expect([400, 415]).toContain(status);
      expect(JSON.parse(text).data).toBeUndefined();
    },
  );

  test('G8 a question in the address is refused where nothing shows that a browser asked first', async () => {
    const get = async (headers: Record<string, string>) =>
      await house.service.server.inject({
        method: 'GET',
        url: '/graphql?query=%7Bviewer%7Brole%7D%7D',
        headers: { authorization: `Bearer ${staff}`, ...headers },
      });
    expect((await get({})).statusCode).toBe(400);
    expect((await get({ 'apollo-require-preflight': '1' })).json()).toEqual({ data: { viewer: { role: 'CSR' } } });
  });

  test('G6, G7 in production neither introspection nor a suggestion helps who guesses at the contract', async () => {
    for (const query of [
      '{ viewr { role } }',
      '{ viewer { rol } }',
      '{ __schema { types { name } } }',
      '{ __type(name: "Account") { name } }',
      '{ account { id } }',
    ]) {
      const { body, text } = await send({ query });
      expect({ query, codes: new Set(codes(body())) }).toEqual({
        query,
        codes: new Set(['GRAPHQL_VALIDATION_FAILED']),
      });
      expect(body().data).toBeUndefined();
      expect(text).not.toMatch(/did you mean|accountByNumber|subAccounts/i);
    }
  });

  test('G15 an operation’s name forges no line in the log', async () => {
    const { id } = await send({
      query: 'query A { biller { name } }',
      operationName: 'A\n{"level":60,"msg":"forged"}',
    });
    await logLines((line) => line.requestId === id);
    expect(readFileSync(logFile, 'utf8')).not.toContain('"msg":"forged"');
  });
});

describe('what is secret stays so', () => {
  const BALANCE = 'customer { name email } balance { total { amount } source refreshProblem }';

  test('CIS-02 whatever Daffron answers, neither log nor error nor answer holds password, header, envelope, name or token', async () => {
    const good = await send({ query: accountQuery(BALANCE), variables: { n: '1001' } });
    // The words are in the service's hands: a person's in the answer, and the password in the call, which the simulator took.
    expect(good.body().data.accountByNumber).toMatchObject({
      customer: { name: CANARIES.name },
      balance: { source: 'RTDR' },
    });
    received.length = 0;

    const faults = [
      { mode: 'fault', params: { text: `${CANARIES.daffron} ${PASSWORD_CANARY}` } },
      { mode: 'fault-200', params: { text: CANARIES.daffron } },
      { mode: 'bad-number', params: { text: CANARIES.daffron } },
      ...[
        'garbage',
        'malformed',
        'html',
        'empty',
        'xxe',
        'bomb',
        'wrong-operation',
        'http500',
        'reset-mid',
        'timeout-before',
      ].map((mode) => ({ mode, params: {} })),
    ];
    for (const fault of faults) {
      await house.simulator.setFault({ account: '1001', ...fault });
      const { body } = await send({
        query: accountQuery('balance { source refreshProblem }'),
        variables: { n: '1001' },
      });
      expect(body().data.accountByNumber.balance).toMatchObject({
        source: 'CACHE',
        refreshProblem: expect.any(String),
      });
      await house.simulator.clearFaults();
    }
    await send({ query: accountQuery('id'), variables: { n: CANARIES.variable } });
    await send({ query: accountQuery('id'), variables: { n: { [CANARIES.variable]: 1 } } });
    await send({ query: `{ a: accountByNumber(accountNumber: "${CANARIES.variable}") { nothing } }` });
    const last = await send({ query: '{ biller { name } }' });

    const lines = await logLines((line) => line.requestId === last.id);
    const calls = lines.filter((line) => line.msg === 'daffron call');
    expect(calls.length).toBeGreaterThanOrEqual(faults.length + 1);
    expect(new Set(calls.map((line) => line.outcome))).toEqual(new Set(['ok', 'refused', 'unreadable', 'noAnswer']));
    const log = readFileSync(logFile, 'utf8');
    const secrets = [
      PASSWORD_CANARY,
      'Pwd',
      'MultiSpeak',
      'soap',
      '<?xml',
      'Bearer',
      staff,
      staff.split('.')[2] ?? '',
      ...Object.values(CANARIES),
    ];
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
    const answers = received.join('\n');
    // What a client wrote in his own document comes back to him in the message that refuses it.
    const foreign = secrets.filter((secret) => secret !== CANARIES.variable);
    expect(foreign.filter((secret) => answers.includes(secret))).toEqual([]);
  });
});

// The last, since the database does not come back.
describe('the database is away', () => {
  const QUESTION = { query: '{ biller { name } accountByNumber(accountNumber: "1001") { id } }' };

  beforeAll(async () => await relay.close());

  test('AUT-04 a field that needs it is null with a code that says so, and the rest of the answer stands', async () => {
    const { body, status, id } = await send(QUESTION);
    expect(status).toBe(200);
    expect(body().data).toEqual({ biller: { name: 'Cedar' }, accountByNumber: null });
    expect(body().errors).toEqual([
      {
        message: 'A part of this service is not reachable right now. Please try again.',
        locations: expect.any(Array),
        path: ['accountByNumber'],
        extensions: { code: 'BACK_END_AWAY', requestId: id },
      },
    ]);
    const lines = await logLines((line) => line.requestId === id && line.code === 'BACK_END_AWAY');
    expect(lines.filter((line) => line.requestId === id && line.code === 'BUG')).toEqual([]);
  });

  test('AUT-04 a payer, whose links cannot be looked up, is told to come back; nobody is taken for a stranger', async () => {
    const { body, status } = await send(QUESTION, {}, await house.payer('jane', ['1001']));
    expect([status, codes(body())]).toEqual([503, ['BACK_END_AWAY']]);
  });

  test('INV-02 a bill file is not lost in silence: its sender is told to come back', async () => {
    const response = await house.service.server.inject({
      method: 'POST',
      url: '/bif',
      headers: {
        authorization: `Bearer ${await house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' })}`,
        'content-type': 'text/plain',
      },
      payload: billFile([bill('1001', 'C-1', '1.00')]),
    });
    expect([response.statusCode, codes(response.json()), response.headers['retry-after']]).toEqual([
      503,
      ['BACK_END_AWAY'],
      '2',
    ]);
  });

  test('AUT-02 a bad token is refused as ever, without asking anybody', async () => {
    const { status } = await send(QUESTION, {}, 'x.y.z');
    expect(status).toBe(401);
  });
});
