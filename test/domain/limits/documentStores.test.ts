// What is remembered of operations is bounded, however many are sent (G9).
import { parse } from 'graphql';
import { openStores } from '../../../src/limits/documentStores';

test('G9 after 100,000 registrations the store holds the latest, within its bound, and the first are gone', async () => {
  const { persistedQueries } = openStores({ accept: 'apq' });
  const cache = persistedQueries === false ? undefined : persistedQueries?.cache;
  const text = (at: number): string => `{ a${at} }${' '.repeat(200)}`;
  for (let at = 0; at < 100_000; at += 1) await cache?.set(`apq:${at}`, text(at));
  expect(await cache?.get('apq:99999')).toBe(text(99_999));
  expect(await cache?.get('apq:0')).toBeUndefined();
  let kept = 0;
  for (let at = 0; at < 100_000; at += 1) kept += (await cache?.get(`apq:${at}`))?.length ?? 0;
  expect(kept).toBeGreaterThan(1_900_000);
  expect(kept).toBeLessThanOrEqual(2_000_000);
});

test('G9 validated documents are kept by the length of their texts, and one that is longer than all is not kept', async () => {
  const { documentStore } = openStores({ accept: 'any' });
  const long = (at: number) => parse(`{ a${at} } # ${'x'.repeat(100_000)}`);
  for (let at = 0; at < 10; at += 1) await documentStore?.set(String(at), long(at));
  expect(await documentStore?.get('9')).toBeDefined();
  expect(await documentStore?.get('4')).toBeUndefined();
  await documentStore?.set('huge', parse(`{ a } # ${'x'.repeat(700_000)}`));
  expect(await documentStore?.get('huge')).toBeUndefined();
});

test('G9 a text is registered only where that is wanted, and a manifest is never added to', async () => {
  expect(openStores({ accept: 'any' }).persistedQueries).toBe(false);
  const { persistedQueries } = openStores({ accept: 'manifest', manifest: new Map([['one', '{ a }']]) });
  const cache = persistedQueries === false ? undefined : persistedQueries?.cache;
  await cache?.set('apq:two', '{ b }');
  expect([await cache?.get('apq:one'), await cache?.get('apq:two')]).toEqual(['{ a }', undefined]);
});
