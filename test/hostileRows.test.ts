// Every attack that this house has thought of is tried by a test that bears its id.
import { join } from 'node:path';
import { parseSources } from './setup/parseSource';
import { readTree } from './setup/readTree';

/** Attacks by documents and requests, and by callers; docs/limits.md and docs/trust.md tell them. */
const ATTACKS = { G: 16, A: 11 };

const titles = parseSources(readTree(join(__dirname, '..')))
  .filter(({ path }) => path.endsWith('.test.ts') && !path.endsWith('hostileRows.test.ts'))
  .flatMap((file) => file.titles);

test('each attack has its test', () => {
  const ids = Object.entries(ATTACKS).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
  );
  expect(ids.filter((id) => !titles.some((title) => new RegExp(`\\b${id}\\b`).test(title)))).toEqual([]);
});
