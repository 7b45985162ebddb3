/** A long text is encoded in one of two ways, with the same bytes. */
import { expect, test } from 'vitest';
import { utf8Of } from '#src/adapters/utf8.ts';

test.for([
  '',
  'Wound care',
  'Émile · 5 °C',
  '“Call the ward”',
  'a\u0000b',
  '🚑 wheelchair',
  'lone \uD800 and “\uDC00”',
  '日本',
])('Node’s own encoding gives the same bytes: %j', (text) => {
  for (const long of [text, text.repeat(5_000)]) expect(utf8Of(long)).toEqual(Buffer.from(long));
});
