// Cuts a bill file into records as its bytes arrive, in memory that neither a long line nor a long file can grow.
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { BifRefusal } from './bifRefusal';
import { QuotedRecord, trimSpaces, withoutCarriageReturn } from './quotedRecord';

export interface BifLimits {
  readonly fileBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly recordBytes: number;
  /**
   * How long the next bytes may take to come, in milliseconds, and for how long a sender may be slow; undefined for a file
   * on disk, which is neither.
   */
  readonly silenceMs: number | undefined;
}

/** The limits of the file format; a record is a row with all its lines. */
export const BIF_LIMITS: BifLimits = {
  fileBytes: 2 ** 30,
  rows: 2_000_000,
  columns: 200,
  recordBytes: 65_536,
  silenceMs: undefined,
};

/** `line` is the number of the record's first line in the file, counted from 1; blank lines count. */
export type BifRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly broken: 'QUOTE_NOT_CLOSED' | 'RECORD_TOO_LONG' }
  | { readonly line: number; readonly trailer: readonly string[] };

/** Enough to make the cost of a block small beside the cost of its rows, little enough to be nothing in memory. */
const BLOCK_BYTES = 65_536;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const TRAILER = '#TRAILER';
/** Longest UTF-8 form of one UTF-16 unit, in bytes. */
const UNIT_BYTES_MAX = 3;

/**
 * The bytes of a stream in blocks of about one size, whatever the sizes in which they came. The stream is not destroyed
 * when the reader stops early: behind an HTTP request stands a caller who waits for the report.
 */
export async function* blocksOf(stream: Readable, silenceMs?: number): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const piece of heard(stream, silenceMs)) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    gathered.push(bytes);
    size += bytes.length;
    if (size < BLOCK_BYTES) continue;
    const all = gathered.length === 1 ? bytes : Buffer.concat(gathered, size);
    gathered = [];
    size = 0;
    for (let at = 0; at < all.length; at += BLOCK_BYTES) yield all.subarray(at, at + BLOCK_BYTES);
  }
  if (size > 0) yield Buffer.concat(gathered, size);
}

/** The slowest line of a utility that we know of brings ten times as much; in bytes for a millisecond. */
const PACE_MIN = 16;

/**
 * The pieces of a stream as they come. A sender who falls silent, or sends a byte now and then, would hold a transaction
 * open for as long as he likes; only time in which somebody waits for him counts, and not what a slow database takes.
 */
async function* heard(stream: Readable, silenceMs: number | undefined): AsyncGenerator<Buffer | string> {
  const pieces: AsyncIterator<Buffer | string> = stream.iterator({ destroyOnReturn: false });
  let bytes = 0;
  let waitedMs = 0;
  for (;;) {
    const next = pieces.next();
    const beganMs = performance.now();
    const piece = await (silenceMs === undefined ? next : withinSilence(next, silenceMs));
    if (piece.done === true) return;
    waitedMs += performance.now() - beganMs;
    bytes += piece.value.length;
    if (silenceMs !== undefined && waitedMs > silenceMs + bytes / PACE_MIN) throw new BifRefusal('SENDER_TOO_SLOW');
    yield piece.value;
  }
}

async function withinSilence<T>(next: Promise<T>, silenceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BifRefusal('SENDER_SILENT')), silenceMs);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The records of a bill file, a batch for each block: the header first (as a record like any other), then rows, then the
 * trailer if there is one. A row that cannot be cut is told as broken, and reading goes on at the line behind its first.
 * Throws BifRefusal where the file as a whole cannot be read.
 */
export async function* readBif(
  blocks: AsyncIterable<Buffer>,
  limits: BifLimits = BIF_LIMITS,
): AsyncGenerator<readonly BifRecord[]> {
  const cutter = new RecordCutter(limits);
  for await (const block of blocks) {
    cutter.take(block);
    yield cutter.takeRecords();
  }
  cutter.end();
  yield cutter.takeRecords();
}

class RecordCutter {
  #records: BifRecord[] = [];
  #bytes = 0;
  #rows = 0;
  /** Number of the last line that was read. */
  #line = 0;
  /** Fields of the header; zero until it was read. */
  #width = 0;
  #hasTrailer = false;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0);
  /** Checks the bytes of a line that is too long to be kept; undefined outside of such a line. */
  #longLine: TextDecoder | undefined;
  #quoted: QuotedRecord | undefined;

  constructor(private readonly limits: BifLimits) {}

