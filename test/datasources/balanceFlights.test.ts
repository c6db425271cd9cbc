// Calls in flight and values being kept: who joins which call, who ends it, and what may never be kept (RTD-03, RTD-07).
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import { writeKept, type BalanceStore } from '../../datasources/cache/keptBalance';
import { openMemoryStore } from '../../datasources/cache/memoryStore';
import type { PayableItemsReply } from '../../datasources/daffron/daffron';
import {
  afterNine,
  makeItem,
  makeReply,
  NO_ANSWER,
  openPromise,
  openWorld,
  turn,
  type World,
} from '../fixtures/balanceWorld';
import { EIGHT, makeAccount, makeInvoice, NINE } from '../fixtures/handMade';

const account = makeAccount('A-1');
/** The same account after something made every kept balance worthless. */
const changed = makeAccount('A-1', { generation: 1n });
const reply = makeReply([makeItem()]);

/** Has Daffron answer when the test says so. */
function holdAnswers(world: World): { readonly answer: (said: PayableItemsReply) => void } {
  const held = openPromise<PayableItemsReply>();
  world.says = () => held.promise;
  return { answer: held.resolve };
}

test('RTD-03 with override on, operations that ask while a call is in flight share it', async () => {
  const world = openWorld(true);
  const { answer } = holdAnswers(world);
  const first = world.operation().ofAccount(account);
  await turn();
  world.now = afterNine(0, 2);
  const second = world.operation({ role: 'CSR' }).ofAccount(account);
  await turn();
  expect(world.asked).toHaveLength(1);
  answer(reply);
  expect(await Promise.all([first, second])).toMatchObject([
    { totalCents: 80_00n, source: 'RTDR', asOf: NINE },
    { totalCents: 80_00n, source: 'RTDR', asOf: NINE },
  ]);
  await world.operation().ofAccount(account);
  expect(world.asked).toHaveLength(2);
});

test('RTD-03 calls for two accounts are not joined', async () => {
  const world = openWorld(true);
  const { answer } = holdAnswers(world);
  const both = [world.operation().ofAccount(account), world.operation().ofAccount(makeAccount('A-2'))];
  await turn();
  expect(world.asked.map(({ accountNumber }) => accountNumber)).toEqual(['A-1', 'A-2']);
  answer(reply);
  await Promise.all(both);
});

test('RTD-03 a call that was sent before an account changed is not joined by a reader who came after', async () => {
  const world = openWorld(true);
  const { answer } = holdAnswers(world);
  const before = world.operation().ofAccount(account);
  await turn();
  world.says = () => makeReply([]);
  expect(await world.operation().ofAccount(changed)).toMatchObject({ totalCents: 0n });
  expect(world.asked).toHaveLength(2);
  answer(reply);
  expect(await before).toMatchObject({ totalCents: 80_00n });
});

test('CIS-04 a caller who leaves ends a shared call only when he is the last who waits for it', async () => {
  const world = openWorld(true);
  holdAnswers(world);
  const callers = [new AbortController(), new AbortController()];
  const waiting = callers.map(({ signal }) => world.operation({ signal }).ofAccount(account));
  const outcomes = Promise.allSettled(waiting);
  await turn();
  callers[0]?.abort();
  await turn();
  expect(world.asked.map(({ signal }) => signal.aborted)).toEqual([false]);
  callers[1]?.abort();
  await turn();
  expect(world.asked.map(({ signal }) => signal.aborted)).toEqual([true]);
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('RTD-03 whoever goes on waiting gets the answer although the one who began the call has left', async () => {
  const world = openWorld(true);
  const { answer } = holdAnswers(world);
  const leaving = new AbortController();
  const left = Promise.allSettled([world.operation({ signal: leaving.signal }).ofAccount(account)]);
  await turn();
  const stays = world.operation().ofAccount(account);
  await turn();
  leaving.abort();
  await left;
  answer(reply);
  expect(await stays).toMatchObject({ totalCents: 80_00n, source: 'RTDR' });
  expect(world.asked).toHaveLength(1);
});

test('RTD-03 nobody joins a call that was given up', async () => {
  const world = openWorld(true);
  holdAnswers(world);
  const leaving = new AbortController();
  const left = Promise.allSettled([world.operation({ signal: leaving.signal }).ofAccount(account)]);
  await turn();
  leaving.abort();
  await left;
  world.says = () => reply;
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'RTDR' });
});

test('CIS-04 a caller who has left already causes no call', async () => {
  const world = openWorld(true);
  const operation = world.operation({ signal: AbortSignal.abort(), newest: [makeInvoice('A-1')] });
  expect(await operation.ofAccount(account)).toMatchObject({ source: 'BIF', stale: true });
  expect(world.asked).toEqual([]);
});

