// Which faults of a MultiSpeak server we recognise by their words; their text itself goes no further than this file.
import { CREDENTIALS } from './failures';

/** A fault that means none of the things below: a definite no, for reasons of the back end's own. */
const ANY_FAULT = 'FAULT';

/** Operations the vendor does not have; raised before anything is done. */
export const UNKNOWN_OPERATION = 'UNKNOWN_OPERATION';

/** Enough for every known wording; a longer text must not buy time in the patterns. */
const TEXT_MAX = 300;

/**
 * Servers give no codes of their own, so the words decide. A pattern must not match a business fault: CREDENTIALS stops
 * every call of the biller for a while. The first row that matches counts; each row has a test.
 */
const RECOGNISED: readonly { readonly pattern: RegExp; readonly code: string }[] = [
  { pattern: /\bFailed ?Authentication\b/i, code: CREDENTIALS },
  { pattern: /\bInvalid ?Security( ?Token)?\b/i, code: CREDENTIALS },
  { pattern: /\bauthentication (has )?(failed|failure|required|error)\b/i, code: CREDENTIALS },
  { pattern: /\b(not authenticated|unauthori[sz]ed)\b/i, code: CREDENTIALS },
  { pattern: /\blog[io]n (has )?(failed|failure|denied|required|incorrect)\b/i, code: CREDENTIALS },
  {
    pattern:
      /\b(invalid|incorrect|bad|wrong|unknown|expired|missing) (\S+ ){0,3}(credentials?|password|pwd|user ?id)\b/i,
    code: CREDENTIALS,
  },
  {
    pattern:
      /\b(credentials?|password|pwd|user ?id)\b.{0,30}\b(invalid|incorrect|wrong|expired|rejected|not (valid|accepted|recogni[sz]ed))\b/i,
    code: CREDENTIALS,
  },
  { pattern: /\bnot recogni[sz]e the value of HTTP header SOAPAction\b/i, code: UNKNOWN_OPERATION },
  { pattern: /\b(unknown|unsupported|invalid) (operation|method|soap ?action)\b/i, code: UNKNOWN_OPERATION },
  {
    pattern: /\b(operation|method|soap ?action)\b.{0,60}\bnot (supported|implemented|found|recogni[sz]ed)\b/i,
    code: UNKNOWN_OPERATION,
  },
  { pattern: /\bActionNotSupported\b/i, code: UNKNOWN_OPERATION },
];

/** Our code for what a fault, or an error string inside an answer, says: CREDENTIALS, UNKNOWN_OPERATION or FAULT. */
export function faultCodeOf(texts: readonly string[]): string {
  const folded = texts.map((text) => text.slice(0, TEXT_MAX).replace(/\s+/g, ' '));
  const row = RECOGNISED.find(({ pattern }) => folded.some((text) => pattern.test(text)));
  return row?.code ?? ANY_FAULT;
}
