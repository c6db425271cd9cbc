// When a question is asked again, when the breaker opens, and how seldom wrong credentials are shown.
import { openCallGate } from '../../../datasources/daffron/callGate';
import { Call } from '../../../datasources/daffron/calls/call';
import { Deadlines } from '../../../datasources/daffron/calls/deadlines';
import type { Asker } from '../../../datasources/daffron/calls/exchange';
import { failed } from '../../../datasources/daffron/failures';
import type { Outcome } from '../../../datasources/daffron/failures';
import { READERS } from '../../../datasources/daffron/replies';
import { openResilience } from '../../../datasources/daffron/resilience';
import type { Resilience, ResilienceSettings } from '../../../datasources/daffron/resilience';

const SETTINGS: ResilienceSettings = { retries: 2, breaker: { failures: 3, pauseMs: 10_000 } };
const GOOD: Outcome<readonly string[]> = { ok: true, value: ['yes'], sentAt: new Date(0) };
const SILENT = failed('noAnswer', 'HTTP_503');
const WRONG = failed('refused', 'CREDENTIALS');

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-11-23T15:00:00Z') });
});

afterEach(() => {
  jest.useRealTimers();
});

type Reply = readonly string[];

/** One call under these rules, over a wire that answers each attempt as `ask` says. */
function callOver(resilience: Resilience, ask: () => Promise<Outcome<Reply>>, deadlineMs = 60_000) {
  const send = <T>(_request: unknown, asker: Asker<T>) => {
    // The wire does not know what is asked; here it is always the same.
    void ask().then((outcome) => asker.onOutcome(outcome as Outcome<T>));
    return { stop: () => undefined };
  };
  const line = {
    gate: openCallGate({ placesNow: () => 8, queueMax: 8 }),
    resilience,
    transport: { send },
    deadlineMs,
    deadlines: new Deadlines(deadlineMs),
    timeZone: 'America/Chicago',
    onAttempt: () => undefined,
  };
  return new Promise<{ outcome: Outcome<Reply>; attempts: number }>((resolve, reject) => {
    new Call(line, {
      reader: READERS['4.1'].ping,
      write: () => ({ messageId: 'message', headers: {}, body: Buffer.from('') }),
      caller: undefined,
      onEnd: (outcome, { attempts }) => resolve({ outcome, attempts }),
      onBug: reject,
    }).start();
  });
}

function open(overrides: Partial<ResilienceSettings> = {}) {
  const resilience = openResilience({ ...SETTINGS, ...overrides }, () => new Date());
  let asked = 0;
  let next: Outcome<Reply> = GOOD;
  /** One attempt, as a call makes it: permitted or not, and judged. */
  const attemptWith = async (ask: () => Promise<Outcome<Reply>>): Promise<Outcome<Reply>> => {
    const permit = resilience.permit();
    if (permit === 'NONE') return failed('notSent', 'BREAKER_OPEN');
    const outcome = await ask();
    resilience.judge(permit, outcome);
    return outcome;
  };
  const attempt = () =>
    attemptWith(async () => {
      asked += 1;
      return next;
    });
  return {
    resilience,
    attempt,
    attemptWith,
    asked: () => asked,
    answer: (outcome: Outcome<Reply>) => (next = outcome),
  };
}

/** A read of one question with the given outcomes in order; the last one repeats. */
async function read(
  outcomes: readonly Outcome<Reply>[],
  remainingMs = 60_000,
  overrides: Partial<ResilienceSettings> = {},
) {
  const { resilience } = open(overrides);
  let asked = 0;
  const reading = callOver(
    resilience,
    async () => outcomes[Math.min((asked += 1), outcomes.length) - 1] ?? GOOD,
    remainingMs,
  );
  await jest.runAllTimersAsync();
  return reading;
}

