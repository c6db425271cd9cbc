// The door for bill files over real HTTP: who may bring one, what he hears, and that a bad file leaves nothing behind.
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { MILL, CEDAR } from './testBillers';
import { bill, billFile } from './testBills';
import { openTestHouse, type TestHouse } from './testHouse';

/** What the test house takes at most. */
const BYTES_MAX = 1_000_000;

let house: TestHouse;
let url: string;
let service: string;

beforeAll(async () => {
  house = await openTestHouse();
  url = `${await house.service.server.listen({ host: '127.0.0.1', port: 0 })}/bif`;
  service = await house.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' });
});
afterAll(async () => await house.close());

async function send(body: string | undefined, headers: Record<string, string> = {}, token = service) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text, json: () => JSON.parse(text) };
}

async function isKnown(accountNumber: string): Promise<boolean> {
  const { data } = await house.ask(
    await house.staff(),
    'query ($n: String!) { accountByNumber(accountNumber: $n) { id } }',
    { n: accountNumber },
  );
  return data.accountByNumber !== null;
}

test('INV-01, INV-02 a service brings a file, hears the report, and its bills can be read', async () => {
  const file = billFile([bill('1001', 'C-1', '30.00'), bill('1002', 'C-2', '1,000.00'), bill('1003', 'C-3', '40.00')]);
  const answer = await send(file, { 'x-file-name': 'cedar_20260305_1.bif' });
  expect(answer.status).toBe(200);
  expect(answer.type).toBe('application/json; charset=utf-8');
  expect(answer.json()).toMatchObject({
    file: 'cedar_20260305_1.bif',
    billerId: CEDAR,
    dryRun: false,
    alreadyIngested: false,
    refused: null,
    fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    counts: { read: 3, new: 2, replaced: 0, unchanged: 0, held: 0, rejected: 1, duplicates: 0 },
  });
  expect(
    answer.json().rejectedRows.map(({ row, column }: { row: number; column: string }) => [row, column]),
  ).toContainEqual([3, 'CurrentCharges']);
  expect(await isKnown('1001')).toBe(true);
  expect(await isKnown('1002')).toBe(false);
});

test('INV-03 the same file again changes nothing, and brings the report of then', async () => {
  const file = billFile([bill('1101', 'C-1', '30.00')]);
  const first = (await send(file)).json();
  const again = (await send(file, { 'x-file-name': 'other-name.bif' })).json();
  expect(again).toEqual({ ...first, file: 'other-name.bif', alreadyIngested: true });
});

test('a reader of text gets the report as text', async () => {
  const answer = await send(billFile([bill('1201', 'C-1', '30.00')]), {
    accept: 'text/plain',
    'x-file-name': 'text.bif',
  });
  expect(answer.type).toBe('text/plain; charset=utf-8');
  expect(answer.text).toMatch(new RegExp(`^Import of text\\.bif for biller ${CEDAR}\nrows read +1 in `));
  expect(answer.text).toMatch(/\nnew +1\n/);
});

test('a name that could forge a line is not repeated', async () => {
  const answer = await send(billFile([bill('1211', 'C-1', '30.00')]), { 'x-file-name': 'a\tb.bif' });
  expect(answer.json().file).toBe('unnamed.bif');
});

