// Opaque ids: what was written is read, and nothing else is.
import * as fc from 'fast-check';
import { readId, writeId, type IdKind } from '../../../resolvers/ids';

const KINDS: readonly IdKind[] = ['customer', 'account', 'invoice', 'coOwner', 'cursor'];
const KEY = '0b54ff8c-3f0e-4a77-9d0e-2f4a5b6c7d8e';
const kinds = fc.constantFrom(...KINDS);

test('AUT-01 every key comes back from its id, as itself and as its kind alone', () => {
  fc.assert(
    fc.property(kinds, fc.uuid(), (kind, key) => {
      const id = writeId(kind, key);
      expect(id).toMatch(/^[a-z]{3}_[A-Za-z0-9_-]{22}$/);
      for (const other of KINDS) expect(readId(other, id)).toBe(other === kind ? key : undefined);
    }),
  );
});

test('AUT-01 an id does not show the key or what it names', () => {
  expect(writeId('account', KEY)).not.toContain(KEY.slice(0, 8));
});

test('AUT-01 two texts are never one id: what is read is written again letter by letter', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);
  fc.assert(
    fc.property(kinds, token, (kind, text) => {
      const id = `${writeId(kind, KEY).slice(0, 4)}${text}`;
      const key = readId(kind, id);
      if (key !== undefined) expect(writeId(kind, key)).toBe(id);
    }),
    { numRuns: 500 },
  );
});

test('AUT-01 bits beyond the key make no second id of the same account', () => {
  const id = writeId('account', KEY);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const readable = alphabet
    .split('')
    .map((last) => id.slice(0, -1) + last)
    .filter((one) => readId('account', one) === KEY);
  expect(readable).toEqual([id]);
});

test.each([
  ['nothing', ''],
  ['a number', '4512001'],
  ['a plain key', KEY],
  ['a prefix alone', 'acc_'],
  ['no line between', `acc${writeId('account', KEY).slice(4)}`],
  ['another line between', writeId('account', KEY).replace('_', '-')],
  ['one character more', `${writeId('account', KEY)}A`],
  ['one character less', writeId('account', KEY).slice(0, -1)],
  ['padding', `${writeId('account', KEY)}==`],
  ['the other base64', `acc_${'+/'.repeat(10)}AA`],
  ['a line end', `${writeId('account', KEY)}\n`],
  ['a space before', ` ${writeId('account', KEY)}`],
  ['capitals', writeId('account', KEY).toUpperCase()],
  ['a name of every object', '__proto__'],
  ['far too much', `acc_${'A'.repeat(100_000)}`],
])('AUT-01 %s is no id, and names nothing', (_name, id) => {
  expect(readId('account', id)).toBeUndefined();
});

test.each([null, undefined, 7, true, {}, [], [writeId('account', KEY)], { toString: () => writeId('account', KEY) }])(
  'AUT-01 what a gateway sends as a key and is no text names nothing: %p',
  (id) => {
    expect(readId('account', id)).toBeUndefined();
  },
);

test('AUT-01 no text at all makes the reading throw', () => {
  fc.assert(
    fc.property(kinds, fc.string({ unit: 'binary' }), (kind, text) => expect(readId(kind, text)).toBeUndefined()),
  );
});
