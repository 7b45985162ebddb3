/** JSON that is too deep or has too many values is found in one pass, whole or in chunks of any size. */
import { expect, test } from 'vitest';
import { createJsonGauge, isBoundedJson } from '#src/adapters/ehr-http/json-bounds.ts';

const BOUNDS = { depth: 4, values: 10 };
const bytes = (text: string) => Buffer.from(text);

test.for([
  [true, '{"a":[{"b":[1,2]}]}'],
  [true, '[[[[]]]]'],
  [false, '[[[[[]]]]]'],
  [false, '['.repeat(100_000)],
  [false, '{"a":'.repeat(100_000)],
  [true, '[1,2,3,4,5,6,7,8,9]'],
  [false, '[1,2,3,4,5,6,7,8,9,10,11]'],
  [false, '[[],[],[],[],[],[]]'],
  [true, '{"text":"[[[[[[[[[[,,,,,,,,,,,,,,"}'],
  [true, '{"text":"\\"[[[[[[[,,,,,,,,,,,,"}'],
  [false, '{"text":"\\\\","a":[[[[[[]]]]]]}'],
  [false, '  \r\n\t[[[[[]]]]]'],
  [false, '\ufeff[[[[[]]]]]'],
  [true, '<html>[[[[[[[[[[[[[[ a,b,c,d,e,f,g,h,i,j,k,l,m'],
  [true, '"[[[[[["'],
  [true, ''],
  [true, '{"n":"é漢😀\u202e,"}'],
] as const)('document %#: within its bounds is %s', ([isWithin, document]) => {
  expect(isBoundedJson(bytes(document), BOUNDS)).toBe(isWithin);
  const gauge = createJsonGauge(BOUNDS);
  const pieces = [...bytes(document)].map((byte) => gauge.takes(Uint8Array.of(byte)));
  expect(pieces.every(Boolean)).toBe(isWithin);
});