test('RTD-03 a caller whose time is over gets what can be told without Daffron, and no error', async () => {
  const world = openWorld(true);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  holdAnswers(world);
  world.now = afterNine(1);
  const time = new AbortController();
  const waiting = world.operation({ signal: time.signal }).ofAccount(account);
  await turn();
  time.abort(new DOMException('over', 'TimeoutError'));
  expect(await waiting).toMatchObject({
    source: 'CACHE',
    asOf: NINE,
    stale: true,
    refreshProblem: 'BALANCE_UNAVAILABLE',
  });
});

test('CIS-05 fifty accounts wait under one signal without a warning from Node, and leave nothing on it', async () => {
  // Node warns its own process object; the one that jest shows to tests hears nothing of it.
  const node: NodeJS.Process = runInThisContext('process');
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  node.on('warning', listen);
  const { signal } = new AbortController();
  const world = openWorld(true);
  const { answer } = holdAnswers(world);
  const operation = world.operation({ role: 'CSR', signal });
  const balances = Array.from({ length: 50 }, async (_, at) => operation.ofAccount(makeAccount(`N-${at}`)));
  await turn();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  answer(reply);
  await Promise.all(balances);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await turn();
  node.off('warning', listen);
  expect(warnings).toEqual([]);
});

test('RTD-01 a refresh that is still being kept already spares Daffron the next question', async () => {
  const world = openWorld(false);
  const recording = openPromise<void>();
  world.recording = recording.promise;
  await world.operation().ofAccount(account);
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'CACHE', asOf: NINE });
  expect(await world.operation().ofAccount(changed)).toMatchObject({ source: 'RTDR' });
  recording.resolve();
  await world.balances.settled();
  expect(world.asked).toHaveLength(2);
});

test('RTD-03 a kept answer of another generation is none, neither in place of a refresh nor when one fails', async () => {
  const world = openWorld(false);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  expect(await world.operation().ofAccount(account)).toMatchObject({ source: 'CACHE' });
  world.says = () => NO_ANSWER;
  const operation = world.operation({ newest: [makeInvoice('A-1')] });
  expect(await operation.ofAccount(changed)).toMatchObject({ source: 'BIF', stale: true });
  expect(world.asked).toHaveLength(2);
});

test('RTD-03 an answer whose account changed during the call is shown to who asked, and never kept', async () => {
  const world = openWorld(false);
  const { answer } = holdAnswers(world);
  const asking = world.operation().ofAccount(account);
  await turn();
  world.generations.set('A-1', 1n);
  answer(reply);
  expect(await asking).toMatchObject({ totalCents: 80_00n, source: 'RTDR' });
  await world.balances.settled();
  expect(await world.store.getMany([account])).toEqual([undefined]);
  world.says = () => makeReply([]);
  expect(await world.operation().ofAccount(changed)).toMatchObject({ totalCents: 0n, source: 'RTDR' });
  expect(await world.operation().ofAccount(account)).toMatchObject({ totalCents: 0n, source: 'RTDR' });
});

test('RTD-02 a kept answer from the future is not believed, not even when Daffron fails', async () => {
  const world = openWorld(false);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  world.now = afterNine(0, -1);
  world.says = () => NO_ANSWER;
  const balance = await world.operation({ newest: [makeInvoice('A-1')] }).ofAccount(account);
  expect(balance).toMatchObject({ source: 'BIF', asOf: EIGHT, stale: true });
  expect(world.asked).toHaveLength(2);
});

test('RTD-07 what is kept holds no text of the payable items, where a vendor may write a name', async () => {
  const inner = openMemoryStore({ entriesMax: 10, ttlSeconds: 60 });
  const texts: string[] = [];
  const store: BalanceStore = {
    ...inner,
    takeTurn: async (key, options) => {
      const held = await inner.takeTurn(key, options);
      if (held.kind !== 'ours') return held;
      return {
        ...held,
        keep: async (refreshed) => {
          texts.push(writeKept(key, { refreshed, generation: key.generation }), inspect(refreshed, { depth: 9 }));
          await held.keep(refreshed);
        },
      };
    },
  };
  const world = openWorld(true, store);
  world.says = () =>
    makeReply([makeItem({ description: 'Service for Pat Canary', chargeCode: 'CANARY' })], ['Canary', 'card']);
  await world.operation().ofAccount(account);
  await world.balances.settled();
  expect(texts).toHaveLength(2);
  expect(texts[0]).not.toMatch(/canary/i);
  expect(texts[1]).not.toMatch(/Pat/);
});
