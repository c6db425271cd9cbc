// The gate before a back end: how many may be inside, who waits, and who is turned away.
import { openCallGate } from '../../../datasources/daffron/callGate';
import type { CallGate, Refusal } from '../../../datasources/daffron/callGate';

const forever = (): AbortSignal => new AbortController().signal;

/** Asks for a place as a call does; resolves to what gives it up again, or to why there is none. */
function enter(gate: CallGate, endsAt: number, signal: AbortSignal): Promise<(() => void) | Refusal | 'GONE'> {
  return new Promise((resolve) => {
    const visitor = {
      endsAt,
      onPlace: () => resolve(() => gate.leave(visitor)),
      onTurnedAway: (refusal: Refusal) => resolve(refusal),
    };
    signal.addEventListener('abort', () => {
      gate.leave(visitor);
      resolve('GONE');
    });
    gate.enter(visitor);
  });
}

function gateWith(places: number, queueMax = 10) {
  return openCallGate({ placesNow: () => places, queueMax });
}

async function admitted(entry: Promise<(() => void) | Refusal | 'GONE'>): Promise<() => void> {
  const leave = await entry;
  if (typeof leave === 'string') throw new Error(leave);
  return leave;
}

test('B30 never more inside than there are places, whatever the order of leaving', async () => {
  const gate = gateWith(3, 200);
  let inside = 0;
  let peak = 0;
  const call = async (index: number) => {
    const leave = await admitted(enter(gate, index, forever()));
    inside += 1;
    peak = Math.max(peak, inside);
    for (let turn = 0; turn < index % 5; turn += 1) await Promise.resolve();
    inside -= 1;
    leave();
  };
  await Promise.all(Array.from({ length: 100 }, (_, index) => call(index)));
  expect(peak).toBe(3);
  expect(inside).toBe(0);
});

test('B30 who must be served first enters first, and equals in the order they came', async () => {
  const gate = gateWith(1);
  const leave = await admitted(enter(gate, 0, forever()));
  const order: string[] = [];
  const waiting = [
    ['late', 300],
    ['first of two', 200],
    ['second of two', 200],
    ['early', 100],
  ] as const;
  const all = waiting.map(async ([name, deadlineAt]) => {
    const done = await admitted(enter(gate, deadlineAt, forever()));
    order.push(name);
    done();
  });
  leave();
  await Promise.all(all);
  expect(order).toEqual(['early', 'first of two', 'second of two', 'late']);
});

test("B30 a caller who leaves the queue takes nobody else's place", async () => {
  const gate = gateWith(1, 2);
  const leave = await admitted(enter(gate, 0, forever()));
  const caller = new AbortController();
  const gone = enter(gate, 1, caller.signal);
  const patient = enter(gate, 2, forever());
  expect(await enter(gate, 3, forever())).toBe('QUEUE_FULL');
  caller.abort();
  expect(await gone).toBe('GONE');
  const another = enter(gate, 3, forever());
  leave();
  (await admitted(patient))();
  (await admitted(another))();
});

test('B30 a full queue refuses at once', async () => {
  const gate = gateWith(1, 0);
  const leave = await admitted(enter(gate, 0, forever()));
  expect(await enter(gate, 1, forever())).toBe('QUEUE_FULL');
  leave();
});

test('B30 leaving twice frees one place', async () => {
  const gate = gateWith(1, 1);
  const leave = await admitted(enter(gate, 0, forever()));
  leave();
  leave();
  const second = await admitted(enter(gate, 0, forever()));
  const third = enter(gate, 1, forever());
  expect(await enter(gate, 2, forever())).toBe('QUEUE_FULL');
  second();
  (await admitted(third))();
});

test('B32 more places open for those who wait when the gate learns of them', async () => {
  let places = 1;
  const gate = openCallGate({ placesNow: () => places, queueMax: 10 });
  const leave = await admitted(enter(gate, 0, forever()));
  const waiting = [enter(gate, 1, forever()), enter(gate, 2, forever()), enter(gate, 3, forever())];
  places = 3;
  leave();
  const inside = await Promise.all(waiting.map(admitted));
  expect(inside).toHaveLength(3);
});

test('O17 closing refuses who waits and waits for who is inside', async () => {
  const gate = gateWith(1);
  const leave = await admitted(enter(gate, 0, forever()));
  const waiting = enter(gate, 1, forever());
  let closed = false;
  const closing = gate.close().then(() => (closed = true));
  expect(await waiting).toBe('CLOSED');
  expect(await enter(gate, 1, forever())).toBe('CLOSED');
  expect(closed).toBe(false);
  leave();
  await closing;
  expect(closed).toBe(true);
});

test('L1 how many wait is told, and falls when they enter or leave', async () => {
  const gate = gateWith(1);
  const leave = await admitted(enter(gate, 0, forever()));
  expect(gate.crowd().waiting).toBe(0);
  const impatient = new AbortController();
  const [entering, leaving] = [enter(gate, 1, forever()), enter(gate, 2, impatient.signal)];
  expect(gate.crowd().waiting).toBe(2);
  impatient.abort();
  expect(await leaving).toBe('GONE');
  expect(gate.crowd().waiting).toBe(1);
  leave();
  (await admitted(entering))();
  expect(gate.crowd().waiting).toBe(0);
});

test('B12 ten thousand who wait are sent home one after the other, though each leaves as it enters', async () => {
  const gate = gateWith(1, 10_000);
  const leave = await admitted(enter(gate, 0, forever()));
  let gone = 0;
  for (let which = 0; which < 10_000; which += 1) {
    const visitor = {
      endsAt: which,
      onPlace: () => {
        gone += 1;
        gate.leave(visitor);
      },
      onTurnedAway: (refusal: Refusal) => {
        throw new Error(refusal);
      },
    };
    gate.enter(visitor);
  }
  leave();
  expect(gone).toBe(10_000);
  expect(gate.crowd()).toEqual({ waiting: 0, inside: 0 });
});
