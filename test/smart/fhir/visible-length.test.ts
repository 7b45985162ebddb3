import { expect, test } from 'vitest';
import { asText } from '#src/smart/fhir/fields.ts';
import { visibleLength } from '#src/smart/fhir/visible-length.ts';

const invisible = [
  ['an empty text', ''],
  ['spaces', ' \t\n\u00A0\u1680\u2003\u202F\u205F\u3000'],
  ['a zero-width space', '\u200B'],
  ['joiners', '\u200C\u200D\u2060'],
  ['a braille blank', '\u2800'],
  ['a Hangul filler', '\u3164'],
  ['a halfwidth Hangul filler', '\uFFA0'],
  ['Hangul jamo fillers', '\u115F\u1160'],
  ['a soft hyphen', '\u00AD'],
  ['a grapheme joiner', '\u034F'],
  ['a Mongolian vowel separator', '\u180E'],
  ['Mongolian selectors', '\u180B\u180C\u180F'],
  ['Khmer inherent vowels', '\u17B4\u17B5'],
  ['a byte order mark', '\uFEFF'],
  ['tag characters', '\u{E0001}\u{E0041}\u{E007F}'],
  ['variation selectors', '\uFE0E\uFE0F\u{E0100}'],
  ['bidirectional controls', '\u061C\u200E\u200F\u202A\u202E\u2066\u2069'],
  ['musical blanks', '\u{1D159}\u{1D173}'],
  ['hieroglyph blanks', '\u{13441}\u{13442}'],
  ['line and paragraph ends', '\u2028\u2029\u0085'],
  ['controls', '\u0000\u0007\u001F\u007F'],
  ['half a character', '\uD800'],
  ['replacement characters', '\uFFFC\uFFFD'],
  ['characters that are none', '\uFFFE\u{1FFFF}'],
  ['private ones', '\uE000\u{F0000}'],
  ['an accent on nothing', '\u0301\u20E3'],
  ['all kinds at once', ' \u200B\u2800\u3164\u{E0061}\uFE0F\u0301 '],
] as const;

test.for(invisible)('%s has no visible character', ([, text]) => {
  expect(visibleLength(text)).toBe(0);
  expect(asText(text)).toBeUndefined();
});

test.for([
  ['a letter', 'a', 1],
  ['letters among blanks', '\u200Ba\u2800b\u3164', 2],
  ['accents on letters', 'e\u0301', 2],
  ['Thai vowel signs', 'กี่', 3],
  ['Chinese', '轮椅', 2],
  ['an emoji of several', '👩‍⚕️', 3],
  ['a sign', '?', 1],
] as const)('%s is visible', ([, text, length]) => {
  expect(visibleLength(text)).toBe(length);
  expect(asText(text)).toBeDefined();
});

test('blanks inside and around a text become spaces', () => {
  expect(asText('\u3164Ada\u2800\u2800\uFFA0Moreno\u2800')).toBe('Ada Moreno');
});
