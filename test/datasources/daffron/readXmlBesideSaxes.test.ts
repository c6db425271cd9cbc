// Our reader of XML beside saxes: both read the same, or both refuse, but for the differences that stand here by name.
import * as fc from 'fast-check';
import { readXml, decodeText, Unreadable } from '../../../datasources/daffron/readXml';
import type { Shape, XmlElement } from '../../../datasources/daffron/readXml';
import { READERS } from '../../../datasources/daffron/replies';
import { ODD_ANSWERS } from '../../fixtures/oddAnswers';
import { readBySaxes } from '../../fixtures/saxesReader';
import type { Tree } from '../../fixtures/saxesReader';
import { validPayableItems } from '../../fixtures/validPayableItems';
import { documents, SHAPE } from '../../fixtures/xmlDocuments';

const ENVELOPE = READERS['4.1'].payableItems.envelope;

/** The tree, or the code it was refused with. */
function outcome(read: () => Tree): Tree | string {
  try {
    return treeOf(read());
  } catch (error) {
    if (error instanceof Unreadable) return error.code;
    throw error;
  }
}

function treeOf({ name, attributes, nil, skipped, text, children }: Tree): Tree {
  return { name, attributes: [...attributes], nil, skipped, text, children: children.map(treeOf) };
}

function both(text: string, rootName: string, shape: Shape): { ours: Tree | string; theirs: Tree | string } {
  const ours = outcome((): XmlElement => readXml(text, rootName, shape));
  return { ours, theirs: outcome(() => readBySaxes(text, rootName, shape)) };
}

/** Where we part from saxes on purpose: a document for each, what both make of it, and how to know others of its kind. */
const DIFFERENCES: readonly { name: string; text: string; ours: string; theirs: string; mark: RegExp }[] = [
  {
    name: 'half a pair swallows the character behind it in saxes, and is no character for us',
    text: '<a><t>\ud800x</t></a>',
    ours: 'NOT_XML',
    theirs: 'a',
    mark: /[\ud800-\udbff](?![\udc00-\udfff])/,
  },
  {
    name: 'the part of a name behind its colon must begin as a name begins',
    text: '<a xmlns:p="urn:p"><p:1/></a>',
    ours: 'NOT_XML',
    theirs: 'a',
    mark: /:(?:[-.\d\u00b7]|[\u0300-\u036f])/,
  },
  {
    name: 'a blank stands between an instruction and what it says',
    text: '<a><?p?q?></a>',
    ours: 'NOT_XML',
    theirs: 'a',
    mark: /<\?[^\s?>]+\?(?!>)/,
  },
  {
    name: 'the name of a namespace is taken as it stands, and not trimmed',
    text: '<a xmlns=" urn:n"/>',
    ours: 'WRONG_NAMESPACE',
    theirs: 'a',
    mark: /xmlns[^=]*=\s*(?:"(?:[^"]*[\s;]"|[\s&])|'(?:[^']*[\s;]'|[\s&]))/,
  },
  {
    name: 'a later version of XML is read by the rules of 1.0, as the fifth edition wants it',
    text: '<?xml version="1.1"?><a>&#1;</a>',
    ours: 'NOT_XML',
    theirs: 'STRAY_TEXT',
    mark: /<\?xml\s+version\s*=\s*["']1\.(?!0["'])/,
  },
];

test.each(DIFFERENCES)('MON-04 $name', ({ text, ours, theirs, mark }) => {
  const found = both(text, 'a', SHAPE);
  const brief = (each: Tree | string): string => (typeof each === 'string' ? each : each.name);
  expect([brief(found.ours), brief(found.theirs)]).toEqual([ours, theirs]);
  expect(text).toMatch(mark);
});

test('MON-04 thousands of documents, whole and broken, are read as saxes reads them or refused by both', () => {
  const seen = { read: 0, refused: 0, apart: 0 };
  fc.assert(
    fc.property(documents, (text) => {
      const { ours, theirs } = both(text, 'a', SHAPE);
      if (DIFFERENCES.some(({ mark }) => mark.test(text))) seen.apart += 1;
      else if (typeof ours === 'string' && typeof theirs === 'string') seen.refused += 1;
      else {
        expect(ours).toEqual(theirs);
        seen.read += 1;
      }
    }),
    { numRuns: 10_000, seed: 20_261_125 },
  );
  // The premise: neither kind is rare, and hardly a document is left out.
  expect(seen.read).toBeGreaterThan(1_500);
  expect(seen.refused).toBeGreaterThan(1_500);
  expect(seen.apart).toBeLessThan(700);
});

test('MON-04 every answer that the XSD allows is the same tree to saxes and to us', () => {
  fc.assert(
    fc.property(validPayableItems('4.1'), (text) => {
      const { ours, theirs } = both(text, 'Envelope', ENVELOPE);
      expect(ours).toEqual(theirs);
      expect(ours).toHaveProperty('name', 'Envelope');
    }),
    { numRuns: 300, seed: 20_261_125 },
  );
});

const ODD = ODD_ANSWERS.flatMap((row) => {
  const answer = row.answer({ messageId: 'message-1', canaryUrl: 'http://canary/' });
  return 'body' in answer && answer.body.length > 0 ? [[row.name, Buffer.from(answer.body)] as const] : [];
});

test.each(ODD)('MON-04 CIS-04 saxes and we say the same, code for code: %s', (_name, body) => {
  const text = outcome(() => ({ ...EMPTY, text: decodeText(body) }));
  if (typeof text === 'string') return expect(text).toBe('ENCODING');
  const { ours, theirs } = both(text.text, 'Envelope', ENVELOPE);
  expect(ours).toEqual(theirs);
});

const EMPTY: Tree = { name: '', attributes: [], nil: false, skipped: 0, text: '', children: [] };
