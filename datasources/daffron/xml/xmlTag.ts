// What stands between < and > where an element begins: its name and its attributes, as places in the text.
import { endOfName, isSameStretch } from './xmlName';
import type { XmlNamespaces } from './xmlNamespaces';
import { notXml, resolveAttribute, skipBlanks, Unreadable } from './xmlText';

/** One attribute of a wanted element; `uri` is empty where the name has no prefix. */
export interface XmlAttribute {
  readonly local: string;
  readonly uri: string;
  readonly value: string;
}

/** The largest honest header has some twenty; without a bound, looking for names that stand there twice could take long. */
const ATTRIBUTES_MAX = 64;

const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

const DOUBLE_QUOTE = 0x22;
const AMPERSAND = 0x26;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** Where the parts of one attribute stand. Used again for each tag, since most are only checked. */
class AttributePlace {
  start = 0;
  /** Where the name behind the colon begins; `start` for a name without prefix. */
  localStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** False where the value holds references, or blanks that are not spaces. */
  isPlain = true;
  declares = false;
  uri = '';

  /** Reads the attribute whose name begins at `at`, and says where it ends. */
  read(text: string, at: number): number {
    this.start = at;
    this.localStart = at;
    this.nameEnd = endOfName(text, at);
    if (text.charCodeAt(this.nameEnd) === COLON) {
      this.localStart = this.nameEnd + 1;
      this.nameEnd = endOfName(text, this.localStart);
    }
    const equals = skipBlanks(text, this.nameEnd);
    if (text.charCodeAt(equals) !== EQUALS) throw notXml();
    const quoteAt = skipBlanks(text, equals + 1);
    const quote = text.charCodeAt(quoteAt);
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) throw notXml();
    this.valueStart = quoteAt + 1;
    this.#readValue(text, quote);
    const prefixEnd = this.localStart === at ? this.nameEnd : this.localStart - 1;
    this.declares = prefixEnd - at === 5 && text.startsWith('xmlns', at);
    return this.valueEnd + 1;
  }

  #readValue(text: string, quote: number): void {
    let isPlain = true;
    let hasReference = false;
    let at = this.valueStart;
    for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
      if (code === LESS || at >= text.length) throw notXml();
      if (code === AMPERSAND) hasReference = true;
      if (code === AMPERSAND || code < 0x20) isPlain = false;
      at += 1;
    }
    this.valueEnd = at;
    this.isPlain = isPlain;
    // A reference is checked even where nobody will ask for the value.
    if (hasReference) resolveAttribute(text, this.valueStart, at);
  }

  prefix(text: string): string {
    return this.localStart === this.start ? '' : text.slice(this.start, this.localStart - 1);
  }

  local(text: string): string {
    return text.slice(this.localStart, this.nameEnd);
  }

  value(text: string): string {
    if (this.isPlain) return text.slice(this.valueStart, this.valueEnd);
    return resolveAttribute(text, this.valueStart, this.valueEnd);
  }

  declare(text: string, namespaces: XmlNamespaces): void {
    namespaces.declare(this.localStart === this.start ? '' : this.local(text), this.value(text));
  }

  /** The same name in the same namespace, though perhaps by another prefix. */
  isNamedAs(other: AttributePlace, text: string): boolean {
    const length = this.nameEnd - this.localStart;
    return (
      length === other.nameEnd - other.localStart &&
      isSameStretch(text, this.localStart, other.localStart, length) &&
      this.declares === other.declares &&
      (this.declares ? this.prefix(text) === other.prefix(text) : this.uri === other.uri)
    );
  }
}

/** The tag that was read last. */
export class XmlTag {
  #text = '';
  #nameStart = 0;
  #localStart = 0;
  #nameEnd = 0;
  #isEmpty = false;
  #count = 0;
  readonly #places: AttributePlace[] = [];

  get nameStart(): number {
    return this.#nameStart;
  }

  get nameEnd(): number {
    return this.#nameEnd;
  }

  /** True for a tag that also ends its element. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  get local(): string {
    return this.#text.slice(this.#localStart, this.#nameEnd);
  }

  /** What the element's own name has before the colon; empty without one. */
  get prefix(): string {
    return this.#localStart === this.#nameStart ? '' : this.#text.slice(this.#nameStart, this.#localStart - 1);
  }

  /** Reads the tag whose name begins at `at`, declares what it declares, checks it all, and says where it ends. */
  read(text: string, at: number, namespaces: XmlNamespaces): number {
    this.#text = text;
    this.#nameStart = at;
    this.#localStart = at;
    this.#nameEnd = endOfName(text, at);
    if (text.charCodeAt(this.#nameEnd) === COLON) {
      this.#localStart = this.#nameEnd + 1;
      this.#nameEnd = endOfName(text, this.#localStart);
    }
    this.#count = 0;
    const end = this.#readAttributes(text, namespaces);
    if (this.#localStart !== at) namespaces.resolve(this.prefix);
    this.#checkAttributes(text, namespaces);
    return end;
  }

  /** The attributes, without those that declare namespaces. */
  attributes(): readonly XmlAttribute[] {
    if (this.#count === 0) return NO_ATTRIBUTES;
    const text = this.#text;
    const found: XmlAttribute[] = [];
    for (let at = 0; at < this.#count; at += 1) {
      const place = this.#places[at];
      if (place === undefined || place.declares) continue;
      found.push({ local: place.local(text), uri: place.uri, value: place.value(text) });
    }
    return found;
  }

  #readAttributes(text: string, namespaces: XmlNamespaces): number {
    let at = this.#nameEnd;
    for (;;) {
      const next = skipBlanks(text, at);
      const code = text.charCodeAt(next);
      this.#isEmpty = code === SLASH;
      if (code === GREATER) return next + 1;
      if (code === SLASH) {
        if (text.charCodeAt(next + 1) !== GREATER) throw notXml();
        return next + 2;
      }
      if (next === at) throw notXml();
      if (this.#count >= ATTRIBUTES_MAX) throw new Unreadable('TOO_MANY_ATTRIBUTES');
      const place = (this.#places[this.#count] ??= new AttributePlace());
      this.#count += 1;
      at = place.read(text, next);
      if (place.declares) place.declare(text, namespaces);
    }
  }

  /** Only now is every prefix declared that the tag's own attributes may use. */
  #checkAttributes(text: string, namespaces: XmlNamespaces): void {
    for (let at = 0; at < this.#count; at += 1) {
      const place = this.#places[at];
      if (place === undefined) continue;
      const prefix = place.declares ? '' : place.prefix(text);
      // The default namespace is not that of attributes.
      place.uri = prefix === '' ? '' : namespaces.resolve(prefix);
      for (let earlier = 0; earlier < at; earlier += 1) {
        if (this.#places[earlier]?.isNamedAs(place, text) === true) throw notXml();
      }
    }
  }
}
