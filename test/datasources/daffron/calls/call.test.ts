// What one call keeps and gives back: its place, the breaker's trial, the caller's ear, whatever becomes of it.
import { getEventListeners } from 'node:events';
import { openCallGate } from '../../../../datasources/daffron/callGate';
import { Call } from '../../../../datasources/daffron/calls/call';
import { Deadlines } from '../../../../datasources/daffron/calls/deadlines';
import type { Asker } from '../../../../datasources/daffron/calls/exchange';
import { failed } from '../../../../datasources/daffron/failures';
import type { Outcome } from '../../../../datasources/daffron/failures';
import { READERS } from '../../../../datasources/daffron/replies';
import { openResilience } from '../../../../datasources/daffron/resilience';

const DEADLINE_MS = 60_000;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A line of one place, whose wire lets the test answer each question that went out. */
function openLine() {
  const askers: Asker<unknown>[] = [];
  const gate = openCallGate({ placesNow: () => 1, queueMax: 10 });
  const resilience = openResilience({ retries: 2, breaker: { failures: 1, pauseMs: 1_000 } }, () => new Date());
  const line = {
    gate,
    resilience,
    transport: {
      send: <T>(_request: unknown, asker: Asker<T>) => {
        askers.push(asker);
        return { stop: (code: string) => asker.onOutcome(failed('noAnswer', code)) };
      },
    },
    deadlineMs: DEADLINE_MS,
    deadlines: new Deadlines(DEADLINE_MS),
    timeZone: 'America/Chicago',
    onAttempt: () => undefined,
  };
  let written = 0;
  let ended = 0;
  const call = (caller?: AbortSignal) =>
    new Promise<Outcome<unknown>>((resolve, reject) => {
      const write = () => ({ messageId: `message-${(written += 1)}`, headers: {}, body: Buffer.from('') });
      const onEnd = (outcome: Outcome<unknown>) => {
        ended += 1;
        resolve(outcome);
      };
      new Call(line, { reader: READERS['4.1'].ping, write, caller, onEnd, onBug: reject }).start();
    });
  return { gate, resilience, call, askers, written: () => written, ended: () => ended };
}

test('B30 a caller who leaves between two attempts is not asked for again, and told of once', async () => {
  const { call, askers, ended } = openLine();
  const caller = new AbortController();
  const asked = call(caller.signal);
  askers[0]?.onOutcome(failed('noAnswer', 'HTTP_503'));
  caller.abort();
  expect(await asked).toEqual(failed('notSent', 'CALLER_GONE'));
  await jest.advanceTimersByTimeAsync(DEADLINE_MS);
  expect(askers).toHaveLength(1);
  expect(ended()).toBe(1);
  expect(jest.getTimerCount()).toBe(0);
});

test('B30 a caller who leaves while waiting, or whose time is over, gives up his place in the queue', async () => {
  const { gate, call, askers } = openLine();
  const first = call();
  const caller = new AbortController();
  const [leaving, late] = [call(caller.signal), call()];
  expect(gate.crowd().waiting).toBe(2);
  caller.abort();
  expect(await leaving).toEqual(failed('notSent', 'CALLER_GONE'));
  expect(gate.crowd().waiting).toBe(1);
  await jest.advanceTimersByTimeAsync(DEADLINE_MS);
  expect(await first).toEqual(failed('noAnswer', 'DEADLINE'));
  expect(await late).toEqual(failed('notSent', 'DEADLINE'));
  expect(gate.crowd()).toEqual({ waiting: 0, inside: 0 });
  expect(askers).toHaveLength(1);
});

test('L1 who waits has no message yet, so a crowd that is sent home has cost none', async () => {
  const { call, askers, written } = openLine();
  const first = call();
  const crowd = Array.from({ length: 10 }, () => call());
  expect(written()).toBe(1);
  expect(await call()).toEqual(failed('notSent', 'QUEUE_FULL'));
  expect(written()).toBe(1);
  askers[0]?.onOutcome(failed('refused', 'CREDENTIALS'));
  expect(await first).toEqual(failed('refused', 'CREDENTIALS'));
  for (const outcome of await Promise.all(crowd)) expect(outcome).toEqual(failed('notSent', 'BREAKER_OPEN'));
  expect(written()).toBe(1);
});

test('B12 a bug while an answer is read keeps neither a place nor the trial of the breaker', async () => {
  const { gate, resilience, call, askers } = openLine();
  const leaving = new AbortController();
  const first = call(leaving.signal);
  askers[0]?.onOutcome(failed('noAnswer', 'HTTP_503'));
  leaving.abort();
  await first;
  await jest.advanceTimersByTimeAsync(1_001);
  const trial = call();
  askers[1]?.onBug(new Error('ours'));
  await expect(trial).rejects.toThrow('ours');
  expect(gate.crowd().inside).toBe(0);
  expect(resilience.isBreakerOpen()).toBe(false);
});

test('CIS-04 a caller whose answer has come is no longer listened to', async () => {
  const { call, askers } = openLine();
  const caller = new AbortController();
  const asked = call(caller.signal);
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
  askers[0]?.onOutcome({ ok: true, value: [], sentAt: new Date(0) });
  expect(await asked).toMatchObject({ ok: true });
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
});
