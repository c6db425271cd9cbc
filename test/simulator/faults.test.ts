// Each fault is seen on the socket, as its name says, and only by the calls that it concerns.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { FaultOrder } from '../../simulator/faults';
import type { Simulator } from '../../simulator/startSimulator';
import { billerOf, CEDAR, exchange, MILL, requestFor, startSmall, type Received } from './smallSimulator';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSmall();
});
afterAll(() => simulator.stop());
beforeEach(() => simulator.reset());

/** Asks for an account and gathers the answer. */
const ask = (account = '0001', billerId = CEDAR.id, quietMs?: number): Promise<Received> =>
  exchange(simulator.url, requestFor(billerOf(simulator, billerId), account), quietMs);

/** Where silence is what is expected, it is not waited for longer than this, in milliseconds. */
const SILENCE_MS = 300;

/** Sets a fault for one call and makes that call. */
async function askWith(mode: FaultOrder['mode'], params: FaultOrder['params'] = {}): Promise<Received> {
  await simulator.setFault({ mode, params, times: 1 });
  return ask();
}

describe('faults of the connection', () => {
  test('timeout-before: nothing comes, and the connection stays', async () => {
    await simulator.setFault({ mode: 'timeout-before' });
    expect(await ask('0001', CEDAR.id, SILENCE_MS)).toMatchObject({ text: '', end: 'open' });
    expect(simulator.stats().operations).toEqual({ GetPayableItemsList: 1 });
  });

  test('reset-before: the connection is reset and nothing came', async () => {
    expect(await askWith('reset-before')).toMatchObject({ text: '', end: 'ECONNRESET' });
  });

  test('reset-mid: half of the answer comes, and then a reset', async () => {
    const { body, end } = await askWith('reset-mid');
    expect(end).toBe('ECONNRESET');
    expect(body).not.toContain('</soap:Envelope>');
  });

  test('drip: the answer comes byte by byte and is whole in the end', async () => {
    await simulator.setFault({ mode: 'drip', params: { intervalMs: 0 }, times: 1 });
    const { body } = await ask('0003');
    expect(body).toBe((await ask('0003')).body.replace(/TimeStamp="[^"]*"/, /TimeStamp="[^"]*"/.exec(body)?.[0] ?? ''));
  });

  test('huge: as many bytes as were ordered, well-formed', async () => {
    const { body } = await askWith('huge', { bytes: 3_000_000 });
    expect(body.length).toBeGreaterThan(3_000_000);
    expect(body).toContain('</soap:Envelope>');
  });

  test('huge without end: bytes come until the caller leaves', async () => {
    await simulator.setFault({ mode: 'huge', params: { endless: true } });
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > 5_000_000) socket.destroy();
    });
    socket.write(requestFor(billerOf(simulator), '0001'));
    await once(socket, 'close');
    expect(bytes).toBeGreaterThan(5_000_000);
  });

  test("duplicate-http: another account's answer follows unasked on the same connection", async () => {
    await simulator.setFault({ mode: 'duplicate-http', times: 1 });
    const { text } = await exchange(simulator.url, requestFor(billerOf(simulator), '0001', 'keep-alive'), SILENCE_MS);
    expect(text.split('HTTP/1.1 200').length - 1).toBe(2);
    expect(text.indexOf('objectID="0001-1"')).toBeLessThan(text.indexOf('objectID="0002-1"'));
  });

  test('down: connections are refused until it is cleared, and then the same port answers', async () => {
    await simulator.setFault({ mode: 'down' });
    expect(await ask()).toMatchObject({ text: '', end: 'ECONNREFUSED' });
    await simulator.clearFaults();
    expect((await ask()).status).toBe(200);
  });

  test('down for a time: the server comes up again by itself', async () => {
    await simulator.setFault({ mode: 'down', params: { forMs: 20 } });
    let answer = await ask();
    for (let attempt = 0; attempt < 200 && answer.status !== 200; attempt += 1) answer = await ask();
    expect(answer.status).toBe(200);
  });
});

