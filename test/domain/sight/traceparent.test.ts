// The header that names a trace: believed where it is exactly what the standard has, and never repeated otherwise.
import { readTraceParent } from '../../../src/sight/tracing/traceparent';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('the example of the standard is read', () => {
  expect(readTraceParent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
});

test('a later version is read as far as this one goes', () => {
  expect(readTraceParent(`01-${TRACE}-${SPAN}-00-what-the-future-holds`)).toMatchObject({ traceId: TRACE, flags: 0 });
});

test.each([
  ['nothing', undefined],
  ['two headers', [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
  ['no text', ''],
  ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['the version that is none', `ff-${TRACE}-${SPAN}-01`],
  ['more than this version has', `00-${TRACE}-${SPAN}-01-more`],
  ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['a line that forges another', `00-${TRACE}-${SPAN}-01\n{"level":60}`],
  ['a book', `01-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`],
])('%s names no trace', (_what, header) => {
  expect(readTraceParent(header)).toBeUndefined();
});
