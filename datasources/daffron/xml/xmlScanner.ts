// XML 1.0 with namespaces, strictly and in one pass: what is not well-formed is refused, and so is every DTD, for nothing that
// speaks SOAP may send one (SOAP 1.1, 3). Only its five entities and character references are known.

import { ASCII_NAME, DECLARATION, NAME, NO_CHARACTER, NotXml, withoutReferences } from './xmlCharacters';

export interface XmlAttribute {
  /** As it was written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** Empty for a name without prefix. */
  readonly uri: string;
  readonly value: string;
}

/** Hears what a document holds, in its order; whatever it throws ends the reading. */
export interface XmlHearer {
  open(local: string, uri: string, attributes: readonly XmlAttribute[]): void;
  close(): void;
  /** Text or CDATA inside the root; one text may come in pieces. */
  text(piece: string): void;
}

const XML_NS = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NS = 'http://www.w3.org/2000/xmlns/';

const BLANKS = /[ \t\n]*/y;
const BLANK_ONLY = /^[ \t\n]*$/;
const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

/** Reads the whole document and returns the encoding that it declares, if it does. Throws NotXml. */
export function scanXml(written: string, hearer: XmlHearer): string | undefined {
  // Line ends are one character before anything else is looked at (XML 1.0, 2.11).
  const text = written.includes('\r') ? written.replaceAll(/\r\n?/g, '\n') : written;
  if (NO_CHARACTER.test(text)) throw new NotXml('NOT_XML');
  return new Scanner(text, hearer).scan();
}

class Scanner {
  #at = 0;
  /** Names of the open elements, as they were written, and how many bindings each found in force. */
  readonly #open: { readonly name: string; readonly bindings: number }[] = [];
  readonly #prefixes: string[] = ['xml', ''];
  readonly #uris: string[] = [XML_NS, ''];
  /** Looked for once: without them no text need be searched for them. */
  readonly #hasReferences: boolean;
  readonly #hasSectionEnds: boolean;

  constructor(
    private readonly source: string,
    private readonly hearer: XmlHearer,
  ) {
    this.#hasReferences = source.includes('&');
    this.#hasSectionEnds = source.includes(']]>');
  }

  scan(): string | undefined {
    if (this.source.charCodeAt(0) === 0xfeff) this.#at = 1;
    const encoding = this.#declaration();
    let hadRoot = false;
    for (;;) {
      const from = this.#at;
      const to = this.source.indexOf('<', from);
      if (this.#open.length > 0) {
        if (to < 0) throw new NotXml('NOT_XML');
        if (to > from) this.#text(from, to);
      } else if (!BLANK_ONLY.test(this.source.slice(from, to < 0 ? undefined : to))) {
        throw new NotXml('NOT_XML');
      }
      if (to < 0) break;
      this.#at = to;
      hadRoot = this.#markup(hadRoot);
    }
    if (!hadRoot) throw new NotXml('NOT_XML');
    return encoding;
  }

