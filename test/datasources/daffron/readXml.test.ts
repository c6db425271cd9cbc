// What the reader of answers promises by itself: XML as the standard has it, and no more of it than an answer needs.
import { attribute, onlyChild, readXml, Unreadable } from '../../../datasources/daffron/readXml';
import type { Shape, XmlElement } from '../../../datasources/daffron/readXml';

const LEAF: Shape = { namespaces: ['urn:n', ''] };
const ROOT: Shape = { namespaces: ['urn:n', ''], children: new Map([['t', LEAF]]) };

const read = (text: string): XmlElement => readXml(text, 'a', ROOT);
const textIn = (content: string): string | undefined => onlyChild(read(`<a><t>${content}</t></a>`), 't')?.text;
const valueIn = (value: string): string | undefined => attribute(read(`<a x="${value}"/>`), 'x');

function codeOf(text: string): string {
  try {
    read(text);
    return 'read';
  } catch (error) {
    if (error instanceof Unreadable) return error.code;
    throw error;
  }
}

const nested = (depth: number, name: string): string => `<${name}>`.repeat(depth) + `</${name}>`.repeat(depth);
const many = (count: number, piece: (at: number) => string): string =>
  Array.from({ length: count }, (_none, at) => piece(at)).join('');

/** Each stands inside an element that is passed over too, since what nobody asked for must be whole as well. */
const BROKEN: readonly (readonly [string, string])[] = [
  ['an end that is another', '<t></u>'],
  ['an end that begins alike', '<t></tt>'],
  ['an end in other letters', '<t></T>'],
  ['an end by another prefix of the same namespace', '<p:t xmlns:p="urn:n" xmlns:q="urn:n"></q:t>'],
  ['an end with an attribute', '<t></t x="1">'],
  ['no end', '<t>'],
  ['a slash that ends nothing', '<t / >'],
  ['a name that begins with a digit', '<1/>'],
  ['a name that begins with a mark of multiplication', '<\u00d7/>'],
  ['a name with two colons', '<p:t:u xmlns:p="urn:n"/>'],
  ['a name of nothing but its prefix', '<p: xmlns:p="urn:n"/>'],
  ['a prefix that nobody declared', '<p:t/>'],
  ['a prefix that was declared for a neighbour', '<u xmlns:p="urn:n"/><p:u/>'],
  ['a prefix of an attribute that nobody declared', '<t p:x="1"/>'],
  ['a prefix that is undeclared', '<u xmlns:p=""/>'],
  ['the prefix xml for something else', '<u xmlns:xml="urn:n"/>'],
  ['a prefix for the namespace of xml', '<u xmlns:p="http://www.w3.org/XML/1998/namespace"/>'],
  ['the prefix xmlns, declared', '<u xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>'],
  ['a prefix for the namespace of xmlns', '<u xmlns:p="http://www.w3.org/2000/xmlns/"/>'],
  ['the namespace of xmlns by default', '<u xmlns="http://www.w3.org/2000/xmlns/"/>'],
  ['the namespace of xml by default', '<u xmlns="http://www.w3.org/XML/1998/namespace"/>'],
  ['the prefix xmlns of an element', '<xmlns:u/>'],
  ['an attribute twice', '<t x="1" x="2"/>'],
  ['an attribute twice by two prefixes', '<t xmlns:p="urn:n" xmlns:q="urn:n" p:x="1" q:x="2"/>'],
  ['a declaration twice', '<u xmlns:p="urn:n" xmlns:p="urn:n"/>'],
  ['an attribute without a value', '<t x/>'],
  ['an attribute without quotes', '<t x=1/>'],
  ['attributes that touch', '<t x="1"y="2"/>'],
  ['an attribute that holds a tag', '<t x="<"/>'],
  ['an attribute with a reference to nothing', '<t x="&nbsp;"/>'],
  ['an attribute without an end', '<t x="1/>'],
  ['an ampersand', '<t>a & b</t>'],
  ['a reference without its end', '<t>&amp</t>'],
  ['a reference whose end stands elsewhere', '<t>&amp<u/>;</t>'],
  ['an entity of HTML', '<t>&nbsp;</t>'],
  ['a reference to a name of all objects', '<t>&constructor;</t>'],
  ['a reference to NUL', '<t>&#0;</t>'],
  ['a reference to half a pair', '<t>&#xD800;</t>'],
  ['a reference beyond all characters', '<t>&#x110000;</t>'],
  ['a reference with a capital X', '<t>&#X41;</t>'],
  ['an end of CDATA in text', '<t>]]></t>'],
  ['CDATA without an end', '<t><![CDATA[x]]</t>'],
  ['a comment with two dashes', '<!-- a -- b -->'],
  ['a comment that ends in three dashes', '<!-- a --->'],
  ['a comment with one dash at its beginning', '<!- a -->'],
  ['a comment without an end', '<!-- a'],
  ['an instruction without a name', '<? x?>'],
  ['an instruction with a colon in its name', '<?p:q x?>'],
  ['an instruction called xml', '<?xml version="1.0"?>'],
  ['an instruction called XML', '<?XML x?>'],
  ['a DOCTYPE inside', '<!DOCTYPE a>'],
  ['a control character', '<t>\u0001</t>'],
  ['U+FFFE', '<t>\ufffe</t>'],
  ['half a pair', '<t>\ud800</t>'],
  ['a forbidden character in a comment', '<!--\u0000-->'],
];

