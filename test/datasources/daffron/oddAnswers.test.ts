// What becomes of odd and hostile answers: a right value, or a failure with a code, and never anything else.
import type { ServerResponse } from 'node:http';
import { openDaffron } from '../../../datasources/daffron/daffron';
import type { DaffronAnswer, PayableItemsReply } from '../../../datasources/daffron/daffron';
import { MULTISPEAK_VERSIONS, type MultiSpeakVersion } from '../../../datasources/daffron/dialects';
import { inVersion, item, payable } from '../../fixtures/daffronEnvelopes';
import { ODD_ANSWERS } from '../../fixtures/oddAnswers';
import { depsFor, openBackEnd, settingsFor } from './backEnd';
import type { BackEnd, Question } from './backEnd';

let backEnd: BackEnd;
const canaries: string[] = [];
/** Rows are told apart by account number, and versions by what the question itself says. */
const rowOf = (question: Question) => ODD_ANSWERS[Number(question.accountNumber)];
const versionOf = ({ body }: Question): MultiSpeakVersion => (body.includes('Version_3.0') ? '3.0' : '4.1');

beforeAll(async () => {
  backEnd = await openBackEnd((question, response) => {
    if (question.path === '/canary') canaries.push(question.path);
    answerRow(question, response);
  });
});

afterAll(() => backEnd.close());

function answerRow(question: Question, response: ServerResponse): void {
  const canaryUrl = backEnd.url.replace('/CB_Server', '/canary');
  const answer = rowOf(question)?.answer({ messageId: question.messageId, canaryUrl });
  if (answer === undefined) throw new Error('no such row');
  if ('write' in answer) return answer.write(question.socket);
  response.writeHead(answer.status ?? 200, { 'content-type': 'text/xml; charset=utf-8', ...answer.headers });
  const { body } = answer;
  response.end(typeof body === 'string' ? inVersion(versionOf(question), body) : body);
}

function summary(answer: DaffronAnswer<PayableItemsReply>): string {
  if (!answer.ok) return `${answer.failure.kind} ${answer.failure.code}`;
  return `ok ${answer.value.items.reduce((sum, { currentCents }) => sum + currentCents, 0n)}`;
}

test('the table holds at least 60 odd or hostile answers', () => {
  expect(ODD_ANSWERS.length).toBeGreaterThanOrEqual(60);
});

async function ask(version: MultiSpeakVersion, row: number): Promise<string> {
  const daffron = await openDaffron(settingsFor(backEnd.url, { version, attemptTimeoutMs: 400 }), depsFor());
  try {
    return summary(await daffron.fetchPayableItems(String(row)));
  } finally {
    await daffron.close();
  }
}

test.each(ODD_ANSWERS.map((row, index) => [row.name, row, index] as const))(
  'CIS-04 MON-04 %s',
  async (_name, row, index) => {
    expect(await ask('4.1', index)).toBe(row.expected);
  },
);

/** Bytes and whole sockets are no matter of the version, and silence costs its time. */
const OF_TEXT = ODD_ANSWERS.map((row, index) => [row.name, row, index] as const).filter(([, row]) => {
  const answer = row.answer({ messageId: '', canaryUrl: '' });
  return 'body' in answer && typeof answer.body === 'string';
});

test.each(OF_TEXT)('CIS-04 MON-04 in version 3.0: %s', async (_name, row, index) => {
  expect(await ask('3.0', index)).toBe(row.expected);
});

test.each(MULTISPEAK_VERSIONS)('CIS-04 an answer in the other version than %s is not believed', async (version) => {
  const other = version === '3.0' ? '4.1' : '3.0';
  const stranger = await openBackEnd((_question, response) => {
    response.end(inVersion(other, payable(item('128.10'))));
  });
  const daffron = await openDaffron(settingsFor(stranger.url, { version }), depsFor());
  expect(summary(await daffron.fetchPayableItems('1'))).toBe('unreadable WRONG_NAMESPACE');
  await daffron.close();
  await stranger.close();
});

test('B13 B18 no redirect and no entity was followed', () => {
  expect(canaries).toEqual([]);
});

test('B19 no answer left anything on the prototype of objects', () => {
  expect('polluted' in {}).toBe(false);
});
