// How a bill file is cut into records: encodings, line ends, quotes, limits; and that no file can grow the memory.
import { BifRefusal } from '../../datasources/bills/bifRefusal';
import { BIF_LIMITS, blocksOf, readBif, type BifLimits, type BifRecord } from '../../datasources/bills/readBif';
import { streamOf } from '../fixtures/billFiles';

async function read(content: string | Buffer, limits: Partial<BifLimits> = {}, pieceBytes?: number) {
  const records: BifRecord[] = [];
  const blocks = blocksOf(streamOf(content, pieceBytes));
  for await (const batch of readBif(blocks, { ...BIF_LIMITS, ...limits })) records.push(...batch);
  return records;
}

/** The records behind the header. */
async function rows(content: string | Buffer, limits: Partial<BifLimits> = {}) {
  return (await read(content, limits)).slice(1);
}

async function refusal(content: string | Buffer, limits: Partial<BifLimits> = {}): Promise<string> {
  const outcome: unknown = await read(content, limits).catch((error: unknown) => error);
  return outcome instanceof BifRefusal ? outcome.code : 'taken';
}

test.each([
  ['LF', 'A|B\n1|2\n3|4\n'],
  ['CR LF', 'A|B\r\n1|2\r\n3|4\r\n'],
  ['both', 'A|B\r\n1|2\n3|4\r\n'],
  ['no line end at the end', 'A|B\n1|2\n3|4'],
  ['a byte order mark', '\ufeffA|B\n1|2\n3|4\n'],
  ['spaces around the fields', ' A | B\n 1 |2 \n3|  4\n'],
  ['quotes that are not needed', '"A"|B\n"1"|"2"\n3| "4" \n'],
])('INV-05 a file with %s is read', async (_what, text) => {
  expect(await read(text)).toEqual([
    { line: 1, fields: ['A', 'B'] },
    { line: 2, fields: ['1', '2'] },
    { line: 3, fields: ['3', '4'] },
  ]);
});

test('INV-05 blank lines are passed over, and the number of a row is that of its line', async () => {
  expect(await read('\n  \nA|B\n\n1|2\r\n\r\n3|4\n\n')).toEqual([
    { line: 3, fields: ['A', 'B'] },
    { line: 5, fields: ['1', '2'] },
    { line: 7, fields: ['3', '4'] },
  ]);
});

test('INV-05 quotes hold delimiters, quotes and line ends of both kinds', async () => {
  expect(await rows('A|B\n"a|b"|"say ""hi"""\n"two\r\nlines"|"three\n\nlines"\n5|6\n')).toEqual([
    { line: 2, fields: ['a|b', 'say "hi"'] },
    { line: 3, fields: ['two\r\nlines', 'three\n\nlines'] },
    { line: 7, fields: ['5', '6'] },
  ]);
});

test('INV-05 spaces inside quotes and quotes inside a field are data', async () => {
  expect(await rows('A|B\n" x "|5" pipe\n""|""""\n')).toEqual([
    { line: 2, fields: [' x ', '5" pipe'] },
    { line: 3, fields: ['', '"'] },
  ]);
});

test.each([
  ['at the end of its row', '1|"two\n'],
  ['at the end of a file', '1|"two'],
  ['with text behind the closing quote', '1|"two"three\n'],
  ['before quotes of a later row', '1|"two\n"3"|"4"\n'],
])('INV-05 a quote not closed, %s, costs its row and no other', async (_where, bad) => {
  const records = await rows(`A|B\n${bad}${bad.endsWith('\n') ? '5|6\n' : ''}`);
  expect(records[0]).toEqual({ line: 2, broken: 'QUOTE_NOT_CLOSED' });
  const lines = bad.endsWith('\n') ? [bad.split('\n').length + 1] : [];
  expect(records.flatMap((record) => ('fields' in record && record.fields[0] === '5' ? [record.line] : []))).toEqual(
    lines,
  );
  expect(records.filter((record) => 'broken' in record)).toHaveLength(1);
});

test('INV-05 a quote not closed that would swallow the trailer does not', async () => {
  expect(await rows('A|B\n1|"2\n3|4\n#TRAILER|2|0.00\n')).toEqual([
    { line: 2, broken: 'QUOTE_NOT_CLOSED' },
    { line: 3, fields: ['3', '4'] },
    { line: 4, trailer: ['#TRAILER', '2', '0.00'] },
  ]);
});

test('INV-05 quotes that are opened in every row are told one by one', async () => {
  const records = await rows(`A|B\n${'x|"y\n'.repeat(500)}`);
  expect(records).toHaveLength(500);
  expect(records.every((record) => 'broken' in record)).toBe(true);
});

const utf16 = Buffer.from('\ufeffA|B\n1|2\n', 'utf16le');

test.each([
  ['Latin-1', Buffer.from('A|B\nM\u00fcller|2\n', 'latin1')],
  ['UTF-16 with a byte order mark', utf16],
  ['UTF-16 without one', utf16.subarray(2)],
  ['UTF-16 of the other byte order', Buffer.from(utf16).swap16()],
  ['a zero byte', Buffer.from('A|B\n1\u0000|2\n')],
  ['half a character at the end', Buffer.from('A|B\n1|\u00fc').subarray(0, -1)],
  ['a surrogate in three bytes', Buffer.from([0x41, 0x0a, 0xed, 0xa0, 0x80, 0x0a])],
  ['an overlong form', Buffer.from([0x41, 0x0a, 0xc0, 0xaf, 0x0a])],
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00])],
])('INV-05 %s refuses the file', async (_what, bytes) => {
  expect(await refusal(bytes)).toBe('NOT_UTF8');
});

