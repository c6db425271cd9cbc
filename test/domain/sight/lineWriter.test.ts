// The log's writer: whatever becomes of the reader, nobody who says something is kept waiting or hurt (O13).
import type { write } from 'node:fs';
import { calmLogger, openLog } from '../../../src/log';
import { openLineWriter } from '../../../src/sight/lineWriter';

type Answer = (error: NodeJS.ErrnoException | null, written: number) => void;

/** A destination that answers when and how the test says. */
function openDestination() {
  const asked: { readonly text: string; readonly bytes: number; readonly answer: Answer }[] = [];
  const writeTo = ((_fd: number, bytes: Buffer, from: number, length: number, _at: null, answer: Answer) => {
    asked.push({ text: bytes.toString('utf8', from, from + length), bytes: length, answer });
  }) as typeof write;
  const take = (): (typeof asked)[number] => {
    const next = asked.shift();
    if (next === undefined) throw new Error('nothing is being written');
    return next;
  };
  return {
    writeTo,
    asked,
    /** Takes what is being written; the text of it. */
    accept: (bytes?: number): string => {
      const { text, bytes: all, answer } = take();
      answer(null, bytes ?? all);
      return text;
    },
    refuse: (code: string): void => take().answer(Object.assign(new Error(code), { code }), 0),
  };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('lines are written in order, one write at a time, and none is cut by another', () => {
  const to = openDestination();
  const writer = openLineWriter(1, to.writeTo);
  for (const line of ['one\n', 'two\n', 'three\n']) writer.write(line);
  expect(to.asked).toHaveLength(1);
  expect(to.accept(2)).toBe('one\n');
  expect(to.accept()).toBe('e\n');
  expect(to.accept()).toBe('two\nthree\n');
  expect(to.asked).toEqual([]);
  expect(writer.dropped()).toBe(0);
});

test.each(['EPIPE', 'ENOSPC', 'EIO', 'EBADF'])(
  'O13 %s costs lines, is told when it is over, and throws nothing',
  (code) => {
    const to = openDestination();
    const writer = openLineWriter(1, to.writeTo);
    writer.write('lost with the write\n');
    writer.write('lost in the queue\n');
    to.refuse(code);
    expect(writer.dropped()).toBe(2);
    jest.runAllTimers();
    writer.write('still nobody\n');
    to.refuse(code);
    jest.runAllTimers();
    expect(writer.dropped()).toBe(3);
    writer.write('written\n');
    const [told, line] = to.accept().split('\n');
    expect(JSON.parse(told ?? '')).toMatchObject({ code: 'LOG_LINES_LOST', lines: 3 });
    expect(line).toBe('written');
    writer.write('more\n');
    expect(to.accept()).toBe('more\n');
  },
);

test('O13 a reader that is slow is waited for, behind the back of whoever says something', () => {
  const to = openDestination();
  const writer = openLineWriter(1, to.writeTo);
  writer.write('patience\n');
  to.refuse('EAGAIN');
  expect(to.asked).toEqual([]);
  jest.runAllTimers();
  expect(to.accept()).toBe('patience\n');
  expect(writer.dropped()).toBe(0);
});

test('O13 while nobody reads memory is bounded: further lines are lost and counted', () => {
  const to = openDestination();
  const writer = openLineWriter(1, to.writeTo);
  const line = `${'x'.repeat(999)}\n`;
  for (let count = 0; count < 3000; count += 1) writer.write(line);
  expect(writer.dropped()).toBeGreaterThan(1900);
  let written = 0;
  while (to.asked.length > 0)
    written += to
      .accept()
      .split('\n')
      .filter((text) => text.startsWith('x')).length;
  expect(written + writer.dropped()).toBe(3000);
});

test('a stop waits for the last lines, but not for a reader who never comes', async () => {
  const to = openDestination();
  const writer = openLineWriter(1, to.writeTo);
  await writer.flush();
  writer.write('last words\n');
  const read = writer.flush();
  to.accept();
  await read;
  writer.write('to nobody\n');
  const unread = writer.flush();
  jest.runAllTimers();
  await unread;
  expect(to.asked).toHaveLength(1);
});

test('O22 a logger that throws hurts nobody who says something', () => {
  const broken = (): never => {
    throw new Error('the log is broken');
  };
  const log = calmLogger({ debug: broken, info: broken, warn: broken, error: broken, fatal: broken });
  for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) {
    expect(() => log[level]({}, 'said')).not.toThrow();
  }
  const hostile = {
    get code(): never {
      throw new Error('not even the field can be read');
    },
  };
  expect(() => openLog('info', -1).error(hostile, 'said')).not.toThrow();
});
