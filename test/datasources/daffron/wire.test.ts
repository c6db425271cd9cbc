// Our wire against others' rules: requests against the XSD, answers against node-soap's decoder, secrets against every output.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { createClientAsync } from 'soap';
import { validateXML } from 'xmllint-wasm';
import { readWireDay } from '../../../domain/day';
import { parseWireCents } from '../../../domain/money';
import { openDaffron } from '../../../datasources/daffron/daffron';
import type { DaffronCallEvent, DaffronSettings } from '../../../datasources/daffron/daffron';
import { MULTISPEAK_VERSIONS, type MultiSpeakVersion } from '../../../datasources/daffron/dialects';
import { readReply } from '../../../datasources/daffron/envelopeReader';
import { READERS } from '../../../datasources/daffron/replies';
import type { PayableItemsReply } from '../../../datasources/daffron/replies';
import {
  envelope,
  fault11,
  inVersion,
  item,
  messageHeader,
  MULTISPEAK,
  MULTISPEAK_3,
  payable,
} from '../../fixtures/daffronEnvelopes';
import { validPayableItems } from '../../fixtures/validPayableItems';
import { depsFor, openBackEnd, settingsFor } from './backEnd';
import type { Question } from './backEnd';

const ZONE = 'America/Chicago';
const wsdlOf = (version: MultiSpeakVersion) =>
  join(__dirname, `../../../datasources/daffron/multispeak-cb-${version}.wsdl`);
const xsdOf = (version: MultiSpeakVersion) =>
  readFileSync(join(__dirname, `../../fixtures/multispeak-cb-${version}.xsd`), 'utf8');

async function whyNotValid(version: MultiSpeakVersion, documents: readonly string[]): Promise<readonly string[]> {
  const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
  const result = await validateXML({ xml, schema: [{ fileName: 'multispeak.xsd', contents: xsdOf(version) }] });
  return result.errors.map(({ rawMessage }) => rawMessage);
}

/** The element of that local name with all it holds, as a document of its own. */
function cut(text: string, name: string): string {
  const found = new RegExp(`<((?:\\w+:)?${name})[ >/][^]*</\\1>`).exec(text);
  if (found === null) throw new Error(`no ${name} in the text`);
  return found[0];
}

async function ask(overrides: Partial<DaffronSettings> = {}): Promise<readonly Question[]> {
  const backEnd = await openBackEnd(
    (_question, response) => void response.end(inVersion(overrides.version ?? '4.1', payable(''))),
  );
  const daffron = await openDaffron(settingsFor(backEnd.url, overrides), depsFor());
  await daffron.fetchPayableItems('A-1001');
  await daffron.fetchPayableItems('A-1002');
  await daffron.ping();
  await daffron.fetchMethods();
  await daffron.close();
  await backEnd.close();
  return backEnd.questions;
}

test.each(MULTISPEAK_VERSIONS)('CIS-02 header and body of each request are valid by the XSD of %s', async (version) => {
  const questions = await ask({ version });
  const parts = questions.flatMap(({ body }, index) => [
    cut(body, 'MultiSpeakMsgHeader'),
    cut(body, ['GetPayableItemsList', 'GetPayableItemsList', 'PingURL', 'GetMethods'][index] ?? ''),
  ]);
  expect(parts).toHaveLength(8);
  expect(await whyNotValid(version, parts)).toEqual([]);
});

test('CIS-02 a message of one version is not valid by the XSD of the other', async () => {
  const messages = async (version: MultiSpeakVersion) =>
    (await ask({ version })).map(({ body }) => cut(body, 'MultiSpeakMsgHeader'));
  for (const version of MULTISPEAK_VERSIONS) {
    const texts = (await messages(version === '3.0' ? '4.1' : '3.0')).map((text) =>
      text.replaceAll(/Version_[\w.]+/g, version === '3.0' ? 'Version_3.0' : 'Version_4.1_Release'),
    );
    expect(await whyNotValid(version, texts)).not.toEqual([]);
  }
});

