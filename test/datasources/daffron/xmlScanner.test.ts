// Our reader of XML beside a well-kept one: both take the same documents and read the same in them, and refuse the same (CIS-03, MON-04).
import { SaxesParser } from 'saxes';
import { NotXml } from '../../../datasources/daffron/xml/xmlCharacters';
import { scanXml } from '../../../datasources/daffron/xml/xmlScanner';

type Heard = readonly (string | readonly string[])[];

/** What was heard, pieces of one text joined; undefined for a document that was refused. */
function ours(document: string): Heard | undefined {
  const heard: (string | string[])[] = [];
  try {
    scanXml(document, {
      open: (local, uri, attributes) =>
        heard.push(['open', local, uri, ...attributes.map((each) => `${each.name}|${each.uri}|${each.value}`)]),
      close: () => heard.push(['close']),
      text: (piece) => heard.push(piece),
    });
  } catch (error) {
    if (error instanceof NotXml) return undefined;
    throw error;
  }
  return joined(heard);
}

function theirs(document: string): Heard | undefined {
  const heard: (string | string[])[] = [];
  let isInside = 0;
  let hasDoctype = false;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('opentag', ({ local, uri, attributes }) => {
    isInside += 1;
    const texts = Object.values(attributes).map((each) => `${each.name}|${each.uri}|${each.value}`);
    heard.push(['open', local, uri, ...texts]);
  });
  parser.on('closetag', () => {
    isInside -= 1;
    heard.push(['close']);
  });
  parser.on('text', (piece) => void (isInside > 0 && heard.push(piece)));
  parser.on('cdata', (piece) => heard.push(piece));
  parser.on('doctype', () => (hasDoctype = true));
  try {
    parser.write(document).close();
  } catch {
    return undefined;
  }
  return hasDoctype ? undefined : joined(heard);
}

function joined(heard: readonly (string | readonly string[])[]): Heard {
  const whole: (string | readonly string[])[] = [];
  for (const each of heard) {
    const last = whole.at(-1);
    if (typeof each === 'string' && typeof last === 'string') whole[whole.length - 1] = last + each;
    else if (each !== '') whole.push(each);
  }
  return whole;
}

const ROOT = '<a xmlns="u:1" xmlns:p="u:2">';

test.each([
  '<a/>',
  '<a></a >',
  '<a\n b = "1"\tc=\'2\' />',
  '\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\r\n<!-- c --><?pi some ?>\n<a/>\n<!-- d -->\n',
  `${ROOT}<p:b p:c="x&amp;y&#10;&#x41;\t\r\nz" c="d"/>text &lt; <![CDATA[<&]]]]><![CDATA[>]]> more</a>`,
  '<a xmlns:p="u:1"><b xmlns:p="u:2"><p:c/></b><p:c/></a>',
  '<a xmlns="u:1"><b xmlns=""><c/></b><d/></a>',
  '<größe ä="ö">ü \u{1F600}</größe>',
  '<a xml:lang="en">&quot;&apos;</a>',
  '<a>a>b</a>',
  '<a><?b?><!----></a>',
])('a document that is well-formed is read as the other reader reads it: %j', (document) => {
  expect(theirs(document)).toBeDefined();
  expect(ours(document)).toEqual(theirs(document));
});

test.each([
  '',
  ' ',
  'a',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a/>b',
  'b<a/>',
  '</a>',
  '<a',
  '<a b="1"',
  '<a b=1/>',
  '<a b/>',
  '<a b="1"c="2"/>',
  '<a b="1" b="2"/>',
  '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
  '<a b="<"/>',
  '<p:a/>',
  '<a p:b="1"/>',
  '<a:b:c xmlns:a="u"/>',
  '<:a/>',
  '<a xmlns:p=""/>',
  '<a xmlns:xmlns="u"/>',
  '<a xmlns:xml="u"/>',
  '<a xmlns="http://www.w3.org/2000/xmlns/"/>',
  '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>',
  '<a>&b;</a>',
  '<a>&</a>',
  '<a>& amp;</a>',
  '<a b="&c;"/>',
  '<a>&#0;</a>',
  '<a>&#xD800;</a>',
  '<a>&#x110000;</a>',
  '<a>&#xFFFFFFFF;</a>',
  '<a>&#;</a>',
  '<a>]]></a>',
  '<a>\u0001</a>',
  '<a>\uD800</a>',
  '<a>\uFFFF</a>',
  '<a><!-- a -- b --></a>',
  '<a><!-- a</a>',
  '<a><![CDATA[</a>',
  '<![CDATA[a]]><a/>',
  '<a><?xml version="1.0"?></a>',
  ' <?xml version="1.0"?><a/>',
  '<?xml version="2.0"?><a/>',
  '<?xml encoding="utf-8"?><a/>',
  '<?xml version="1.0" standalone="maybe"?><a/>',
  '<a><?b</a>',
  '<1a/>',
  '<a 1="2"/>',
  '<a><!DOCTYPE a></a>',
  '<!DOCTYPE a><a/>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '<a/><!DOCTYPE a>',
  '< a/>',
  '<a></ a>',
  '<a/ >',
])('a document that is not well-formed, or has a DTD, is refused as by the other reader: %j', (document) => {
  expect(theirs(document)).toBeUndefined();
  expect(ours(document)).toBeUndefined();
});

test('a DTD is named as what it is, before any of it is read', () => {
  expect(() => scanXml('<!DOCTYPE a [ <<<', { open: fail, close: fail, text: fail })).toThrow('DOCTYPE');
});

function fail(): never {
  throw new Error('nothing is heard of a DTD');
}

const PIECES = [
  '<a>',
  '</a>',
  '<a b="c">',
  '<p:b>',
  '</p:b>',
  '<p:b/>',
  '<c p:d="1" d="2"/>',
  '<c xmlns="u:3">',
  '</c>',
  'text',
  ' ',
  '\n',
  '\r\n',
  '&amp;',
  '&#65;',
  '&x;',
  '&',
  '<',
  '>',
  ']]>',
  ']]',
  '<![CDATA[',
  '<!--',
  '-->',
  '--',
  '<?x y?>',
  '<?',
  '?>',
  '"',
  "'",
  '=',
  '/',
  ':',
  'é',
  '\u0002',
  'xmlns:p="u:4"',
  'xmlns:q=""',
  '<!DOCTYPE a>',
  '<?xml version="1.0"?>',
  '\uFEFF',
  '\u{1F600}',
];

/** The same documents in every run: a small generator of numbers with a fixed seed (mulberry32). */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

test('over twenty thousand documents, whole, cut, doubled and patched, both readers agree', () => {
  const random = numbers(2_026);
  const below = (limit: number): number => Math.floor(random.next().value * limit);
  const piece = (): string => PIECES[below(PIECES.length)] ?? '';
  let wellFormed = 0;
  for (let at = 0; at < 20_000; at += 1) {
    let document = `${ROOT}<p:b c="d">${piece()}${piece()}</p:b>${piece()}</a>`;
    for (let changes = below(3); changes > 0; changes -= 1) {
      const from = below(document.length);
      const to = from + below(4);
      document = document.slice(0, from) + (below(2) === 0 ? piece() : '') + document.slice(to);
    }
    const read = ours(document);
    if (read !== undefined) wellFormed += 1;
    expect([document, read]).toEqual([document, theirs(document)]);
  }
  expect(wellFormed).toBeGreaterThan(1000);
});