test('CIS-04 a read that got no answer is asked again, twice at most', async () => {
  expect(await read([SILENT, SILENT, GOOD])).toMatchObject({ attempts: 3, outcome: { ok: true } });
  expect(await read([SILENT])).toMatchObject({ attempts: 3, outcome: SILENT });
});

test('CIS-04 a read that never left is asked again', async () => {
  expect(await read([failed('notSent', 'ECONNREFUSED'), GOOD])).toMatchObject({ attempts: 2, outcome: { ok: true } });
});

test.each([
  failed('refused', 'FAULT'),
  WRONG,
  failed('unreadable', 'BALANCE_UNPARSEABLE'),
  failed('notSent', 'BREAKER_OPEN'),
  failed('notSent', 'QUEUE_FULL'),
  failed('notSent', 'CALLER_GONE'),
  failed('noAnswer', 'CALLER_GONE'),
  failed('noAnswer', 'DEADLINE'),
])('B9 B32 not asked again: %j', async (outcome) => {
  expect(await read([outcome, GOOD])).toMatchObject({ attempts: 1, outcome });
});

test('CIS-04 nothing is asked again when the time left does not allow it', async () => {
  expect(await read([SILENT, GOOD], 99)).toMatchObject({ attempts: 1 });
});

test.each([
  ['seconds', '7', 7_000],
  ['a date', 'Mon, 23 Nov 2026 15:00:09 GMT', 9_000],
])('B12 Retry-After in %s is kept', async (_name, retryAfter, waitMs) => {
  const startedAt = performance.now();
  const { resilience } = open();
  const at: number[] = [];
  const reading = callOver(resilience, async () => {
    at.push(performance.now() - startedAt);
    return at.length === 1 ? { ...SILENT, retryAfter } : GOOD;
  });
  await jest.runAllTimersAsync();
  await reading;
  expect(at[1]).toBeGreaterThanOrEqual(waitMs);
  expect(at[1]).toBeLessThan(waitMs + 1_000);
});

test('B12 a Retry-After beyond the deadline ends the call at once', async () => {
  expect(await read([{ ...SILENT, retryAfter: '120' }, GOOD])).toMatchObject({ attempts: 1 });
});

test('B12 L7 retries never add more than a tenth to the load of a back end that is away', async () => {
  const { resilience } = open({ breaker: { failures: 1e9, pauseMs: 1 } });
  let asked = 0;
  const calls = 1_000;
  for (let call = 0; call < calls; call += 1) {
    const reading = callOver(resilience, async () => {
      asked += 1;
      return SILENT;
    });
    await jest.runAllTimersAsync();
    await reading;
  }
  // Ten more are the savings of the quiet time before.
  expect(asked).toBeLessThanOrEqual(calls * 1.1 + 10);
  expect(asked).toBeGreaterThan(calls * 1.05);
});

test('B12 the breaker opens after so many failures in a row, and tries once after its pause', async () => {
  const { attempt, asked, answer } = open();
  answer(SILENT);
  for (let call = 0; call < 3; call += 1) expect(await attempt()).toEqual(SILENT);
  expect(await attempt()).toEqual(failed('notSent', 'BREAKER_OPEN'));
  expect(asked()).toBe(3);
  await jest.advanceTimersByTimeAsync(10_001);
  expect(await attempt()).toEqual(SILENT);
  expect(await attempt()).toEqual(failed('notSent', 'BREAKER_OPEN'));
  await jest.advanceTimersByTimeAsync(10_001);
  answer(GOOD);
  expect(await attempt()).toEqual(GOOD);
  expect(await attempt()).toEqual(GOOD);
});

test('B12 failures with successes between them leave the breaker closed', async () => {
  const { attempt, answer } = open();
  for (let call = 0; call < 12; call += 1) {
    answer(call % 3 === 2 ? GOOD : SILENT);
    await attempt();
  }
  answer(GOOD);
  expect(await attempt()).toEqual(GOOD);
});

