// Which prefix means which namespace, at the place of the document that is being read.
import { notXml, Unreadable } from './xmlText';

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** The prefix of names without one: `xmlns="..."` declares it, for elements alone. */
const DEFAULT = '';

/** An honest answer declares less than ten. Each name with a prefix is looked for among all that are in force. */
const DECLARATIONS_MAX = 64;

/** In characters; honest ones have some fifty. Names are compared for each pair of attributes, so that long ones would cost seconds. */
const URI_LENGTH_MAX = 512;

export class XmlNamespaces {
  // The newest declaration of a prefix counts, so that both are searched from the end.
  readonly #prefixes: string[] = ['xml', DEFAULT];
  readonly #uris: string[] = [XML, ''];

  /** How many are declared: what is handed to `forget` where the element ends. */
  get count(): number {
    return this.#prefixes.length;
  }

  /** Throws where Namespaces in XML 1.0 forbids the declaration; of the default namespace the prefix is empty. */
  declare(prefix: string, uri: string): void {
    if (prefix === 'xmlns' || uri === XMLNS || (prefix === 'xml') !== (uri === XML)) throw notXml();
    if (prefix !== DEFAULT && uri === '') throw notXml();
    if (this.#prefixes.length >= DECLARATIONS_MAX) throw new Unreadable('TOO_MANY_NAMESPACES');
    if (uri.length > URI_LENGTH_MAX) throw new Unreadable('NAMESPACE_TOO_LONG');
    this.#prefixes.push(prefix);
    this.#uris.push(uri);
  }

  /** Drops all that was declared since there were `count`; piece by piece, since hardly an element declares anything. */
  forget(count: number): void {
    while (this.#prefixes.length > count) {
      this.#prefixes.pop();
      this.#uris.pop();
    }
  }

  /** The namespace that a prefix stands for here; throws where it was never declared. */
  resolve(prefix: string): string {
    const uri = this.#uris[this.#prefixes.lastIndexOf(prefix)];
    if (uri === undefined) throw notXml();
    return uri;
  }
}
