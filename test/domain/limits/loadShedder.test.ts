// When a process says that it has enough to do.
import { openLoadShedder, openLoopDelay } from '../../../src/http/loadShedder';

const LIMITS = { loopDelayMsMax: 200, queuePercentMax: 80 };

test.each([
  [0, undefined],
  [200, undefined],
  [200.1, 'EVENT_LOOP'],
  [Infinity, 'EVENT_LOOP'],
])('an event loop %d ms behind: %s', (delayMs, expected) => {
  const shedder = openLoadShedder(LIMITS, { loopDelayMs: () => delayMs, queueOf: () => undefined });
  expect(shedder.whyNotNow()).toBe(expected);
});

test.each([
  [{ waiting: 79, waitingMax: 100 }, undefined],
  [{ waiting: 80, waitingMax: 100 }, 'DAFFRON_QUEUE'],
  [{ waiting: 0, waitingMax: 0 }, undefined],
  [undefined, undefined],
])('a queue of %j: %s', (queue, expected) => {
  const shedder = openLoadShedder(LIMITS, { loopDelayMs: () => 0, queueOf: () => queue });
  expect(shedder.whyNotFor('biller')).toBe(expected);
});

test('the delay of this process’s own loop is read, and is nothing again when it has caught up', async () => {
  const loop = openLoopDelay();
  try {
    expect(loop.loopDelayMs()).toBe(0);
    await until(() => {
      hold();
      return loop.loopDelayMs() > 0;
    });
    // On a busy machine it may lag by itself; that it falls is what is promised.
    const peak = loop.loopDelayMs();
    await until(() => loop.loopDelayMs() < peak);
  } finally {
    loop.close();
  }
});

/** Keeps the loop from its work for a while. */
function hold(): void {
  const end = performance.now() + 100;
  while (performance.now() < end);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
