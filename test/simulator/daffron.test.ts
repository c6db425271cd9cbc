// The simulator's conversation, held by a client that is not ours: node-soap's own, from the same WSDL.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import type { Simulator } from '../../simulator/startSimulator';
import { localMidnight } from '../../simulator/world/calendar';
import { floatTextOf } from '../../simulator/world/money';
import { billerOf, type Called, callByNodeSoap, CEDAR, exchange, MILL, requestFor, startSmall } from './smallSimulator';

const NOW = new Date('2026-03-10T12:00:00Z');

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSmall({ now: () => NOW });
});
afterAll(() => simulator.stop());

/** Calls for the payable items of an account. */
const payable = (accountNumber: string, billerId = CEDAR.id) =>
  callByNodeSoap(billerOf(simulator, billerId), 'GetPayableItemsList', { accountNumber }, { MessageID: 'm-77' });

describe('what the books say comes over the wire', () => {
  test('amounts with two decimals and currency, and dates as midnight of the biller in UTC', async () => {
    const { raw } = await payable('0001');
    expect(raw).toContain('<payableItem objectID="0001-1" verb="Change">');
    expect(raw).toContain('<pastDueAmount currencyCode="USD">45.10</pastDueAmount>');
    expect(raw).toContain('<description>Electric &amp; more</description>');
    // Daylight saving time holds in March and July, not in November.
    expect(raw).toContain(
      '<dueDate>2026-03-21T05:00:00Z</dueDate><disconnectDate>2026-11-30T06:00:00Z</disconnectDate>',
    );
    expect(raw).toContain('<lastPaymentDate>2026-07-04T05:00:00Z</lastPaymentDate>');
    expect(raw).toContain('<transactionType>CreditCard</transactionType>');
  });

  test('a list that is absent and a list that is empty are two things', async () => {
    const empty = await payable('0002');
    expect(empty.raw).toContain('<allowableTransactionTypes></allowableTransactionTypes>');
    const absent = await payable('0003');
    expect(absent.raw).toContain('<GetPayableItemsListResult></GetPayableItemsListResult>');
  });

  test('the same account number at the other biller is another account', async () => {
    const { raw } = await payable('0001', MILL.id);
    expect(raw).toContain('<currentAmount>52.6</currentAmount>');
    expect(raw).toContain('<dueDate>2026-03-21T06:00:00Z</dueDate>');
  });

  test('the response header repeats the message id and tells version and time', async () => {
    const { header } = await payable('0001');
    expect(header).toMatchObject({
      MultiSpeakMsgHeader: {
        attributes: { MajorVersion: '4', MinorVersion: '1', MessageID: 'm-77', TimeStamp: NOW.toISOString() },
      },
    });
  });

  test('PingURL has no error to tell, and GetMethods names what is served', async () => {
    expect((await callByNodeSoap(billerOf(simulator), 'PingURL', {})).raw).toContain('<PingURLResult></PingURLResult>');
    const { result } = await callByNodeSoap(billerOf(simulator), 'GetMethods', {});
    expect(result).toEqual({ GetMethodsResult: { string: ['PingURL', 'GetMethods', 'GetPayableItemsList'] } });
  });

  test('headers and bodies of all answers are valid by the schema', async () => {
    const answers = await Promise.all([
      payable('0001'),
      payable('0002'),
      payable('0003'),
      callByNodeSoap(billerOf(simulator), 'PingURL', {}),
      callByNodeSoap(billerOf(simulator), 'GetMethods', {}),
    ]);
    const { problems, parts } = await judge('4.1', answers);
    expect([problems, parts]).toEqual([[], 10]);
  });

  test('a utility with an old system answers in version 3.0, valid by the schema of that', async () => {
    const old = billerOf(simulator, MILL.id);
    const answers = await Promise.all([
      payable('0001', MILL.id),
      callByNodeSoap(old, 'PingURL', {}),
      callByNodeSoap(old, 'GetMethods', {}),
    ]);
    const { problems, parts } = await judge('3.0', answers);
    expect([problems, parts]).toEqual([[], 6]);
    for (const { raw, header } of answers) {
      expect(raw).not.toMatch(/currencyCode|Version_4/);
      expect(header).toMatchObject({ MultiSpeakMsgHeader: { attributes: { Version: '3.0' } } });
    }
  });

  test.each([
    [MILL, '4.1'],
    [CEDAR, '3.0'],
  ] as const)('a message in the other version gets no answer that could be believed', async ({ id }, multiSpeak) => {
    const call = callByNodeSoap({ ...billerOf(simulator, id), multiSpeak }, 'GetPayableItemsList', {
      accountNumber: '0001',
    });
    const raw = await call.then((answer) => answer.raw, String);
    expect(raw).not.toContain('payableItem');
  });
});

