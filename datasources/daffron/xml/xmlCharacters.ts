// What XML 1.0 is spelt with: its characters, names, declaration and references.

/** A document that cannot be read; the code says whether a DTD stood in it. */
export class NotXml extends Error {
  constructor(readonly code: 'NOT_XML' | 'DOCTYPE') {
    super(code);
    this.name = 'NotXml';
  }
}

/** What no document may hold, written out or not: control characters, non-characters, halves of a pair. */
export const NO_CHARACTER =
  // oxlint-disable-next-line no-control-regex -- these are the very characters that are looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

export const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/y;

const NAME_START = String.raw`A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}`;
/** A name without a colon: prefixes and local names are such. */
export const NAME = new RegExp(`[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040]*`, 'uy');
/** Nearly every name there is, found without the long list above; the first beyond ASCII is left to that. */
export const ASCII_NAME = /[A-Z_a-z][-.\w]*/y;
const REFERENCE = /&(?:#(?:x([\dA-Fa-f]{1,8})|(\d{1,8}))|(lt|gt|amp|apos|quot));/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };
const LAST_CHARACTER = 0x10ffff;

/** The text with its references resolved; what they stand for is not read again. */
export function withoutReferences(piece: string): string {
  if (!piece.includes('&')) return piece;
  if (piece.replaceAll(REFERENCE, '').includes('&')) throw new NotXml('NOT_XML');
  return piece.replaceAll(REFERENCE, (_all, hex?: string, decimal?: string, entity?: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? '';
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const character = code <= LAST_CHARACTER ? String.fromCodePoint(code) : '\0';
    if (NO_CHARACTER.test(character)) throw new NotXml('NOT_XML');
    return character;
  });
}
