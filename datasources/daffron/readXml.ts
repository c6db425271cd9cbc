// A strict reader of answers: only the elements a shape names are kept, everything doubtful is refused with a short code.
import { XmlScanner } from './xml/xmlScanner';
import type { XmlAttribute } from './xml/xmlTag';
import { notXml, Unreadable } from './xml/xmlText';

export { decodeText, Unreadable } from './xml/xmlText';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** XML's own four blanks: `trim()` would also swallow characters that are text. */
const NOT_BLANK = /[^ \t\r\n]/;

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
  /** Without those that declare namespaces. */
  readonly attributes: readonly XmlAttribute[];
  /** xsi:nil was set. */
  readonly nil: boolean;
  readonly children: XmlElement[];
  /** How many children were passed over because the shape does not know them. */
  skipped: number;
  text: string;
}

/**
 * The root element, read by `shape`, with the wanted elements below it. Throws Unreadable for a document that is not
 * well-formed, has a DOCTYPE, nests too deep, has another root, or breaks the shape.
 */
export function readXml(text: string, rootName: string, shape: Shape): XmlElement {
  const scanner = new XmlScanner(text);
  const reader = new Reader(scanner, rootName, shape);
  for (let token = scanner.next(); token !== 'end'; token = scanner.next()) {
    if (token === 'open') reader.open();
    else if (token === 'close') reader.close();
    else reader.text();
  }
  if (reader.root === undefined) throw notXml();
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
  return element.attributes.find(({ local, uri }) => local === name && uri === '')?.value;
}

/** Keeps the path of wanted elements that are open, and counts how deep it is inside one that is passed over. */
class Reader {
  root: XmlElement | undefined;
  readonly #scanner: XmlScanner;
  readonly #rootName: string;
  readonly #rootShape: Shape;
  readonly #open: XmlElement[] = [];
  #skipping = 0;

  constructor(scanner: XmlScanner, rootName: string, rootShape: Shape) {
    this.#scanner = scanner;
    this.#rootName = rootName;
    this.#rootShape = rootShape;
  }

  open(): void {
    if (this.#skipping > 0) {
      this.#skipping += 1;
      return;
    }
    const name = this.#scanner.local;
    const parent = this.#open.at(-1);
    const shape = parent === undefined ? this.#shapeOfRoot(name) : parent.shape.children?.get(name);
    if (shape === undefined) return this.#skip(parent);
    // A wanted name in another namespace is somebody else's word; passing over it could turn a debt into 0.00.
    if (shape.namespaces !== undefined && !shape.namespaces.includes(this.#scanner.uri)) {
      throw new Unreadable('WRONG_NAMESPACE');
    }
    const attributes = this.#scanner.attributes();
    const element = { name, shape, attributes, nil: readNil(attributes), children: [], skipped: 0, text: '' };
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

  text(): void {
    const element = this.#open.at(-1);
    if (element === undefined || this.#skipping > 0) return;
    if (element.shape.children === undefined) element.text += this.#scanner.piece();
    else if (!this.#scanner.isBlank()) throw new Unreadable('STRAY_TEXT');
  }

  #shapeOfRoot(name: string): Shape {
    if (name !== this.#rootName) throw new Unreadable('WRONG_ROOT');
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
