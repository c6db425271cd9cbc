// One record of a bill file that holds quotes: it may go over several lines, and is fed one line after the other.

export type RecordState = 'open' | 'closed' | 'malformed';

const SPACE = 0x20;

/** A field without quotes, its outer spaces removed; other white space is data. */
export function trimSpaces(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) === SPACE) from += 1;
  while (to > from && text.charCodeAt(to - 1) === SPACE) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** A line without the CR of a CR LF. */
export function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

export class QuotedRecord {
  /** The texts of the fields read so far. */
  readonly fields: string[] = [];
  /** The lines as they came, to be read again one by one should the record turn out not to be one. */
  readonly lines: string[] = [];
  /** Length of all lines with their ends. */
  bytes = 0;
  readonly #widthMax: number;
  #part = '';
  #isOpen = false;

  /**
   * @param firstLine number of the record's first line in the file.
   * @param widthMax a record with more fields is none; it bounds how often a line is read again.
   */
  constructor(
    readonly firstLine: number,
    widthMax: number,
  ) {
    this.#widthMax = widthMax;
  }

  /** Reads one more line (without its LF): `open` wants another, `closed` is whole, `malformed` never will be. */
  feed(line: string): RecordState {
    this.lines.push(line);
    this.bytes += Buffer.byteLength(line) + 1;
    const text = withoutCarriageReturn(line);
    let at = 0;
    for (;;) {
      const next = this.#isOpen ? this.#readQuoted(text, at) : this.#readField(text, at);
      if (this.fields.length > this.#widthMax) return 'malformed';
      if (typeof next === 'number') at = next;
      else {
        if (next === 'open') this.#part += line.length === text.length ? '\n' : '\r\n';
        return next;
      }
    }
  }

  /** From the start of a field to the start of the next one, or into its quotes. */
  #readField(text: string, at: number): number | RecordState {
    const first = skipSpaces(text, at);
    if (text[first] === '"') {
      this.#isOpen = true;
      this.#part = '';
      return first + 1;
    }
    const delimiter = text.indexOf('|', at);
    this.fields.push(trimSpaces(delimiter < 0 ? text.slice(at) : text.slice(at, delimiter)));
    return delimiter < 0 ? 'closed' : delimiter + 1;
  }

  /** Inside quotes, up to the closing one and the delimiter behind it; two quotes are one that is meant. */
  #readQuoted(text: string, at: number): number | RecordState {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      this.#part += text.slice(at);
      return 'open';
    }
    const isDoubled = text[quote + 1] === '"';
    this.#part += text.slice(at, isDoubled ? quote + 1 : quote);
    if (isDoubled) return quote + 2;
    this.#isOpen = false;
    this.fields.push(this.#part);
    const behind = skipSpaces(text, quote + 1);
    if (behind === text.length) return 'closed';
    return text[behind] === '|' ? behind + 1 : 'malformed';
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at += 1;
  return at;
}
