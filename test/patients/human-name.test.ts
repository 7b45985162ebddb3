import { expect, test } from 'vitest';
import { displayName } from '#src/patients/human-name.ts';

const now = new Date('2026-11-22T14:02:00Z');
const ada = { family: 'Moreno', given: ['Ada'] };

const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const named = (script: string, family: string, given: string) => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: script }],
  use: 'official',
  family,
  given: [given],
});

test.for<[string, unknown, string | undefined]>([
  ['given and family', [ada], 'Ada Moreno'],
  ['several given names', [{ ...ada, given: ['Ada', 'María'] }], 'Ada María Moreno'],
  ['prefix and suffix', [{ ...ada, prefix: ['Dr.'], suffix: ['MD', 'PhD'] }], 'Dr. Ada Moreno MD PhD'],
  ['no family name', [{ given: ['Sukarno'] }], 'Sukarno'],
  ['no given name', [{ family: 'Moreno' }], 'Moreno'],
  ['text only', [{ text: 'Ada  Moreno' }], 'Ada Moreno'],
  ['text that knows the order', [{ text: 'Nguyễn Văn An', family: 'Nguyễn', given: ['Văn', 'An'] }], 'Nguyễn Văn An'],
  ['text in index form', [{ ...ada, text: 'MORENO, ADA' }], 'Ada Moreno'],
  ['a text of the given names alone', [{ ...ada, text: 'ADA' }], 'Ada Moreno'],
  ['a text without the family name', [{ ...ada, text: 'Countess Lovelace' }], 'Ada Moreno (Countess Lovelace)'],
  [
    'a text that writes it without its accent',
    [{ family: 'Pérez', given: ['Ana'], text: 'Ana M. PEREZ' }],
    'Ana M. PEREZ',
  ],
  ['a text in another script', [{ family: 'Chen', given: ['Jia Ling'], text: '陳加玲' }], '陳加玲'],
  ['Chinese parts', [{ family: '王', given: ['小明'] }], '王小明'],
  ['Arabic parts', [{ family: 'الفارسي', given: ['سلمان'] }], 'سلمان الفارسي'],
  ['a lone object instead of a list', ada, 'Ada Moreno'],
  [
    'official before usual',
    [
      { use: 'usual', text: 'Addie' },
      { use: 'official', ...ada },
    ],
    'Ada Moreno',
  ],
  [
    'usual before nickname',
    [
      { use: 'nickname', text: 'Addie' },
      { use: 'usual', ...ada },
    ],
    'Ada Moreno',
  ],
  ['a current name before maiden', [{ use: 'maiden', text: 'Ada Ruiz' }, ada], 'Ada Moreno'],
  [
    'a current usual before an expired official',
    [
      { use: 'official', text: 'Ada Ruiz', period: { end: '2020-05-01' } },
      { use: 'usual', ...ada },
    ],
    'Ada Moreno',
  ],
  ['an old name when there is no other', [{ use: 'old', text: 'Ada Ruiz' }], 'Ada Ruiz'],
  [
    'past an empty official',
    [
      { use: 'official', given: [] },
      { use: 'usual', ...ada },
    ],
    'Ada Moreno',
  ],
  ['nothing from null', null, undefined],
  ['nothing from a string', 'Ada Moreno', undefined],
  ['nothing from odd parts', [{ given: [7, null, {}], family: [{}], text: '  ' }, 4, null], undefined],
  ['the parts where the text says nothing', [{ ...ada, text: 'Unknown' }], 'Ada Moreno'],
  ['a text that says nothing where there is no more', [{ text: 'Unknown' }], 'Unknown'],
  ['family names in a list', [{ family: ['Moreno', 'Ruiz'], given: ['Ada'] }], 'Ada Moreno Ruiz'],
  [
    'a name in force before one to come',
    [
      { use: 'official', text: 'Ada Ruiz', period: { start: '2027-01-01' } },
      { use: 'usual', ...ada },
    ],
    'Ada Moreno',
  ],
  [
    'the family name behind 5,000 letters',
    [{ family: 'Moreno', given: ['a'.repeat(5_000)] }],
    `${'a'.repeat(59)}… Moreno`,
  ],
  ['the given name before 5,000 letters', [{ family: 'm'.repeat(5_000), given: ['Ada'] }], `Ada ${'m'.repeat(115)}…`],
  [
    'many given names whole',
    [{ family: 'Moreno', given: ['María José', 'Antonia', 'del Carmen'] }],
    'María José Antonia del Carmen Moreno',
  ],
  [
    'ideographs with their syllables, wherever they stand',
    [named('SYL', 'ヤマダ', 'タロウ'), named('ABC', 'Yamada', 'Taro'), named('IDE', '山田', '太郎')],
    '山田太郎 (ヤマダ タロウ)',
  ],
  [
    'ideographs with their letters',
    [named('ABC', 'Wang', 'Xiaoming'), named('IDE', '王', '小明')],
    '王小明 (Xiaoming Wang)',
  ],
  [
    'syllables with their letters',
    [named('ABC', 'Yamada', 'Taro'), named('SYL', 'ヤマダ', 'タロウ')],
    'ヤマダ タロウ (Taro Yamada)',
  ],
  ['one reading alone', [named('SYL', 'ヤマダ', 'タロウ')], 'ヤマダ タロウ'],
  [
    'ideographs by their text, with a reading by its text',
    [
      { ...named('SYL', '', ''), text: 'ヤマダ タロウ' },
      { ...named('IDE', '', ''), text: '山田 太郎' },
    ],
    '山田 太郎 (ヤマダ タロウ)',
  ],
  [
    'a name without a mark with its reading',
    [named('SYL', 'ヤマダ', 'タロウ'), { family: '山田', given: ['太郎'] }],
    '山田太郎 (ヤマダ タロウ)',
  ],
  [
    'no reading of a maiden name',
    [{ ...named('SYL', 'スズキ', 'ハナコ'), use: 'maiden' }, named('IDE', '山田', '花子')],
    '山田花子',
  ],
  ['an unknown representation', [named('XYZ', 'Moreno', 'Ada')], 'Ada Moreno'],
  [
    'of two official names, the later one',
    [
      { use: 'official', text: 'Ada Ruiz', period: { start: '1970-01-01' } },
      { use: 'official', ...ada, period: { start: '2015-06-01' } },
    ],
    'Ada Moreno',
  ],
  [
    'of two official names without dates, the first',
    [
      { use: 'official', ...ada },
      { use: 'official', text: 'Ada Ruiz' },
    ],
    'Ada Moreno',
  ],
  [
    'a known name before an anonymous one',
    [
      { use: 'anonymous', text: 'Patient 7' },
      { use: 'nickname', text: 'Addie' },
    ],
    'Addie',
  ],
  ['an anonymous name alone', [{ use: 'anonymous', text: 'Patient 7' }], 'Patient 7'],
  ['nothing from a masked name', [{ extension: [{ url: ABSENT, valueCode: 'masked' }] }], undefined],
  [
    'what a masked family name leaves',
    [{ given: ['Ada'], _family: { extension: [{ url: ABSENT, valueCode: 'masked' }] } }],
    'Ada',
  ],
])('reads %s', ([, names, expected]) => {
  expect(displayName(names, now)).toBe(expected);
});

test('a name ending today is still current', () => {
  const names = [
    { use: 'official', text: 'Ada Ruiz', period: { end: '2026-11-22' } },
    { use: 'usual', ...ada },
  ];
  expect(displayName(names, now)).toBe('Ada Ruiz');
});

test('drops control characters and bidirectional overrides, so that a name cannot look like another (FH-10)', () => {
  expect(displayName([{ text: 'Ada\u202E oneroM\u2066\u0000\n\tX' }], now)).toBe('Ada oneroM X');
});

test('keeps joiners, combining marks and markup as plain text', () => {
  expect(displayName([{ text: 'می\u200Cخواهم e\u0301 <script>alert(1)</script>' }], now)).toBe(
    'می\u200Cخواهم e\u0301 <script>alert(1)</script>',
  );
});

test('bounds a 10 kB name and shows that it was cut (FH-12)', () => {
  const name = displayName([{ text: '👩‍⚕️'.repeat(2_000) }], now) ?? '';
  expect(name.endsWith('…')).toBe(true);
  expect([...new Intl.Segmenter().segment(name)].length).toBe(120);
  expect(name.isWellFormed()).toBe(true);
});
