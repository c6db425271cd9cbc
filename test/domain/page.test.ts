// Pages of a list: every item once, in order, and true word of what lies before and behind.
import * as fc from 'fast-check';
import { mapPage, PAGE_FIRST_DEFAULT, PAGE_FIRST_MAX, pageOf, type PageRequest } from '../../domain/page';

const keyOf = (item: number): string => `key ${item}`;

/** What a reader behind a page does: up to one more than was asked for, after the key. */
function read(items: readonly number[], { first, after }: PageRequest): readonly number[] {
  const start = after === null ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  return items.slice(start, start + first + 1);
}

test('INV-08 a page has twenty items where none is said, and never more than a hundred', () => {
  expect([PAGE_FIRST_DEFAULT, PAGE_FIRST_MAX]).toEqual([20, 100]);
});

test('INV-08 the item too many only tells that there are more', () => {
  const page = pageOf([1, 2, 3], keyOf, { first: 2, after: null });
  expect(page).toEqual({
    edges: [
      { key: 'key 1', node: 1 },
      { key: 'key 2', node: 2 },
    ],
    hasNextPage: true,
    hasPreviousPage: false,
  });
});

test('INV-08 a page that holds the last item promises no other', () => {
  expect(pageOf([1, 2], keyOf, { first: 2, after: null })).toMatchObject({ hasNextPage: false });
});

test('INV-08 an empty page says that nothing follows', () => {
  expect(pageOf([], keyOf, { first: 5, after: null })).toEqual({
    edges: [],
    hasNextPage: false,
    hasPreviousPage: false,
  });
  expect(pageOf([], keyOf, { first: 5, after: 'key 9' })).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

test('INV-08 who walks page by page meets every item once and in order', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 12 }), (count, first) => {
      const items = Array.from({ length: count }, (_, item) => item);
      const met: number[] = [];
      let after: string | null = null;
      for (let more = true; more;) {
        const request: PageRequest = { first, after };
        const page = pageOf(read(items, request), keyOf, request);
        met.push(...page.edges.map(({ node }) => node));
        after = page.edges.at(-1)?.key ?? null;
        more = page.hasNextPage;
      }
      expect(met).toEqual(items);
    }),
  );
});

test('INV-08 other nodes in a page leave its keys and its word as they were', () => {
  const page = pageOf([1, 2], keyOf, { first: 1, after: 'key 0' });
  expect(mapPage(page, (node) => `bill ${node}`)).toEqual({ ...page, edges: [{ key: 'key 1', node: 'bill 1' }] });
});
