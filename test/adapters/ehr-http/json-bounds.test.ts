/** JSON that nests without end or holds very many values is found in one pass, however it arrives. */
import { expect, test } from 'vitest';
import { createJsonGauge, isBoundedJson } from '#src/adapters/ehr-http/json-bounds.ts';

const BOUNDS = { depth: 4, values: 10 };
const bytes = (text: string) => Buffer.from(text);

test.for([
  ['{"a":[{"b":[1,2]}]}', true],
  ['[[[[]]]]', true],
  ['[[[[[]]]]]', false],
  ['['.repeat(100_000), false],
  ['{"a":'.repeat(100_000), false],
  ['[1,2,3,4,5,6,7,8,9]', true],
  ['[1,2,3,4,5,6,7,8,9,10,11]', false],
  ['[[],[],[],[],[],[]]', false],
  ['{"text":"[[[[[[[[[[,,,,,,,,,,,,,,"}', true],
  ['{"text":"\\"[[[[[[[,,,,,,,,,,,,"}', true],
  ['{"text":"\\\\","a":[[[[[[]]]]]]}', false],
  ['  \r\n\t[[[[[]]]]]', false],
  ['\ufeff[[[[[]]]]]', false],
  ['<html>[[[[[[[[[[[[[[ a,b,c,d,e,f,g,h,i,j,k,l,m', true],
  ['"[[[[[["', true],
  ['', true],
  ['{"n":"é漢😀\u202e,"}', true],
] as const)('%j: %s', ([document, isWithin]) => {
  expect(isBoundedJson(bytes(document), BOUNDS)).toBe(isWithin);
  const gauge = createJsonGauge(BOUNDS);
  const pieces = [...bytes(document)].map((byte) => gauge.takes(Uint8Array.of(byte)));
  expect(pieces.every(Boolean)).toBe(isWithin);
});
