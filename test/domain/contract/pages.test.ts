// Arguments of the contract's lists: their bounds, and the cursors that go out and come back.
import { GraphQLError } from 'graphql';
import { writeId } from '../../../resolvers/ids';
import { cursorOf, pageInfoOf, readIds, readMaxAge, readPageRequest } from '../../../resolvers/pages';

const KEY = '0b54ff8c-3f0e-4a77-9d0e-2f4a5b6c7d8e';
const OTHER_KEY = '1b54ff8c-3f0e-4a77-9d0e-2f4a5b6c7d8e';

/** What a client is told where the reading refuses; fails where it does not. */
function refusalOf(read: () => unknown): { readonly message: string; readonly extensions: unknown } {
  try {
    read();
  } catch (error) {
    if (error instanceof GraphQLError) return { message: error.message, extensions: error.extensions };
    throw error;
  }
  throw new Error('nothing was refused');
}

const badInput = (argument: string) => ({ code: 'BAD_USER_INPUT', argument });

test.each([[{}], [{ first: null, after: null }], [{ first: undefined, after: undefined }]])(
  'INV-08 without arguments a page is the first twenty: %j',
  (page) => {
    expect(readPageRequest(page)).toEqual({ first: 20, after: null });
  },
);

test.each([1, 20, 100])('INV-08 a page may have %i items', (first) => {
  expect(readPageRequest({ first })).toEqual({ first, after: null });
});

test.each([0, -1, 101, 2_147_483_647])('INV-08 a page of %i items is refused', (first) => {
  expect(refusalOf(() => readPageRequest({ first }))).toEqual({
    message: 'first must be from 1 to 100',
    extensions: badInput('first'),
  });
});

test('INV-08 a cursor that went out comes back as the key of its item', () => {
  expect(readPageRequest({ first: 5, after: cursorOf({ key: KEY }) })).toEqual({ first: 5, after: KEY });
});

test.each(['', 'x', KEY, writeId('invoice', KEY), `${writeId('cursor', KEY)}=`])(
  'AUT-01 %j is no cursor, and is refused without a word on what it might name',
  (after) => {
    expect(refusalOf(() => readPageRequest({ after }))).toEqual({
      message: 'after is no cursor of this service',
      extensions: badInput('after'),
    });
  },
);

test('INV-08 a page tells its first and last cursor, and an empty one has none', () => {
  const edges = [KEY, OTHER_KEY].map((key) => ({ key, node: key }));
  expect(pageInfoOf({ edges, hasNextPage: true, hasPreviousPage: false })).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: writeId('cursor', KEY),
    endCursor: writeId('cursor', OTHER_KEY),
  });
  expect(pageInfoOf({ edges: [], hasNextPage: false, hasPreviousPage: true })).toEqual({
    hasNextPage: false,
    hasPreviousPage: true,
    startCursor: null,
    endCursor: null,
  });
});

test('RTD-01 the accepted age of a balance goes from none to six hours; absent, the biller decides', () => {
  expect([0, 60, 21_600].map(readMaxAge)).toEqual([0, 60, 21_600]);
  expect([null, undefined].map(readMaxAge)).toEqual([undefined, undefined]);
});

test.each([-1, 21_601])('RTD-01 an accepted age of %i seconds is refused', (maxAgeSeconds) => {
  expect(refusalOf(() => readMaxAge(maxAgeSeconds))).toEqual({
    message: 'maxAgeSeconds must be from 0 to 21600',
    extensions: badInput('maxAgeSeconds'),
  });
});

test('INV-08 two hundred ids may be asked for at once, and no more', () => {
  const ids = Array.from({ length: 200 }, (_, at) => `id ${at}`);
  expect(readIds(ids)).toEqual(ids);
  expect(readIds([])).toEqual([]);
  expect(refusalOf(() => readIds([...ids, 'one more']))).toEqual({
    message: 'ids must be at most 200',
    extensions: badInput('ids'),
  });
});
