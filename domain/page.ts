// Pages of a list in the Relay form, whose cursors are the keys of the items.

export interface Edge<T> {
  /** The key of the item; how it is shown is the business of the contract. */
  readonly key: string;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export interface PageRequest {
  /** How many items, 1 to 100. */
  readonly first: number;
  /** The key of the item before the page; null for the first page. */
  readonly after: string | null;
}

export const PAGE_FIRST_DEFAULT = 20;
export const PAGE_FIRST_MAX = 100;

/** A page out of up to `first + 1` items read in order; the one too many only tells that there are more. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> {
  return {
    edges: items.slice(0, request.first).map((node) => ({ key: keyOf(node), node })),
    hasNextPage: items.length > request.first,
    hasPreviousPage: request.after !== null,
  };
}

/** The same page with other nodes. */
export function mapPage<T, U>(page: Page<T>, change: (node: T) => U): Page<U> {
  return { ...page, edges: page.edges.map(({ key, node }) => ({ key, node: change(node) })) };
}