  #declaration(): string | undefined {
    DECLARATION.lastIndex = this.#at;
    const found = DECLARATION.exec(this.source);
    if (found === null) return undefined;
    this.#at = DECLARATION.lastIndex;
    return found[1] ?? found[2];
  }

  /** Whatever begins with '<'; true where the root was met by now. */
  #markup(hadRoot: boolean): boolean {
    const { source } = this;
    const at = this.#at;
    const next = source.charCodeAt(at + 1);
    if (next === SLASH) {
      this.#endTag();
    } else if (next === QUESTION) {
      this.#instruction();
    } else if (next !== EXCLAMATION) {
      if (hadRoot && this.#open.length === 0) throw new NotXml('NOT_XML');
      this.#startTag();
      return true;
    } else if (source.startsWith('<!--', at)) {
      const dashes = source.indexOf('--', at + 4);
      // Two dashes are the end, or nothing that may stand in a comment.
      if (dashes < 0 || source.charCodeAt(dashes + 2) !== GREATER) throw new NotXml('NOT_XML');
      this.#at = dashes + 3;
    } else if (source.startsWith('<![CDATA[', at) && this.#open.length > 0) {
      const end = source.indexOf(']]>', at + 9);
      if (end < 0) throw new NotXml('NOT_XML');
      this.hearer.text(source.slice(at + 9, end));
      this.#at = end + 3;
    } else {
      throw new NotXml(source.startsWith('<!DOCTYPE', at) && !hadRoot ? 'DOCTYPE' : 'NOT_XML');
    }
    return hadRoot;
  }

  #text(from: number, to: number): void {
    const piece = this.source.slice(from, to);
    if (this.#hasSectionEnds && piece.includes(']]>')) throw new NotXml('NOT_XML');
    this.hearer.text(this.#hasReferences ? withoutReferences(piece) : piece);
  }

  #instruction(): void {
    this.#at += 2;
    const target = this.#name();
    const end = this.source.indexOf('?>', this.#at);
    if (end < 0 || target.toLowerCase() === 'xml' || (end > this.#at && !this.#skipBlanks()))
      throw new NotXml('NOT_XML');
    this.#at = end + 2;
  }

  #endTag(): void {
    const element = this.#open.pop();
    if (element === undefined || !this.source.startsWith(element.name, this.#at + 2)) throw new NotXml('NOT_XML');
    this.#at += 2 + element.name.length;
    this.#skipBlanks();
    this.#expect(GREATER);
    this.#close(element.bindings);
  }

  #close(bindings: number): void {
    this.#prefixes.length = bindings;
    this.#uris.length = bindings;
    this.hearer.close();
  }

  #startTag(): void {
    const from = ++this.#at;
    const bindings = this.#prefixes.length;
    const first = this.#name();
    const hasPrefix = this.source.charCodeAt(this.#at) === COLON;
    const local = hasPrefix ? this.#nameAfterColon() : first;
    const name = hasPrefix ? this.source.slice(from, this.#at) : first;
    const attributes = this.#attributes();
    const isEmpty = this.source.charCodeAt(this.#at) === SLASH;
    if (isEmpty) this.#at += 1;
    this.#expect(GREATER);
    this.hearer.open(local, this.#uriOf(hasPrefix ? first : ''), attributes);
    if (isEmpty) this.#close(bindings);
    else this.#open.push({ name, bindings });
  }

  #attributes(): readonly XmlAttribute[] {
    let written: RawAttribute[] | undefined;
    for (;;) {
      const hadBlanks = this.#skipBlanks();
      const next = this.source.charCodeAt(this.#at);
      if (next === GREATER || next === SLASH) break;
      if (!hadBlanks) throw new NotXml('NOT_XML');
      const attribute = this.#attribute();
      if (written?.some(({ name }) => name === attribute.name) === true) throw new NotXml('NOT_XML');
      (written ??= []).push(attribute);
    }
    return written === undefined ? NO_ATTRIBUTES : this.#resolve(written);
  }

  #attribute(): RawAttribute {
    const from = this.#at;
    const first = this.#name();
    const hasPrefix = this.source.charCodeAt(this.#at) === COLON;
    const local = hasPrefix ? this.#nameAfterColon() : first;
    const name = hasPrefix ? this.source.slice(from, this.#at) : first;
    this.#skipBlanks();
    this.#expect(EQUALS);
    this.#skipBlanks();
    const quote = this.source[this.#at];
    const end = quote === '"' || quote === "'" ? this.source.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) throw new NotXml('NOT_XML');
    const raw = this.source.slice(this.#at + 1, end);
    this.#at = end + 1;
    if (raw.includes('<')) throw new NotXml('NOT_XML');
    // A blank is a space unless it is written as a reference (XML 1.0, 3.3.3).
    const spaced = raw.replaceAll(/[\t\n]/g, ' ');
    const prefix = hasPrefix ? first : '';
    return { name, prefix, local, value: this.#hasReferences ? withoutReferences(spaced) : spaced };
  }

  /** The attributes with their namespaces, which those very attributes may declare. */
  #resolve(written: readonly RawAttribute[]): readonly XmlAttribute[] {
    for (const { name, prefix, local, value } of written) {
      if (name === 'xmlns') this.#bind('', value.trim());
      else if (prefix === 'xmlns') this.#bind(local, value.trim());
    }
    const attributes = written.map(({ name, prefix, local, value }) => {
      const uri = prefix === 'xmlns' || name === 'xmlns' ? XMLNS_NS : prefix === '' ? '' : this.#uriOf(prefix);
      return { name, local, uri, value };
    });
    const isTwice = (one: XmlAttribute, at: number): boolean =>
      one.uri !== '' && attributes.findIndex(({ local, uri }) => local === one.local && uri === one.uri) < at;
    if (attributes.some(isTwice)) throw new NotXml('NOT_XML');
    return attributes;
  }

  /** Nobody may take a reserved name, and only the default namespace may be taken back (Namespaces in XML 1.0, 3 and 5). */
  #bind(prefix: string, uri: string): void {
    const isReserved = uri === XMLNS_NS || (uri === XML_NS) !== (prefix === 'xml') || prefix === 'xmlns';
    if (isReserved || (uri === '' && prefix !== '')) throw new NotXml('NOT_XML');
    this.#prefixes.push(prefix);
    this.#uris.push(uri);
  }

  #uriOf(prefix: string): string {
    const uri = this.#uris[this.#prefixes.lastIndexOf(prefix)];
    if (uri === undefined) throw new NotXml('NOT_XML');
    return uri;
  }

  #name(): string {
    const { source } = this;
    const at = this.#at;
    ASCII_NAME.lastIndex = at;
    let end = ASCII_NAME.test(source) ? ASCII_NAME.lastIndex : at;
    if (end === at || source.charCodeAt(end) > LAST_ASCII) {
      NAME.lastIndex = at;
      if (!NAME.test(source)) throw new NotXml('NOT_XML');
      end = NAME.lastIndex;
    }
    this.#at = end;
    return source.slice(at, end);
  }

  #nameAfterColon(): string {
    this.#at += 1;
    return this.#name();
  }

  /** True where there were any. */
  #skipBlanks(): boolean {
    const next = this.source.charCodeAt(this.#at);
    if (next === GREATER || next === EQUALS) return false;
    BLANKS.lastIndex = this.#at;
    BLANKS.test(this.source);
    const hadAny = BLANKS.lastIndex > this.#at;
    this.#at = BLANKS.lastIndex;
    return hadAny;
  }

  #expect(character: number): void {
    if (this.source.charCodeAt(this.#at) !== character) throw new NotXml('NOT_XML');
    this.#at += 1;
  }
}

interface RawAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

const EXCLAMATION = 0x21;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const LAST_ASCII = 0x7f;
