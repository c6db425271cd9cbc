// Which kinds of tender the CIS forbids for an account.
import * as fc from 'fast-check';
import { DEFAULT_TENDER_NAMES, readTenderFlags, TENDER_KINDS } from '../../domain/tender';

test.each([
  ['no list blocks nothing', null, []],
  ['an empty list blocks all', [], ['CARD', 'BANK']],
  ['a list of blanks is an empty one', ['', '  '], ['CARD', 'BANK']],
  ['a card alone blocks the bank', ['CreditCard'], ['BANK']],
  ['an e-check alone blocks cards', ['E-Check'], ['CARD']],
  ['both named, none blocked', ['credit card', 'ACH'], []],
  ['names of no kind allow nothing', ['Cash', 'MoneyOrder'], ['CARD', 'BANK']],
  ['an unknown name beside a known one changes nothing', ['Cash', 'EFT'], ['CARD']],
])('BLK-03 %s', (_name, types, blocked) => {
  const flags = readTenderFlags(types, DEFAULT_TENDER_NAMES);
  expect(flags.blocked).toEqual(blocked);
  expect(flags.allowed).toEqual(TENDER_KINDS.filter((kind) => !flags.blocked.includes(kind)));
});

test('BLK-03 names that map to no kind are told, and known ones are not', () => {
  expect(readTenderFlags(['Cash', 'Card', 'Gift-Card'], DEFAULT_TENDER_NAMES).unknownNames).toEqual([
    'cash',
    'giftcard',
  ]);
  expect(readTenderFlags(null, DEFAULT_TENDER_NAMES).unknownNames).toEqual([]);
});

test("BLK-03 a biller's own names take the place of the usual ones", () => {
  const names = { CARD: ['Plastic'], BANK: ['Giro'] };
  expect(readTenderFlags(['PLASTIC'], names)).toEqual({ allowed: ['CARD'], blocked: ['BANK'], unknownNames: [] });
  expect(readTenderFlags(['card'], names)).toEqual({ allowed: [], blocked: ['CARD', 'BANK'], unknownNames: ['card'] });
});

test('BLK-03 whatever the CIS names, each kind is either allowed or blocked', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('card', 'ACH', 'e check', 'Credit Card'));
  fc.assert(
    fc.property(fc.option(fc.array(name)), (types) => {
      const { allowed, blocked } = readTenderFlags(types, DEFAULT_TENDER_NAMES);
      expect([...allowed, ...blocked].sort()).toEqual([...TENDER_KINDS].sort());
    }),
  );
});

test('BLK-05 the flags are those of this answer alone: a kind named again is free again', () => {
  expect(readTenderFlags(['Card'], DEFAULT_TENDER_NAMES).blocked).toEqual(['BANK']);
  expect(readTenderFlags(['Card', 'ACH'], DEFAULT_TENDER_NAMES).blocked).toEqual([]);
});
