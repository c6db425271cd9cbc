// Many callers on few connections: nobody is ever given another account's balance.
import { openDaffron } from '../../../datasources/daffron/daffron';
import type { DaffronSettings } from '../../../datasources/daffron/daffron';
import { item, messageHeader, payable } from '../../fixtures/daffronEnvelopes';
import { depsFor, openBackEnd, settingsFor } from './backEnd';
import type { BackEnd, Question } from './backEnd';

/** Some seconds' worth of calls; 10,000 pass as well and take a few times as long. */
const COUNT = 3_000;

/** The balance of account "A123" is 123 cents, so every mix-up shows. */
function answerFor(question: Question): string {
  const cents = question.accountNumber.slice(1).padStart(3, '0');
  return payable(item(`${cents.slice(0, -2)}.${cents.slice(-2)}`), messageHeader(question.messageId));
}

async function readAll(backEnd: BackEnd, count: number, overrides: Partial<DaffronSettings>) {
  const daffron = await openDaffron(
    settingsFor(backEnd.url, { queueMax: count, deadlineMs: 25_000, ...overrides }),
    depsFor(),
  );
  try {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, cents) => daffron.fetchPayableItems(`A${cents}`)),
    );
    const wrong = answers.flatMap((answer, cents) =>
      answer.ok && answer.value.items[0]?.currentCents !== BigInt(cents) ? [cents] : [],
    );
    return { wrong, right: answers.filter(({ ok }) => ok).length - wrong.length };
  } finally {
    await daffron.close();
    await backEnd.close();
  }
}

test(`B20 I9 ${COUNT} parallel reads of distinct accounts: every value is the own account's`, async () => {
  const backEnd = await openBackEnd((question, response) => {
    setTimeout(() => response.end(answerFor(question)), question.accountNumber.charCodeAt(2) % 4);
  });
  expect(await readAll(backEnd, COUNT, { maxConcurrent: 40 })).toEqual({ wrong: [], right: COUNT });
  expect(backEnd.inFlight().peak).toBeLessThanOrEqual(40);
  expect(backEnd.connections()).toBeLessThanOrEqual(40);
});

test('B22 with every tenth answer sent twice on its connection, nobody gets the second one', async () => {
  const backEnd = await openBackEnd((question, response) => {
    const body = answerFor(question);
    if (question.accountNumber.endsWith('7')) {
      const bytes = `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      question.socket.write(bytes);
      setImmediate(() => question.socket.write(bytes));
    } else {
      response.end(body);
    }
  });
  const { wrong, right } = await readAll(backEnd, 2_000, { maxConcurrent: 200, retries: 2 });
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(1_500);
});

test('B22 an answer that comes twice in one piece is not taken for the answer to the next in the queue', async () => {
  const backEnd = await openBackEnd((question, response) => {
    const body = payable(item('1.00'));
    const bytes = `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    if (question.accountNumber === 'A1') question.socket.write(bytes + bytes);
    else response.end(payable(item('2.00')));
  });
  const daffron = await openDaffron(settingsFor(backEnd.url, { maxConcurrent: 1 }), depsFor());
  try {
    const [, second] = await Promise.all([daffron.fetchPayableItems('A1'), daffron.fetchPayableItems('A2')]);
    // It may have failed with the connection; it must not have been given what the first was told.
    expect(second.ok ? second.value.items[0]?.currentCents : 200n).toBe(200n);
  } finally {
    await daffron.close();
    await backEnd.close();
  }
});

test('L1 while Daffron is slow its client tells how many wait and how many may', async () => {
  let answer = (): void => undefined;
  const backEnd = await openBackEnd((question, response) => {
    answer = () => void response.end(answerFor(question));
  });
  const daffron = await openDaffron(settingsFor(backEnd.url, { queueMax: 9, maxConcurrent: 1 }), depsFor());
  try {
    expect(daffron.state()).toMatchObject({ waiting: 0, waitingMax: 9 });
    const leaving = new AbortController();
    const asked = [1, 2, 3].map((cents) => daffron.fetchPayableItems(`A${cents}`, { signal: leaving.signal }));
    while (daffron.state().waiting < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(daffron.state()).toMatchObject({ waiting: 2, waitingMax: 9 });
    leaving.abort();
    await Promise.all(asked);
    expect(daffron.state().waiting).toBe(0);
    answer();
  } finally {
    await daffron.close();
    await backEnd.close();
  }
});