/** Headers and bodies by the schema of a version: what is wrong with them, and how many there are. */
async function judge(version: '3.0' | '4.1', answers: readonly Called[]) {
  const parts = answers.flatMap(({ raw }) => {
    const [, header = '', body = ''] = /<soap:Header>(.*)<\/soap:Header><soap:Body>(.*)<\/soap:Body>/s.exec(raw) ?? [];
    return [header, body];
  });
  const contents = readFileSync(join(__dirname, '..', 'fixtures', `multispeak-cb-${version}.xsd`), 'utf8');
  const xml = parts.map((part, at) => ({ fileName: `part${at}.xml`, contents: part }));
  const { errors } = await validateXML({ xml, schema: [{ fileName: 'cb.xsd', contents }] });
  return { problems: errors.map(({ message }) => message), parts: parts.length };
}

describe('what is refused', () => {
  test.each([
    ['user', { UserID: 'EBPP' }],
    ['password', { Pwd: 'right & <proper>' }],
    ['company', { Company: 'Cedar' }],
  ])('a wrong %s is refused, letter case included', async (_what, header) => {
    const call = callByNodeSoap(billerOf(simulator), 'GetPayableItemsList', { accountNumber: '0001' }, header);
    await expect(call).rejects.toMatchObject({
      response: { status: 500 },
      root: {
        Envelope: { Body: { Fault: { faultcode: 'soap:Client', faultstring: expect.stringMatching(/not valid/) } } },
      },
    });
  });

  test("one biller's credentials open nothing at the other", async () => {
    const { userId, password, company } = billerOf(simulator, CEDAR.id);
    const stranger = { ...billerOf(simulator, MILL.id), userId, password, company };
    await expect(callByNodeSoap(stranger, 'PingURL', {})).rejects.toMatchObject({ response: { status: 500 } });
  });

  test('an unknown account is a fault, and so is an operation that is not served', async () => {
    const fault = (pattern: RegExp) => ({
      root: {
        Envelope: { Body: { Fault: { faultcode: 'soap:Client', faultstring: expect.stringMatching(pattern) } } },
      },
    });
    await expect(payable('9999')).rejects.toMatchObject(fault(/not found/));
    const commit = callByNodeSoap(billerOf(simulator), 'CommitPaymentTransaction', { transactions: {} });
    await expect(commit).rejects.toMatchObject(fault(/CommitPaymentTransaction is not served/));
  });

  test('an account number is data: markup in it reaches no other account', async () => {
    const biller = billerOf(simulator);
    const { body } = await exchange(simulator.url, requestFor(biller, '9</accountNumber><accountNumber>0001'));
    expect(body).toContain('not found');
    expect(simulator.stats().calls.at(-1)).toMatchObject({ accountNumber: '9</accountNumber><accountNumber>0001' });
  });

  test('paths of no biller are not found', async () => {
    const { status } = await exchange(
      simulator.url,
      'POST /nobody/CB_Server HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect(status).toBe(404);
  });
});

describe('amounts as single-precision floats', () => {
  test.each([
    [12_810n, '128.1'],
    [0n, '0'],
    [-5n, '-0.05'],
    [13_107_199n, '131071.99'],
    [13_107_210n, '131072.1'],
    [26_214_401n, '262144'],
  ])('%s cents go out as %s', (cents, text) => {
    expect(floatTextOf(cents)).toBe(text);
  });

  test('below 131072.00 every cent comes through', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -13_107_199n, max: 13_107_199n }), (cents) => {
        expect(BigInt(Math.round(Number(floatTextOf(cents)) * 100))).toBe(cents);
      }),
    );
  });
});

describe('days', () => {
  test.each([
    ['2026-03-08', 'America/Chicago', '2026-03-08T06:00:00Z'],
    ['2026-03-09', 'America/Chicago', '2026-03-09T05:00:00Z'],
    ['2026-11-01', 'America/Denver', '2026-11-01T06:00:00Z'],
    ['2026-11-02', 'America/Denver', '2026-11-02T07:00:00Z'],
  ])('%s in %s begins at %s, also around the days when clocks change', (day, zone, instant) => {
    expect(localMidnight(day, zone)).toBe(instant);
  });

  test('a day that no calendar has is refused', () => {
    expect(() => localMidnight('2026-02-30', 'America/Chicago')).toThrow(RangeError);
  });
});