test('CIS-02 a message of 3.0 says so in namespace, action and header, and has no Context', async () => {
  const [first] = await ask({ version: '3.0', header: { company: 'Coop', appName: 'a', appVersion: '1' } });
  expect(first?.headers['soapaction']).toBe(`"${MULTISPEAK_3}/GetPayableItemsList"`);
  expect(first?.body).toContain(`="${MULTISPEAK_3}"`);
  expect(first?.body).not.toContain('Version_4.1');
  expect(first?.body).toMatch(/MultiSpeakMsgHeader [^>]*Version="3.0" BuildString="3.0ac" UserID="ebill"/);
  expect(first?.body).not.toMatch(/Context=|MajorVersion=/);
});

test('CIS-02 the validation would see an invalid request', async () => {
  expect(
    await whyNotValid('4.1', [`<GetPayableItemsList xmlns="${MULTISPEAK}"><account>1</account></GetPayableItemsList>`]),
  ).not.toEqual([]);
});

test('CIS-02 each message bears its operation, its own id, the time and the account number', async () => {
  const [first, second, ping] = await ask();
  expect(first?.headers).toMatchObject({
    soapaction: `"${MULTISPEAK}/GetPayableItemsList"`,
    'content-type': 'text/xml; charset=utf-8',
    'accept-encoding': 'identity',
  });
  expect([first, second].map((question) => question?.accountNumber)).toEqual(['A-1001', 'A-1002']);
  expect([first, second, ping].map((question) => question?.messageId)).toEqual(['message-1', 'message-2', 'message-3']);
  expect(first?.body).toContain('TimeStamp="2026-11-23T15:00:00.000Z"');
  expect(first?.body).toContain('BuildString="Release"');
});

test('X1 characters of XML in a password arrive as they are', async () => {
  const [first] = await ask({ password: `p"<&>'\u00e9` });
  expect(first?.body).toContain('Pwd="p&quot;&lt;&amp;&gt;&apos;\u00e9"');
});

test('X1 what is no account number is never sent', async () => {
  const daffron = await openDaffron(settingsFor('http://localhost:1/'), depsFor());
  await expect(daffron.fetchPayableItems('1</accountNumber><accountNumber>2')).rejects.toThrow(TypeError);
  await daffron.close();
});

test('CIS-02 a password that XML cannot carry is told at the start, and not repeated', async () => {
  const opening = openDaffron(settingsFor('http://localhost:1/', { password: 'canary\u0007' }), depsFor());
  await expect(opening).rejects.toThrow(/Pwd/);
  await expect(opening).rejects.not.toThrow(/canary/);
});

test.each([
  ['4.1', 400],
  ['3.0', 200],
] as const)(
  'MON-04 any answer that the XSD of %s allows means the same to node-soap and to us',
  async (version, runs) => {
    const client = await createClientAsync(wsdlOf(version), {
      disableCache: true,
      customDeserializer: { float: (text: string) => text, dateTime: (text: string) => text },
    });
    const samples: string[] = [];
    fc.assert(
      fc.property(validPayableItems(version), (text) => {
        samples.push(text);
        const answer = { status: 200, body: Buffer.from(text) };
        const ours = readReply(READERS[version].payableItems, answer, { messageId: 'message-1', timeZone: ZONE });
        expect(ours).toEqual({
          ok: true,
          value: { ...readAsNodeSoap(client.wsdl.xmlToObject(text)), amountsAreFloats: version === '3.0' },
        });
      }),
      { numRuns: runs },
    );
    // The premise: what was generated is valid. Forty stand for all, since the validator takes its time.
    expect(
      await whyNotValid(
        version,
        samples.slice(0, 40).map((text) => cut(text, 'GetPayableItemsListResponse')),
      ),
    ).toEqual([]);
  },
);

interface SoapItem {
  readonly [name: string]: unknown;
}

/** What node-soap decoded, with our meaning of amounts and days given to its texts. */
function readAsNodeSoap(decoded: {
  readonly Body: {
    readonly GetPayableItemsListResponse: {
      readonly GetPayableItemsListResult: {
        readonly payableItem?: readonly SoapItem[];
        readonly allowableTransactionTypes?: { readonly transactionType?: readonly (string | null)[] } | null;
      } | null;
    };
  };
}): Omit<PayableItemsReply, 'amountsAreFloats'> {
  const result = decoded.Body.GetPayableItemsListResponse.GetPayableItemsListResult;
  const types = result?.allowableTransactionTypes;
  return {
    items: (result?.payableItem ?? []).map((each) => ({
      pastDueCents: centsOf(each['pastDueAmount']) ?? 0n,
      currentCents: centsOf(each['currentAmount']) ?? 0n,
      description: textOf(each['description']),
      chargeCode: textOf(each['chargeCode']),
      dueDate: dayOf(each['dueDate']),
      disconnectDate: dayOf(each['disconnectDate']),
      lastPaymentCents: centsOf(each['lastPaymentAmount']),
      lastPaymentDate: dayOf(each['lastPaymentDate']),
    })),
    transactionTypes: types === undefined ? null : (types?.transactionType ?? []).flatMap((type) => textOf(type) ?? []),
  };
}

