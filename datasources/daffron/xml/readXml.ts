// A strict reader of answers: only the elements a shape names are kept, everything doubtful is refused with a short code.
import { NotXml } from './xmlCharacters';
import { scanXml, type XmlAttribute, type XmlHearer } from './xmlScanner';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** An honest answer nests eight levels; a hostile one must not cost stack or memory. */
const DEPTH_MAX = 32;

/** XML's own four blanks: `trim()` would also swallow characters that are text. */
const NOT_BLANK = /[^ \t\r\n]/;

/** What the bytes may call themselves; UTF-16 is what .NET writes above UTF-8 bytes when it serialises through a string. */
const DECLARED_ENCODINGS: readonly string[] = ['utf-8', 'utf8', 'us-ascii', 'utf-16'];

/** Which elements are wanted at one place of the document. */
export interface Shape {
  /** The namespaces the element may be in; absent where any will do (faults of SOAP 1.1 have none). */
  readonly namespaces?: readonly string[];
  /** Wanted children by local name; absent for an element that holds text. */
  readonly children?: ReadonlyMap<string, Shape>;
  /** True where a child that is not wanted makes the answer unreadable, instead of being passed over. */
  readonly closed?: boolean;
}

/** One wanted element with what it held. */
export interface XmlElement {
  readonly name: string;
  readonly shape: Shape;
  readonly attributes: readonly XmlAttribute[];
  /** xsi:nil was set. */
  readonly nil: boolean;
  readonly children: XmlElement[];
  /** How many children were passed over because the shape does not know them. */
  skipped: number;
  text: string;
}

/** Thrown by everything that reads an answer; the code says why it cannot be used, and never what it said. */
export class Unreadable extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'Unreadable';
  }
}

/**
 * The text of a body: UTF-8 (with or without a mark) or UTF-16 with its mark. Throws Unreadable ENCODING for bytes that
 * are neither, rather than putting replacement characters where text was.
 */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  const encoding = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : (utf16 ?? 'utf-8');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable('ENCODING');
  }
}

/**
 * The root element, read by `shape`, with the wanted elements below it. Throws Unreadable for a document that is not
 * well-formed, has a DOCTYPE, nests too deep, has another root, or breaks the shape.
 */
export function readXml(text: string, rootName: string, shape: Shape): XmlElement {
  const reader = new Reader(rootName, shape);
  try {
    const encoding = scanXml(text, reader)?.toLowerCase() ?? 'utf-8';
    if (!DECLARED_ENCODINGS.includes(encoding)) throw new Unreadable('ENCODING');
  } catch (error) {
    throw error instanceof NotXml ? new Unreadable(error.code) : error;
  }
  if (reader.root === undefined) throw new Unreadable('NOT_XML');
  return reader.root;
}

/** The one child of that name, or undefined; throws where it stands there more than once. */
export function onlyChild(element: XmlElement, name: string): XmlElement | undefined {
  let found: XmlElement | undefined;
  for (const child of element.children) {
    if (child.name !== name) continue;
    if (found !== undefined) throw new Unreadable('DUPLICATE_ELEMENT');
    found = child;
  }
  return found;
}

/** The value of an attribute without prefix, or undefined. */
export function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((each) => each.name === name)?.value;
}

/** Keeps the path of wanted elements that are open, and counts how deep it is inside one that is passed over. */
class Reader implements XmlHearer {
  root: XmlElement | undefined;
  readonly #rootName: string;
  readonly #rootShape: Shape;
  readonly #open: XmlElement[] = [];
  #skipping = 0;

  constructor(rootName: string, rootShape: Shape) {
    this.#rootName = rootName;
    this.#rootShape = rootShape;
  }

  open(local: string, uri: string, attributes: readonly XmlAttribute[]): void {
    if (this.#open.length + this.#skipping >= DEPTH_MAX) throw new Unreadable('TOO_DEEP');
    if (this.#skipping > 0) {
      this.#skipping += 1;
      return;
    }
    const parent = this.#open.at(-1);
    const shape = parent === undefined ? this.#shapeOfRoot(local) : parent.shape.children?.get(local);
    if (shape === undefined) return this.#skip(parent);
    // A wanted name in another namespace is somebody else's word; passing over it could turn a debt into 0.00.
    if (shape.namespaces !== undefined && !shape.namespaces.includes(uri)) throw new Unreadable('WRONG_NAMESPACE');
    const element = { name: local, shape, attributes, nil: readNil(attributes), children: [], skipped: 0, text: '' };
    if (parent === undefined) this.root = element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  close(): void {
    if (this.#skipping > 0) {
      this.#skipping -= 1;
      return;
    }
    const element = this.#open.pop();
    if (element?.nil === true && (element.children.length > 0 || NOT_BLANK.test(element.text))) {
      throw new Unreadable('NIL_WITH_CONTENT');
    }
  }

  text(piece: string): void {
    const element = this.#open.at(-1);
    if (element === undefined || this.#skipping > 0) return;
    if (element.shape.children === undefined) element.text += piece;
    else if (NOT_BLANK.test(piece)) throw new Unreadable('STRAY_TEXT');
  }

  #shapeOfRoot(local: string): Shape {
    if (local !== this.#rootName) throw new Unreadable('WRONG_ROOT');
    return this.#rootShape;
  }

  #skip(parent: XmlElement | undefined): void {
    if (parent === undefined || parent.shape.closed === true || parent.shape.children === undefined) {
      throw new Unreadable('UNEXPECTED_ELEMENT');
    }
    parent.skipped += 1;
    this.#skipping = 1;
  }
}

function readNil(attributes: readonly XmlAttribute[]): boolean {
  for (const { local, uri, value } of attributes) {
    if (local !== 'nil' || uri !== XSI) continue;
    if (value === 'true' || value === '1') return true;
    if (value !== 'false' && value !== '0') throw new Unreadable('NIL');
  }
  return false;
}
