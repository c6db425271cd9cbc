// Whoever leaves is heard of once, by all who wait under his signal and by nobody who has ended waiting (CIS-04).
import { getEventListeners } from 'node:events';
import { LightSignal, onLeaving } from '../../datasources/departures';

const kinds = [
  {
    kind: 'Node’s signal',
    make: () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    },
  },
  {
    kind: 'a light one',
    make: () => {
      const signal = new LightSignal();
      return { signal, abort: () => signal.abort() };
    },
  },
];

test.each(kinds)('CIS-04 all who wait under $kind hear that it fires, once, and whoever ended does not', ({ make }) => {
  const { signal, abort } = make();
  const heard: string[] = [];
  onLeaving(signal, () => heard.push('first'));
  onLeaving(signal, () => heard.push('second'))();
  onLeaving(signal, () => heard.push('third'));
  expect(signal.aborted).toBe(false);
  abort();
  abort();
  expect(heard).toEqual(['first', 'third']);
  expect(signal.aborted).toBe(true);
});

test.each(kinds)('CIS-04 one who ends another’s waiting while $kind fires leaves the rest their word', ({ make }) => {
  const { signal, abort } = make();
  const heard: string[] = [];
  onLeaving(signal, () => {
    heard.push('first');
    endSecond();
  });
  const endSecond = onLeaving(signal, () => heard.push('second'));
  onLeaving(signal, () => heard.push('third'));
  abort();
  expect(heard).toEqual(['first', 'third']);
});

test('CIS-05 fifty who wait under one signal of Node are one listener on it, and none when the last has ended', () => {
  const { signal } = new AbortController();
  const endings = Array.from({ length: 50 }, () => onLeaving(signal, () => undefined));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const end of endings) end();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  const heard: string[] = [];
  onLeaving(signal, () => heard.push('later'));
  signal.dispatchEvent(new Event('abort'));
  expect(heard).toEqual(['later']);
});