test.each(BROKEN)('B8 not well-formed, and so no answer: %s', (_name, text) => {
  expect(codeOf(`<a>${text}</a>`)).toBe('NOT_XML');
  expect(codeOf(`<a><skipped>${text}</skipped></a>`)).toBe('NOT_XML');
});

test.each([
  ['nothing', ''],
  ['blanks', ' \n'],
  ['text alone', 'x'],
  ['text before the root', 'x<a/>'],
  ['text behind the root', '<a/>x'],
  ['a reference behind the root', '<a/>&#32;'],
  ['CDATA behind the root', '<a/><![CDATA[]]>'],
  ['a second root', '<a/><a/>'],
  ['an end behind the root', '<a/></a>'],
  ['a DOCTYPE behind the root', '<a/><!DOCTYPE a>'],
  ['a comment alone', '<!-- a -->'],
  ['blanks before the declaration', ' <?xml version="1.0"?><a/>'],
  ['two declarations', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
  ['a declaration without a version', '<?xml encoding="utf-8"?><a/>'],
  ['a declaration of version 2.0', '<?xml version="2.0"?><a/>'],
  ['a declaration in the wrong order', '<?xml version="1.0" standalone="yes" encoding="utf-8"?><a/>'],
  ['a declaration with more in it', '<?xml version="1.0" x="1"?><a/>'],
  ['a declaration with two kinds of quotes', `<?xml version="1.0'?><a/>`],
  ['two marks', '\ufeff\ufeff<a/>'],
])('B8 no document: %s', (_name, text) => {
  expect(codeOf(text)).toBe('NOT_XML');
});

test('B18 a DOCTYPE is refused as soon as it is seen, and nothing in it is looked at', () => {
  expect(codeOf('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')).toBe('DOCTYPE');
  expect(codeOf('<?xml version="1.0"?><!-- c --><!DOCTYPE')).toBe('DOCTYPE');
});

test('B17 at 32 levels an answer is read, at 33 it is refused, be they wanted or passed over', () => {
  expect(codeOf(`<a>${nested(31, 'u')}</a>`)).toBe('read');
  expect(codeOf(`<a>${nested(32, 'u')}</a>`)).toBe('TOO_DEEP');
  expect(codeOf(`<a>${'<u>'.repeat(100_000)}`)).toBe('TOO_DEEP');
});

test('B16 no tag makes us compare more than 64 attributes, no place more than 64 prefixes, and none of them a long name', () => {
  expect(codeOf(`<a><u${many(64, (at) => ` x${at}=""`)}/></a>`)).toBe('read');
  expect(codeOf(`<a><u${many(65, (at) => ` x${at}=""`)}/></a>`)).toBe('TOO_MANY_ATTRIBUTES');
  const declared = (count: number): string => many(count, (at) => ` xmlns:p${at}="urn:n"`);
  expect(codeOf(`<a${declared(31)}><u${declared(31)}/><u${declared(31)}/></a>`)).toBe('read');
  expect(codeOf(`<a${declared(31)}><u${declared(32)}/></a>`)).toBe('TOO_MANY_NAMESPACES');
  expect(codeOf(`<a><u xmlns:p="${'n'.repeat(512)}"/></a>`)).toBe('read');
  expect(codeOf(`<a><u xmlns:p="${'n'.repeat(513)}"/></a>`)).toBe('NAMESPACE_TOO_LONG');
});

test('CIS-04 text is what the standard says it is', () => {
  expect(textIn('&lt;&gt;&amp;&quot;&apos;&#65;&#x1F4a7;')).toBe(`<>&"'A\u{1f4a7}`);
  expect(textIn('1<!-- 9 -->2<![CDATA[<&]]]]>3<?p 9?>4 > ]]')).toBe('12<&]]34 > ]]');
  expect(textIn('a\r\nb\rc\nd&#13;&#10;')).toBe('a\nb\nc\nd\r\n');
  expect(textIn('\u0085\u2028\u00a0')).toBe('\u0085\u2028\u00a0');
  expect(textIn('&amp;lt;')).toBe('&lt;');
});

test('CIS-04 the value of an attribute is what the standard says it is', () => {
  expect(valueIn('a\tb\r\nc\rd\ne')).toBe('a b c d e');
  expect(valueIn('&#9;&#10;&#13;&lt;]]>')).toBe('\t\n\r<]]>');
  expect(attribute(read(`<a x = '"' y\n=\t"'"/>`), 'x')).toBe('"');
  expect(attribute(read(`<a xmlns:p="urn:n" p:x="1"/>`), 'x')).toBeUndefined();
  expect(attribute(read('<a __proto__="1"/>'), 'toString')).toBeUndefined();
});

test('CIS-04 a namespace counts from where it is declared to where that element ends', () => {
  const texts = (text: string): string[] => read(text).children.map((child) => child.text);
  expect(texts('<a xmlns="urn:n"><t>1</t><u xmlns="urn:other"/><t>2</t></a>')).toEqual(['1', '2']);
  expect(texts('<p:a xmlns:p="urn:n"><p:t>1</p:t><t xmlns:p="urn:other">2</t></p:a>')).toEqual(['1', '2']);
  expect(texts('<a xmlns="urn:n"><t xmlns="">1</t></a>')).toEqual(['1']);
  expect(codeOf('<a xmlns="urn:n"><t xmlns="urn:other"/></a>')).toBe('WRONG_NAMESPACE');
  expect(codeOf('<a xmlns:p="urn:n"><p:t xmlns:p="urn:other"/></a>')).toBe('WRONG_NAMESPACE');
  expect(codeOf('<a x="1" xmlns:x="urn:n" x:x="2"/>')).toBe('read');
  expect(codeOf('<a xmlns:x="urn:n" x="1"/>')).toBe('read');
  expect(codeOf('<a xmlns="urn:n "/>')).toBe('WRONG_NAMESPACE');
});

test('CIS-04 names of any script, instructions and comments are passed over, and counted where they are elements', () => {
  const found = read(
    '<?xml version="1.0"?>\n<!-- - ]]> & < --><?p?><a><\u00e9\u00b7/><u\u00e9/><\u{10000}.-9/><xml:u xml:lang="en"/></a>\n<?q ??>',
  );
  expect([found.skipped, found.children]).toEqual([4, []]);
});

test('CIS-04 an encoding that the bytes cannot be in is refused', () => {
  for (const known of ['utf-8', 'UTF8', 'us-ascii', 'UTF-16']) {
    expect(codeOf(`<?xml version='1.0' encoding='${known}'?><a/>`)).toBe('read');
  }
  expect(codeOf('<?xml version="1.0" encoding="windows-1252"?><a/>')).toBe('ENCODING');
  expect(codeOf('<?xml version="1.0" encoding=""?><a/>')).toBe('NOT_XML');
});
