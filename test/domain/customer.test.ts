// What a guest may read of a person and of a number.
import * as fc from 'fast-check';
import { maskName, maskNumber } from '../../domain/customer';

test.each([
  ['DOE JANE', 'D** J***'],
  ['  Doe   Jane ', 'D** J***'],
  ['J DOE', 'J D**'],
  ['FEATHERSTONEHAUGH', 'F******'],
  ['DOE JANE, DOE JOHN', 'D** J**** D** J***'],
  ['\u{20BB7}野家', '\u{20BB7}**'],
  ['', ''],
])('VST-04 the name %j is shown as %j', (name, masked) => {
  expect(maskName(name)).toBe(masked);
});

test.each([
  ['0004512001', '****2001'],
  ['12345', '****2345'],
  ['2001', '****'],
  ['1', '****'],
  ['', '****'],
])('VST-04 the number %j is shown as %j', (number, masked) => {
  expect(maskNumber(number)).toBe(masked);
});

test('VST-04 no more than first letters and four characters ever stay readable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const words = text.split(/\s+/).filter((word) => word !== '');
      expect(maskName(text).replaceAll('*', '').split(' ').join('')).toHaveLength(
        words.reduce((sum, word) => sum + (Array.from(word)[0] ?? '').replace('*', '').length, 0),
      );
      expect(maskNumber(text).slice(4)).toBe(text.length <= 4 ? '' : text.slice(-4));
    }),
  );
});

test('VST-04 a masked name is whole text, without halves of characters', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => !/\p{Surrogate}/u.test(maskName(name))));
});