describe('faults of the answer', () => {
  const cases: [FaultOrder['mode'], FaultOrder['params'], Partial<Received>, RegExp | undefined, RegExp | undefined][] =
    [
      ['malformed', {}, { status: 200 }, /<soap:Envelope/, /<\/soap:Envelope>/],
      ['malformed', { shape: 'misnested' }, { status: 200 }, /<\/payableItem><\/lastPaymentDate>/, undefined],
      ['fault', {}, { status: 500 }, /<faultcode>soap:Client</, undefined],
      ['fault', { code: 'Server', text: 'busy' }, { status: 500 }, /soap:Server<.*>busy</, undefined],
      ['fault-200', {}, { status: 200 }, /<faultcode>/, undefined],
      ['fault-200', { shape: '1.2' }, { status: 200 }, /<soap:Reason><soap:Text>/, /<faultcode>/],
      ['http500', {}, { status: 500, body: '' }, undefined, undefined],
      ['http502', {}, { status: 502 }, /<html>/, undefined],
      ['http503', { retryAfterSeconds: 7 }, { status: 503 }, /<html>/, undefined],
      ['html', {}, { status: 200 }, /Please sign in/, /Envelope/],
      ['empty', {}, { status: 200, body: '' }, undefined, undefined],
      ['empty', { status: 202 }, { status: 202, body: '' }, undefined, undefined],
      ['empty', { status: 204 }, { status: 204, body: '' }, undefined, undefined],
      ['deep', { levels: 1_000 }, { status: 200 }, /(<d>){1000}(<\/d>){1000}/, undefined],
      ['bomb', {}, { status: 200 }, /<!DOCTYPE bomb \[.*&b9;/s, undefined],
      ['xxe', {}, { status: 200 }, /SYSTEM "http:\/\/127\.0\.0\.1:\d+\/canary"/, undefined],
      ['proto', {}, { status: 200 }, /<__proto__><polluted>/, undefined],
      ['wrong-account', {}, { status: 200 }, /objectID="0002-1"/, /objectID="0001-1"/],
      ['wrong-message-id', {}, { status: 200 }, /MessageID="someone-elses-message"/, /MessageID="m-1"/],
      ['wrong-operation', {}, { status: 200 }, /<GetMethodsResponse .*<GetMethodsResult>/, /GetPayableItemsList/],
      ['duplicate-body', {}, { status: 200 }, /(<GetPayableItemsListResponse .*){2}/, undefined],
      ['duplicate-body', { shape: 'document' }, { status: 200 }, /<\/soap:Envelope><\?xml/, undefined],
      ['prefixes', {}, { status: 200 }, /<S:Body><ns2:GetPayableItemsListResponse>/, /<soap:|<payableItem/],
      ['cdata', {}, { status: 200 }, /<!\[CDATA\[83\.]]>00<\/currentAmount>/, undefined],
      ['comments', {}, { status: 200 }, />8<!-- 999\.99 -->3\.00</, undefined],
      ['bad-number', {}, { status: 200 }, />NaN<\/currentAmount>/, />83\.00</],
      [
        'bad-number',
        { text: '1,234.50', field: 'pastDueAmount' },
        { status: 200 },
        />1,234\.50<\/pastDueAmount>/,
        undefined,
      ],
      ['exponent', {}, { status: 200 }, />8\.300E1<\/currentAmount>/, />83\.00</],
      ['float-noise', {}, { status: 200 }, />83\.00001<\/currentAmount>/, undefined],
      ['missing-field', {}, { status: 200 }, /<pastDueAmount/, /<currentAmount/],
      ['missing-result', {}, { status: 200 }, /<GetPayableItemsListResponse [^>]*><\//, /Result>/],
      ['missing-result-layer', {}, { status: 200 }, /<GetPayableItemsListResponse [^>]*><payableItem/, /Result>/],
      ['nil', {}, { status: 200 }, /<currentAmount [^>]*xsi:nil="true"\/>/, />83\.00</],
    ];

  test.each(cases)('%s %j is on the wire, once', async (mode, params, expected, present, absent) => {
    const received = await askWith(mode, params);
    expect(received).toMatchObject(expected);
    if (present !== undefined) expect(received.body).toMatch(present);
    if (absent !== undefined) expect(received.body).not.toMatch(absent);
    expect((await ask()).body).toContain('>83.00</currentAmount>');
  });

  test('garbage and encodings are there byte by byte', async () => {
    expect((await askWith('garbage')).body).toContain('\uFFFD');
    expect((await askWith('bom')).bytes.includes(Buffer.from([0xef, 0xbb, 0xbf, 0x3c]))).toBe(true);
    const { bytes, text } = await askWith('utf16');
    expect(text).toContain('charset=utf-16');
    expect(bytes.includes(Buffer.from('<currentAmount', 'utf16le'))).toBe(true);
  });

  test('redirect: it points to the canary, which counts who follows', async () => {
    const { status, text } = await askWith('redirect', { status: 307 });
    expect([status, /location: (\S+)/i.exec(text)?.[1]]).toEqual([307, `${simulator.url}/canary`]);
    expect(simulator.stats().canaryHits).toBe(0);
    await exchange(simulator.url, 'GET /canary HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(simulator.stats().canaryHits).toBe(1);
  });

  test('http503 carries the Retry-After that was ordered', async () => {
    expect((await askWith('http503', { retryAfterSeconds: 7 })).text).toMatch(/retry-after: 7/i);
  });
});

describe('faults of time and number', () => {
  test('maxConcurrent: calls above the number are refused, and the others answered', async () => {
    await simulator.setFault({ mode: 'maxConcurrent', params: { max: 2 } });
    await simulator.setFault({ mode: 'slow', params: { delayMs: 300 } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    const counts = [200, 503].map((status) => answers.filter((answer) => answer.status === status).length);
    expect(counts).toEqual([2, 3]);
  });

  test('tail: about the ordered share of calls waits', async () => {
    await simulator.setFault({ mode: 'tail', params: { tailP: 0.5, tailMs: 60_000 } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('0001', CEDAR.id, SILENCE_MS)));
    const waiting = answers.filter(({ text }) => text === '').length;
    expect(waiting).toBeGreaterThan(5);
    expect(waiting).toBeLessThan(35);
  });
});

describe('whom a fault concerns', () => {
  test('another biller, another account and another operation are spared', async () => {
    await simulator.setFault({ mode: 'http500', biller: CEDAR.id, account: '0001', operation: 'GetPayableItemsList' });
    expect((await ask('0001')).status).toBe(500);
    expect((await ask('0002')).status).toBe(200);
    expect((await ask('0001', MILL.id)).status).toBe(200);
    await simulator.clearFaults();
    await simulator.setFault({ mode: 'http500', operation: 'PingURL' });
    expect((await ask('0001')).status).toBe(200);
  });

  test('times: a fault befalls so many calls and is gone', async () => {
    await simulator.setFault({ mode: 'http500', times: 2 });
    const statuses = [await ask(), await ask(), await ask()].map(({ status }) => status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  test('the newest of several stands, and each can be cleared alone', async () => {
    await simulator.setFault({ mode: 'http500' });
    const newer = await simulator.setFault({ mode: 'http502' });
    expect((await ask()).status).toBe(502);
    await simulator.clearFaults(newer.id);
    expect((await ask()).status).toBe(500);
  });
});
