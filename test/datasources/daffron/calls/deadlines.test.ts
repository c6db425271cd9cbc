// Many deadlines on one timer: each falls when it is due, and never because of or after another's.
import { Deadlines } from '../../../../datasources/daffron/calls/deadlines';

const LENGTH_MS = 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function open() {
  const deadlines = new Deadlines(LENGTH_MS);
  const over: string[] = [];
  const start = (name: string, onDue = (): void => undefined) => {
    const due = {
      onDue: () => {
        over.push(name);
        onDue();
      },
    };
    deadlines.add(due);
    return due;
  };
  return { deadlines, over, start };
}

test('B15 each deadline falls when its own time is over', () => {
  const { over, start } = open();
  start('first');
  jest.advanceTimersByTime(400);
  start('second');
  jest.advanceTimersByTime(599);
  expect(over).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(over).toEqual(['first']);
  jest.advanceTimersByTime(400);
  expect(over).toEqual(['first', 'second']);
});

test('B15 who ended in time hears nothing, and puts nobody off', () => {
  const { deadlines, over, start } = open();
  const quick = start('quick');
  jest.advanceTimersByTime(10);
  start('slow');
  deadlines.delete(quick);
  jest.advanceTimersByTime(LENGTH_MS);
  expect(over).toEqual(['slow']);
});

test('B15 one who begins as another ends puts off nobody who was there before', () => {
  const { over, start } = open();
  start('first', () => start('newcomer'));
  jest.advanceTimersByTime(500);
  start('second');
  jest.advanceTimersByTime(LENGTH_MS);
  expect(over).toEqual(['first', 'second']);
  jest.advanceTimersByTime(500);
  expect(over).toEqual(['first', 'second', 'newcomer']);
});

test('B15 of two that fall together, the first may end the second', () => {
  const { deadlines, over, start } = open();
  start('first', () => deadlines.delete(second));
  const second = start('second');
  jest.advanceTimersByTime(LENGTH_MS);
  expect(over).toEqual(['first']);
});

test('L1 a thousand deadlines cost one timer, and none when they are over', () => {
  const { over, start } = open();
  for (let which = 0; which < 1_000; which += 1) start(String(which));
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(LENGTH_MS);
  expect(over).toHaveLength(1_000);
  expect(jest.getTimerCount()).toBe(0);
});