test.each([
  ['nothing', '', {}, 'FILE_EMPTY'],
  ['blank lines only', '\n\r\n  \n', {}, 'FILE_EMPTY'],
  ['CR as its line end', 'A|B\r1|2\r', {}, 'LINE_ENDS_NOT_SUPPORTED'],
  ['a quote not closed in the header', '"A|B\n1|2\n', {}, 'HEADER_UNREADABLE'],
  ['a header longer than a record', `${'A'.repeat(70_000)}\n`, {}, 'HEADER_UNREADABLE'],
  ['a thousand columns', `${Array.from({ length: 1000 }, (_, at) => `C${at}`).join('|')}\n`, {}, 'TOO_MANY_COLUMNS'],
  ['something behind the trailer', 'A\n#TRAILER|0|0\n1\n', {}, 'TRAILER_NOT_LAST'],
  ['two trailers', 'A\n#TRAILER|0|0\n#TRAILER|0|0\n', {}, 'TRAILER_NOT_LAST'],
  ['more rows than are allowed', 'A\n1\n2\n3\n', { rows: 2 }, 'TOO_MANY_ROWS'],
  ['more bytes than are allowed', 'A\n1\n2\n3\n', { fileBytes: 7 }, 'FILE_TOO_LARGE'],
])('INV-05 a file with %s is refused', async (_what, text, limits, code) => {
  expect(await refusal(text, limits)).toBe(code);
});

test('INV-05 a header alone, and blank lines behind a trailer, are fine', async () => {
  expect(await rows('A|B\n')).toEqual([]);
  expect(await rows('A\n#TRAILER|0|0.00\n\n  \n')).toEqual([{ line: 2, trailer: ['#TRAILER', '0', '0.00'] }]);
});

test('INV-05 a row of a thousand fields stays a row; whether they are too many is for its reader', async () => {
  const [record] = await rows(`A\n${'x|'.repeat(999)}x\n`);
  expect(record).toMatchObject({ line: 2 });
  expect(record !== undefined && 'fields' in record ? record.fields : []).toHaveLength(1000);
});

test('INV-05 a record that is too long costs its row alone, whether its end came or not', async () => {
  for (const long of ['x'.repeat(65_537), '\u00fc'.repeat(32_769), 'x'.repeat(500_000)]) {
    expect(await rows(`A|B\n1|2\n${long}\n3|4\n${long}`)).toEqual([
      { line: 2, fields: ['1', '2'] },
      { line: 3, broken: 'RECORD_TOO_LONG' },
      { line: 4, fields: ['3', '4'] },
      { line: 5, broken: 'RECORD_TOO_LONG' },
    ]);
  }
  expect(await rows(`A\n${'x'.repeat(65_536)}\n`)).toMatchObject([{ line: 2, fields: expect.anything() }]);
});

test('INV-05 a quoted record that is too long gives back the lines behind its first', async () => {
  const records = await rows(`A|B\n1|"2\n${'3|4\n'.repeat(20_000)}`);
  expect(records[0]).toEqual({ line: 2, broken: 'QUOTE_NOT_CLOSED' });
  expect(records).toHaveLength(20_001);
  expect(records.at(-1)).toEqual({ line: 20_002, fields: ['3', '4'] });
});

test('INV-05 bytes that are no text refuse the file inside a long line too', async () => {
  const long = Buffer.concat([Buffer.from('A\n'), Buffer.alloc(200_000, 0x78), Buffer.from([0xff, 0x0a])]);
  expect(await refusal(long)).toBe('NOT_UTF8');
});

test('INV-05 the pieces in which a stream comes change nothing', async () => {
  const text = '\ufeffA|B\r\n1|"zwei\r\n""\u00fc"""\r\n\r\n3|\u{1f600}\r\n5|"6\n';
  const whole = await read(text);
  for (const pieceBytes of [1, 2, 3, 7]) expect(await read(text, {}, pieceBytes)).toEqual(whole);
  expect(whole).toHaveLength(4);
});

/** Bytes of heap and buffers that reading a stream of `blocks` equal blocks took, and the records it gave. */
async function memoryOf(head: string, block: Buffer, blocks: number) {
  async function* stream(): AsyncGenerator<Buffer> {
    yield Buffer.from(head);
    for (let at = 0; at < blocks; at += 1) yield block;
  }
  let peak = 0;
  let records = 0;
  let batches = 0;
  for await (const batch of readBif(stream(), { ...BIF_LIMITS, fileBytes: 2 ** 31 })) {
    records += batch.length;
    batches += 1;
    if (batches % 256 !== 0) continue;
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + arrayBuffers);
  }
  return { peak, records };
}

const MEBIBYTE = 2 ** 20;

test.each([
  ['one line of 256 MiB', Buffer.alloc(65_536, 0x78), 4096, 2],
  ['ten million empty lines', Buffer.alloc(65_536, 0x0a), 153, 1],
])('INV-05 memory stays flat: %s', async (_what, block, blocks, count) => {
  const before = process.memoryUsage();
  const { peak, records } = await memoryOf('A|B\n', block, blocks);
  expect(records).toBe(count);
  expect(peak - before.heapUsed - before.arrayBuffers).toBeLessThan(128 * MEBIBYTE);
});
