// The well-formed document, token by token: strict XML 1.0 with namespaces, without a DTD, in one pass over the text.
import { endOfName, isSameStretch } from './xmlName';
import { XmlNamespaces } from './xmlNamespaces';
import { XmlTag } from './xmlTag';
import type { XmlAttribute } from './xmlTag';
import { normalise, notXml, resolveReferences, skipBlanks, Unreadable } from './xmlText';

/** An honest answer nests eight levels; a hostile one must not cost stack or memory. */
const DEPTH_MAX = 32;

/** What the bytes may call themselves; UTF-16 is what .NET writes above UTF-8 bytes when it serialises through a string. */
const DECLARED_ENCODINGS: readonly string[] = ['utf-8', 'utf8', 'us-ascii', 'utf-16'];

const DECLARATION = new RegExp(
  `<\\?xml${pair('version', '1\\.[0-9]+')}(?:${pair('encoding', '([A-Za-z][-A-Za-z0-9._]*)')})?` +
    `(?:${pair('standalone', '(?:yes|no)')})?[ \\t\\n]*\\?>`,
  'y',
);

/** The source of an expression for one part of the declaration, in either kind of quotes. */
function pair(name: string, value: string): string {
  return `[ \\t\\n]+${name}[ \\t\\n]*=[ \\t\\n]*(?:"${value}"|'${value}')`;
}

const BANG = 0x21;
const MINUS = 0x2d;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const QUESTION = 0x3f;

export type XmlToken = 'open' | 'close' | 'text' | 'end';

/** An element that is open: where its name stands, and how many namespaces were declared before it. */
class OpenElement {
  nameStart = 0;
  nameLength = 0;
  namespaces = 0;
}

/**
 * Gives one token after another, and what belongs to the last one on request. All that is passed over is checked as
 * strictly as what is asked for. Throws Unreadable, usually NOT_XML, at the first thing that is wrong.
 */
export class XmlScanner {
  readonly #text: string;
  readonly #namespaces = new XmlNamespaces();
  readonly #tag = new XmlTag();
  readonly #open: OpenElement[] = [];
  #depth = 0;
  #at = 0;
  #sawRoot = false;
  #sawEmptyTag = false;
  #pieceStart = 0;
  #pieceEnd = 0;
  #pieceHasReferences = false;
  // Where the next of each stands: text is searched for them once, and not again for each of its pieces.
  #ampersandAt = -1;
  #forbiddenAt = -1;

  constructor(text: string) {
    this.#text = normalise(text);
    this.#readDeclaration();
  }