function textOf(value: unknown): string | null {
  const text = typeof value === 'object' && value !== null && '$value' in value ? value.$value : value;
  return typeof text === 'string' && text !== '' ? text : null;
}

function centsOf(value: unknown): bigint | null {
  const text = textOf(value);
  return text === null ? null : (parseWireCents(text) ?? null);
}

function dayOf(value: unknown) {
  const text = textOf(value);
  return text === null ? null : (readWireDay(text, ZONE) ?? null);
}

test('CIS-02 ping gives codes and methods give names; no text of the back end passes', async () => {
  const backEnd = await openBackEnd(({ body }, response) => {
    const ping =
      '<PingURLResponse><PingURLResult><errorObject errorString="Wrong password of canary-user"/><errorObject>database canary-db is down</errorObject></PingURLResult></PingURLResponse>';
    const methods =
      '<GetMethodsResponse><GetMethodsResult><string>PingURL</string><string>GetMethods</string></GetMethodsResult></GetMethodsResponse>';
    response.end(envelope(body.includes('<PingURL') ? ping : methods));
  });
  const daffron = await openDaffron(settingsFor(backEnd.url), depsFor());
  expect(await daffron.ping()).toMatchObject({ ok: true, value: ['CREDENTIALS', 'FAULT'] });
  expect(await daffron.fetchMethods()).toMatchObject({ ok: true, value: ['PingURL', 'GetMethods'] });
  await daffron.close();
  await backEnd.close();
});

test('CIS-02 I11 password, header, names and envelopes reach no answer, event or inspection', async () => {
  const echo = (text: string) => `canary-user canary-password canary-company canary-name ${text}`;
  const header = (id: string) =>
    messageHeader(id, ' UserID="canary-user" Pwd="canary-password" Company="canary-company"');
  const replies: readonly ((id: string) => { status: number; body: string })[] = [
    (id) => ({ status: 200, body: payable(item('1.00', '0.00', '<objectName>canary-name</objectName>'), header(id)) }),
    () => ({ status: 500, body: fault11('s:Client', echo('Account not found')) }),
    () => ({ status: 200, body: payable(item(echo(''))) }),
    () => ({ status: 200, body: echo('<html>') }),
    () => ({ status: 503, body: echo('') }),
    () => ({ status: 200, body: payable(item('1.00').replace('objectID', `errorString="${echo('')}" objectID`)) }),
    () => ({ status: 200, body: payable(item('1.00'), header('canary-other')) }),
    () => ({ status: 500, body: fault11('s:Client', echo('Invalid password')) }),
  ];
  const backEnd = await openBackEnd((question, response) => {
    const reply = replies[Number(question.accountNumber)]?.(question.messageId) ?? { status: 500, body: '' };
    response.writeHead(reply.status, { 'x-canary': 'canary-name' }).end(reply.body);
  });
  const events: DaffronCallEvent[] = [];
  const canaries = { userId: 'canary-user', password: 'canary-password' };
  const named = { company: 'canary-company', appName: 'canary-app', appVersion: '1' };
  const daffron = await openDaffron(
    settingsFor(backEnd.url, { ...canaries, header: named }),
    depsFor({ onCall: (event) => events.push(event) }),
  );
  const answers: unknown[] = [];
  for (const index of replies.keys()) answers.push(await daffron.fetchPayableItems(String(index)));
  const seen = inspect({ daffron, answers, events }, { depth: 10, showHidden: true, maxArrayLength: null });
  expect(answers).toHaveLength(8);
  expect(backEnd.questions[0]?.body).toContain('canary-password');
  expect(seen).not.toMatch(/canary/);
  await daffron.close();
  await backEnd.close();
});
