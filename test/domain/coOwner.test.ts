// Co-owners: how many there may be, and how their user names compare.
import * as fc from 'fast-check';
import { CO_OWNERS_MAX, foldUserName } from '../../domain/coOwner';

test('COO-04 an account has room for fifteen co-owners beside its owner', () => {
  expect(CO_OWNERS_MAX).toBe(15);
});

test.each([
  ['JaneDoe', 'janedoe'],
  ['  janedoe\t', 'janedoe'],
  ['JANE.DOE@EXAMPLE.ORG', 'jane.doe@example.org'],
  ['ＪＡＮＥ', 'jane'],
  ['JOSE\u0301', 'josé'],
  ['jane doe', 'jane doe'],
])('LOG-02 the user name %j is %j', (userName, folded) => {
  expect(foldUserName(userName)).toBe(folded);
});

test('LOG-02 names of different letters stay different', () => {
  expect(foldUserName('jane')).not.toBe(foldUserName('janet'));
  expect(foldUserName('jose')).not.toBe(foldUserName('josé'));
});

test('LOG-02 a name means the same however often it is folded', () => {
  expect(foldUserName(foldUserName('\u00b4jane'))).toBe(foldUserName('\u00b4jane'));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => foldUserName(foldUserName(name)) === foldUserName(name)),
    { numRuns: 2000 },
  );
});

test('LOG-02 case and outer space never make two names of one', () => {
  const name = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  fc.assert(fc.property(name, (one) => foldUserName(` ${one.toUpperCase()} `) === foldUserName(one.toLowerCase())));
});
