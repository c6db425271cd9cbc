// Names in XML 1.0, fifth edition, without a colon: those parts of a name that stand on either side of one.
import { notXml } from './xmlText';

const START =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f' +
  '\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const FURTHER = `${START}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040`;

const NAME = new RegExp(`[${START}][${FURTHER}]*`, 'uy');

const ASCII_LENGTH = 128;
const BEGINS = asciiOf(new RegExp(`[${START}]`, 'u'));
const CONTINUES = asciiOf(new RegExp(`[${FURTHER}]`, 'u'));

/** One for each ASCII character that matches: nearly all names are of these, and a table is far cheaper than an expression. */
function asciiOf(expression: RegExp): Uint8Array {
  return Uint8Array.from({ length: ASCII_LENGTH }, (_none, code) =>
    expression.test(String.fromCodePoint(code)) ? 1 : 0,
  );
}

/** Where the name ends that begins at `start`; throws where none does. */
export function endOfName(text: string, start: number): number {
  let code = text.charCodeAt(start);
  if (code < ASCII_LENGTH && BEGINS[code] === 1) {
    let at = start;
    do {
      at += 1;
      code = text.charCodeAt(at);
    } while (code < ASCII_LENGTH && CONTINUES[code] === 1);
    // The end of the text gives NaN, and what is not ASCII may still be part of the name.
    if (!(code >= ASCII_LENGTH)) return at;
  }
  NAME.lastIndex = start;
  if (!NAME.test(text)) throw notXml();
  return NAME.lastIndex;
}

/** True where the two stretches of the text hold the same characters. */
export function isSameStretch(text: string, one: number, other: number, length: number): boolean {
  for (let at = 0; at < length; at += 1) {
    if (text.charCodeAt(one + at) !== text.charCodeAt(other + at)) return false;
  }
  return true;
}
