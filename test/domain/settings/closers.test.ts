// What was opened is closed, whatever fails on the way: a process that ends leaves no database and no child behind.
import { openClosers } from '../../../src/closers';

/** Closers that write down who was closed; the named ones fail. */
function closersOf(names: readonly string[], failing: readonly string[] = []) {
  const closed: string[] = [];
  const closers = openClosers();
  for (const name of names) {
    closers.add(async () => {
      await Promise.resolve();
      closed.push(name);
      if (failing.includes(name)) throw new Error(`${name} hangs`);
    });
  }
  return { closers, closed };
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('what was opened last is closed first, and only once', async () => {
  const { closers, closed } = closersOf(['database', 'cache', 'server']);
  await closers.close();
  await closers.close();
  expect(closed).toEqual(['server', 'cache', 'database']);
});

test('one that waits is waited for: nothing is taken from under its feet', async () => {
  const order: string[] = [];
  const closers = openClosers();
  closers.add(async () => await Promise.resolve(order.push('database')));
  closers.add(async () => {
    order.push('server begins');
    await new Promise((done) => setImmediate(done));
    order.push('server ends');
  });
  await closers.close();
  expect(order).toEqual(['server begins', 'server ends', 'database']);
});

test('one that fails skips nobody, and every failure is told at the end', async () => {
  const { closers, closed } = closersOf(['database', 'cache', 'server'], ['server', 'cache']);
  const error = await caught(closers.close());
  expect(closed).toEqual(['server', 'cache', 'database']);
  expect(error).toBeInstanceOf(AggregateError);
  expect(error).toMatchObject({
    message: 'could not be closed: server hangs; cache hangs',
    errors: [new Error('server hangs'), new Error('cache hangs')],
  });
});

test('one that fails before it gives a promise skips nobody either', async () => {
  const { closers, closed } = closersOf(['database']);
  closers.add(() => {
    throw new Error('at once');
  });
  expect(await caught(closers.close())).toBeInstanceOf(AggregateError);
  expect(closed).toEqual(['database']);
});

test('a failed start throws its own error, the very one, after all is closed', async () => {
  const { closers, closed } = closersOf(['database', 'cache']);
  const reason = new Error('port 4000 is taken');
  expect(await caught(closers.closeAfter(reason))).toBe(reason);
  expect(closed).toEqual(['cache', 'database']);
});

test('a failed start that cannot close either tells both, its own reason first', async () => {
  const { closers, closed } = closersOf(['database', 'cache'], ['cache']);
  const reason = new Error('port 4000 is taken');
  expect(await caught(closers.closeAfter(reason))).toMatchObject({
    message: 'port 4000 is taken; then could not be closed: cache hangs',
    errors: [reason, new Error('cache hangs')],
  });
  expect(closed).toEqual(['cache', 'database']);
});
