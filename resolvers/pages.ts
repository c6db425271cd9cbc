// Arguments of the contract's connections, checked; and how pages answer them.
import { GraphQLError } from 'graphql';
import { PAGE_FIRST_DEFAULT, PAGE_FIRST_MAX, type Page, type PageRequest } from '../domain/page';
import { readId, writeId } from './ids';

/** Six hours: beyond it not even a biller without the override keeps an answer (RTD-01). */
const MAX_AGE_SECONDS_MAX = 21_600;

/** A customer service screen shows fifty; four times that bounds what one request may ask for. */
const IDS_MAX = 200;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export function readPageRequest({ first, after }: PageArguments): PageRequest {
  const count = first ?? PAGE_FIRST_DEFAULT;
  if (count < 1 || count > PAGE_FIRST_MAX) throw badInput('first', `must be from 1 to ${PAGE_FIRST_MAX}`);
  if (after === null || after === undefined) return { first: count, after: null };
  const key = readId('cursor', after);
  if (key === undefined) throw badInput('after', 'is no cursor of this service');
  return { first: count, after: key };
}

/** The accepted age of a kept balance in seconds, or undefined where the biller's settings decide. */
export function readMaxAge(maxAgeSeconds: number | null | undefined): number | undefined {
  if (maxAgeSeconds === null || maxAgeSeconds === undefined) return undefined;
  if (maxAgeSeconds < 0 || maxAgeSeconds > MAX_AGE_SECONDS_MAX) {
    throw badInput('maxAgeSeconds', `must be from 0 to ${MAX_AGE_SECONDS_MAX}`);
  }
  return maxAgeSeconds;
}

export function readIds(ids: readonly string[]): readonly string[] {
  if (ids.length > IDS_MAX) throw badInput('ids', `must be at most ${IDS_MAX}`);
  return ids;
}

export function cursorOf({ key }: { readonly key: string }): string {
  return writeId('cursor', key);
}

export function pageInfoOf<T>(page: Page<T>): {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
} {
  const [first] = page.edges;
  const last = page.edges.at(-1);
  return {
    hasNextPage: page.hasNextPage,
    hasPreviousPage: page.hasPreviousPage,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
}

function badInput(argument: string, message: string): GraphQLError {
  return new GraphQLError(`${argument} ${message}`, { extensions: { code: 'BAD_USER_INPUT', argument } });
}
