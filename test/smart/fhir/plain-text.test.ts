/** The fast path for plain texts gives the same result as the full one for every text. */
import { describe, expect, test } from 'vitest';
import { asLines, asText } from '#src/smart/fhir/fields.ts';
import { saysNothing } from '#src/smart/fhir/no-information.ts';

describe('a text with control characters is cleaned', () => {
  test.for([
    ['Wheelchair van', 'Wheelchair van'],
    ['x', 'x'],
    ['~!', '~!'],
    [' x', 'x'],
    ['x ', 'x'],
    ['a  b', 'a b'],
    ['a\tb', 'a b'],
    ['a\u007Fb', 'a b'],
    ['a\u00A0b', 'a b'],
    ['Ren\u00E9', 'Ren\u00E9'],
    ['Ada\u202EneB', 'AdaneB'],
    ['a\u200Bb', 'ab'],
    ['\uD800x', '\uFFFDx'],
    ['Evaluate &amp; treat', 'Evaluate & treat'],
    ['Schl&uuml;ssel, &Eacute;tage &ndash; Gro&szlig;', 'Schlüssel, Étage – Groß'],
    ['caf&#xe9; &#233; &nosuch; &bacute;', 'café é &nosuch; b\u0301'],
    ['K <3.0 or >6.0, and Hb<7', 'K <3.0 or >6.0, and Hb<7'],
    ['a & b; &unknown; <script>', 'a & b; &unknown; <script>'],
    ['<p class="x">Do <strong>not</strong> eat</p>', 'Do not eat'],
    ['<br/>', undefined],
    ['{visits}', '{visits}'],
    ["{\\rtf1{\\fonttbl{\\f0 Arial;}}\\f0 Do \\b not\\b0  walk.\\par Caf\\'e9}", 'Do not walk. Café'],
    ["{\\rtf1\\ansi{\\pict\\pngblip 8950}Take 10\\endash 20 mg, 5\\~ml, Pt\\'92s}", 'Take 10–20 mg, 5 ml, Pt’s'],
    ['<p>10<sup>6</sup>/L, H<sub>2</sub>O</p>', '10^6/L, H2O'],
    ['give BP <pre and post> dialysis, P<b and c>3', 'give BP <pre and post> dialysis, P<b and c>3'],
    ['Say <b>no</b>', 'Say <b>no</b>'],
    ['it&#x27;s 38&deg; or 20&ndash;30', "it's 38° or 20–30"],
    ['WBC >10<sup>9</sup>/L, H<sub>2</sub>O', 'WBC >10^9/L, H2O'],
    ['NYHA <I or >II', 'NYHA <I or >II'],
    ['5&#150;10 mg', '5–10 mg'],
    ["{\\rtf1 5\\'9610 mg, 5\\u8211\\'9610 mg, 10\\super 9}", '5–10 mg, 5–10 mg, 10^9'],
    ['{\\rtf1 take 10\r\n0\\~mg\\par\r\nNext{\\pict 89504e47}}', 'take 100 mg Next'],
    [`{\\rtf1{\\fonttbl${'{\\f0 Arial;}'.repeat(150)}}Do not walk}`, 'Do not walk'],
    ['{\\rtf1 5 {\\b mg}{\\*\\x y} \\{1\\} 2\\\\{\\i 3}}', '5 mg {1} 2\\3'],
    ['', undefined],
    [' ', undefined],
    ['\u200B', undefined],
  ] as const)('%j', ([text, expected]) => {
    expect(asText(text)).toBe(expected);
  });

  test.for([
    [9_000, 'Walk slowly'],
    [90_000, 'Walk…'],
  ] as const)('RTF around a picture of %i bytes', ([bytes, expected]) => {
    expect(asText(`{\\rtf1 Walk{\\pict ${'89'.repeat(bytes)}} slowly}`)).toBe(expected);
  });

  test('a plain text that is too long is cut', () => {
    expect(asText('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(asText('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

test.for([
  ...['unknown', 'UNK', ' unknown', 'Unknown (finding)', 'n/a', 'N.A.', 'not  available', 'Not_known', '(unknown)'],
  ...['no information', 'nil', 'unknown; unk', '-', '...', '', 'un\u212A', 'UN\u212ANOWN', 'nullFlavor', 'none given'],
])('%j has no information', (text) => {
  expect(saysNothing(text)).toBe(true);
});

test.for([
  ...[
    'Unknown soldier home',
    'no',
    'NA',
    'Na 140',
    'nothing by mouth',
    'unkempt',
    'Transport',
    'not x',
    'data',
    'unk2',
  ],
  ...['\u212A', 'Ünknown', '2 vans', 'temporary ramp', 'object', 'masked ball'],
])('%j has information', (text) => {
  expect(saysNothing(text)).toBe(false);
});

test.for<[unknown, string[]]>([
  ['Ring twice.\r\nTwo steps.\n\n  Gate 4711\r', ['Ring twice.', 'Two steps.', 'Gate 4711']],
  ['one', ['one']],
  ['', []],
  [7, []],
  ['x'.repeat(80), [`${'x'.repeat(59)}…`]],
  ['a\n'.repeat(29), Array.from({ length: 29 }, () => 'a')],
  ['<div><p>Wound care:</p><ul><li>left heel</li></ul></div>', ['Wound care:', 'left heel']],
])('the lines of %j', ([text, lines]) => {
  expect(asLines(text, 60)).toEqual(lines);
});

test('lines of HTML with more markup than words are all there', () => {
  const spaces = `<p class="${'x'.repeat(900)}"></p>`.repeat(10);
  expect(asLines(`<p>One</p>${spaces}<p>Two</p>`, 200)).toEqual(['One', 'Two']);
});

test('a text of very many lines is one line', () => {
  expect(asLines('b\n'.repeat(41), 200)).toEqual(['b '.repeat(41).trim()]);
});
