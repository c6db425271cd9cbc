// The first look at an operation's text, before the server parses and validates it: is it listed, and is its form within limits?
import { LRUCache } from 'lru-cache';
import { parse, type DocumentNode } from 'graphql';
import type { LimitRefusal } from './limits';
import type { LimitSettings } from './limitSettings';
import { whyNotForm } from './structure';

/** Why the operation of this text is not run; undefined where it may go on to validation. */
export type TextDoor = (text: string) => LimitRefusal | undefined;

/** Texts that were found good, in characters; most requests bring one of a few. */
const SEEN_CHARACTERS_MAX = 1_000_000;

const NOT_LISTED: LimitRefusal = {
  code: 'OPERATION_NOT_LISTED',
  message: 'Only operations that were listed for this service are run.',
};

export function openTextDoor({ operation, operations }: Pick<LimitSettings, 'operation' | 'operations'>): TextDoor {
  const listed = operations.accept === 'manifest' ? new Set(operations.manifest.values()) : undefined;
  const seen = new LRUCache<string, true>({ maxSize: SEEN_CHARACTERS_MAX, sizeCalculation: (_, text) => text.length });
  return (text) => {
    if (text === '') return undefined;
    if (listed !== undefined && !listed.has(text)) return NOT_LISTED;
    if (seen.get(text) === true) return undefined;
    const document = parseText(text, operation.tokensMax);
    // What cannot be parsed is for the server to refuse: it says where.
    if (document === undefined) return undefined;
    const refusal = whyNotForm(document, operation);
    if (refusal === undefined) seen.set(text, true);
    return refusal;
  };
}

function parseText(text: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}
