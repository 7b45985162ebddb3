/** What a trace may say to readers who do not have our requirements. */
import { expect, test } from 'vitest';
import { cleanText } from '#src/diagnostics/traces/redaction.ts';

test.for([
  ['exp has passed (ID-13)', 'exp has passed'],
  ["no key fits the token's kid and alg (ID-06, ID-08)", "no key fits the token's kid and alg"],
  ['LC-05: Patient read answered with Group', 'Patient read answered with Group'],
  ['as in RFC 7523 (SHA-256, K7QF-2M9D)', 'as in RFC 7523 (SHA-256, K7QF-2M9D)'],
  ['one\u0000two', 'one two'],
] as const)('%j is told as %j', ([text, told]) => expect(cleanText(text)).toBe(told));
