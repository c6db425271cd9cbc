// Rewritings of an envelope: odd but right ones, wrong ones, and hostile ones. They work on the text as node-soap writes
// it, with the prefix `soap` for the envelope and none for MultiSpeak; what they do not find they leave alone.

/** The declaration of the default namespace, of whichever version. */
const NAMESPACE = / xmlns="http:\/\/www\.multispeak\.org\/[^"]*"/g;

/** Elements that hold money, with their text. */
const AMOUNT = /(<(?:pastDueAmount|currentAmount|lastPaymentAmount)(?: [^>]*)?>)([^<]*)(<)/g;

/** Puts text right behind the first start tag of the result, or of the body where there is no result. */
function inside(body: string, inner: string): string {
  const at = /<\w+Result>/.exec(body) ?? /<soap:Body>/.exec(body);
  if (at === null) return body;
  const end = at.index + at[0].length;
  return body.slice(0, end) + inner + body.slice(end);
}

/** Puts a document type declaration behind the XML declaration. */
function withDoctype(body: string, declaration: string): string {
  return body.replace('?>', `?>${declaration}`);
}

/** Every amount through a function of its text. */
export function mapAmounts(body: string, change: (amount: string) => string): string {
  return body.replaceAll(AMOUNT, (_all, open: string, amount: string, close: string) => open + change(amount) + close);
}

/** The element's text replaced, in every item. */
export function withField(body: string, field: string, text: string): string {
  return body.replaceAll(
    new RegExp(`(<${field}(?: [^>]*)?>)[^<]*(</${field}>)`, 'g'),
    (_all, open: string, close: string) => open + text + close,
  );
}

/** The element gone from every item. */
export function withoutField(body: string, field: string): string {
  return body.replaceAll(new RegExp(`<${field}(?: [^>]*)?>.*?</${field}>`, 'gs'), '');
}

/** The element there but nil, in every item. */
export function withNil(body: string, field: string): string {
  const nil = `<${field} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`;
  return body.replaceAll(new RegExp(`<${field}(?: [^>]*)?>.*?</${field}>`, 'gs'), nil);
}

/** The response element stays, and is empty. */
export function withoutResult(body: string): string {
  return body.replace(/<(\w+)Result>.*<\/\1Result>/s, '');
}

/** What stands in the result stands right in the response, as some vendors answer. */
export function withoutResultLayer(body: string): string {
  return body.replaceAll(/<\/?\w+Result>/g, '');
}

/** The response element twice in one body. */
export function duplicated(body: string): string {
  return body.replace(/(<soap:Body>)(.*)(<\/soap:Body>)/s, '$1$2$2$3');
}

/** The same document in other prefixes, as Java servers write it. */
export function inOtherPrefixes(body: string): string {
  return body
    .replaceAll(NAMESPACE, '')
    .replaceAll(/<(\/?)(\w+)(?=[\s/>])/g, '<$1ns2:$2')
    .replaceAll(/<(\/?)soap:/g, '<$1S:')
    .replace('xmlns:soap=', 'xmlns:S=')
    .replace('xmlns:tns=', 'xmlns:ns2=');
}

/** Half of each text in a CDATA section, which means the same. */
export function inCdata(body: string): string {
  return body.replaceAll(/>([^<>&]{2,})</g, (_all, text: string) => {
    const half = Math.ceil(text.length / 2);
    return `><![CDATA[${text.slice(0, half)}]]>${text.slice(half)}<`;
  });
}

/** Comments between elements and in the midst of texts, with a figure that must not be read. */
export function commented(body: string): string {
  return body
    .replaceAll(/>([^<>&]{2,})</g, (_all, text: string) => `>${text.slice(0, 1)}<!-- 999.99 -->${text.slice(1)}<`)
    .replaceAll(
      '<payableItem',
      '<!-- <payableItem><currentAmount>999.99</currentAmount></payableItem> --><payableItem',
    );
}

/** Very many elements inside each other. */
export function buried(body: string, levels: number): string {
  return inside(body, '<d>'.repeat(levels) + '</d>'.repeat(levels));
}

/** Entities that double nine times over ten: a billion words from a few lines. */
export function bomb(body: string): string {
  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY b${at + 1} "${`&b${at};`.repeat(10)}">`);
  const declaration = `<!DOCTYPE bomb [<!ENTITY b0 "boom">${entities.join('')}]>`;
  return inside(withDoctype(body, declaration), '<payableItem><description>&b9;</description></payableItem>');
}

/** An entity that wants a file or a page read. */
export function externalEntity(body: string, url: string): string {
  const declaration = `<!DOCTYPE canary [<!ENTITY canary SYSTEM "${url}">]>`;
  return inside(withDoctype(body, declaration), '<payableItem><description>&canary;</description></payableItem>');
}

/** Names that a careless reader would write into the prototype of all objects. */
export function polluting(body: string): string {
  const keys =
    '<__proto__><polluted>yes</polluted></__proto__>' +
    '<constructor><prototype><polluted>yes</polluted></prototype></constructor>';
  return body.replaceAll(/(<payableItem)([^>]*>)/g, `$1 __proto__="polluted"$2${keys}`);
}