describe('INV-02 nobody else brings a file', () => {
  test.each(['OWNER', 'CO_OWNER', 'CSR', 'BILLER_ADMIN'])(
    'INV-02 a token of role %s is refused, and nothing is stored',
    async (role) => {
      const token = await house.token({ sub: 'x', biller: CEDAR, role, username: 'x' });
      const answer = await send(billFile([bill('1301', 'C-1', '30.00')]), {}, token);
      expect([answer.status, answer.json().errors[0].extensions.code]).toEqual([403, 'NOT_PERMITTED']);
      expect(await isKnown('1301')).toBe(false);
    },
  );

  test('INV-02 a guest is refused, and nothing is stored', async () => {
    const answer = await send(billFile([bill('1301', 'C-1', '30.00')]), {}, await house.guest('1301'));
    expect([answer.status, answer.json().errors[0].extensions.code]).toEqual([403, 'NOT_PERMITTED']);
    expect(await isKnown('1301')).toBe(false);
  });

  test('INV-02 without a good token the file is not even read', async () => {
    const answer = await send(billFile([bill('1301', 'C-1', '30.00')]), {}, 'x.y.z');
    expect([answer.status, answer.json().errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await isKnown('1301')).toBe(false);
  });
});

describe('a file that is not taken', () => {
  const rows = [bill('1401', 'C-1', '30.00'), bill('1402', 'C-2', '40.00')];

  test.each([
    ['TRAILER_COUNT_WRONG', `${billFile(rows)}#TRAILER|3|70.00\n`],
    ['TRAILER_SUM_WRONG', `${billFile(rows)}#TRAILER|2|70.01\n`],
    ['REQUIRED_COLUMN_MISSING', billFile(rows).replace('AccountNumber', 'Custom2')],
    ['FILE_EMPTY', '\n'],
  ])('INV-05 %s: it is refused whole with 422 and the reason, and nothing of it is seen', async (code, file) => {
    const answer = await send(file);
    expect([answer.status, answer.json().refused.code]).toEqual([422, code]);
    const text = await send(file, { accept: 'text/plain' });
    expect([text.status, text.text]).toEqual([422, expect.stringContaining(`REFUSED ${code}: `)]);
    expect(await isKnown('1401')).toBe(false);
  });

  test('AUT-01 rows of another biller are rejected, whoever of the two is named', async () => {
    const answer = await send(
      billFile([bill('1501', 'C-1', '30.00', { BillerGUID: MILL }), bill('1502', 'C-2', '30.00')]),
    );
    expect(answer.json().counts).toMatchObject({ read: 2, new: 1, rejected: 1 });
    expect(answer.json().rejectedRows).toMatchObject([{ row: 2, column: 'BillerGUID' }]);
    const { data } = await house.ask(await house.staff(MILL), '{ accountByNumber(accountNumber: "1501") { id } }');
    expect([data.accountByNumber, await isKnown('1501'), await isKnown('1502')]).toEqual([null, false, true]);
  });

  test('without a body it is no file', async () => {
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${service}` } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    const empty = await send(undefined);
    expect([empty.status, empty.json().refused.code]).toEqual([422, 'FILE_EMPTY']);
  });
});

describe('a file larger than the door takes', () => {
  const large = (account: string): string => billFile([bill(account, 'C-1', '30.00')]) + '\n'.repeat(BYTES_MAX);

  test('is refused by what it says of its length, and nothing is stored', async () => {
    const answer = await send(large('1601'));
    expect([answer.status, answer.json().errors[0].extensions.code]).toEqual([413, 'BAD_REQUEST']);
    expect(await isKnown('1601')).toBe(false);
  });

  test('is refused when it says nothing of its length and grows beyond, and nothing is stored', async () => {
    const status = await sendInChunks(large('1602'));
    expect(status).toBe(413);
    expect(await isKnown('1602')).toBe(false);
  });

  test('one byte less than the limit still passes', async () => {
    const file = billFile([bill('1603', 'C-1', '30.00')]);
    const answer = await send(file + '\n'.repeat(BYTES_MAX - file.length));
    expect(answer.json().counts.new).toBe(1);
  });
});

describe('a sender who does not finish', () => {
  const transactions = async (at: TestHouse): Promise<number> => {
    const rows = await at.service.database.read<{ count: number }>(
      'transactions',
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
      [],
    );
    return rows[0]?.count ?? -1;
  };
  /** More than the first block, with which the transaction begins. */
  const begun = billFile(Array.from({ length: 1000 }, (_, at) => bill(`17${at}`, 'C-1', '30.00'))).slice(0, -20);
  const begin = (address: string, token: string): ClientRequest => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/plain' };
    const call = request(address, { method: 'POST', agent: false, headers });
    call.write(begun);
    return call;
  };

  test('and falls silent holds no transaction: he hears 408 with the reason, and nothing is stored', async () => {
    const impatient = await openTestHouse({ bifSilenceMs: 300 });
    try {
      const address = `${await impatient.service.server.listen({ host: '127.0.0.1', port: 0 })}/bif`;
      const call = begin(address, await impatient.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' }));
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
      expect(await json(response)).toMatchObject({ refused: { code: 'SENDER_SILENT' } });
      call.destroy();
      expect(await transactions(impatient)).toBe(0);
      const { data } = await impatient.ask(await impatient.staff(), '{ accountByNumber(accountNumber: "170") { id } }');
      expect(data.accountByNumber).toBeNull();
    } finally {
      await impatient.close();
    }
  });

  test('and sends a byte now and then holds no transaction either: he hears 408 with the reason', async () => {
    const impatient = await openTestHouse({ bifSilenceMs: 300 });
    try {
      const address = `${await impatient.service.server.listen({ host: '127.0.0.1', port: 0 })}/bif`;
      const call = begin(address, await impatient.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' }));
      const dripping = setInterval(() => call.write('x'), 50);
      const [response] = (await once(call, 'response').finally(() => clearInterval(dripping))) as [IncomingMessage];
      expect(response.statusCode).toBe(408);
      expect(await json(response)).toMatchObject({ refused: { code: 'SENDER_TOO_SLOW' } });
      call.destroy();
      expect(await transactions(impatient)).toBe(0);
    } finally {
      await impatient.close();
    }
  });

  test('but breaks off leaves no transaction, and no failure of this house in the log', async () => {
    const lines: string[] = [];
    const say = (_fields: object, message: string): void => void lines.push(message);
    const quiet = (): void => undefined;
    const log = { debug: quiet, info: quiet, warn: say, error: say, fatal: say };
    const logged = await openTestHouse({ log });
    try {
      const address = `${await logged.service.server.listen({ host: '127.0.0.1', port: 0 })}/bif`;
      const call = begin(address, await logged.token({ sub: 'feed', biller: CEDAR, role: 'SERVICE' }));
      call.on('error', () => undefined);
      while ((await transactions(logged)) === 0) await new Promise((resolve) => setImmediate(resolve));
      call.destroy();
      while ((await transactions(logged)) > 0) await new Promise((resolve) => setImmediate(resolve));
      expect(lines).toEqual([]);
    } finally {
      await logged.close();
    }
  });
});

/** Without a Content-Length, as a stream is sent; resolves to the status. */
async function sendInChunks(body: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: 'POST', agent: false, headers: { authorization: `Bearer ${service}`, 'content-type': 'text/plain' } },
      (response) => {
        response.resume();
        // The rest of the file is of no use to anybody.
        response.once('end', () => {
          call.destroy();
          resolve(response.statusCode);
        });
      },
    );
    call.once('error', reject);
    for (let at = 0; at < body.length; at += 65_536) call.write(body.slice(at, at + 65_536));
    call.end();
  });
}

test('the limit of a bill file is not the limit of a question', async () => {
  const response = await fetch(url.replace('/bif', '/graphql'), {
    method: 'POST',
    headers: { authorization: `Bearer ${service}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { role } }', variables: { x: 'x'.repeat(110_000) } }),
  });
  expect(response.status).toBe(413);
  await response.text();
});
