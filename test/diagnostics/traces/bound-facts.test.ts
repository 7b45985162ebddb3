/** The texts of a trace are printable and on one line. */
import { expect, test } from 'vitest';
import { cleanText } from '#src/diagnostics/traces/bound-facts.ts';

test.for([
  ['as in RFC 7523 (SHA-256, K7QF-2M9D)', 'as in RFC 7523 (SHA-256, K7QF-2M9D)'],
  ['one\u0000two', 'one two'],
] as const)('%j is stored as %j', ([text, stored]) => expect(cleanText(text)).toBe(stored));