  takeRecords(): readonly BifRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  take(block: Buffer): void {
    const isFirst = this.#bytes === 0;
    this.#bytes += block.length;
    if (this.#bytes > this.limits.fileBytes) throw new BifRefusal('FILE_TOO_LARGE');
    // No text holds a zero byte; UTF-16 is full of them.
    if (block.includes(0)) throw new BifRefusal('NOT_UTF8');
    let bytes = isFirst && block.subarray(0, 3).equals(BYTE_ORDER_MARK) ? block.subarray(3) : block;
    if (this.#longLine !== undefined) bytes = this.#skipLongLine(this.#longLine, bytes);
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = joined.lastIndexOf(LINE_FEED) + 1;
    this.#takeLines(decode(joined.subarray(0, end)));
    this.#rest = joined.subarray(end);
    if (this.#rest.length > this.limits.recordBytes) {
      this.#longLine = new TextDecoder('utf-8', { fatal: true });
      this.#skipLongLine(this.#longLine, this.#rest);
      this.#rest = Buffer.alloc(0);
    }
  }

  end(): void {
    if (this.#longLine !== undefined) {
      checkBytes(this.#longLine, Buffer.alloc(0), false);
      this.#breakLongLine();
    } else if (this.#rest.length > 0) {
      this.#takeLine(decode(this.#rest));
    }
    // Lines that wait for a closing quote are read again without their first one, until none waits.
    while (this.#quoted !== undefined) this.#breakQuoted(this.#quoted);
    if (this.#width === 0) throw new BifRefusal('FILE_EMPTY');
  }

  /** Passes over the bytes of a line that is too long; returns what stands behind its end. */
  #skipLongLine(decoder: TextDecoder, bytes: Buffer): Buffer {
    const end = bytes.indexOf(LINE_FEED);
    checkBytes(decoder, end < 0 ? bytes : bytes.subarray(0, end), end < 0);
    if (end < 0) return Buffer.alloc(0);
    this.#breakLongLine();
    return bytes.subarray(end + 1);
  }

  #breakLongLine(): void {
    this.#longLine = undefined;
    // A quote that waits for its end cannot find it here: the record would be too long.
    while (this.#quoted !== undefined) this.#breakQuoted(this.#quoted);
    this.#line += 1;
    this.#addRow({ line: this.#line, broken: 'RECORD_TOO_LONG' });
  }

  #takeLines(text: string): void {
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      this.#takeLine(text.slice(from, to));
      from = to + 1;
    }
  }

  /** One line without its LF. */
  #takeLine(line: string): void {
    if (this.#quoted !== undefined) {
      this.#feed(this.#quoted, line);
      return;
    }
    this.#line += 1;
    const text = withoutCarriageReturn(line);
    if (trimSpaces(text) === '') return;
    if (this.#hasTrailer) throw new BifRefusal('TRAILER_NOT_LAST');
    if (this.#isTooLong(text)) this.#addRow({ line: this.#line, broken: 'RECORD_TOO_LONG' });
    else if (this.#width > 0 && (text === TRAILER || text.startsWith(`${TRAILER}|`))) {
      this.#hasTrailer = true;
      this.#records.push({ line: this.#line, trailer: text.split('|').map(trimSpaces) });
    } else if (text.includes('"')) {
      this.#feed(new QuotedRecord(this.#line, this.#width === 0 ? this.limits.columns : this.#width), line);
    } else this.#addRow({ line: this.#line, fields: text.split('|').map(trimSpaces) });
  }

  #feed(record: QuotedRecord, line: string): void {
    this.#quoted = record;
    const state = record.feed(line);
    const fits = record.bytes <= this.limits.recordBytes;
    if (state === 'open' && fits) return;
    // A record over several lines with too few or too many fields is a quote that was not closed, and good rows in it.
    const isRecord = state === 'closed' && fits && (record.lines.length === 1 || record.fields.length === this.#width);
    if (!isRecord) {
      this.#breakQuoted(record);
      return;
    }
    this.#quoted = undefined;
    this.#line = record.firstLine + record.lines.length - 1;
    this.#addRow({ line: record.firstLine, fields: record.fields });
  }

  /** Gives up the first line of a record that is none, and reads the lines behind it as lines of their own. */
  #breakQuoted(record: QuotedRecord): void {
    this.#quoted = undefined;
    this.#line = record.firstLine;
    this.#addRow({ line: record.firstLine, broken: 'QUOTE_NOT_CLOSED' });
    for (const line of record.lines.slice(1)) this.#takeLine(line);
  }

  #isTooLong(text: string): boolean {
    const { recordBytes } = this.limits;
    return text.length * UNIT_BYTES_MAX > recordBytes && Buffer.byteLength(text) > recordBytes;
  }

  #addRow(record: BifRecord): void {
    if (this.#width === 0) this.#checkHeader(record);
    else this.#rows += 1;
    if (this.#rows > this.limits.rows) throw new BifRefusal('TOO_MANY_ROWS');
    this.#records.push(record);
  }

  #checkHeader(record: BifRecord): void {
    if (!('fields' in record)) throw new BifRefusal('HEADER_UNREADABLE');
    if (record.fields.some((name) => name.includes('\r'))) throw new BifRefusal('LINE_ENDS_NOT_SUPPORTED');
    if (record.fields.length > this.limits.columns) throw new BifRefusal('TOO_MANY_COLUMNS');
    this.#width = record.fields.length;
  }
}

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new BifRefusal('NOT_UTF8');
  return bytes.toString('utf8');
}

function checkBytes(decoder: TextDecoder, bytes: Buffer, isMoreToCome: boolean): void {
  try {
    decoder.decode(bytes, { stream: isMoreToCome });
  } catch {
    throw new BifRefusal('NOT_UTF8');
  }
}