  next(): XmlToken {
    if (this.#sawEmptyTag) {
      this.#sawEmptyTag = false;
      return this.#leave();
    }
    const text = this.#text;
    for (;;) {
      const at = this.#at;
      if (text.charCodeAt(at) !== LESS) {
        if (this.#depth > 0) return this.#readText();
        this.#at = skipBlanks(text, at);
        if (this.#at === text.length && this.#sawRoot) return 'end';
        // Only blanks may stand outside of the root, and the text must not end before it.
        if (text.charCodeAt(this.#at) !== LESS) throw notXml();
        continue;
      }
      const code = text.charCodeAt(at + 1);
      if (code === SLASH) return this.#readEndTag();
      if (code === QUESTION) this.#skipInstruction();
      else if (code !== BANG) return this.#readTag();
      else if (text.charCodeAt(at + 2) === MINUS) this.#skipComment();
      else return this.#readSection();
    }
  }

  /** Of the tag that was opened last: its name without prefix. */
  get local(): string {
    return this.#tag.local;
  }

  /** Of the tag that was opened last: its namespace, empty where it has none. */
  get uri(): string {
    return this.#namespaces.resolve(this.#tag.prefix);
  }

  /** Of the tag that was opened last: its attributes, without those that declare namespaces. */
  attributes(): readonly XmlAttribute[] {
    return this.#tag.attributes();
  }

  /** The piece of text that was read last, as what it means. */
  piece(): string {
    return this.#pieceHasReferences
      ? resolveReferences(this.#text, this.#pieceStart, this.#pieceEnd)
      : this.#text.slice(this.#pieceStart, this.#pieceEnd);
  }

  /** True where the piece of text that was read last is nothing but blanks. */
  isBlank(): boolean {
    if (this.#pieceHasReferences) {
      const piece = this.piece();
      return skipBlanks(piece, 0) === piece.length;
    }
    return skipBlanks(this.#text, this.#pieceStart) >= this.#pieceEnd;
  }

  #readDeclaration(): void {
    const text = this.#text;
    DECLARATION.lastIndex = 0;
    const found = DECLARATION.exec(text);
    // Without one the text may begin with <?xml-stylesheet; what begins like one and is none is refused with all other instructions.
    if (found === null) return;
    const encoding = (found[1] ?? found[2] ?? 'utf-8').toLowerCase();
    if (!DECLARED_ENCODINGS.includes(encoding)) throw new Unreadable('ENCODING');
    this.#at = found[0].length;
  }

  #readTag(): XmlToken {
    if (this.#depth === 0 && this.#sawRoot) throw notXml();
    if (this.#depth >= DEPTH_MAX) throw new Unreadable('TOO_DEEP');
    this.#sawRoot = true;
    const element = (this.#open[this.#depth] ??= new OpenElement());
    element.namespaces = this.#namespaces.count;
    this.#at = this.#tag.read(this.#text, this.#at + 1, this.#namespaces);
    element.nameStart = this.#tag.nameStart;
    element.nameLength = this.#tag.nameEnd - this.#tag.nameStart;
    this.#depth += 1;
    this.#sawEmptyTag = this.#tag.isEmpty;
    return 'open';
  }

  #readEndTag(): XmlToken {
    const element = this.#open[this.#depth - 1];
    const name = this.#at + 2;
    if (element === undefined || !isSameStretch(this.#text, element.nameStart, name, element.nameLength)) {
      throw notXml();
    }
    const end = skipBlanks(this.#text, name + element.nameLength);
    if (this.#text.charCodeAt(end) !== GREATER) throw notXml();
    this.#at = end + 1;
    return this.#leave();
  }

  #leave(): XmlToken {
    this.#depth -= 1;
    this.#namespaces.forget(this.#open[this.#depth]?.namespaces ?? 0);
    return 'close';
  }

  #readText(): XmlToken {
    const at = this.#at;
    const end = this.#text.indexOf('<', at);
    if (end === -1) throw notXml();
    if (this.#forbiddenAt < at) this.#forbiddenAt = this.#find(']]>', at);
    if (this.#forbiddenAt < end) throw notXml();
    if (this.#ampersandAt < at) this.#ampersandAt = this.#find('&', at);
    this.#pieceHasReferences = this.#ampersandAt < end;
    this.#pieceStart = at;
    this.#pieceEnd = end;
    this.#at = end;
    // A reference is checked even where nobody will ask for the text.
    if (this.#pieceHasReferences) resolveReferences(this.#text, at, end);
    return 'text';
  }

  /** Where `wanted` stands next, or the end of the text. */
  #find(wanted: string, from: number): number {
    const found = this.#text.indexOf(wanted, from);
    return found === -1 ? this.#text.length : found;
  }

  #readSection(): XmlToken {
    const text = this.#text;
    if (text.startsWith('<!DOCTYPE', this.#at) && !this.#sawRoot) throw new Unreadable('DOCTYPE');
    if (!text.startsWith('<![CDATA[', this.#at) || this.#depth === 0) throw notXml();
    this.#pieceStart = this.#at + '<![CDATA['.length;
    this.#pieceEnd = text.indexOf(']]>', this.#pieceStart);
    if (this.#pieceEnd === -1) throw notXml();
    this.#pieceHasReferences = false;
    this.#at = this.#pieceEnd + ']]>'.length;
    return 'text';
  }

  #skipComment(): void {
    const start = this.#at + '<!--'.length;
    const end = this.#text.indexOf('--', start);
    if (!this.#text.startsWith('<!--', this.#at) || end === -1) throw notXml();
    // Two dashes end a comment; they may not stand in one.
    if (this.#text.charCodeAt(end + 2) !== GREATER) throw notXml();
    this.#at = end + '-->'.length;
  }

  #skipInstruction(): void {
    const text = this.#text;
    const start = this.#at + '<?'.length;
    const nameEnd = endOfName(text, start);
    if (text.slice(start, nameEnd).toLowerCase() === 'xml') throw notXml();
    const end = text.indexOf('?>', nameEnd);
    if (end === -1 || (end > nameEnd && skipBlanks(text, nameEnd) === nameEnd)) throw notXml();
    this.#at = end + '?>'.length;
  }
}