test('B9 faults and unreadable answers are answers: they do not open the breaker', async () => {
  const { attempt, answer } = open();
  for (const outcome of [failed('refused', 'FAULT'), failed('unreadable', 'NOT_XML')]) {
    answer(outcome);
    for (let call = 0; call < 5; call += 1) expect(await attempt()).toEqual(outcome);
  }
});

test('B12 callers who leave do not open the breaker, nor hide that the back end is away', async () => {
  const { attempt, answer } = open();
  answer(failed('noAnswer', 'CALLER_GONE'));
  for (let call = 0; call < 10; call += 1) await attempt();
  answer(SILENT);
  await attempt();
  await attempt();
  answer(failed('noAnswer', 'CALLER_GONE'));
  await attempt();
  answer(SILENT);
  await attempt();
  expect(await attempt()).toEqual(failed('notSent', 'BREAKER_OPEN'));
});

test('B12 a caller who leaves while the breaker tries does not close it', async () => {
  const { attempt, answer } = open();
  answer(SILENT);
  for (let call = 0; call < 3; call += 1) await attempt();
  await jest.advanceTimersByTimeAsync(10_001);
  answer(failed('noAnswer', 'CALLER_GONE'));
  await attempt();
  expect(await attempt()).toEqual(failed('notSent', 'BREAKER_OPEN'));
});

test('B12 while one call tries, the others are refused at once', async () => {
  const { attempt, attemptWith, answer } = open();
  answer(SILENT);
  for (let call = 0; call < 3; call += 1) await attempt();
  await jest.advanceTimersByTimeAsync(10_001);
  let finish: (outcome: Outcome<Reply>) => void = () => undefined;
  const trying = attemptWith(() => new Promise<Outcome<Reply>>((resolve) => (finish = resolve)));
  expect(await attempt()).toEqual(failed('notSent', 'BREAKER_OPEN'));
  finish(GOOD);
  expect(await trying).toEqual(GOOD);
});

test('B32 refused credentials open the breaker at once: fewer than five calls in a minute', async () => {
  const { attempt, asked, answer } = open();
  answer(WRONG);
  for (let second = 0; second < 60; second += 1) {
    await attempt();
    await jest.advanceTimersByTimeAsync(1_000);
  }
  expect(asked()).toBeLessThan(5);
  answer(GOOD);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await attempt()).toEqual(GOOD);
  answer(SILENT);
  await attempt();
  answer(GOOD);
  expect(await attempt()).toEqual(GOOD);
});

test('O18 a clock set back an hour does not keep the breaker open for an hour', async () => {
  const { attempt, answer } = open();
  answer(SILENT);
  for (let call = 0; call < 3; call += 1) await attempt();
  jest.setSystemTime(new Date('2026-11-23T14:00:00Z'));
  await jest.advanceTimersByTimeAsync(10_001);
  answer(GOOD);
  expect(await attempt()).toEqual(GOOD);
});

test('B12 calls that were out when the breaker opened do not prolong its pause by failing later', () => {
  const { resilience } = open();
  const permits = Array.from({ length: 4 }, () => resilience.permit());
  for (const permit of permits.slice(1)) resilience.judge(permit, SILENT);
  jest.advanceTimersByTime(9_000);
  resilience.judge(permits[0] ?? 'NONE', SILENT);
  jest.advanceTimersByTime(1_001);
  expect(resilience.permit()).toBe('TRIAL');
});

test('B12 a failure of an older call during the trial keeps the breaker open, whatever the trial brings', () => {
  const { resilience } = open();
  const permits = Array.from({ length: 4 }, () => resilience.permit());
  for (const permit of permits.slice(1)) resilience.judge(permit, SILENT);
  jest.advanceTimersByTime(10_001);
  const trial = resilience.permit();
  resilience.judge(permits[0] ?? 'NONE', SILENT);
  resilience.judge(trial, GOOD);
  expect(resilience.permit()).toBe('NONE');
});
