// The form of a document: each limit is met exactly, whichever way the document takes to get there (G1 to G4).
import { getIntrospectionQuery, parse } from 'graphql';
import type { OperationLimits } from '../../../src/limits/limits';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';
import { whyNotForm } from '../../../src/limits/structure';

const NARROW: OperationLimits = { ...DEFAULT_LIMITS.operation, depthMax: 3, aliasesMax: 2, directivesMax: 2 };

const codeOf = (text: string, limits = NARROW): string | undefined => whyNotForm(parse(text), limits)?.code;

test.each([
  ['three levels', '{ a { b { c } } }', undefined],
  ['four levels', '{ a { b { c { d } } } }', 'OPERATION_TOO_DEEP'],
  ['inline fragments are levels', '{ ... { ... { ... { a } } } }', 'OPERATION_TOO_DEEP'],
  ['levels through fragments', '{ a { b { ...f } } } fragment f on T { c { d } }', 'OPERATION_TOO_DEEP'],
  [
    'levels through fragments of fragments',
    '{ ...f } fragment f on T { a { ...g } } fragment g on T { b { ...h } } fragment h on T { c { d } }',
    'OPERATION_TOO_DEEP',
  ],
  ['a fragment is no level by itself', '{ a { b { ...f } } } fragment f on T { c }', undefined],
  ['any of several operations', 'query A { a } query B { a { b { c { d } } } }', 'OPERATION_TOO_DEEP'],
])('G1 %s', (_what, text, code) => {
  expect(codeOf(text)).toBe(code);
});

test.each([
  ['two aliases', '{ x: a y: a }', undefined],
  ['three aliases', '{ x: a y: a z: a }', 'TOO_MANY_ALIASES'],
  [
    'aliases of a fragment count as often as it is spread',
    '{ a { ...f } b { ...f } } fragment f on T { x: c y: c }',
    'TOO_MANY_ALIASES',
  ],
  ['aliases over several operations', 'query A { x: a y: a } query B { z: a }', 'TOO_MANY_ALIASES'],
])('G2 %s', (_what, text, code) => {
  expect(codeOf(text)).toBe(code);
});

test.each([
  ['two directives', '{ a @skip(if: true) b @x }', undefined],
  ['three on one field, unknown ones too', '{ a @x @y @z }', 'TOO_MANY_DIRECTIVES'],
  ['on fragments and their spreads', '{ ...f @x ... @y { a } } fragment f on T @z { b }', 'TOO_MANY_DIRECTIVES'],
  ['on the operation and its variables', 'query ($a: Int @x) @y { a @z }', 'TOO_MANY_DIRECTIVES'],
])('G3 %s', (_what, text, code) => {
  expect(codeOf(text)).toBe(code);
});

const many = (count: number, text: string): string => `${text} `.repeat(count);

test.each([
  ['a hundred of one field', `{ ${many(100, 'a')} }`, undefined],
  ['a hundred and one', `{ ${many(101, 'a')} }`, 'TOO_MANY_DUPLICATES'],
  ['as many through inline fragments', `{ ${many(101, '... on T { a }')} }`, 'TOO_MANY_DUPLICATES'],
  [
    'as many through fragments',
    `{ ${Array.from({ length: 101 }, (_, at) => `...f${at}`).join(' ')} } ${Array.from({ length: 101 }, (_, at) => `fragment f${at} on T { a }`).join(' ')}`,
    'TOO_MANY_DUPLICATES',
  ],
  ['the same fragment, which is merged by its name', `{ ${many(200, '...f')} } fragment f on T { a }`, undefined],
  ['what stands below equal fields is one place too', `{ ${many(60, 'a { b { c } }')} }`, 'TOO_MANY_DUPLICATES'],
  ['in a fragment that nobody uses', `{ a } fragment f on T { ${many(101, 'a')} }`, 'TOO_MANY_DUPLICATES'],
  ['under one alias', `{ ${many(101, 'x: a')} }`, 'TOO_MANY_DUPLICATES'],
  ['under different names', `{ ${Array.from({ length: 500 }, (_, at) => `a${at}`).join(' ')} }`, undefined],
])('G2 duplicates: %s', (_what, text, code) => {
  expect(codeOf(text, { ...NARROW, aliasesMax: 1000 })).toBe(code);
});

test('G4 a fragment that contains itself further down is measured to an end', () => {
  expect(codeOf('{ ...f } fragment f on T { a { ...f } }')).toBeUndefined();
});

test('G4 fragments that double are measured without being written out, and told without their number', () => {
  const fragments = Array.from({ length: 300 }, (_, at) => `fragment f${at} on T { ...f${at + 1} ...f${at + 1} }`);
  const why = whyNotForm(parse(`{ ...f0 } ${fragments.join(' ')} fragment f300 on T { a }`), NARROW);
  expect(why?.code).toBe('OPERATION_TOO_LARGE');
  expect(why?.message).toContain('more than a million');
});

test('G4 fragments in a circle are measured to an end; that they are invalid is for validation to say', () => {
  expect(codeOf('{ ...a } fragment a on T { ...b } fragment b on T { ...a }')).toBeUndefined();
});

test('the query by which tools read a contract passes the limits as they come', () => {
  expect(whyNotForm(parse(getIntrospectionQuery()), DEFAULT_LIMITS.operation)).toBeUndefined();
});
