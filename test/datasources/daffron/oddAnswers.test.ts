// What becomes of odd and hostile answers: a right value, or a failure with a code, and never anything else.
import type { ServerResponse } from 'node:http';
import { openDaffron } from '../../../datasources/daffron/daffron';
import type { DaffronAnswer, PayableItemsReply } from '../../../datasources/daffron/daffron';
import { ODD_ANSWERS } from '../../fixtures/oddAnswers';
import { depsFor, openBackEnd, settingsFor } from './backEnd';
import type { BackEnd, Question } from './backEnd';

let backEnd: BackEnd;
const canaries: string[] = [];
/** Rows are told apart by account number. */
const rowOf = (question: Question) => ODD_ANSWERS[Number(question.accountNumber)];

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
  response.end(answer.body);
}

function summary(answer: DaffronAnswer<PayableItemsReply>): string {
  if (!answer.ok) return `${answer.failure.kind} ${answer.failure.code}`;
  return `ok ${answer.value.items.reduce((sum, { currentCents }) => sum + currentCents, 0n)}`;
}

test('the table holds at least 60 odd or hostile answers', () => {
  expect(ODD_ANSWERS.length).toBeGreaterThanOrEqual(60);
});

test.each(ODD_ANSWERS.map((row, index) => [row.name, row, index] as const))(
  'CIS-04 MON-04 %s',
  async (_name, row, index) => {
    const daffron = await openDaffron(settingsFor(backEnd.url, { attemptTimeoutMs: 400 }), depsFor());
    try {
      expect(summary(await daffron.fetchPayableItems(String(index)))).toBe(row.expected);
    } finally {
      await daffron.close();
    }
  },
);

test('B13 B18 no redirect and no entity was followed', () => {
  expect(canaries).toEqual([]);
});

test('B19 no answer left anything on the prototype of objects', () => {
  expect('polluted' in {}).toBe(false);
});
