// What the server remembers of operations: documents that were validated, and texts that may be called by their hash. All bounded (G9).
import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Operations } from './limitSettings';
import type { Manifest } from './manifest';

/**
 * Validated documents are kept by the length of their texts, in characters: a parsed one takes about fifty bytes of memory
 * for each, so this is 30 MB, and a thousand operations of the usual size.
 */
const DOCUMENT_CHARACTERS_MAX = 600_000;

/** Registered texts, in characters: a thousand and more of the usual size. A client whose text is gone sends it again. */
const REGISTERED_CHARACTERS_MAX = 2_000_000;

/** Where the text of a document is not known; such a document is not ours. */
const CHARACTERS_DEFAULT = 2000;

type Stores = Pick<ApolloServerOptions<object>, 'documentStore' | 'persistedQueries'>;

export function openStores(operations: Operations): Stores {
  const documentStore = openStore<DocumentNode>(
    DOCUMENT_CHARACTERS_MAX,
    (document) => document.loc?.source.body.length ?? CHARACTERS_DEFAULT,
  );
  return { documentStore, persistedQueries: persistedQueriesOf(operations) };
}

/** In the form that Apollo takes; the least used goes when the characters are full. */
function openStore<T extends object | string>(charactersMax: number, charactersOf: (value: T) => number) {
  const kept = new LRUCache<string, T>({
    maxSize: charactersMax,
    sizeCalculation: (value) => Math.max(1, charactersOf(value)),
  });
  return {
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, value: T) => Promise.resolve(void kept.set(key, value)),
    delete: (key: string) => Promise.resolve(kept.delete(key)),
  };
}

function persistedQueriesOf(operations: Operations): NonNullable<Stores['persistedQueries']> {
  if (operations.accept === 'manifest') return { cache: listedTexts(operations.manifest) };
  if (operations.accept === 'any') return false;
  return { cache: openStore<string>(REGISTERED_CHARACTERS_MAX, (text) => text.length) };
}

/** Apollo keeps registered texts under this prefix. */
const PREFIX = /^apq:/;

/** Looked up and never added to: what is listed was decided when the client was built. */
function listedTexts(manifest: Manifest) {
  return {
    get: (key: string) => Promise.resolve(manifest.get(key.replace(PREFIX, ''))),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(false),
  };
}
