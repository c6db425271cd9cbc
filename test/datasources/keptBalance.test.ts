// The text of a kept refresh: what it holds, and that anything else under its key is a miss (RTD-07, O7, X4).
import { cacheKey, readKept, writeKept, type KeptBalance } from '../../datasources/cache/keptBalance';
import { openMemoryStore } from '../../datasources/cache/memoryStore';
import { BILLER_ID, day, NINE } from '../fixtures/handMade';
import { keepIn } from '../fixtures/keepIn';

const key = { billerId: BILLER_ID, accountNumber: 'A-1' };
const kept: KeptBalance = {
  generation: 12n,
  refreshed: {
    observedAt: NINE,
    amountsAreFloats: true,
    tenders: { allowed: ['CARD'], blocked: ['BANK'], unknownNames: [] },
    items: [
      {
        pastDueCents: -25_00n,
        currentCents: 9_007_199_254_740_993n,
        invoiceTypeId: 1,
        dueDate: day('2026-12-10'),
        disconnectDate: null,
        lastPaymentCents: 7n,
        lastPaymentDate: day('2026-11-01'),
      },
      {
        pastDueCents: 0n,
        currentCents: 0n,
        invoiceTypeId: null,
        dueDate: null,
        disconnectDate: day('2026-12-24'),
        lastPaymentCents: null,
        lastPaymentDate: null,
      },
    ],
  },
};
const text = writeKept(key, kept);
const [item] = JSON.parse(text).items;

/** The text with some of its members changed. */
function changed(members: object): string {
  return JSON.stringify({ ...JSON.parse(text), ...members });
}

function withItem(members: object): string {
  return changed({ items: [{ ...item, ...members }] });
}

test('RTD-07 a kept refresh comes back as it was, to the cent beyond what a float can hold', () => {
  expect(readKept(key, text)).toEqual(kept);
});

test('RTD-07 a kept refresh without items comes back as one without items', () => {
  const empty = { ...kept, refreshed: { ...kept.refreshed, items: [] } };
  expect(readKept(key, writeKept(key, empty))).toEqual(empty);
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '8000'],
  ['an older version', changed({ version: 2 })],
  ['a newer version', changed({ version: 4 })],
  ['the version as text', changed({ version: '3' })],
  ['another biller', changed({ billerId: 'd5f0a1c2-0000-4000-8000-000000000000' })],
  ['another account', changed({ accountNumber: 'A-2' })],
  ['the same account in other letters', changed({ accountNumber: 'a-1' })],
  ['a key that this version does not write', changed({ payer: 'x' })],
  ['a prototype', text.replace('{', '{"__proto__":{"polluted":true},')],
  ['no generation', changed({ generation: undefined })],
  ['a generation below zero', changed({ generation: '-1' })],
  ['a generation as number', changed({ generation: 12 })],
  ['no instant', changed({ observedAt: null })],
  ['no word on its wire', changed({ amountsAreFloats: undefined })],
  ['an instant as text', changed({ observedAt: '2026-11-23T09:00:00Z' })],
  ['an instant beyond all dates', changed({ observedAt: 8.64e15 + 1 })],
  ['a tender nobody knows', changed({ allowed: ['CASH'] })],
  ['items that are none', changed({ items: {} })],
  ['cents as a float', withItem({ currentCents: 80.5 })],
  ['cents as a whole number', withItem({ currentCents: 8000 })],
  ['dollars', withItem({ currentCents: '80.00' })],
  ['an exponent', withItem({ currentCents: '8e3' })],
  ['a hexadecimal amount', withItem({ currentCents: '0x10' })],
  ['an amount beyond all books', withItem({ currentCents: '9'.repeat(19) })],
  ['no amount', withItem({ pastDueCents: undefined })],
  ['an amount that is null', withItem({ pastDueCents: null })],
  ['a day that does not exist', withItem({ dueDate: '2026-02-30' })],
  ['a time in place of a day', withItem({ dueDate: '2026-12-10T00:00:00Z' })],
  ['an item with a name', withItem({ description: 'Pat' })],
  ['more items than an answer can have', changed({ items: Array.from({ length: 10_001 }, () => item) })],
  ['millions of characters', `${text}${' '.repeat(4_000_000)}`],
])('RTD-07 %s under the key is a miss', (_name, poisoned) => {
  expect(poisoned).not.toBe(text);
  expect(readKept(key, poisoned)).toBeUndefined();
});

test('RTD-07 no prototype comes out of a kept text', () => {
  readKept(key, text.replace('{', '{"__proto__":{"polluted":true},'));
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('RTD-07 the key holds version, biller and account', () => {
  expect(cacheKey(key)).toBe(`balance:v3:{${BILLER_ID}:A-1}`);
});

test.each(['', 'A:1', 'A 1', 'A*', 'A\r\nFLUSHALL', '../A', 'A\u0000', 'A\n', 'Ä-1', 'A'.repeat(41)])(
  'RTD-07 no text that is no account number reaches another key: %j',
  (accountNumber) => {
    expect(() => cacheKey({ billerId: BILLER_ID, accountNumber })).toThrow('unchecked');
  },
);

test('RTD-07 the store in memory believes and forgets as the one in Redis does', async () => {
  const store = openMemoryStore({ entriesMax: 2, ttlSeconds: 60 });
  const other = { billerId: BILLER_ID, accountNumber: 'A-2' };
  await keepIn(store, key, kept);
  expect(await store.getMany([other, key])).toEqual([undefined, kept]);
  await store.drop(key);
  expect(await store.getMany([key])).toEqual([undefined]);
  for (const accountNumber of ['B-1', 'B-2', 'B-3']) await keepIn(store, { billerId: BILLER_ID, accountNumber }, kept);
  expect(await store.getMany([{ billerId: BILLER_ID, accountNumber: 'B-1' }])).toEqual([undefined]);
  await store.close();
});

test('RTD-03 the store in memory has turns as the one in Redis has: a later one is kept over an earlier, who leaves is let go', async () => {
  const store = openMemoryStore({ entriesMax: 2, ttlSeconds: 60 });
  const account = { ...key, generation: 12n };
  const leaving = new AbortController();
  const take = () => store.takeTurn(account, { signal: leaving.signal });
  const early = await take();
  if (early.kind !== 'ours') throw new Error('not ours');
  const waits = take();
  await early.end(undefined);
  const late = await waits;
  if (late.kind !== 'ours') throw new Error('not ours');
  await late.keep(kept.refreshed);
  await early.keep({ ...kept.refreshed, items: [] });
  expect(await store.getMany([key])).toEqual([kept]);
  const left = take();
  leaving.abort();
  expect(await left).toMatchObject({ kind: 'heard', answer: { ok: false } });
  expect(await take()).toMatchObject({ kind: 'heard', answer: { ok: false } });
});
