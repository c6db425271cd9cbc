// Characters of a document: from bytes to text, what XML does not allow, and what stands for another character.

/** Thrown by everything that reads an answer; the code says why it cannot be used, and never what it said. */
export class Unreadable extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'Unreadable';
  }
}

/** What every breach of XML's own rules is called: which one it was would help nobody who reads a log. */
export function notXml(): Unreadable {
  return new Unreadable('NOT_XML');
}

/** Decoding in one piece leaves nothing behind in a decoder, so that one of each serves all answers. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const UTF_16LE = new TextDecoder('utf-16le', { fatal: true });
const UTF_16BE = new TextDecoder('utf-16be', { fatal: true });

/**
 * The text of a body: UTF-8 (with or without a mark) or UTF-16 with its mark. Throws Unreadable ENCODING for bytes that
 * are neither, rather than putting replacement characters where text was.
 */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? UTF_16LE : undefined;
  const decoder = bytes[0] === 0xfe && bytes[1] === 0xff ? UTF_16BE : (utf16 ?? UTF_8);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Unreadable('ENCODING');
  }
}

/** What XML forbids, and halves of pairs, which need the closer look of the second: by code points it costs ten times as much. */
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const SUSPECT = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex -- As above.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/u;

/** The text as XML wants it read: no forbidden character in it, every end of a line a single line feed, and no mark. */
export function normalise(text: string): string {
  if (SUSPECT.test(text) && FORBIDDEN.test(text)) throw notXml();
  const unmarked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return unmarked.includes('\r') ? unmarked.replaceAll(/\r\n?/g, '\n') : unmarked;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The text from `start` to `end` with its references replaced; throws for any that is neither a character nor one of the five. */
export function resolveReferences(text: string, start: number, end: number): string {
  let resolved = '';
  let at = start;
  for (;;) {
    const ampersand = text.indexOf('&', at);
    if (ampersand === -1 || ampersand >= end) return resolved + text.slice(at, end);
    // One that stands behind the end makes a name with markup in it, which is none.
    const semicolon = text.indexOf(';', ampersand);
    if (semicolon === -1) throw notXml();
    resolved += text.slice(at, ampersand) + referred(text.slice(ampersand + 1, semicolon));
    at = semicolon + 1;
  }
}

function referred(name: string): string {
  const entity = ENTITIES.get(name);
  if (entity !== undefined) return entity;
  const [, decimal, hexadecimal = ''] = /^#(?:(\d+)|x([\da-fA-F]+))$/.exec(name) ?? [];
  const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number.parseInt(decimal, 10);
  // Also false for NaN, which is what all other references come to.
  if (!(code <= 0x10ffff)) throw notXml();
  const character = String.fromCodePoint(code);
  if (FORBIDDEN.test(character)) throw notXml();
  return character;
}

/** What the value of an attribute means: tabs and ends of lines are blanks in it, unless they are written as references. */
export function resolveAttribute(text: string, start: number, end: number): string {
  return resolveReferences(text.slice(start, end).replaceAll(/[\t\n]/g, ' '), 0, end - start);
}

/** XML's own blanks: `trim()` would also swallow characters that are text. */
function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** The first place from `at` on where no blank stands. */
export function skipBlanks(text: string, at: number): number {
  let place = at;
  while (isBlankCode(text.charCodeAt(place))) place += 1;
  return place;
}
