// What comes in one round of the event loop is one command to Redis, and never a boundless one (I12).
import { setImmediate } from 'node:timers/promises';
import { gather } from '../../datasources/cache/gather';
import { openGatheredScripts } from '../../datasources/cache/gatheredScripts';

test('I12 what comes together leaves together, in its order, in loads of a bounded size; what comes later leaves later', async () => {
  const sent: (readonly number[])[] = [];
  const add = gather<number>(3, (items) => sent.push(items));
  for (const item of [1, 2, 3, 4]) add(item);
  expect(sent).toEqual([]);
  await setImmediate();
  expect(sent).toEqual([[1, 2, 3], [4]]);
  add(5);
  await setImmediate();
  expect(sent).toEqual([[1, 2, 3], [4], [5]]);
});

test('RTD-04 whoever closes waits also for what was told in this very round', async () => {
  const told: string[] = [];
  const scripts = openGatheredScripts({
    attempt: () => Promise.resolve(undefined),
    runForEach: async (_script, _common, entries) => {
      await setImmediate();
      told.push(...entries.flatMap(({ keys }) => keys));
      return [];
    },
    tell: () => undefined,
    close: () => undefined,
  });
  const tell = scripts.telling('a script', []);
  void tell({ keys: ['the end of a turn'], values: [] });
  await scripts.settled();
  expect(told).toEqual(['the end of a turn']);
});
